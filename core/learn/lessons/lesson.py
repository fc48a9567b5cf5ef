"""A lesson as a value: its header, its steps, and what a step asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Union

from core.learn.lessons.facts import Fact
from core.network import Network, Recipe

MAX_CHARACTERS = 60_000  # of a lesson
MAX_STEPS = 60


class Problem(NamedTuple):
    """What is wrong with a lesson, or might be better: the line, from 1, and a sentence that is no Markdown."""

    line: int
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.sentence}"


@dataclass(frozen=True)
class Offered:
    """A network that a lesson opens in the editor.

    Attributes:
        name: by which the lesson calls it: the key of a preset, the id of a network that ships, or a link's token.
        network: the network.
        recipe, dataset: that come with it; None where none do.
        preset: key of the preset that it is; None where it is none.
    """

    name: str
    network: Network
    recipe: Recipe | None = None
    dataset: str | None = None
    preset: str | None = None


@dataclass(frozen=True)
class Control:
    """Something that can be set on a page, and that the app notices.

    Attributes:
        page: its id.
        name: by which a lesson calls it.
        words: what it is called on the page.
        values: what it can be set to; empty where that is a number.
        least, most: of a number.
    """

    page: str
    name: str
    words: str
    values: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 0.0


@dataclass(frozen=True)
class Known:
    """What a lesson may name.

    Attributes:
        pages: id → title.
        networks: those with a name.
        weights: ids of networks that ship with their weights.
        datasets: names.
        parts: of the interface, which can be hidden.
        fields: of recipes and layers, which can be hidden.
        belongs: id of a page → the parts of the interface that it belongs to.
        controls: of pages, which are noticed when they are set.
    """

    pages: Mapping[str, str] = field(default_factory=dict)
    networks: tuple[Offered, ...] = ()
    weights: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    belongs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()

    def control(self, page: str, name: str) -> Control | None:
        """The control of this name on a page; None for none."""
        return next((one for one in self.controls if (one.page, one.name) == (page, name)), None)

    def leaves_out(self, page: str, hides: tuple[str, ...]) -> bool:
        """Whether a lesson that hides this leaves out the page."""
        return f"page {page}" in hides or bool(set(self.belongs.get(page, ())) & set(hides))


class Link(NamedTuple):
    """A link of a text into the app.

    Attributes:
        kind: `page` or `network`.
        target: id of the page or name of the network.
    """

    kind: str
    target: str


class Passage(NamedTuple):
    """Text of a lesson, written anew from what was understood of it.

    Attributes:
        markdown: without HTML and pictures; a link into the app has an address such as `#page:kernels`.
        links: those into the app, each once.
        words: how many words it has.
    """

    markdown: str = ""
    links: tuple[Link, ...] = ()
    words: int = 0


class Predict(NamedTuple):
    """A question to be answered before one looks.

    Attributes:
        question: what will happen.
        options: two to five.
        right: index of the right one.
        because: the reason.
    """

    question: Passage
    options: tuple[Passage, ...]
    right: int
    because: Passage


class Mistake(NamedTuple):
    """A typical wrong answer, and its cause."""

    number: float
    cause: Passage


class Ask(NamedTuple):
    """A question whose answer is a number.

    Attributes:
        question: what is asked for.
        answer: the right number.
        decimals: how many it is given with; an answer counts that is right when rounded to as many.
        unit: of the number; may be empty.
        mistakes: typical wrong answers.
        hint: may be empty.
        because: the solution; may be empty.
    """

    question: Passage
    answer: float
    decimals: int
    unit: str
    mistakes: tuple[Mistake, ...]
    hint: Passage
    because: Passage


class Practice(NamedTuple):
    """An exercise of `core.learn.exercises`: its kind, level and seed."""

    kind: str
    level: int
    seed: int


Question = Union[Predict, Ask, Practice]


@dataclass(frozen=True)
class Step:
    """A step of a lesson.

    Attributes:
        title: what it is about; no Markdown.
        line: where it begins, from 1.
        text: what to read.
        page: id of the page on which it takes place; None where it does not matter.
        network: what a button opens in the editor; None for none.
        do: what the app notices, all of it together; empty for nothing.
        question: what is asked; None for nothing.
        notes: for the teacher.
    """

    title: str
    line: int
    text: Passage
    page: str | None = None
    network: Offered | None = None
    do: tuple[Fact, ...] = ()
    question: Question | None = None
    notes: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes:
        title, audience, source: no Markdown; the last two may be empty.
        minutes: how long it takes.
        aim: what one knows at the end; no Markdown.
        begin: id of the page on which it begins.
        steps: in their order.
        network: what is in the editor at its start; None to leave there what is.
        dataset: that is chosen at its start; None to leave it.
        weights: id of the network that ships and is looked into; None to leave it.
        hides: parts of the interface, `page ID` and `field NAME`.
    """

    title: str
    minutes: int
    aim: str
    begin: str
    steps: tuple[Step, ...]
    audience: str = ""
    source: str = ""
    network: Offered | None = None
    dataset: str | None = None
    weights: str | None = None
    hides: tuple[str, ...] = ()
