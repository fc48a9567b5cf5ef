"""Pictures and tables to take away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from functools import lru_cache

import streamlit as st

from core.ui.shell.frame import look
from core.views.images import Scale, Tile, captioned_png

MOST_LISTED = 200_000  # lines of a table
NO_BREAK = "\u00a0"  # a space at which no line ends, for tables on narrow pages


Lines = Sequence[dict[str, object]]
File = Callable[[str], None]  # puts a button on the page whose key begins with what it is given


def give_away(key: str, caption: str, files: Sequence[File]) -> None:
    """A caption, and beside it or below the buttons of what can be taken away."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        if caption:
            st.caption(caption, width=520)
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
    _chart_saver()(data=data, key=key, width="content")


_SAVER_HTML = '<button type="button"><span class="icon" aria-hidden="true">download</span><span></span></button>'
_SAVER_CSS = """
button {
  display: inline-flex; align-items: center; gap: 8px; min-height: 40px; padding: 0; border: 0; background: none;
  font: inherit; font-family: var(--st-font); font-size: 14px; color: var(--st-text-color); cursor: pointer;
}
button:hover { color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; border-radius: 4px; }
.icon { font-family: 'Material Symbols Rounded'; font-size: 18px; line-height: 1; font-feature-settings: 'liga'; }
"""
# The words go into text nodes only. A chart that is not there, or not drawn yet, gives nothing.
_SAVER_JS = r"""
const EDGE = 16, LINE = 18, LETTER = 6.6, SVG = 'http://www.w3.org/2000/svg';

function made(name, attributes, parent, words) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (words) element.textContent = words;
  parent?.append(element);
  return element;
}

function wrapped(words, most) {
  const lines = [''];
  for (const word of words.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector('button');
  button.lastChild.textContent = data.label;
  button.title = data.file;
  button.onclick = () => {
    const drawn = [...document.querySelectorAll('[aria-label] > svg.marks')]
      .find((one) => one.parentElement.getAttribute('aria-label') === data.alt);
    if (!drawn) return;
    const chart = drawn.cloneNode(true);
    const [wide, high] = ['width', 'height'].map((side) => parseFloat(drawn.getAttribute(side)));
    const inner = Math.max(wide, 420), lines = wrapped(data.caption, inner / LETTER);
    const size = { width: inner + 2 * EDGE, height: high + 3 * EDGE + lines.length * LINE };
    const page = made('svg', { ...size, viewBox: `0 0 ${size.width} ${size.height}` });
    made('rect', { width: '100%', height: '100%', fill: data.ground }, page);
    chart.setAttribute('x', EDGE); chart.setAttribute('y', EDGE);
    page.append(chart);
    const font = { 'font-family': "'Segoe UI', Helvetica, Arial, sans-serif", 'font-size': 13, fill: data.text };
    lines.forEach((line, at) => made('text', { ...font, x: EDGE, y: high + 2 * EDGE + (at + 1) * LINE - 4 }, page, line));
    const link = document.createElement('a');
    const text = new XMLSerializer().serializeToString(page).replace(/url\([^)#]*#/g, 'url(#');  // not on this server
    link.href = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
    link.download = data.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
}
"""


@lru_cache(maxsize=1)
def _chart_saver():
    """Registered once a process; outside a Streamlit server that is not possible, so not at import."""
    return st.components.v2.component("receptive_chart_file", html=_SAVER_HTML, css=_SAVER_CSS, js=_SAVER_JS)


def as_csv(lines: Sequence[dict[str, object]]) -> bytes:
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
