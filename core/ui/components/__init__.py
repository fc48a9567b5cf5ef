"""Components that run in the browser: one `.js` file each, with its `.html` and `.css` where it has them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent


@lru_cache
def component(name: str):
    """The component made of `name`.js, .html and .css, to be called with its data, key and callbacks.

    It is registered once a process, and not at import, as that works only in a Streamlit server. Streamlit reads
    files of installed packages only, so it is given their text.
    """
    from streamlit.components import v2

    return v2.component(f"receptive_{name}", html=_text(name, "html"), css=_text(name, "css"), js=_text(name, "js"))


@lru_cache
def stylesheet(name: str) -> str:
    """`name`.css as a style element, for HTML that no script touches."""
    return f"<style>\n{_text(name, 'css')}</style>"


def _text(name: str, kind: str) -> str | None:
    path = FOLDER / f"{name}.{kind}"
    return path.read_text("utf-8") if path.exists() else None
