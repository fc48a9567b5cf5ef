"""What a lesson can see of the app: the facts that hold now."""

from __future__ import annotations

from hashlib import sha256

from core.learn.exercises import from_json
from core.learn.lessons import Fact, Facts, Place, holds
from core.network import Network, to_json
from core.training import Run, State
from core.training.diagnosis import diagnose
from core.ui.shell.session import Session
from core.ui.widgets.studies import StudyState

ALL_IMAGES = 60_000  # of each dataset here
OVERFITS = ("over-fitting", "gap")  # kinds of findings that say so


def noticed(fact: Fact, mine: Session, page: str, place: Place) -> bool:
    """Whether a fact holds now, for who is on this page."""
    return holds(fact, facts_now(mine, page, place.network, fact.kind))


def facts_now(mine: Session, page: str, reached: str, kind: str) -> Facts:
    """What holds now, as far as a fact of this kind needs it.

    Args:
        mine: the session.
        page: id of the page that is open.
        reached: digest of the network when the step was reached.
        kind: of the fact that is asked about.
    """
    editor, runs = mine.editor, mine.workspace.runs
    newest = runs[0] if runs else None
    ended = [run for run in runs if _ended(run)] if kind in ("finished", "runs") else []
    evaluated = newest.snapshot.evaluated if newest is not None and newest.snapshot.evaluated_on == "test" else None
    return Facts(
        page=page,
        network=editor.network,
        recipe=editor.recipe,
        training_images=editor.recipe.training_images or ALL_IMAGES,
        changed=kind == "changed" and bool(reached) and digest(editor.network) != reached,
        training=any(run.active for run in runs),
        finished=any(run.network == editor.network for run in ended),
        test_accuracy=None if evaluated is None else 100 * evaluated.accuracy,
        overfits=kind == "overfits" and newest is not None and _overfits(newest),
        runs=len(ended),
        compared=len(mine.state(StudyState).chosen or ()),
        drawn=mine.image.drawing is not None,
        unit=mine.focus.unit is not None,
        exercises=frozenset(from_json(mine.workspace.exercises()).kinds) if kind == "exercise" else frozenset(),
    )


def digest(network: Network) -> str:
    """What tells a network from others, in 16 characters."""
    return sha256(to_json(network).encode()).hexdigest()[:16]


def _ended(run: Run) -> bool:
    """Whether a run has ended by itself, or was stopped after it had been evaluated."""
    now = run.snapshot
    return now.state is State.FINISHED or (now.state is State.STOPPED and now.evaluated is not None)


def _overfits(run: Run) -> bool:
    return any(found.kind in OVERFITS for found in diagnose(run.snapshot, run.recipe, run.network))
