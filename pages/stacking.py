"""Convolutions stacked by hand: what one unit depends on, row by row, and how few parameters see how much."""

from core.ui.pages.stacking.stacking import choose, see, works
from core.ui.pages.stacking.state import StackingState
from core.ui.pages.stacking.task import compare, open_on_build, try_the_task
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
own = mine.state(StackingState)
head(
    "Stacking layers",
    "Stack convolutions and choose a unit of the last one: lines lead down to all that it depends on. Then solve the task below.",
)
mine.show_notice()
choose(own)
working = works(own)
if working:
    see(own)
open_on_build(mine, own, working)
compare(own)
try_the_task(own)
link_to("receptive_fields", "Receptive fields of trained networks", "center_focus_strong")
