"""Names that a lesson uses, and what is said where nothing is called so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

from core.learn.lessons.lesson import Control, Known, Link, Offered
from core.network import InvalidNetwork, shared_from_token
from core.network.words import joined

_TOKEN = re.compile(r"\d[A-Za-z0-9_-]{16,}", re.ASCII)
MOST_LISTED = 12  # names, where none is alike


def known_page(name: str, known: Known) -> Link | str:
    """The page of this id, or the sentence that there is none."""
    return Link("page", name) if name in known.pages else unknown("page", name, known.pages, known.pages.values())


def known_network(name: str, known: Known) -> Offered | str:
    """The network of this name, or in a link with this token; or the sentence that there is none.

    The key of a preset, its name and the id of one that ships count, whatever their capitals, spaces and hyphens.
    """
    name = name.replace("%20", " ").strip()
    wanted = _bare(name)
    for one in known.networks:
        if wanted and wanted in (_bare(one.name), _bare(one.network.name)):
            return one
    if _TOKEN.fullmatch(name):
        try:
            shared = shared_from_token(name)
        except InvalidNetwork as problem:
            return f"the network’s token cannot be read. {problem}"
        return Offered(name, shared.network, shared.recipe, shared.dataset)
    names = (name for one in known.networks for name in (one.name, one.network.name))
    return unknown("network", name, dict.fromkeys(names))


def known_value(name: str, control: Control) -> str:
    """What a control can be set to by this name, whatever its capitals, spaces and hyphens; empty for nothing."""
    return next((value for value in control.values if _bare(value) == _bare(name)), "")


def unknown(noun: str, name: str, there: Iterable[str], titles: Iterable[str] = ()) -> str:
    """The sentence that nothing has this name, with the one that may be meant."""
    names = list(there)
    sentence = f"there is no {noun} “{name[:60]}”"
    if guess := nearest(name, names, titles):
        return f"{sentence}; did you mean “{guess}”?"
    listed = f"; there are {joined(names)}." if 0 < len(names) <= MOST_LISTED else "."
    return sentence + listed


def nearest(name: str, names: Iterable[str], titles: Iterable[str] = ()) -> str:
    """The name that is most like this one, or whose title is; empty where none is."""
    names = list(names)
    by_bare: dict[str, str] = {}
    for written, one in (*zip(names, names), *zip(titles, names)):
        by_bare.setdefault(_bare(written), one)
    found = get_close_matches(_bare(name[:60]), by_bare, 1, 0.6)
    return by_bare[found[0]] if found else ""


@lru_cache(maxsize=512)
def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())
