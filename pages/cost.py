"""What a layer between two shapes costs: dense, convolutional or separable."""

from core.ui.pages.cost.cost import choose, look_and_compare
from core.ui.pages.cost.state import CostState
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.lesson.controls import tell

mine = session()
own = mine.state(CostState)
head(
    "Cost",
    "Choose two shapes and a kernel. A dense layer, a convolution and a separable one lead from the first to the second: "
    "see what each costs, and why.",
)
mine.show_notice()
choose(own)
tell(mine, "cost", example=own.example)
look_and_compare(own)
link_to("price", "Train a dense and a convolutional network of equal price", "balance")
