"""Draw: a digit on a canvas, the answer of one network or several, and the whole network reacting."""

import streamlit as st

from core.ui.drawing import USUAL, board
from core.ui.frame import head, onward
from core.ui.session import session
from core.ui.subject import choose_subject, watch

mine = session()
head("Draw", "Draw a digit from 0 to 9 with mouse or finger; the network answers after each stroke.")
subject = choose_subject(mine, "draw/subject", usual=USUAL)

if subject.network.input_shape != (28, 28, 1):
    st.warning("This network does not take 28×28 grey images, so it cannot read drawings.")
    st.stop()

if subject.dataset == "fashion_mnist":
    st.info("This network has learned clothes, not digits: try a bag, trousers or a boot.")

watch(mine, subject, lambda: board(mine, subject))
onward("pages/teach.py", "Show a network how you write: Teach")
onward("pages/receptive_fields.py", "What does one unit see? Receptive fields")
