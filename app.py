"""Receptive: build a convolutional network, watch it learn, look inside, draw a digit for it."""

from pathlib import Path

import streamlit as st

from core.ui.shell.frame import look, sidebar
from core.ui.shell.links import open_link
from core.ui.shell.pages import FIRST, PAGES, navigation, page_id, run_page
from core.ui.shell.private import begin_run, remember
from core.ui.shell.session import session
from core.ui.shell.warming import warm_up
from core.ui.widgets.lesson.card import lesson_card
from core.ui.widgets.lesson.opening import open_lesson_link
from core.views.theme import DARK

begin_run()
st.set_page_config(page_title="Receptive", page_icon="assets/icon.svg", layout="wide")
st.logo("assets/logo.svg", size="large", icon_image="assets/icon.svg")

mine = session()
open_link(mine)
open_lesson_link(mine)
page = st.navigation(navigation(mine.hidden), position="top")
if page.title == PAGES[FIRST].title or mine.course.running:  # they need the width
    st.set_page_config(initial_sidebar_state="collapsed")
for sheet in ("style", "print", "print_dark") if look() is DARK else ("style", "print"):
    st.html(Path(f"assets/{sheet}.css"))
sidebar(mine)
run_page(page)
lesson_card(mine, page_id(page.title))
mine.keep_draft()
remember(mine.token)
warm_up()
