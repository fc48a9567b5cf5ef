"""Kernels: the weights that a network has learned, as pictures."""

import streamlit as st

from core.ui.frame import head, onward
from core.ui.insight import choose_kernel_layer, kernel_pictures
from core.ui.session import session
from core.ui.subject import choose_subject, watch

mine = session()
head("Kernels", "Choose a layer: these little pictures are the weights that it has learned.")
subject = choose_subject(mine, "kernels/subject")
path = choose_kernel_layer(subject.network, "kernels/layer")
if path is None:
    st.info("This network has no layer with kernels. Add a Conv2D or Dense layer on the Build page.")
else:
    watch(mine, subject, lambda: kernel_pictures(subject, path, "kernels"))
onward("pages/feature_maps.py", "See what these kernels make of an image: feature maps")
