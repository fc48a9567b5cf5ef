"""Lessons: texts that lead through the app step by step; those that ship, and one's own."""

from core.ui.pages.lessons.offered import link_problem, offered
from core.ui.pages.lessons.state import LessonsState
from core.ui.pages.lessons.whole import whole
from core.ui.pages.lessons.writing import write
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
own = mine.state(LessonsState)
head("Lessons", "Start a lesson: its card stays beside every page, says what to do, and notices when it is done.")
mine.show_notice()
link_problem(mine)
offered(mine, own)
whole(own)
write(mine, own)
link_to("exercises", "Exercises without end", "edit_note")
