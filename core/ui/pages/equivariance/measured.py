"""Errors of all layers over many test images: by layer, by shift, and of single parts of networks."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.network.words import counted
from core.study.background import Study
from core.study.contender import LabelledImages
from core.study.equivariance import IMAGES, MOST_PIXELS, ShiftErrors
from core.study.untrained import PADDED, PARTS
from core.ui.pages.equivariance.state import EquivarianceState
from core.ui.shell.frame import look, plain
from core.ui.shell.session import Session
from core.ui.widgets.downloads import File, chart_file, give_away, table_file
from core.views.equivariance import (
    by_step,
    layer_chart,
    layer_rows,
    line_chart,
    line_rows,
    most_error,
    pixels_text,
    step_sentence,
)
from core.views.maps import layer_words

DIRECTIONS = {"right": "To the right", "down": "Down"}
ERROR = (
    "The error is the length of the difference between the maps of the moved image and the moved maps, as a share of the "
    "length of the maps: 0 where they move along exactly, 100 % where the difference is as large as the maps."
)


def choose_shift(mine: Session) -> None:
    """Choices of the direction and the length of the shifts that are measured."""
    own = mine.state(EquivarianceState)
    st.markdown("**Every layer, over many test images**: how far it fails to follow the shift")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        own.direction = st.segmented_control(
            "Direction", list(DIRECTIONS), default=own.direction, format_func=DIRECTIONS.__getitem__, required=True,
            key="equivariance/direction",
        )  # fmt: skip
        own.shift = st.slider("Shift (px)", 1, MOST_PIXELS, own.shift, key="equivariance/shift", width=260)


def _progress(study: Study[ShiftErrors], images: LabelledImages) -> ShiftErrors | None:
    """How far it is; None before there is anything."""
    found, most = study.latest, min(IMAGES, len(images.images))
    if not study.finished:
        there = 0 if found is None else found.images
        st.progress(there / most, text=f"Measured on {there:,} of {counted(most, 'test image')} …")
    if found is None:
        st.caption("The first numbers follow in a moment.")
    return found


def _how_many(found: ShiftErrors, images: LabelledImages) -> str:
    return f"{counted(found.images, 'test image')} of {images.title}, moved {DIRECTIONS[found.direction].lower()}."


def by_layer(mine: Session, images: LabelledImages, study: Study[ShiftErrors]) -> None:
    """A bar for each layer of each network, after one shift."""
    found, shift = _progress(study, images), mine.state(EquivarianceState).shift
    if found is None:
        return
    most = most_error(found)
    for number, (column, name) in enumerate(zip(st.columns(len(found.names), gap="large"), found.names)):
        with column:
            st.markdown(f"**{plain(name)}**, moved by {shift} px")
            rows = layer_rows(found, number, shift)
            told = ", ".join(f"{row['layer']} ({row['step']}): {row['text']}" for row in rows)
            alt = f"Error of each layer of {name} after a shift by {shift} px: {told}."
            st.vega_lite_chart(layer_chart(rows, most, look()), key=f"equivariance/layers/{number}", alt=alt)
            _files(study, found, images, alt, f"{name} by layer", rows, f"equivariance/layers/{number}/files")
    st.caption(
        f"{_how_many(found, images)} {ERROR} Bars: units that see neither the border, nor padding, nor what came in; the "
        "line on each is where the middle half of the images lies; – stands where there are no such units. The diamond is the error of all units, with the border. "
        "Layers without places are compared with themselves before the shift: their error says how far their numbers "
        "change. Where a network has learned, its probabilities hardly change after a shift by a pixel: that is left to "
        "learning, as no layer ensures it."
    )


def by_shift(images: LabelledImages, study: Study[ShiftErrors]) -> None:
    """For each step between units, one layer over all shifts, and what that says in sentences."""
    st.markdown("**What strides and pooling do**: the last layer of each step between units, over all shifts")
    found = study.latest
    if found is None:
        st.caption("The first numbers follow in a moment.")
        return
    most = most_error(found)
    for number, (column, name) in enumerate(zip(st.columns(len(found.names), gap="large"), found.names)):
        with column:
            st.markdown(f"**{plain(name)}**")
            layers = by_step(found, number)
            titles = [layer_words(found.networks[number], one.path) for one in layers]
            rows = [row for title, one in zip(titles, layers) for row in line_rows(title, one, found.shifts)]
            sentences = [step_sentence(*one, found.shifts) for one in zip(titles, layers)]
            alt = f"Error over shifts by {pixels_text(found.shifts)}, {name}. {' '.join(sentences)}"
            chart = line_chart(titles, rows, found.shifts, most, look())
            st.vega_lite_chart(chart, key=f"equivariance/shifts/{number}", alt=alt)
            st.markdown("\n".join(f"- {plain(one)}" for one in sentences))
            _files(study, found, images, alt, f"{name} by shift", rows, f"equivariance/shifts/{number}/files")
    st.caption(
        "With a stride or a pooling of 2, there is a unit every second pixel only. Shifted by 2, each unit sees what its "
        "neighbour saw, and the maps move by exactly one unit. Shifted by 1, each unit sees a place that no unit has seen "
        "before, and the maps become others. Behind two such layers, units lie 4 px apart and only every fourth shift is "
        "followed. So a network with strides is not blind to where a digit lies, whatever its convolutions do."
    )


def single(images: LabelledImages, study: Study[ShiftErrors]) -> None:
    """Single parts of networks, with random weights: one line for each."""
    st.markdown("**One part at a time**: random weights show it too, as this is no matter of learning")
    found = _progress(study, images)
    if found is None:
        return
    last = dict(zip(found.names, (layers[-1] for layers in found.layers)))
    columns = st.columns(2, gap="large")
    for column, title, names, border, words in (
        (columns[0], "Stride and pooling, away from the border", PARTS, False, PARTS_WORDS),
        (columns[1], "Two convolutions, all units", PADDED, True, PADDED_WORDS),
    ):
        with column:
            st.markdown(f"**{title}**")
            rows = [row for name in names for row in line_rows(name, last[name], found.shifts, border)]
            most = max(0.05, *(row["high"] for row in rows))
            told = [f"{name}: {max(row['error'] for row in rows if row['name'] == name):.1%}" for name in names]
            alt = f"{title}: error over the shift. Largest: {', '.join(told)}."
            key = f"equivariance/single/{border}"
            st.vega_lite_chart(line_chart(names, rows, found.shifts, most, look()), key=key, alt=alt)
            st.caption(words)
            _files(study, found, images, alt, title, rows, f"{key}/files")
    st.caption(f"{_how_many(found, images)} 8 kernels of 5×5 pixels a convolution, with ReLU. {ERROR}")


PARTS_WORDS = (
    "Without a stride every shift is followed. A convolution with stride 2 leaves out every second place and misses odd "
    "shifts most. Behind a convolution, pooling takes the maximum or the mean of four places, so that less is lost between them: the mean, "
    "which blurs, loses least."
)
PADDED_WORDS = (
    "Padding puts zeros around the maps. Around an image of digits nobody notices: its ground is 0 too. But the maps of an "
    "empty ground are not 0, as each convolution adds its bias, so the next convolution sees an edge there that does not "
    "move with the image: by that a network can know where a thing lies."
)


def _files(
    study: Study[ShiftErrors],
    found: ShiftErrors,
    images: LabelledImages,
    alt: str,
    title: str,
    rows: Sequence[dict[str, object]],
    key: str,
) -> None:
    """What can be taken away, once it is complete."""
    if study.finished:
        words = f"{title}: error of shift equivariance. {_how_many(found, images)}"
        files: list[File] = [chart_file(alt, words, "equivariance"), table_file(list(rows), "equivariance")]
        give_away(key, "", files)
