"""Equal price: a dense and a convolutional network that cost the same, trained by one recipe."""

from core.ui.pages.price.budget import both, choose_budget, proposed
from core.ui.pages.price.matrix import as_matrices
from core.ui.pages.price.training import choose_recipe, follow, train_buttons
from core.ui.shell.frame import head
from core.ui.shell.pages import end_page, link_to
from core.ui.shell.session import session

mine = session()
head("Equal price", "Dense or convolutional? Set a budget, and train one network of each kind that costs just that.")
choose_budget(mine)
pair = proposed(mine)
mine.show_notice()
if pair is None:
    end_page()
both(mine, pair)
choose_recipe(mine)
train_buttons(mine, pair)
follow(mine, pair)
as_matrices(mine, pair)
link_to("size", "Accuracy against size: where both land among all others", "scatter_plot")
