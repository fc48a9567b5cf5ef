"""Receptive: build a convolutional network, watch it learn, look inside, draw a digit for it."""

from pathlib import Path

import streamlit as st

from core.ui.frame import sidebar, without_hidden
from core.ui.handing_on import open_link
from core.ui.private import remember
from core.ui.session import session
from core.ui.warming import warm_up

st.set_page_config(page_title="Receptive", page_icon="assets/icon.svg", layout="wide")
st.logo("assets/logo.svg", size="large", icon_image="assets/icon.svg")

mine = session()
open_link(mine)
pages = {
    "Playground": [
        st.Page("pages/build.py", title="Build", icon=":material/account_tree:", default=True),
        st.Page("pages/train.py", title="Train", icon=":material/monitoring:"),
        st.Page("pages/draw.py", title="Draw", icon=":material/gesture:"),
        st.Page("pages/teach.py", title="Teach", icon=":material/school:"),
        st.Page("pages/games.py", title="Games", icon=":material/extension:"),
        st.Page("pages/runs.py", title="Runs", icon=":material/history:"),
    ],
    "Look inside": [
        st.Page("pages/kernels.py", title="Kernels", icon=":material/grid_view:"),
        st.Page("pages/feature_maps.py", title="Feature maps", icon=":material/layers:"),
        st.Page("pages/receptive_fields.py", title="Receptive fields", icon=":material/center_focus_strong:"),
        st.Page("pages/why.py", title="Why this answer?", icon=":material/help_center:"),
        st.Page("pages/mistakes.py", title="Mistakes", icon=":material/rule:"),
    ],
}
page = st.navigation(without_hidden(pages, mine.hidden))
st.html(Path("assets/style.css"))
sidebar(mine)
page.run()
mine.keep_desk()
remember(mine.token)
warm_up()
