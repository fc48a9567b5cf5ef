"""Components that run in the browser: one `.js` file each, with its `.html` and `.css` where it has them.

One of several files has a folder of its own. What several components share is a module that they import.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=function|const|class|async)", re.MULTILINE)


@lru_cache
def component(name: str):
    """The component made of `name`.js, .html and .css, to be called with its data, key and callbacks.

    It is registered once a process, and not at import, as that works only in a Streamlit server. Streamlit reads
    files of installed packages only, so it is given their text.
    """
    from streamlit.components import v2

    found = source(name)
    return v2.component(f"receptive_{name}", html=found.html, css=found.css, js=found.js)


class Source(NamedTuple):
    """The texts of a component: its script with all that it imports; None where it has no HTML or style."""

    js: str
    html: str | None
    css: str | None


def source(name: str) -> Source:
    """The texts of the component of this name."""
    folder = FOLDER / name if (FOLDER / name).is_dir() else FOLDER
    return Source(bundled(folder / f"{name}.js"), _text(folder, name, "html"), _text(folder, name, "css"))


def bundled(path: Path) -> str:
    """A JavaScript module as one text, with those that it imports before it, each once.

    Streamlit loads the script of a component as one module without an address, from which nothing can be imported.
    Names of the top level have to differ from one module to another; an import renames nothing.
    """
    order = modules(path)
    texts = [_IMPORT.sub("", one.read_text("utf-8")) for one in order]
    return "\n".join([*(_EXPORT.sub("", text) for text in texts[:-1]), texts[-1]])


def modules(path: Path) -> list[Path]:
    """The files of a JavaScript module: those that it imports, directly or not, in the order of need; last itself."""
    found: list[Path] = []
    for name in _IMPORT.findall(path.read_text("utf-8")):
        found += [one for one in modules((path.parent / name).resolve()) if one not in found]
    return [*found, path]


@lru_cache
def stylesheet(name: str) -> str:
    """`name`.css as a style element, for HTML that no script touches."""
    return f"<style>\n{_text(FOLDER, name, 'css')}</style>"


def _text(folder: Path, name: str, kind: str) -> str | None:
    path = folder / f"{name}.{kind}"
    return path.read_text("utf-8") if path.exists() else None
