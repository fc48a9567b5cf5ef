"""Feature maps: what every layer makes of one image, down to a single number."""

import streamlit as st

from core.ui.feature_maps import feature_maps
from core.ui.frame import head, onward
from core.ui.session import session
from core.ui.subject import choose_picture, choose_subject, watch

mine = session()
head(
    "Feature maps", "Follow an image through the layers. Move over a number to see what it sees; click to explain it."
)
subject = choose_subject(mine, "maps/subject")
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    picture = choose_picture(mine, subject, "maps")
watch(mine, subject, lambda: feature_maps(mine, subject, picture))
onward("pages/receptive_fields.py", "Which pixels does one of these numbers depend on? Receptive fields")
