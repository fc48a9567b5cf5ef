"""Train: choose data and recipe, start, and watch the network learn."""

import streamlit as st

from core.data import SOURCES
from core.network import PRESETS
from core.ui.frame import following, head, onward, plain
from core.ui.recipe import choose_dataset, choose_recipe
from core.ui.session import session
from core.ui.training import LIVE_SECONDS, controls, live_view

mine = session()
head("Train", f"Press Start and watch **{plain(mine.network.name)}** learn; you can look inside while it does.")

following(lambda: mine.run, LIVE_SECONDS, lambda: controls(mine))
with st.container(key="train"):
    choices, curves = st.columns([5, 7], gap="large")
with choices:
    choose_dataset(mine, SOURCES)
    choose_recipe(mine, PRESETS)
with curves:
    following(lambda: mine.run, LIVE_SECONDS, lambda: live_view(mine))

onward("pages/feature_maps.py", "Look inside: what every layer makes of an image")
onward("pages/runs.py", "All your runs, beside each other", "history")
