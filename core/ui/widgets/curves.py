"""Charts of curves on a page: zoomed by dragging, and put back by a double click or a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.ui.shell.session import Session
from core.views.axes import LOGARITHMIC, LOGARITHMIC_TIME, Axes
from core.views.charts import Spec
from core.views.zooming import ZOOM, whole_again


@dataclass
class CurvesState:
    """What the visitor's charts of curves show.

    Attributes:
        whole: how often they were put back by the button.
    """

    whole: int = 0


def curve_chart(
    mine: Session,
    chart: Spec,
    key: str,
    alt: str,
    clicked: Callable[[], None] | None = None,
    selection: str = "",
    height: Literal["content", "stretch"] = "content",
) -> None:
    """A chart of `core.views` that can be zoomed, and where `clicked` is given, clicked.

    Args:
        mine: how often charts were put back.
        chart: of `core.views`, zoomable.
        key: of the chart.
        alt: its text alternative.
        clicked: is called when the selection of this name has changed.
        selection: its name.
        height: as high as the chart says, or as the container it is in.
    """
    shown = whole_again(chart, mine.state(CurvesState).whole)
    if clicked is None:
        st.vega_lite_chart(shown, key=key, alt=alt, height=height)
    else:
        st.vega_lite_chart(shown, key=key, alt=alt, height=height, on_select=clicked, selection_mode=selection)


def axes_of(key: str, quantity: str) -> Axes:
    """Which axes of a chart of curves are logarithmic, as `curve_switches` of this key has it.

    Args:
        key: begins the switches' keys.
        quantity: `accuracy` or `loss`.
    """
    state = st.session_state
    return Axes(quantity == "loss" and bool(state.get(f"{key}/logarithmic")), bool(state.get(f"{key}/log_time")))


def curve_switches(mine: Session, key: str, loss: bool) -> None:
    """The switches of a chart of curves, to be drawn in a row: logarithmic axes, and the button that shows the whole again.

    Args:
        mine: the visitor.
        key: begins the switches' keys.
        loss: whether losses are shown.
    """
    if loss:
        st.toggle("Logarithmic loss", key=f"{key}/logarithmic", help=LOGARITHMIC)
    st.toggle("Logarithmic time", key=f"{key}/log_time", help=LOGARITHMIC_TIME)
    whole_curves(mine, f"{key}/whole")


def whole_curves(mine: Session, key: str, label: str = "Whole curves") -> None:
    """The button that puts a zoomed chart back; it needs no mouse."""
    state = mine.state(CurvesState)

    def put_back() -> None:
        state.whole += 1

    st.button(label, icon=":material/zoom_out_map:", help=ZOOM, on_click=put_back, key=key, type="tertiary")
