"""Charts of curves on a page: zoomed by dragging, and put back by a double click or a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.study.curves import spread
from core.study.ledger import seed_groups
from core.training import Run, Snapshot
from core.training.snapshot import Point
from core.ui.shell.frame import look
from core.ui.shell.session import Session
from core.views.axes import LOGARITHMIC, LOGARITHMIC_TIME, Axes
from core.views.charts import Spec, compared
from core.views.wording import few_range
from core.views.zooming import ZOOM, whole_again

SEEDS_AS_ONE = "Runs that differ in the seed alone as one curve: their mean, in a band of a standard deviation."
BAND = "A band is the mean over seeds and one standard deviation to both sides. What lies inside it can be the seed's doing."


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


def seeds_as_one(key: str, runs: Sequence[Run]) -> bool:
    """The switch that makes one curve of runs that differ in the seed alone, where there are such; returns whether it is on.

    Args:
        key: of the switch.
        runs: that are drawn.
    """
    several = any(len(group) > 1 for group in seed_groups(runs))
    return several and st.toggle("Seeds as one", value=True, key=key, help=SEEDS_AS_ONE)


def ends_of(
    named: Sequence[tuple[str, Snapshot]], spreads: Sequence[tuple[str, Sequence[Run]]], quantity: str
) -> list[str]:
    """What each curve ends with, in words."""
    found = [f"{name} {_end(now.evaluations[-1], quantity)}" for name, now in named if now.evaluations]
    for name, group in spreads:
        points = spread([run.snapshot for run in group], quantity)
        found += [f"{name} {points[-1].mean:.4f} ± {points[-1].deviation:.4f}"] if points else []
    return found


def _end(point: Point, quantity: str) -> str:
    """`0.8800`; an accuracy of few images with its interval."""
    ends = few_range(point.accuracy, point.images) if quantity == "accuracy" else ""
    return f"{getattr(point, quantity):.4f}" + (f" ({ends})" if ends else "")


def curves_compared(
    mine: Session,
    key: str,
    chart: str,
    named: Sequence[tuple[str, Snapshot]],
    bands: Sequence[tuple[str, Sequence[Run]]],
    quantity: str,
    training: bool,
    numbers: Sequence[int],
    by_second: bool = False,
    smoothing: float = 0.0,
    before: Sequence[str] = (),
) -> None:
    """Curves in one chart, with what a band is where there is one.

    Args:
        mine: the visitor.
        key: begins the keys of the chart's switches.
        chart: its own key.
        named, bands: curves of single runs, and of runs that differ in the seed alone; in this order `numbers` goes.
        quantity, training, numbers, by_second, smoothing, before: as `core.views.charts.compared` has them.
    """
    groups = [(name, [run.snapshot for run in group]) for name, group in bands]
    spec = compared(
        named, quantity, training, look(), numbers, axes_of(key, quantity), by_second, groups, smoothing, before
    )
    ends = ", ".join(ends_of(named, bands, quantity))
    unit = "seconds" if by_second else "epochs"
    curve_chart(mine, spec, chart, f"{quantity.capitalize()} over {unit}; at the end: {ends}.")
    if bands:
        st.caption(BAND)


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
