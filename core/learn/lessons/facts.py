"""What a step may ask somebody to do, as a fact that the app can see, and whether it holds."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from core.network import Layer, Network, Recipe, trace

RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
RELATION_WORDS = {"<=": "at most", ">=": "at least", "=": "", "<": "fewer than", ">": "more than"}


@dataclass(frozen=True)
class Fact:
    """Something to do.

    Attributes:
        kind: of `KINDS`.
        name: of the page, network, layer kind, optimiser or exercise kind that it is about; empty for none.
        relation: of `RELATIONS`; empty for none.
        number: that the relation is to.
        control: what is set on the page `name`; empty for none.
        value: that it is set to, where it is no number; else empty.
        network: that is meant by the name, or of which a run must have ended; None for none.
    """

    kind: str
    name: str = ""
    relation: str = ""
    number: float = 0.0
    network: Network | None = None
    control: str = ""
    value: str = ""


@dataclass(frozen=True)
class Facts:
    """What holds in the app now.

    Attributes:
        page: id of the page that is open.
        network, recipe: in the editor.
        training_images: how many of the dataset the recipe trains on.
        changed: whether the network differs from when the step was reached.
        training: whether a run is going.
        finished: whether a run of the network that is meant has ended.
        test_accuracy: of the newest run's newest evaluation, %; None before one.
        overfits: whether the diagnosis of the newest run says so.
        runs: how many have ended.
        compared: how many runs are chosen on Compare, which is open.
        drawn: whether there is a drawing.
        unit: whether another number in a map has been chosen than when the step was reached.
        exercises: kinds of which an exercise has been solved.
        settings: name of a control of this page → what it is set to.

    Runs are those that were begun since the lesson was, and exercises those that were solved since.
    """

    page: str = ""
    network: Network | None = None
    recipe: Recipe = Recipe()
    training_images: int = 0
    changed: bool = False
    training: bool = False
    finished: bool = False
    test_accuracy: float | None = None
    overfits: bool = False
    runs: int = 0
    compared: int = 0
    drawn: bool = False
    unit: bool = False
    exercises: frozenset[str] = frozenset()
    settings: Mapping[str, str | float] = field(default_factory=dict)


# What is seen at once: name → whether it holds.
PLAIN: dict[str, Callable[[Facts], bool]] = {
    "changed": lambda facts: facts.changed,
    "augmented": lambda facts: facts.recipe.augments,
    "training": lambda facts: facts.training,
    "finished": lambda facts: facts.finished,
    "overfits": lambda facts: facts.overfits,
    "drawn": lambda facts: facts.drawn,
    "unit": lambda facts: facts.unit,
}
# What is about something that has a name: name → whether it holds.
NAMED: dict[str, Callable[[Facts, Fact], bool]] = {
    "page": lambda facts, fact: facts.page == fact.name,
    "network": lambda facts, fact: facts.network is not None and facts.network == fact.network,
    "has": lambda facts, fact: facts.network is not None and fact.name in layer_kinds(facts.network),
    "has no": lambda facts, fact: facts.network is not None and fact.name not in layer_kinds(facts.network),
    "optimizer": lambda facts, fact: facts.recipe.optimizer == fact.name,
    "exercise": lambda facts, fact: fact.name in facts.exercises,
}
# What is compared with a number: name → the number; None where there is none.
NUMBERS: dict[str, Callable[[Facts], float | None]] = {
    "parameters": lambda facts: _of(facts.network, lambda network: trace(network).parameters),
    "multiply-adds": lambda facts: _of(facts.network, lambda network: trace(network).macs),
    "receptive-field": lambda facts: _of(facts.network, receptive_field),
    "layers": lambda facts: _of(facts.network, layer_count),
    "epochs": lambda facts: facts.recipe.epochs,
    "training-images": lambda facts: facts.training_images,
    "learning-rate": lambda facts: facts.recipe.learning_rate,
    "batch-size": lambda facts: facts.recipe.batch_size,
    "test-accuracy": lambda facts: facts.test_accuracy,
    "runs": lambda facts: facts.runs,
    "compared": lambda facts: facts.compared,
}
SET = "set"  # a control on a page
KINDS = (*PLAIN, *NAMED, *NUMBERS, SET)
OF_NETWORKS = ("parameters", "multiply-adds", "receptive-field", "layers")
_RELATION = r"\s*(<=|>=|=<|=>|==|≤|≥|=|<|>)\s*"
_COMPARISON = re.compile(rf"([a-z-]+){_RELATION}(\S+)\s*")
_SETTING = re.compile(rf"{SET} (\S+) ([^\s<>=≤≥]+){_RELATION}(.+)")
_SAME = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "==": "="}


def split_fact(text: str) -> Fact | None:
    """The fact that a text names, with its name as it stands there; None where the text has another form."""
    text = " ".join(text.split())
    if text in PLAIN:
        return Fact(text)
    if found := _COMPARISON.fullmatch(text):
        kind, relation, number = found.groups()
        value = read_number(number.rstrip("%"))
        return None if value is None or kind not in NUMBERS else Fact(kind, "", _SAME.get(relation, relation), value)
    if found := _SETTING.fullmatch(text):
        page, control, relation, value = found.groups()
        return Fact(SET, page, _SAME.get(relation, relation), control=control, value=value)
    for kind in ("has no", *NAMED):
        if text.startswith(f"{kind} "):
            return Fact(kind, text.removeprefix(f"{kind} "))
    return None


def read_number(text: str) -> float | None:
    """`61,706`, `0.5`, `−3`: the number; None for what is none, or has more than 15 digits."""
    text = text.replace("−", "-").strip()
    if not re.fullmatch(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?", text, re.ASCII) or not re.search(r"\d", text):
        return None
    return float(text.replace(",", "")) if sum(map(str.isdigit, text)) <= 15 else None


def holds(fact: Fact, facts: Facts) -> bool:
    """Whether a fact is true of what holds now."""
    if fact.kind in PLAIN:
        return PLAIN[fact.kind](facts)
    if fact.kind in NAMED:
        return NAMED[fact.kind](facts, fact)
    if fact.kind == SET:
        return _is_set(fact, facts)
    number = NUMBERS[fact.kind](facts)
    return number is not None and RELATIONS[fact.relation](number, fact.number)


def _is_set(fact: Fact, facts: Facts) -> bool:
    """Whether a control has its value, on the page that is open."""
    now = facts.settings.get(fact.control) if facts.page == fact.name else None
    if fact.value or now is None or isinstance(now, str):
        return now is not None and now == fact.value
    return RELATIONS[fact.relation](now, fact.number)


def layer_kinds(network: Network) -> frozenset[str]:
    """The kinds of layers that a network has, those in branches included."""
    return frozenset(type(block).__name__ for _, block in network.walk() if isinstance(block, Layer))


def layer_count(network: Network) -> int:
    """How many layers a network has, those in branches included."""
    return sum(isinstance(block, Layer) for _, block in network.walk())


@lru_cache(maxsize=64)
def receptive_field(network: Network) -> int | None:
    """The side of what a unit sees at the end of the convolutional part, px: before flattening or global pooling.

    The shorter one where they differ; None where the network does not work.
    """
    traced = trace(network)
    if not traced.works:
        return None
    side = 1
    for row in traced.rows:
        if len(row.path) > 1:
            continue
        if len(row.shape) < 3 or type(row.layer).__name__.startswith("Global"):
            break
        side = min(row.field.size)
    return side


def _of(network: Network | None, number: Callable[[Network], float | None]) -> float | None:
    """A number of a network; None where there is none, or the network does not work."""
    return None if network is None or not trace(network).works else number(network)
