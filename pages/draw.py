"""Draw: a digit on a canvas, the prediction of one network or several, and the whole network reacting."""

import streamlit as st

from core.ui.pages.draw.board import board
from core.ui.pages.draw.state import USUAL
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.model_view import choose_subject, watch
from core.views.wording import listed, plain

mine = session()
head("Draw", "Draw with mouse or finger; the network predicts after each stroke.")
subject = choose_subject(mine, "draw/subject", usual=USUAL)

if subject.dataset == "fashion_mnist":
    st.info("This network has learned clothes, not digits: try a bag, trousers or a boot.")

if subject.own is not None:
    st.info(plain(f"This network tells apart {listed(subject.class_names)}."))

watch(mine, subject, lambda: board(mine, subject))
link_to("teach", "Show a network how you write: Teach")
link_to("receptive_fields", "What does one unit see? Receptive fields")
