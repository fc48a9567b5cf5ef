"""Receptive fields: which input pixels each unit of each layer depends on."""

import streamlit as st

from core.ui.frame import head, onward
from core.ui.insight import choose_field_layer, explorer, field_table
from core.ui.session import session
from core.ui.subject import choose_picture, choose_subject, watch

mine = session()
head("Receptive fields", "Move over the feature map: the frame on the image below is exactly what that unit sees.")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    subject = choose_subject(mine, "fields/subject")
    picture = choose_picture(mine, subject, "fields")
map_and_image, table = st.columns([2, 3], gap="large")
with map_and_image:
    path = choose_field_layer(subject.network, "fields/layer")
    watch(mine, subject, lambda: explorer(subject, picture, path))
with table:
    field_table(subject.network)
onward("pages/build.py", "Change the network and see its receptive fields grow")
