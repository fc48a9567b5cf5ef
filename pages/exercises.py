"""Exercises that check: a first set, and others without end."""

from core.ui.pages.exercises.exercises import choose, work
from core.ui.pages.exercises.measured import predict_and_measure, settle
from core.ui.pages.exercises.state import MEASURED, ExercisesState
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
own = mine.state(ExercisesState)
head("Exercises", "Work it out on paper, type the answer, and check it: typical mistakes are told their cause.")
mine.show_notice()
settle(mine, own)
choose(own, mine.workspace)
if own.kind == MEASURED:
    predict_and_measure(mine, own)
else:
    work(own, mine.workspace)
link_to("convolution", "See every sum of a convolution", "window")
