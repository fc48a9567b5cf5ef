"""Predict, then measure: which of two does better, answered by measuring it on the same images.

A question is a value with two sides: a network, and what its images are changed by. `measure` counts what both get right,
`told` holds that against what somebody has predicted. Nothing is known before it is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import NamedTuple

import numpy as np

from core.insight.graphs import in_unit_range
from core.network.words import counted, joined
from core.study.contender import Contender, LabelledImages, check
from core.study.evaluating import Evaluator
from core.study.proportions import Interval, McNemar, mcnemar, wilson
from core.study.transforms import TRANSFORMS

TEST_IMAGES = 2_000  # in eight parts
NETWORKS = ("lenet5", "dense-128", "seven-thousand", "draw")  # of those that come trained
FEWS = (250, 500, 1_000, 2_000)  # training images
STRENGTHS = {  # from where a difference can be seen to where little is left
    "rotation": (15, 20, 30, 45, -15, -20, -30, -45),
    "right": (1, 2, 3, 4, -2, -3),
    "noise": (0.2, 0.3, 0.4, 0.5),
    "blur": (0.75, 1.0, 1.5, 2.0),
}


class Side(NamedTuple):
    """One of two things that are compared.

    Attributes:
        name: how it is offered; Markdown-free.
        model: the network, of those that come trained.
        transform: what the images are changed by, of `TRANSFORMS`.
        strength: how far; the neutral one leaves them as they are.
    """

    name: str
    model: str
    transform: str
    strength: float


class Question(NamedTuple):
    """What is to be predicted.

    Attributes:
        name: the same for equal questions: `measured/robust/17`.
        text: the question, a sentence or two.
        sides: the one that gets more images right has won.
        training: whether the images are those that networks learn from.
        images: how many.
    """

    name: str
    text: str
    sides: tuple[Side, Side]
    training: bool
    images: int


class Measured(NamedTuple):
    """What both sides got right, as far as it was measured.

    Attributes:
        images: evaluated so far.
        right: by the first and by the second side.
        only: right on this side alone.
        done: share, 0…1.
    """

    images: int
    right: tuple[int, int]
    only: tuple[int, int]
    done: float

    @property
    def intervals(self) -> tuple[Interval, Interval]:
        """The 95 % confidence intervals of both accuracies."""
        first, second = (wilson(count, self.images) for count in self.right)
        return first, second

    @property
    def test(self) -> McNemar:
        """Whether both are equally good, by the images that only one side gets right."""
        return mcnemar(*self.only)

    @property
    def better(self) -> int | None:
        """The side that is better, 0 or 1; None where it is too close to tell."""
        if self.test.chance:
            return None
        return int(self.only[1] > self.only[0])


class Told(NamedTuple):
    """What is said to a prediction.

    Attributes:
        state: `right`, `wrong`, or `close`: too close to tell.
        words: why, with the test; no Markdown.
    """

    state: str
    words: str


def question(kind: str, seed: int, names: Callable[[str], str]) -> Question:
    """A question of this kind: always the same for a seed.

    Args:
        kind: of `QUESTIONS`.
        seed: a whole number from 0.
        names: a network that comes trained → what people call it.
    """
    draw = Random(f"{kind}/{seed}")
    return QUESTIONS[kind](f"measured/{kind}/{seed}", draw, names)


def _robust(name: str, draw: Random, names: Callable[[str], str]) -> Question:
    pair, (transform, strength) = draw.sample(NETWORKS, 2), _change(draw)
    sides = tuple(Side(names(model), model, transform, strength) for model in pair)
    text = f"{TEST_IMAGES:,} test images are changed: {_changed(transform, strength)}. Which of the two networks gets more of them right?"
    return Question(name, text, (sides[0], sides[1]), False, TEST_IMAGES)


def _mistakes(name: str, draw: Random, names: Callable[[str], str]) -> Question:
    pair, images = draw.sample(NETWORKS, 2), draw.choice(FEWS)
    sides = tuple(Side(names(model), model, "rotation", TRANSFORMS["rotation"].neutral) for model in pair)
    text = f"{counted(images, 'training image')} are shown to two trained networks, as they are. Which of the two makes fewer mistakes on them?"
    return Question(name, text, (sides[0], sides[1]), True, images)


def _changes(name: str, draw: Random, names: Callable[[str], str]) -> Question:
    model, (first, second) = draw.choice(NETWORKS), draw.sample(list(STRENGTHS), 2)
    strengths = [draw.choice(STRENGTHS[transform]) for transform in (first, second)]
    sides = [
        Side(_changed(transform, strength), model, transform, strength)
        for transform, strength in zip((first, second), strengths)
    ]
    text = f"{TEST_IMAGES:,} test images are changed in two ways. After which of them does {names(model)} get more images right?"
    return Question(name, text, (sides[0], sides[1]), False, TEST_IMAGES)


QUESTIONS: dict[str, Callable[[str, Random, Callable[[str], str]], Question]] = {
    "robust": _robust,
    "mistakes": _mistakes,
    "changes": _changes,
}


def _change(draw: Random) -> tuple[str, float]:
    transform = draw.choice(list(STRENGTHS))
    return transform, draw.choice(STRENGTHS[transform])


def _changed(transform: str, strength: float) -> str:
    """`Rotation by 30°`."""
    how = TRANSFORMS[transform]
    return f"{how.title} by {how.text(strength)}"


def measure(asked: Question, contenders: Sequence[Contender], images: LabelledImages) -> Iterator[Measured]:
    """Count what both sides get right, part of the images by part, until all that the question names are evaluated.

    How many are looked at is settled before: a look at the numbers on the way ends nothing.

    Args:
        asked: the question.
        contenders: the networks of both sides, in order.
        images: test or training images, as it wants; if there are fewer, all of them.

    Raises:
        Unfit: where a network cannot be evaluated on these images.
    """
    check(contenders, images)
    evaluators = [Evaluator(one) for one in contenders]
    parts = images.first_parts(asked.images)
    seen, right, only = 0, np.zeros(2, np.int64), np.zeros(2, np.int64)
    for part in range(parts):
        chosen = images.part(part)
        plain = in_unit_range(images.images[chosen])
        hits = [
            evaluator.answers(TRANSFORMS[side.transform].apply(plain, side.strength, part)).predicted
            == images.labels[chosen]
            for evaluator, side in zip(evaluators, asked.sides)
        ]
        seen += len(chosen)
        right += [int(one.sum()) for one in hits]
        only += [int((hits[0] & ~hits[1]).sum()), int((hits[1] & ~hits[0]).sum())]
        yield Measured(seen, (int(right[0]), int(right[1])), (int(only[0]), int(only[1])), (part + 1) / parts)


def told(choice: int, found: Measured, names: Sequence[str]) -> Told:
    """What a prediction is worth, by what was measured to the end.

    Args:
        choice: the side that was predicted to be better, 0 or 1.
        found: all images.
        names: of both sides.
    """
    test = found.test
    if found.better is None:
        apart = joined([f"{only:,} with {name} alone" for only, name in zip(found.only, names)])
        return Told(
            "close", f"Of {counted(found.images, 'image')} {apart} are right: that can be chance ({test.p_text})."
        )
    best, other = found.better, 1 - found.better
    words = (
        f"{names[best]} is better: {counted(found.only[best], 'image')} right with it alone, {found.only[other]:,} with {names[other]} "
        f"alone; that is hardly chance ({test.p_text})."
    )
    return Told("right" if best == choice else "wrong", words)
