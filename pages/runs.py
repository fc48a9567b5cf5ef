"""Runs: all that this visitor has trained, side by side."""

import streamlit as st

from core.ui.frame import following, head, onward
from core.ui.runs import damaged, manage, overlay, run_table
from core.ui.session import session

LIVE_SECONDS = 2.0

mine = session()
head("Runs", "Compare what you have trained; they are kept for you on this server and in this browser.")
damaged(mine)
if not mine.workspace.runs:
    st.info("You have not trained anything yet. Every training becomes a run that you find here.")
    onward("pages/train.py", "Train a network", "monitoring")
    st.stop()


def watched() -> None:
    """Table and chart follow what still trains."""
    if not mine.workspace.runs:
        st.rerun()  # the last one has just been deleted
    chosen = run_table(mine)
    overlay(chosen)
    manage(mine, chosen)


following(lambda: mine.run, LIVE_SECONDS, watched)
onward("pages/train.py", "Back to the Train page", "monitoring")
