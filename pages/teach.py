"""Teach: draw, say what it is, let a network learn it, and play."""

import streamlit as st

from core.ui.pages.teach.collect import choose_collection, class_names, examples
from core.ui.pages.teach.gallery import drawings
from core.ui.pages.teach.teach import teach
from core.ui.pages.teach.try_out import try_out
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

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
link_to("train", "All curves of this run: Train", "monitoring")
link_to("kernels", "What has it learned to look for? Kernels")

st.subheader("3 · Try it", anchor=False)
try_out(mine, collection)
