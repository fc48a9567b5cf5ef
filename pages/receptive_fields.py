"""Receptive fields: which input pixels each unit of each layer depends on."""

import streamlit as st

from core.ui.pages.receptive_fields.panels import choose_field_layer, explorer, parts
from core.ui.pages.receptive_fields.stacks import stacks
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.input_image import choose_model_and_image
from core.ui.widgets.model_view import watch

mine = session()
head("Receptive fields", "Move over the feature map: the frame on the image below is exactly what that unit sees.")
subject, picture = choose_model_and_image(mine, "fields")
map_and_image, more = st.columns([2, 3], gap="large")
with map_and_image:
    path = choose_field_layer(mine, subject.network, "fields/layer")
    watch(mine, subject, lambda: explorer(mine, subject, picture, path))
with more:
    parts(mine, subject, picture, path)
stacks(mine)
link_to("build", "Change the network and see its receptive fields grow")
