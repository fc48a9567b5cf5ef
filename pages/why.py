"""Why this answer?: which pixels the prediction comes from, by four methods, each checked against random weights."""

import streamlit as st

from core.ui.pages.why.saliency_maps import choose_class, choose_method, explained
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.input_image import choose_model_and_image
from core.ui.widgets.model_view import watch

mine = session()
head(
    "Why this answer?",
    "Choose an image: each picture below marks, in its own way, the pixels that the prediction comes from.",
)
subject, picture = choose_model_and_image(mine, "why", needs_images=True)
with st.container(horizontal=True, vertical_alignment="bottom"):
    choose_class(mine, subject)
    method = choose_method(subject.network)
watch(mine, subject, lambda: explained(mine, subject, picture, method))
link_to("mistakes", "Where is it wrong, and how confident is it then? Mistakes")
