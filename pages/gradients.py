"""Gradients: one step of learning from one image, forward, loss, backward and update, with every number."""

from core.ui.pages.gradients.gradients import gradients_of, offer_mistake
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.input_image import choose_model_and_image
from core.ui.widgets.model_view import watch

mine = session()
head(
    "Gradients",
    "How a network learns from an image or a batch: what comes out, how wrong that is, and who has to change.",
)
subject, picture = choose_model_and_image(mine, "gradients")
offer_mistake(mine, subject, picture)
watch(mine, subject, lambda: gradients_of(mine, subject, picture))
link_to("back_propagation", "By hand, with every number typed: Back-propagation")
