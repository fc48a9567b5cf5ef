"""The scatter, what it shows, and the same figures as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from core.data import SOURCES, about
from core.network.words import counted, joined
from core.study.size import AXES, SizePoint, all_points, frontier, own_points, without_accuracy
from core.training import Run, State
from core.ui.pages.size.state import SizeState
from core.ui.shell.frame import look, refreshing
from core.ui.shell.session import Session
from core.ui.widgets.clicks import clicked_datum
from core.ui.widgets.curves import curve_chart, whole_curves
from core.ui.widgets.downloads import chart_file, give_away, table_file
from core.views.size import AXIS_TITLES, POINT, SPREADS, aim_words, places, size_chart, size_table, size_words
from core.views.wording import plain
from core.views.zooming import ZOOM

DIGITS = SOURCES["mnist"].title
LIVE_SECONDS = 2.0
FILE = "accuracy-against-size"
ROWS_PX, ROW_PX = 390, 35
READ = (
    "How to read it: further up is better, further left is cheaper. The steps are the frontier, the best so far: "
    "whatever lies below them is equalled or beaten by a network that is no larger. Where they rise steeply, a "
    "little more size pays; where they are flat, it buys nothing, and a better recipe may. "
    "Of 10,000 images a difference of 0.2 points may be chance. "
)
FILLED = "Filled: of test images. Hollow: of validation or training images, which do not count for the frontier."


class View(NamedTuple):
    """What the chart shows: one of `AXES`, and one of `SPREADS`."""

    axis: str
    spread: str


def choose_images(mine: Session) -> str:
    """The title of the test images that accuracies are of; a choice where the visitor's runs were tested on others."""
    own = mine.state(SizeState)
    titles = list(dict.fromkeys([DIGITS, *(_tested_on(run) for run in mine.workspace.runs)]))
    shown = own.images if own.images in titles else DIGITS
    if len(titles) > 1:
        shown = st.segmented_control(
            "Test images", titles, default=shown, format_func=plain, required=True, key=f"size/images/{hash(tuple(titles))}"
        )  # fmt: skip
    own.images = shown
    return shown


def choose_view() -> View:
    """What size is, and how the axis of accuracies is spaced."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        axis = st.segmented_control(
            "Size", AXES, default=AXES[0], format_func=AXIS_TITLES.__getitem__, required=True, key="size/axis"
        )
        spread = st.segmented_control(
            "Accuracies",
            list(SPREADS),
            default="stretched",
            format_func=SPREADS.__getitem__,
            required=True,
            key="size/spread",
            help="Near 100 % small differences are large: from 99 % to 99.5 % half of the errors are gone. Stretched, "
            "the axis counts errors, and each halving has the same height.",
        )
    return View(axis, spread)


def points_of(mine: Session, images: str) -> tuple[SizePoint, ...]:
    """All that has an accuracy of these images."""
    runs = _runs(mine, images)
    return all_points(runs) if images == DIGITS else own_points(runs)


def opened_of(mine: Session, points: Sequence[SizePoint], view: View) -> SizePoint | None:
    """The point that was opened, or else the best of the frontier, or the first of all; None where there is none."""
    opened = mine.state(SizeState).opened
    found = [point for point in points if point.key == opened]
    return next(iter([*found, *reversed(frontier(places(points, view.axis), view.axis)), *points]), None)


def follow(mine: Session, images: str, body: Callable[[tuple[SizePoint, ...]], None]) -> None:
    """Draw `body` from the points as they are now, and again while one of the runs trains."""
    own = mine.state(SizeState)

    def state() -> object:
        return own.opened, [(run.created, run.active) for run in _runs(mine, images)]

    def drawn() -> None:
        for run in _runs(mine, images):
            if run.active:
                run.heartbeat()
        body(points_of(mine, images))

    refreshing(state, _live(mine, images), LIVE_SECONDS, drawn)


def scatter(mine: Session, images: str, view: View, points: Sequence[SizePoint]) -> None:
    """The chart, how to read it, and what has no point in it."""
    own, key = mine.state(SizeState), "size/chart"

    def clicked() -> None:
        chosen = clicked_datum(key, POINT).get("key")
        if any(point.key == chosen for point in points):
            own.opened = str(chosen)
            mine.reveals.renew()

    opened = opened_of(mine, points, view)
    ring = "" if opened is None else opened.key
    chart = size_chart(points, view.axis, view.spread, ring, look(), images == DIGITS)
    curve_chart(mine, chart, key, size_words(points, view.axis), clicked, POINT)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(FILLED, width="stretch")
        whole_curves(mine, "size/whole", "Whole chart")
    if images == DIGITS:
        st.markdown(f"**{plain(aim_words(points))}**")
    st.caption(READ + ZOOM)
    for sentence in _left_out(mine, images, view, points):
        st.caption(f":material/info: {plain(sentence)}")


def table(points: Sequence[SizePoint], view: View) -> None:
    """The same figures as a table, which sorts by a click on a column."""
    lines = size_table(points, view.axis)
    st.markdown("**The same figures as a table**")
    st.dataframe(
        lines,
        hide_index=True,
        placeholder="–",
        height=min(ROWS_PX, ROW_PX * (len(lines) + 1) + 3),
        column_config={
            "Accuracy (%)": st.column_config.NumberColumn(format="%.2f"),
            "Parameters": st.column_config.NumberColumn(format="localized"),
            "Multiply-adds": st.column_config.NumberColumn(format="localized"),
            "Seconds to train": st.column_config.NumberColumn(format="localized"),
        },
        key="size/table",
    )


def take_away(mine: Session, images: str, view: View) -> None:
    """The files; the picture once nothing trains, as until then the chart changes."""
    words = f"Accuracies of {images}. Seconds: on the machine that trained it; published networks do not tell theirs."
    files = [table_file(lambda: size_table(points_of(mine, images), view.axis), FILE)]
    if not _live(mine, images):
        files.insert(0, chart_file(size_words(points_of(mine, images), view.axis), words, FILE))
    give_away("size", words, files)


def _left_out(mine: Session, images: str, view: View, points: Sequence[SizePoint]) -> list[str]:
    """Sentences on what has no point, and why."""
    found = []
    nothing = without_accuracy(_runs(mine, images), points)
    if nothing:
        told = [f"“{run.name}” ({_why_nothing(run)})" for run in nothing]
        found.append(f"Without a point, as there is no accuracy yet: {joined(told)}.")
    without = [point for point in points if point not in places(points, view.axis)]
    if without:
        known = "their sources do not tell" if view.axis != "parameters" else "they have none"
        what = AXIS_TITLES[view.axis].lower()
        found.append(f"{counted(len(without), 'network')} without a point here: {known} ({what}).")
    others = [run for run in mine.workspace.runs if _tested_on(run) != images]
    if others:
        found.append(f"{counted(len(others), 'run')} of yours on other test images: choose those above.")
    return found


def _why_nothing(run: Run) -> str:
    now = run.snapshot
    return f"failed: {now.message.rstrip('.')}" if now.state is State.FAILED else "not evaluated yet"


def _runs(mine: Session, images: str) -> list[Run]:
    """The visitor's runs that are tested on these images."""
    return [run for run in mine.workspace.runs if _tested_on(run) == images]


def _live(mine: Session, images: str) -> bool:
    return any(run.active for run in _runs(mine, images))


def _tested_on(run: Run) -> str:
    return about(run.dataset_name).tested_on
