"""Feature maps: what every layer makes of one image."""

import streamlit as st

from core.ui.frame import head, onward
from core.ui.insight import feature_map_pictures
from core.ui.session import session
from core.ui.subject import choose_picture, choose_subject, watch

mine = session()
head("Feature maps", "Choose an image and follow it down the page, layer by layer, to the answer.")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    subject = choose_subject(mine, "maps/subject")
    picture = choose_picture(mine, subject, "maps")
watch(mine, subject, lambda: feature_map_pictures(subject, picture))
onward("pages/receptive_fields.py", "Which pixels does one of these numbers depend on? Receptive fields")
