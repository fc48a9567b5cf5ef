"""Mistakes: what a network confuses, its most confident mistakes, and where it puts the test images."""

from core.ui.pages.mistakes.mistakes import LIVE_SECONDS, mistakes
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.model_view import choose_subject, need_images, watch

mine = session()
head(
    "Mistakes", "Click a number, an image or a point: the bar at the bottom opens that test image in the other views."
)
subject = choose_subject(mine, "mistakes/subject")
need_images(subject)
watch(mine, subject, lambda: mistakes(mine, subject), LIVE_SECONDS)
link_to("why", "Which pixels decide? Why this answer?")
