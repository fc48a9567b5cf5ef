"""Draw: a digit on a canvas, what the network receives of it, and its answer."""

import streamlit as st

from core.data import from_strokes
from core.insight import probabilities
from core.ui.answer import answer, received
from core.ui.canvas import draw
from core.ui.frame import head, onward
from core.ui.session import session
from core.ui.subject import choose_subject
from core.ui.teaching import say_what_it_is

mine = session()
head("Draw", "Draw a digit from 0 to 9 with mouse or finger; the network answers after each stroke.")
subject = choose_subject(mine, "draw/subject", usual="draw")

if subject.network.input_shape != (28, 28, 1):
    st.warning("This network does not take 28×28 grey images, so it cannot read drawings.")
    st.stop()

if subject.dataset == "fashion_mnist":
    st.info("This network has learned clothes, not digits: try a bag, trousers or a boot.")

canvas, bars, image = st.columns([3, 3, 2], gap="large")
with canvas:
    st.markdown("**Your drawing**")
    st.space("small")
    drawing = draw(f"canvas/{mine.canvas}", mine.canvas_content)
    if st.button("Clear", icon=":material/delete:", key="draw/clear"):
        mine.canvas += 1
        mine.drawing = mine.canvas_content = None
        st.rerun()
if drawing.content != mine.canvas_content and (drawing.strokes or mine.drawing is not None):
    mine.source = "drawing"  # what was just drawn is what one wants to look into
mine.canvas_content = drawing.content
mine.drawing = from_strokes(drawing.strokes, drawing.width)
with bars:
    answer(None if mine.drawing is None else probabilities(subject.model, mine.drawing[..., None]), subject)
    say_what_it_is(mine, mine.drawing)
with image:
    received(mine.drawing)

if mine.drawing is not None:
    onward("pages/feature_maps.py", "See what every layer makes of your drawing")
onward("pages/receptive_fields.py", "What does one unit see? Receptive fields")
