"""Pooling by hand: numbers forward, gradients backward, and what belongs to what."""

from core.ui.pages.pooling.pooling import choose, look_and_type
from core.ui.pages.pooling.state import PoolingState
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.lesson.controls import tell

mine = session()
own = mine.state(PoolingState)
head(
    "Pooling",
    "Click a number with a coloured foot and type another. Point at any cell: what belongs to it lights up, forward and "
    "backward.",
)
mine.show_notice()
choose(own)
tell(mine, "pooling", corner=float(own.numbers[1, 1]))
look_and_type(own)
link_to("build", "Put a pooling layer into a network", "account_tree")
