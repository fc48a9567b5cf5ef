"""What a click in a chart has chosen."""

from __future__ import annotations

from typing import Any

import streamlit as st


def clicked_datum(key: str, name: str) -> dict[str, Any]:
    """The fields of what was clicked last in a chart; empty where nothing, or nonsense, came.

    Args:
        key: of the chart.
        name: of its selection.
    """
    try:
        (datum,) = st.session_state[key]["selection"][name]
    except (KeyError, TypeError, ValueError):
        return {}
    return datum if isinstance(datum, dict) else {}
