"""State of the page Exercises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import SystemRandom

from core.learn.exercises import Exercise, Progress, Verdict, check, fixed_exercises, generated
from core.study.predictions import QUESTIONS
from core.ui.shell.renewal import Renewal

FIXED = "fixed"  # the kind of those that are the same for everybody
MEASURED = "measured"  # the kind of those that are answered by a measurement
SEEDS = 10**6
Change = Callable[[Progress], Progress]


def _any_seed() -> int:
    return SystemRandom().randrange(SEEDS)


@dataclass
class ExercisesState:
    """The exercise that is worked on, and what has been done of it.

    Attributes:
        kind: of `KINDS`, `FIXED` or `MEASURED`.
        level: of those that are made without end.
        seed: of the exercise.
        number: of the fixed exercise, from 0.
        typed: the answer that was checked last.
        verdict: what was said to it; None before the first.
        tried: whether this exercise counts as tried.
        over: whether it was answered right, or its solution looked at: it counts no more.
        hint: whether the hint is shown.
        steps: how many steps of the solution are shown.
        choice: the side that is predicted to be better where it is measured, 0 or 1; None before the choice.
        measuring: whether it is measured, or was.
        fields: in the key of the field; renewed with each exercise.
    """

    kind: str = "shape"
    level: int = 1
    seed: int = field(default_factory=_any_seed)
    number: int = 0
    typed: str = ""
    verdict: Verdict | None = None
    tried: bool = False
    over: bool = False
    hint: bool = False
    steps: int = 0
    choice: int | None = None
    measuring: bool = False
    fields: Renewal = field(default_factory=Renewal)

    @property
    def exercise(self) -> Exercise:
        """The exercise itself."""
        if self.kind == FIXED:
            exercises = fixed_exercises()
            return exercises[self.number % len(exercises)]
        return generated(self.kind, self.level, self.seed)

    @property
    def measured_kind(self) -> str:
        """The kind of the question that is measured: each in turn."""
        return list(QUESTIONS)[self.seed % len(QUESTIONS)]

    def choose(self, kind: str, level: int) -> None:
        """An exercise of another kind or level."""
        self.kind, self.level = kind, level
        self._begin()

    def another(self) -> None:
        """The next one of the same kind and level."""
        self.number = (self.number + 1) % len(fixed_exercises())
        self._begin()

    def _begin(self) -> None:
        self.seed = (self.seed + 1) % SEEDS
        self.typed, self.verdict, self.steps = "", None, 0
        self.tried = self.over = self.hint = self.measuring = False
        self.choice = None
        self.fields.renew()

    def answer(self, text: str) -> Change | None:
        """Check an answer; what it changes of the progress, None for nothing."""
        exercise, first = self.exercise, not self.tried
        self.typed, self.verdict = text, check(exercise, text)
        if self.over or self.verdict.state == "unreadable":
            return None
        self.tried = True
        if self.verdict.state == "right":
            self.over = True
            return lambda progress: progress.got(exercise.name, first)
        return lambda progress: progress.missed(first)

    def look(self) -> Change | None:
        """Show the next step of the solution; what that changes of the progress, None for nothing."""
        self.steps += 1
        if self.over:
            return None
        first, self.tried, self.over = not self.tried, True, True
        return lambda progress: progress.missed(first)
