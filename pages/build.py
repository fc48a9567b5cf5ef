"""Build: the network as a list of layers, with the arithmetic of each beside it."""

import streamlit as st

from core.network import PRESETS, trace
from core.ui.diagram import drawing
from core.ui.editor import add_layer, layer_list, start_from, thoughts, totals
from core.ui.frame import head, onward
from core.ui.session import session

mine = session()
head(
    "Build",
    "A convolutional network turns an image into an answer, layer by layer. Choose a layer and change it: "
    "shapes, parameters and what each unit sees follow at once.",
)
if mine.link_problem:
    st.error(mine.link_problem, icon=":material/link_off:")
start_from(mine, PRESETS)

problem = mine.why_not_train()
traced = trace(mine.network)
drawing(mine, traced)
totals(mine, traced)

layers, side = st.columns([5, 2], gap="large")
with layers:
    layer_list(mine, traced)
with side:
    if not mine.locked:
        add_layer(mine, traced)
        st.divider()
    if problem:
        st.warning(problem, icon=":material/construction:", title="Not ready for training yet")
    else:
        st.success("This network is ready to learn.", icon=":material/check_circle:")
        onward("pages/train.py", "Train it on real digits")
    thoughts(mine.network, traced)
