"""Train: choose data and recipe, start, and watch the network learn."""

import streamlit as st

from core.data import SOURCES
from core.network import PRESETS
from core.ui.pages.train.beginning import choose_beginning
from core.ui.pages.train.beside import beside
from core.ui.pages.train.controls import controls
from core.ui.pages.train.live import LIVE_SECONDS, live_view
from core.ui.pages.train.other import PAGE, choose_other
from core.ui.pages.train.recipe import choose_dataset, choose_recipe
from core.ui.shell.frame import following, head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.series import line_of_runs
from core.views.wording import plain

mine = session()
head(
    "Train",
    f"Press Start and watch **{plain(mine.editor.network.name)}** learn; you can look inside while it does.",
    lambda: choose_other(mine),
)

following(lambda: mine.run, LIVE_SECONDS, lambda: controls(mine))
line_of_runs(mine, "train", PAGE)
with st.container(key="train/beside"):
    beside(mine)
with st.container(key="train"):
    choices, curves = st.columns([5, 7], gap="large")
with choices:
    choose_dataset(mine, SOURCES)
    choose_beginning(mine)
    choose_recipe(mine, PRESETS)
with curves:
    following(lambda: mine.run, LIVE_SECONDS, lambda: live_view(mine))

link_to("feature_maps", "Look inside: what every layer makes of an image")
link_to("runs", "All your runs, beside each other", "history")
