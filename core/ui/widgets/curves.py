"""Charts of curves on a page: zoomed by dragging, and put back by a double click or a button."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.ui.shell.session import Session
from core.views.charts import Spec
from core.views.zooming import ZOOM, whole_again


@dataclass
class CurvesState:
    """What the visitor's charts of curves show.

    Attributes:
        whole: how often they were put back by the button.
    """

    whole: int = 0


def curve_chart(mine: Session, chart: Spec, key: str, alt: str) -> None:
    """A chart of `core.views.charts` that can be zoomed."""
    st.vega_lite_chart(whole_again(chart, mine.state(CurvesState).whole), key=key, alt=alt)


def whole_curves(mine: Session, key: str) -> None:
    """The button that puts zoomed curves back; it needs no mouse."""
    state = mine.state(CurvesState)

    def put_back() -> None:
        state.whole += 1

    st.button("Whole curves", icon=":material/zoom_out_map:", help=ZOOM, on_click=put_back, key=key, type="tertiary")
