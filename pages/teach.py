"""Teach: draw, say what it is, let a network learn it, and play."""

import streamlit as st

from core.ui.frame import head, onward
from core.ui.session import session
from core.ui.teaching import choose_collection, class_names, drawings, examples, teach, try_out

mine = session()
head(
    "Teach",
    "Draw a few examples, say what they are, and press **Teach it**: the network learns your hand in seconds.",
)
collection = choose_collection(mine)
class_names(mine, collection)

st.subheader("1 · Draw and say what it is", anchor=False)
examples(mine, collection)
with st.expander("Your drawings", icon=":material/photo_library:", expanded=True):
    drawings(mine, collection)

st.subheader("2 · Teach", anchor=False)
teach(mine, collection)

st.subheader("3 · Try it", anchor=False)
try_out(mine, collection)

onward("pages/train.py", "All curves of this run: Train", "monitoring")
onward("pages/kernels.py", "What has it learned to look for? Kernels")
