"""Back-propagation by hand: a small network of which every number can be typed and is written out."""

import streamlit as st

from core.ui.pages.back_propagation.numbers import choose, type_numbers
from core.ui.pages.back_propagation.state import BackPropagationState
from core.ui.pages.back_propagation.steps import press_and_see, repeat_and_watch
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.lesson.controls import tell

mine = session()
own = mine.state(BackPropagationState)
head(
    "Back-propagation",
    "Type any number, then press four times: forward, error, backward, update. Every number stands with its formula.",
)
mine.show_notice()
choose(own)
tell(mine, "back_propagation", presses=own.pressed)
seen, numbers = st.columns([7, 3], gap="large")
with seen:
    press_and_see(own)
with numbers:
    type_numbers(own)
repeat_and_watch(own)
link_to("train", "The same for a whole network: train one and watch", "monitoring")
