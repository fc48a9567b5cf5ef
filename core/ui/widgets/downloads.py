"""Pictures and tables to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.ui.components import component
from core.ui.shell.frame import look
from core.views.images import Scale, Tile, captioned_png
from core.views.wording import plain

MOST_LISTED = 200_000  # lines of a table
NO_BREAK = "\u00a0"  # a space at which no line ends, for tables on narrow pages


Lines = Sequence[Mapping[str, object]]
File = Callable[[str], None]  # puts a button on the page whose key begins with what it is given


def give_away(key: str, caption: str, files: Sequence[File]) -> None:
    """A caption in plain text, and beside it or below the buttons of what can be taken away."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        if caption:
            st.caption(plain(caption), width=520)
        if files:
            with st.container(horizontal=True, width="content"):
                for file in files:
                    file(key)


def picture_file(make: Callable[[], bytes | str], file: str) -> File:
    """A picture for `give_away`, as `download_picture`."""
    return lambda key: download_picture(make, file, f"{key}/{file[-3:]}")


def table_file(lines: Lines | Callable[[], Lines], file: str) -> File:
    """A table for `give_away`, as `download_table`."""
    return lambda key: download_table(lines, file, f"{key}/csv")


def chart_file(alt: str, caption: str, file: str) -> File:
    """A chart for `give_away`, as `download_chart`."""
    return lambda key: download_chart(alt, caption, file, f"{key}/svg")


def download_table(lines: Lines | Callable[[], Lines], file: str, key: str) -> None:
    """A button that gives a table as CSV; its first line names the columns. A long one is made when it is asked for."""
    _button("Table", lambda: as_csv(lines() if callable(lines) else lines), f"{file}.csv", "text/csv", key)


def download_picture(make: Callable[[], bytes | str], file: str, key: str) -> None:
    """A button that gives a picture as `file`, which ends in .png or .svg; it is made when it is asked for."""
    _button("Picture", make, file, "image/png" if file.endswith(".png") else "image/svg+xml", key)


def download_tiles(
    tiles: Sequence[Tile], scales: Scale | Sequence[Scale] | None, caption: str, file: str, key: str
) -> None:
    """A button that gives pictures with their labels and a caption as one PNG."""
    download_picture(lambda: captioned_png(tiles, scales, caption), f"{file}.png", key)


def download_chart(alt: str, caption: str, file: str, key: str) -> None:
    """A button that gives a chart as SVG: as the browser shows it now, with a caption below.

    The chart is known by its text alternative, as Streamlit gives charts no other name that a browser could find.
    """
    colours = look()
    data = {
        "alt": alt, "caption": caption, "file": f"{file}.svg", "label": "Picture",
        "ground": colours.ground, "text": colours.text,
    }  # fmt: skip
    component("chart_file")(data=data, key=key, width="content")


def as_csv(lines: Lines) -> bytes:
    """Rows as CSV; with a byte order mark, by which spreadsheets know that it is UTF-8."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(lines[0]) if lines else [])
    writer.writeheader()
    writer.writerows({name: str(cell).replace(NO_BREAK, " ") for name, cell in line.items()} for line in lines)
    return target.getvalue().encode("utf-8-sig")


def _button(label: str, data: Callable[[], bytes | str], file: str, mime: str, key: str) -> None:
    st.download_button(
        label, data, file, mime, key, icon=":material/download:", type="tertiary", on_click="ignore", help=file
    )
