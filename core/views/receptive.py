"""The explorer of receptive fields as a chart: a feature map above, the input below, tied by the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np

from core.views.charts import KEPT, Spec, filled
from core.views.theme import FRAME, INK, LIGHT, MAGMA, SIGNED, Look


def receptive_explorer(
    activation: np.ndarray,
    regions: np.ndarray,
    image: np.ndarray,
    side_px: int = 224,
    look: Look = LIGHT,
    reads: Sequence[tuple[Sequence[int], Sequence[int]]] = (),
    first: tuple[int, int] | None = None,
) -> Spec:
    """A feature map above, the input below: hovering a unit frames exactly what it sees.

    Args:
        activation: (rows, columns) of one channel.
        regions: (rows·columns, 6) as from `insight.regions`.
        image: (h, w) or (h, w, 3) in 0…1, what the network received.
        side_px: about how wide each picture is.
        look: colours of the page.
        first: row and column of the unit that is framed to begin with; None for the one in the middle.
        reads: `ReceptiveField.paths`, where the frame has holes: what the unit truly reads is marked in it.
    """
    rows, columns = activation.shape
    units = [
        {
            "row": int(row), "column": int(column), "value": float(activation[row, column]),
            "top": int(top), "left": int(left), "bottom": int(bottom), "right": int(right),
            "unit": f"row {row + 1}, column {column + 1}", "view": _seen_words(int(top), int(left), int(bottom), int(right)),
        }
        for row, column, top, left, bottom, right in regions
    ]  # fmt: skip
    lowest, highest = float(activation.min()), float(activation.max())
    limit = max(abs(lowest), abs(highest)) or 1.0
    shape = deepcopy(_receptive_explorer((rows, columns), image.shape, lowest < 0, side_px, look, len(reads)))
    if reads:
        ways = [[[_bits(mask) for mask in masks] for masks in way] for way in reads]
        shape["params"] = [*shape["params"], {"name": "reads", "value": ways}]
    if first is not None:
        (hovered,) = (one for one in shape["params"] if one["name"] == "unit")
        hovered["value"] = [{"row": first[0], "column": first[1]}]
    shades = shape["vconcat"][0]["layer"][0]["encoding"]["color"]["scale"]
    shades["domain"] = [limit * end for end in shades["domain"]]
    return filled(shape, units=units, pixels=_pixels(image))


@lru_cache(KEPT)
def _receptive_explorer(
    units: tuple[int, int], pixels_shape: tuple[int, ...], signed: bool, side_px: int, look: Look, ways: int
) -> Spec:
    """For values up to 1; `ways` is how many products of rows and columns a unit reads, 0 for its whole frame."""
    rows, columns = units
    height, width = pixels_shape[:2]
    hover = alt.selection_point(
        name="unit", on="pointerover", fields=["row", "column"], empty=False, clear=False,
        value=[{"row": rows // 2, "column": columns // 2}], nearest=False,
    )  # fmt: skip
    above = _explored_units(rows, columns, signed, hover).properties(**_sides(rows, columns, side_px))
    below = _explored_image(pixels_shape, hover, look, ways).properties(**_sides(height, width, side_px))
    room = {"left": 0, "top": 0, "right": 34, "bottom": 5}  # so that the words fit beside a small picture
    return (
        alt.vconcat(above, below, spacing=34, padding=room)
        .resolve_scale(x="independent", y="independent", color="independent")
        .configure_view(strokeWidth=0)
        .configure_concat(spacing=30)
        .to_dict()
    )


def _explored_units(rows: int, columns: int, signed: bool, hover: alt.Parameter) -> alt.LayerChart:
    """The feature map, each unit a cell to hover over; the chosen one is framed."""
    shades = (
        alt.Scale(domain=[-1, 1], range=list(SIGNED), interpolate="rgb")
        if signed
        else alt.Scale(domain=[0, 1], range=list(MAGMA), interpolate="rgb")
    )
    grid = alt.Chart(alt.NamedData("units"))
    place = _cell("column", "row", columns, rows)
    cells = (
        grid.mark_rect()
        .encode(
            **place,
            color=alt.Color(
                "value:Q", scale=shades, title="value", legend=alt.Legend(orient="right", gradientLength=120)
            ),
            tooltip=[
                alt.Tooltip("unit:N"),
                alt.Tooltip("value:Q", format=".4f"),
                alt.Tooltip("view:N", title="sees"),
            ],
        )
        .transform_calculate(x2="datum.column + 1", y2="datum.row + 1")
        .add_params(hover)
    )
    chosen = (
        grid.mark_rect(fillOpacity=0, stroke=FRAME, strokeWidth=3)
        .encode(**place)
        .transform_calculate(x2="datum.column + 1", y2="datum.row + 1")
        .transform_filter(hover)
    )
    return alt.LayerChart(layer=[cells, chosen])


def _explored_image(shape: tuple[int, ...], hover: alt.Parameter, look: Look, ways: int) -> alt.LayerChart:
    """The input with the chosen unit's receptive field framed, and a sentence above."""
    height, width = shape[:2]
    colour = (
        alt.Color("colour:N", scale=None)
        if len(shape) == 3
        else alt.Color("value:Q", scale=alt.Scale(domain=[0, 1], range=list(INK)), legend=None)
    )
    pixels = (
        alt.Chart(alt.NamedData("pixels"))
        .mark_rect()
        .encode(**_cell("column", "row", width, height), color=colour)
        .transform_calculate(x2="datum.column + 1", y2="datum.row + 1")
    )
    units = alt.Chart(alt.NamedData("units"))
    box = (
        units.mark_rect(fill=FRAME, fillOpacity=0 if ways else 0.22, stroke=FRAME, strokeWidth=3)
        .encode(x=_position("left", width), x2="right:Q", y=_position("top", height), y2="bottom:Q")
        .transform_filter(hover)
        .transform_filter("datum.bottom > datum.top")
    )
    words = (
        units.mark_text(align="left", baseline="bottom", fontSize=12, color=look.text)
        .transform_calculate(words="datum.unit + ' sees ' + datum.view")
        .transform_filter(hover)
        .encode(x=alt.value(0), y=alt.value(-6), text="words:N")
    )
    return alt.LayerChart(layer=[pixels, *([_read_pixels(height, width, ways)] if ways else []), box, words])


