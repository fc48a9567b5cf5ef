"""The page before TensorFlow is there, and the moment when it comes."""

from __future__ import annotations

import streamlit as st

from core.training.priority import awake
from core.ui.shell.private import repeated

LOOK_SECONDS = 0.5


def until_awake() -> None:
    """Draw the page anew as soon as TensorFlow, which is imported in the background, is there."""

    def look() -> None:
        if awake():
            st.rerun()

    repeated(look, LOOK_SECONDS)
