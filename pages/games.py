"""Games: a drawing that splits two networks, strokes that fool one, and its hardest images, read against it."""

from core.ui.pages.games.choice import choose_game
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
head("Games", "Three games in which one learns what a network does not know.")
choose_game(mine)(mine)
link_to("mistakes", "Where is it wrong without anybody’s help? Mistakes")