def _read_pixels(height: int, width: int, ways: int) -> alt.Chart:
    """Chart layer: a mark in each pixel that the chosen unit reads."""
    read = " || ".join(
        f"(indexof(reads[{way}][0][unit.row[0]], '|' + datum.row + '|') >= 0"
        f" && indexof(reads[{way}][1][unit.column[0]], '|' + datum.column + '|') >= 0)"
        for way in range(ways)
    )
    return (
        alt.Chart(alt.NamedData("pixels"))
        .mark_rect(fillOpacity=0.35, fill=FRAME, stroke=FRAME, strokeWidth=1.5)
        .encode(**_cell("x1", "y1", width, height))
        .transform_filter(f"isValid(unit.row) && ({read})")
        .transform_calculate(
            x1="datum.column + 0.2", x2="datum.column + 0.8", y1="datum.row + 0.2", y2="datum.row + 0.8"
        )
    )


def _cell(across: str, down: str, columns: int, rows: int) -> dict[str, Any]:
    """The channels of a rectangle from these fields to `x2` and `y2`."""
    return {"x": _position(across, columns), "x2": "x2:Q", "y": _position(down, rows), "y2": "y2:Q"}


def _position(field: str, length: int) -> Any:
    """An axis of cell indices on which 0 is at the top or left; without decoration."""
    scale = alt.Scale(domain=[0, length], nice=False, zero=False)
    channel = alt.Y if field in ("row", "top", "y1") else alt.X
    if channel is alt.Y:
        scale = alt.Scale(domain=[length, 0], nice=False, zero=False)
    return channel(f"{field}:Q", scale=scale, axis=None)


def _bits(mask: int) -> str:
    """The places of a mask as the browser looks them up: `|3|5|7|`."""
    return "|" + "".join(f"{place}|" for place in range(mask.bit_length()) if mask >> place & 1)


def _seen_words(top: int, left: int, bottom: int, right: int) -> str:
    """Rows and columns as text, counted from 1."""
    if bottom == top:
        return "only padding"
    return f"{bottom - top}×{right - left} pixels: rows {top + 1}–{bottom}, columns {left + 1}–{right}"


def _sides(rows: int, columns: int, side_px: int) -> dict[str, int]:
    """Width and height in which each cell is a square of whole pixels, at least 2."""
    cell = max(2, side_px // max(rows, columns))
    return {"width": cell * columns, "height": cell * rows}


def _pixels(image: np.ndarray) -> list[dict[str, Any]]:
    height, width = image.shape[:2]
    if image.ndim == 2:
        return [
            {"row": r, "column": c, "value": round(float(image[r, c]), 3)}
            for r in range(height)
            for c in range(width)
        ]
    levels = (np.clip(image, 0, 1) * 255).astype(int)
    return [
        {"row": r, "column": c, "colour": "#{:02x}{:02x}{:02x}".format(*levels[r, c])}
        for r in range(height)
        for c in range(width)
    ]
