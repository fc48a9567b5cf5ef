"""Games: a drawing that splits two networks, strokes that fool one, and its hardest images, read against it."""

from core.ui.frame import head, onward
from core.ui.games import choose_game
from core.ui.session import session

mine = session()
head("Games", "Three games in which one learns what a network does not know.")
choose_game(mine)(mine)
onward("pages/mistakes.py", "Where is it wrong without anybody’s help? Mistakes")
