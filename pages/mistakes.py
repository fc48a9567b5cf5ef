"""Mistakes: what a network confuses, its most certain mistakes, and where it puts the test images."""

from core.ui.frame import head, onward
from core.ui.mistakes import LIVE_SECONDS, mistakes
from core.ui.session import session
from core.ui.subject import choose_subject, need_images, watch

mine = session()
head(
    "Mistakes", "Click a number, an image or a point: the bar at the bottom opens that test image in the other views."
)
subject = choose_subject(mine, "mistakes/subject")
need_images(subject)
watch(mine, subject, lambda: mistakes(mine, subject), LIVE_SECONDS)
onward("pages/why.py", "Which pixels decide? Why this answer?")
