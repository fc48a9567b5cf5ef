"""What a lesson can see of the app: the facts that hold now."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from time import time

from core.learn.exercises import from_json
from core.learn.lessons import Fact, Facts, Place, holds
from core.network import Network, to_json
from core.training import Run, State
from core.training.diagnosis import diagnose
from core.ui.shell.focus import Focus
from core.ui.shell.session import Session
from core.ui.widgets.lesson.controls import Told
from core.ui.widgets.studies import StudyState

ALL_IMAGES = 60_000  # of each dataset here
COMPARE = "compare"  # the page on which it is chosen what is compared
OVERFITS = ("over-fitting", "gap")  # kinds of findings that say so


def noticed(facts: Sequence[Fact], mine: Session, page: str, place: Place) -> bool:
    """Whether all these facts hold now, for who is on this page and has come to this place."""
    return all(holds(fact, facts_now(mine, page, place, fact)) for fact in facts)


def facts_now(mine: Session, page: str, place: Place, fact: Fact) -> Facts:
    """What holds now, as far as this fact needs it.

    Args:
        mine: the session.
        page: id of the page that is open.
        place: how far they have come; what was done before it was begun, or reached, does not count.
        fact: that is asked about.
    """
    editor, kind = mine.editor, fact.kind
    runs = [run for run in mine.workspace.runs if run.created >= place.begun]  # the newest first
    newest = runs[0] if runs else None
    ended = [run for run in runs if _ended(run)] if kind in ("finished", "runs") else []
    evaluated = newest.snapshot.evaluated if newest is not None and newest.snapshot.evaluated_on == "test" else None
    return Facts(
        page=page,
        network=editor.network,
        recipe=editor.recipe,
        training_images=editor.recipe.training_images or ALL_IMAGES,
        changed=kind == "changed" and bool(place.network) and digest(editor.network) != place.network,
        training=any(run.active for run in runs),
        finished=any(run.network == (fact.network or editor.network) for run in ended),
        test_accuracy=None if evaluated is None else 100 * evaluated.accuracy,
        overfits=kind == "overfits" and newest is not None and _overfits(newest),
        runs=len(ended),
        compared=_compared(mine, runs) if page == COMPARE else 0,
        drawn=mine.image.drawing is not None,
        unit=digest_of_unit(mine.focus) not in ("", place.unit),
        exercises=_solved_since(mine, place) if kind == "exercise" else frozenset(),
        settings=mine.state(Told).settings.get(page, {}),
    )


def digest(network: Network) -> str:
    """What tells a network from others, in 16 characters."""
    return _digest(to_json(network))


def digest_of_unit(focus: Focus) -> str:
    """What tells a number in a map that is chosen from others; empty where none is."""
    return "" if focus.unit is None else _digest(repr((focus.layer, focus.unit)))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def beginning(mine: Session) -> Place:
    """Where a lesson begins now."""
    return Place(begun=time(), solved=_solved(mine))


def reached(mine: Session, place: Place, step: int) -> Place:
    """At another step, with what there is now."""
    return place.at(step, digest(mine.editor.network), digest_of_unit(mine.focus))


def _solved(mine: Session) -> dict[str, int]:
    return from_json(mine.workspace.exercises()).by_kind


def _solved_since(mine: Session, place: Place) -> frozenset[str]:
    """The kinds of which more exercises are solved than when the lesson was begun."""
    return frozenset(kind for kind, count in _solved(mine).items() if count > place.solved.get(kind, 0))


def _compared(mine: Session, runs: Sequence[Run]) -> int:
    """How many of these runs are chosen on Compare."""
    chosen = mine.state(StudyState).chosen or ()
    return sum(f"run/{run.created}" in chosen for run in runs)


def _ended(run: Run) -> bool:
    """Whether a run has ended by itself, or was stopped after it had been evaluated."""
    now = run.snapshot
    return now.state is State.FINISHED or (now.state is State.STOPPED and now.evaluated is not None)


def _overfits(run: Run) -> bool:
    return any(found.kind in OVERFITS for found in diagnose(run.snapshot, run.recipe, run.network))
