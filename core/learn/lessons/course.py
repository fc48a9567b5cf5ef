"""How far a visitor has come in lessons, as a small JSON document beside their draft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from math import isfinite
from typing import Any

from core.learn.lessons.lesson import MAX_CHARACTERS, MAX_STEPS

MOST_PLACES = 40  # lessons that are remembered; the one that was taken least recently is forgotten
MAX_ANSWER = 400  # characters of an answer that is kept
MOST_KINDS = 100  # of exercises that are kept with a place
OWN = "own-"  # a lesson that does not ship is called by this and a digest of its text


@dataclass(frozen=True)
class Place:
    """How far somebody has come in one lesson.

    Attributes:
        step: index of the step that they are at.
        furthest: of the furthest step that they have been at.
        done: indices of the steps in which the app has noticed what was to do.
        answers: index of a step → what was answered last: the index of an option, or a text.
        right: indices of the steps whose question was answered right.
        looked: indices of the steps whose hint (once) or solution (twice) was looked at.
        network: digest of the network that was in the editor when the step was reached.
        unit: digest of the number in a map that was chosen then; empty for none.
        begun: when the lesson was begun, in seconds since 1970; 0 where that is not known.
        solved: kind of exercises → how many had been solved then.
        ended: whether they have come to the end.
    """

    step: int = 0
    furthest: int = 0
    done: tuple[int, ...] = ()
    answers: Mapping[int, str] = field(default_factory=dict)
    right: tuple[int, ...] = ()
    looked: tuple[int, ...] = ()
    network: str = ""
    ended: bool = False
    unit: str = ""
    begun: float = 0.0
    solved: Mapping[str, int] = field(default_factory=dict)

    def at(self, step: int, network: str, unit: str = "") -> Place:
        """At another step, with this network in the editor and this number in a map chosen."""
        return replace(self, step=step, furthest=max(step, self.furthest), network=network, unit=unit, ended=False)

    def with_done(self, step: int) -> Place:
        """After the app has noticed what was to do."""
        return replace(self, done=_with(self.done, step))

    def with_answer(self, step: int, text: str, right: bool) -> Place:
        """After an answer."""
        answers = {**self.answers, step: text[:MAX_ANSWER]}
        return replace(self, answers=answers, right=_with(self.right, step) if right else self.right)

    def with_look(self, step: int, times: int) -> Place:
        """After a look at the hint (1) or at the solution (2)."""
        more = times - self.looked.count(step)
        return replace(self, looked=tuple(sorted((*self.looked, *[step] * more)))) if more > 0 else self


@dataclass(frozen=True)
class Course:
    """The lessons of a visitor.

    Attributes:
        running: name of the lesson that goes on: the id of one that ships, or of one's own; empty for none.
        own: text of the lesson of one's own that was taken last; empty for none.
        folded: whether its card is folded to one line.
        places: name of a lesson → how far they have come; the one that was taken last at the end.
    """

    running: str = ""
    own: str = ""
    folded: bool = False
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """How far they have come in the lesson that goes on."""
        return self.places.get(self.running, Place())

    def begun(self, name: str, text: str = "", anew: bool = False, beginning: Place | None = None) -> Course:
        """With this lesson going on, from where it was left, or anew from `beginning`; `text` of one that does not ship."""
        place = self.places.get(name)
        place = beginning or Place() if anew or place is None or place.ended else place
        return replace(self, running=name, own=text or self.own, folded=False, places=_last(self.places, name, place))

    def moved(self, place: Place) -> Course:
        """With the lesson that goes on at another place; unchanged where none does."""
        return replace(self, places=_last(self.places, self.running, place)) if self.running else self

    def without(self) -> Course:
        """With no lesson going on."""
        return replace(self, running="", folded=False)


def own_name(text: str) -> str:
    """The name of a lesson that does not ship."""
    return OWN + sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def course_to_json(course: Course) -> str:
    """The document."""
    return json.dumps(asdict(course), separators=(",", ":"))


def course_from_json(text: str | None) -> Course:
    """What the document says; none, or a damaged one, says that no lesson was taken."""
    try:
        found = json.loads(text or "{}")
        places = {
            str(name)[:80]: _place(place) for name, place in list(found.get("places", {}).items())[-MOST_PLACES:]
        }
        running, own, folded = found.get("running", ""), found.get("own", ""), found.get("folded", False)
    except (ValueError, AttributeError, LookupError, TypeError, OverflowError, RecursionError):
        return Course()
    fine = isinstance(running, str) and isinstance(own, str) and len(running) <= 80 and len(own) <= MAX_CHARACTERS
    return Course(running, own, folded is True, places) if fine else Course()


def _place(found: Any) -> Place:
    """A place; raises `ValueError` and the like for what is none."""
    answers = {_index(int(step)): str(text)[:MAX_ANSWER] for step, text in found["answers"].items()}
    done, right, looked = (
        tuple(_index(step) for step in found[name][: 2 * MAX_STEPS]) for name in ("done", "right", "looked")
    )
    furthest = _index(found["furthest"])
    network, unit = str(found["network"])[:64], str(found.get("unit", ""))[:64]
    begun = float(found.get("begun", 0))  # what is missing here was not kept by former versions
    if not isfinite(begun):
        raise ValueError(f"{begun} is no time.")
    kinds = list(found.get("solved", {}).items())[:MOST_KINDS]
    solved = {str(kind)[:80]: int(count) for kind, count in kinds}
    ended = found["ended"] is True
    return Place(
        _index(found["step"]), furthest, done, answers, right, looked, network, ended, unit, begun, solved
    )  # fmt: skip


def _index(step: Any) -> int:
    if type(step) is not int or not 0 <= step < MAX_STEPS:
        raise ValueError(f"{step!r} is no step.")
    return step


def _with(steps: tuple[int, ...], step: int) -> tuple[int, ...]:
    return steps if step in steps else tuple(sorted((*steps, step)))


def _last(places: Mapping[str, Place], name: str, place: Place) -> dict[str, Place]:
    kept = {one: other for one, other in places.items() if one != name}
    return dict([*list(kept.items())[-MOST_PLACES + 1 :], (name, place)])
