"""A tour of a page: a card leads from stop to stop, asks for one act at each, notices it and goes on. A tour is data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from core.ui.components import component
from core.ui.shell.private import css_class


@dataclass(frozen=True)
class Happens:
    """Done when an event of one of these kinds happens within an element of the page that matches the CSS selector."""

    events: tuple[str, ...]
    on: str


@dataclass(frozen=True)
class Becomes:
    """Done when a fact has this value, be it at once."""

    fact: str
    value: str | bool


@dataclass(frozen=True)
class Changes:
    """Done when a fact has another value than when the stop was reached."""

    fact: str


@dataclass(frozen=True)
class Copies:
    """Done when the address of the page was copied, by a button of the card with this label."""

    label: str


Act = Happens | Becomes | Changes | Copies


@dataclass(frozen=True)
class Stop:
    """One stop of a tour.

    Attributes:
        id: by which the browser remembers how far its visitor has come.
        sentence: what to see here and what to do.
        act: when it is done.
        places: keys of widgets and containers; the first one that is on the page lights up. None to light up nothing.
        inside: CSS selector of an element within it that lights up instead, where it is there.
    """

    id: str
    sentence: str
    act: Act
    places: tuple[str, ...] = ()
    inside: str = ""


def tour(name: str, stops: Sequence[Stop], facts: Mapping[str, str | bool], offered: bool = True) -> None:
    """A button that begins the tour, and the tour itself, over the page.

    Args:
        name: of the tour: in the browser, each is remembered by its own.
        stops: in their order.
        facts: what holds on the page now, which acts may ask about.
        offered: whether it is offered once to those who have not seen it.
    """
    told = [
        {
            "id": stop.id,
            "sentence": stop.sentence,
            "act": {"kind": type(stop.act).__name__.lower()} | asdict(stop.act),
            "places": [css_class(key) for key in stop.places],
            "inside": stop.inside,
        }
        for stop in stops
    ]
    component("tour")(
        data={"name": name, "stops": told, "facts": dict(facts), "offered": offered}, key=f"tour/{name}"
    )
