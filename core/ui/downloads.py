"""Pictures and tables to take away; each is made when it is asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import streamlit as st

from core.views.images import Scale, Tile, captioned_png


def png_button(tiles: Sequence[Tile], scales: Scale | Sequence[Scale], caption: str, file: str, key: str) -> None:
    """Pictures with their labels and a caption, as one PNG."""
    st.download_button(
        "Download as PNG",
        lambda: captioned_png(tiles, scales, caption),
        f"{file}.png",
        "image/png",
        on_click="ignore",
        icon=":material/download:",
        key=key,
    )


def csv_button(label: str, header: Sequence[str], rows: Iterable[Sequence[object]], file: str, key: str) -> None:
    """A table as CSV, in UTF-8."""
    st.download_button(
        label,
        lambda: csv_text(header, rows),
        f"{file}.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        key=key,
    )


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lines of values, as RFC 4180 has them."""
    target = io.StringIO()
    csv.writer(target).writerows([header, *rows])
    return target.getvalue()
