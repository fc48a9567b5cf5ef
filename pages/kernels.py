"""Kernels: the weights that a network has learned, as pictures, and what each of them is for."""

import streamlit as st

from core.ui.pages.kernels.panels import all_and_one, choose_kernel_layer
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.model_view import choose_subject, watch

mine = session()
head(
    "Kernels",
    "Choose a layer: these little pictures are the weights that it has learned. Click one to look at it closely.",
)
subject = choose_subject(mine, "kernels/subject")
path = choose_kernel_layer(mine, subject.network, "kernels/layer")
if path is None:
    st.info("This network has no layer with kernels. Add a Conv2D or Dense layer on the Build page.")
else:
    watch(mine, subject, lambda path=path: all_and_one(mine, subject, path))
link_to("feature_maps", "Feature maps: what they make of an image")
