"""The acts of a step: its lines that begin with `@`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from core.learn.exercises import KINDS as EXERCISES
from core.learn.exercises import LEVELS
from core.learn.lessons.facts import KINDS, NUMBERS, RELATIONS, SET, Fact, read_number, split_fact
from core.learn.lessons.lesson import Ask, Known, Mistake, Passage, Practice, Predict, Question
from core.learn.lessons.naming import known_network, known_page, known_value, unknown
from core.learn.lessons.passages import read_passage
from core.network import LAYERS
from core.network.recipe import OPTIMIZERS
from core.network.words import joined

Complain = Callable[[int, str], object]

ACTS = (
    "page", "network", "do", "predict", "option", "option*", "because", "ask", "answer", "mistake", "hint", "exercise", "note",
)  # fmt: skip
MOST_OPTIONS = 5
MOST_FACTS = 4  # of one step
MAX_SEED = 10**9
# What belongs to a question, and of which one.
_PARTS = {
    "option": ("predict",),
    "option*": ("predict",),
    "because": ("predict", "ask"),
    "answer": ("ask",),
    "mistake": ("ask",),
    "hint": ("ask",),
}
_QUESTIONS = ("predict", "ask", "exercise")


class Act(NamedTuple):
    """A line that begins with `@`: its number, what it is, and what follows."""

    line: int
    kind: str
    text: str


def split_act(line: int, text: str, complain: Complain) -> Act | None:
    """The act of a line; None, with a sentence, where it is none."""
    found = re.match(r"@(\S*)\s*(.*)", text)
    kind, rest = (found[1].lower(), found[2].strip()) if found else ("", "")
    if kind not in ACTS:
        complain(line, unknown("act", f"@{kind}"[:60], [f"@{act}" for act in ACTS]))
        return None
    return Act(line, kind, rest)


def read_acts(acts: Sequence[Act], known: Known, complain: Complain) -> dict[str, Any]:
    """What the acts of a step say, by the names of `Step`; what is wrong is said and left out."""
    for act in acts:
        if not act.text:
            complain(act.line, f"“@{act.kind}” says nothing.")
    acts = [act for act in acts if act.text]
    values: dict[str, Any] = {}
    for kind, read in (("page", _page), ("network", _network), ("do", _do)):
        if (one := _only(acts, kind, complain)) is not None:
            found = read(one.text, known)
            if isinstance(found, str) and kind != "page":
                complain(one.line, found)
            elif kind == "page" and found not in known.pages:
                complain(one.line, str(found))
            else:
                values[kind] = found
    if (facts := values.get("do")) and (network := values.get("network")):
        values["do"] = tuple(
            replace(fact, network=network.network) if fact.kind == "finished" else fact for fact in facts
        )
    values["question"] = _question(acts, known, complain)
    notes = (read_passage(act.text, act.line, known, complain) for act in acts if act.kind == "note")
    values["notes"] = tuple(notes)
    return values


def _only(acts: Sequence[Act], kind: str, complain: Complain) -> Act | None:
    """The one act of this kind; a second one is complained of."""
    found = [act for act in acts if act.kind == kind]
    for act in found[1:]:
        complain(act.line, f"a step has at most one “@{kind}”.")
    return found[0] if found else None


def _page(text: str, known: Known) -> str:
    found = known_page(text, known)
    return found if isinstance(found, str) else found.target


def _network(text: str, known: Known) -> Any:
    return known_network(text, known)


def _do(text: str, known: Known) -> tuple[Fact, ...] | str:
    """The facts between semicolons; a sentence where one of them is none."""
    found = [read_fact(one, known) for one in text.split(";")]
    if len(found) > MOST_FACTS:
        return f"a step asks for {MOST_FACTS} things at most, this one for {len(found)}."
    wrong = [one for one in found if isinstance(one, str)]
    return wrong[0] if wrong else tuple(one for one in found if isinstance(one, Fact))


def read_fact(text: str, known: Known) -> Fact | str:
    """The fact that a text names, or the sentence that it names none."""
    fact = split_fact(text)
    if fact is None:
        word = text.split()[0] if text.split() else ""
        if word in NUMBERS:
            return (
                f"after “{word}” stands one of {joined(tuple(RELATIONS), 'or')} and a number, such as “{word} >= 2”."
            )
        if word == SET:
            return f"after “{SET}” stand a page, what is set there, and its value, such as “{SET} convolution kernel = Blur”."
        return unknown("fact", word, KINDS)
    if fact.kind == SET:
        return _read_setting(fact, known)
    if fact.kind == "network":
        network = known_network(fact.name, known)
        return network if isinstance(network, str) else Fact("network", network.name, network=network.network)
    if fact.kind == "page":
        page = known_page(fact.name, known)
        return page if isinstance(page, str) else fact
    names: dict[str, tuple[str, Sequence[str]]] = {
        "has": ("kind of layer", tuple(LAYERS)),
        "has no": ("kind of layer", tuple(LAYERS)),
        "optimizer": ("optimiser", OPTIMIZERS),
        "exercise": ("kind of exercises", tuple(EXERCISES)),
    }
    if fact.kind in names:
        noun, there = names[fact.kind]
        if fact.name not in there:
            return unknown(noun, fact.name, there)
    return fact


def _read_setting(fact: Fact, known: Known) -> Fact | str:
    """The fact that a control is set, by the names that there are; or the sentence that there is none such."""
    page = known_page(fact.name, known)
    if isinstance(page, str):
        return page
    title = known.pages[fact.name]
    control = known.control(fact.name, fact.control)
    if control is None:
        there = [one.name for one in known.controls if one.page == fact.name]
        pages = list(dict.fromkeys(one.page for one in known.controls))
        if there:
            return unknown(f"control of {title} called", fact.control, there)
        return f"nothing that is set on the page {title} is noticed; there are controls on {joined(pages)}."
    if not control.values:
        number = read_number(fact.value.rstrip("%"))
        if number is None:
            return f"“{control.name}” is a number, such as “{SET} {fact.name} {control.name} >= {control.most:g}”."
        if fact.relation == "=" and not control.least <= number <= control.most:
            return f"“{control.name}” lies between {control.least:g} and {control.most:g}."
        return replace(fact, number=number, value="")
    if fact.relation != "=":
        return f"“{control.name}” is no number, so it is compared by “=” only."
    value = known_value(fact.value, control)
    return (
        replace(fact, value=value)
        if value
        else unknown(f"value of “{control.name}” called", fact.value, control.values)
    )


def _question(acts: Sequence[Act], known: Known, complain: Complain) -> Question | None:
    asked = [act for act in acts if act.kind in _QUESTIONS]
    for act in asked[1:]:
        complain(act.line, "a step has at most one of @predict, @ask and @exercise.")
    kind = asked[0].kind if asked else ""
    for act in acts:
        owners = _PARTS.get(act.kind)
        if owners and kind not in owners:
            complain(act.line, f"“@{act.kind}” belongs to {joined([f'@{one}' for one in owners], 'or')}.")
    if not asked:
        return None
    if kind == "exercise":
        return _practice(asked[0], complain)
    return (_predict if kind == "predict" else _ask)(asked[0], acts, known, complain)


def _practice(act: Act, complain: Complain) -> Practice | None:
    words = act.text.split()
    if len(words) != 3:
        complain(act.line, "an exercise has a kind, a level and a seed: “@exercise shape 1 7”.")
        return None
    kind, level, seed = words
    if kind not in EXERCISES:
        complain(act.line, unknown("kind of exercises", kind, EXERCISES))
    elif level not in map(str, LEVELS):
        complain(act.line, f"there is no level “{level[:20]}”; levels are {LEVELS[0]} to {LEVELS[-1]}.")
    elif not (seed.isascii() and seed.isdigit() and len(seed) <= 9):
        complain(act.line, f"the seed is a whole number below {MAX_SEED:,}, not “{seed[:20]}”.")
    else:
        return Practice(kind, int(level), int(seed))
    return None


def _predict(act: Act, acts: Sequence[Act], known: Known, complain: Complain) -> Predict | None:
    options = [one for one in acts if one.kind in ("option", "option*")]
    right = [number for number, one in enumerate(options) if one.kind == "option*"]
    because = _only(acts, "because", complain)
    if not 2 <= len(options) <= MOST_OPTIONS:
        complain(act.line, f"a prediction has 2 to {MOST_OPTIONS} options, this one has {len(options)}.")
    elif len(right) != 1:
        complain(act.line, f"exactly one option is the right one, written “@option*”; here {len(right)} are.")
    if because is None:
        complain(act.line, "a prediction needs an “@because”: why it is so.")
    if because is None or len(right) != 1 or not 2 <= len(options) <= MOST_OPTIONS:
        return None
    read = _reader(known, complain)
    return Predict(read(act), tuple(map(read, options)), right[0], read(because))


def _ask(act: Act, acts: Sequence[Act], known: Known, complain: Complain) -> Ask | None:
    answer, hint, because = (_only(acts, kind, complain) for kind in ("answer", "hint", "because"))
    read = _reader(known, complain)
    mistakes: list[Mistake] = []
    for one in (one for one in acts if one.kind == "mistake"):
        typed, _, cause = one.text.partition(" ")
        number = read_number(typed)
        if number is None or not cause.strip():
            complain(one.line, "a mistake is a number and the cause of it: “@mistake 60 You forgot the bias.”.")
        else:
            mistakes.append(Mistake(number, read(Act(one.line, one.kind, cause.strip()))))
    if answer is None:
        complain(act.line, "a question needs an “@answer” with the right number.")
        return None
    typed, _, unit = answer.text.partition(" ")
    number = read_number(typed)
    if number is None:
        complain(answer.line, f"“{typed[:40]}” is no number: write the answer as in “@answer 61,706 parameters”.")
        return None
    decimals = len(typed.partition(".")[2])
    for one in mistakes:
        if abs(one.number - number) <= 0.5 * 10**-decimals * (decimals > 0):
            complain(act.line, f"the mistake {one.number:g} is the right answer.")
    return Ask(
        read(act), number, decimals, unit.strip()[:30], tuple(mistakes),
        Passage() if hint is None else read(hint), Passage() if because is None else read(because),
    )  # fmt: skip


def _reader(known: Known, complain: Complain) -> Callable[[Act], Passage]:
    return lambda act: read_passage(act.text, act.line, known, complain)
