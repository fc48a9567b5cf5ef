"""Build: the network as a list of layers, with the arithmetic of each beside it."""

import streamlit as st

from core.network import PRESETS, trace
from core.ui.pages.build.layer_list import layer_list
from core.ui.pages.build.readiness import readiness, thoughts
from core.ui.pages.build.start import start_from
from core.ui.pages.build.totals import totals
from core.ui.shell.frame import head
from core.ui.shell.session import session
from core.ui.widgets.diagram import drawing
from core.views.wording import plain

mine = session()
head(
    "Build",
    "A convolutional network turns an image into a prediction, layer by layer. "
    + (
        "Choose a layer and look at it: its shape, its parameters and what each of its units sees."
        if mine.locked
        else "Choose a layer and change it: shapes, parameters and what each unit sees follow at once."
    ),
)
if mine.editor.link_problem:
    st.error(plain(mine.editor.link_problem), icon=":material/link_off:")
start_from(mine, PRESETS)

network = mine.editor.network  # as it is drawn: another thread of this visitor may be changing it
traced = trace(network)
drawing(mine, traced)
totals(mine, traced)

layers, side = st.columns([5, 2], gap="large")
with layers:
    layer_list(mine, network, traced)
with side:
    readiness(mine, traced)
    thoughts(mine, network, traced)
