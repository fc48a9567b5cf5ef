"""Runs: all that this visitor has trained, side by side."""

import streamlit as st

from core.ui.pages.runs.anew import train_anew
from core.ui.pages.runs.difference import difference
from core.ui.pages.runs.finding import choose_shown
from core.ui.pages.runs.manage import damaged, manage
from core.ui.pages.runs.table import overlay, run_table
from core.ui.shell.frame import following, head
from core.ui.shell.pages import end_page, link_to
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import session
from core.ui.widgets.series import line_of_runs

LIVE_SECONDS = 2.0

mine = session()
head("Runs", "Compare your training runs; they are kept for you on this server and in this browser.")
damaged(mine)
mine.show_notice()
if not mine.workspace.runs:
    st.info("You have not trained anything yet. Every training run is listed here.")
    link_to("train", "Train a network", "monitoring")
    end_page()
line_of_runs(mine, "runs")


def watched() -> None:
    """Table and chart follow what still trains."""
    if not mine.workspace.runs:
        st.rerun()  # the last one has just been deleted
    shown = choose_shown(mine)
    chosen = run_table(mine, shown) if shown else []
    with st.container(key="runs/shown"):
        if chosen:
            train_anew(mine, chosen)
            overlay(mine, chosen)
            manage(mine, chosen)
            difference(mine, chosen)
    bring_into_view(mine.reveals, "runs/shown")


following(lambda: mine.run, LIVE_SECONDS, watched)
link_to("train", "Back to the Train page", "monitoring")
