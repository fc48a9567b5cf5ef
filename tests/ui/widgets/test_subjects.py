"""The networks that can be asked for what they make of an image."""

from types import SimpleNamespace

from core.training import Point, Snapshot, State
from core.ui.widgets.model_view import TITLES, subjects

TESTED = (Point(0, 2.3, 0.1, 10),)


def runs(**snapshots):
    return [
        SimpleNamespace(name=name, created=float(number), snapshot=snapshot)
        for number, (name, snapshot) in enumerate(snapshots.items())
    ]


def test_runs_that_failed_or_have_learned_nothing_are_not_asked():
    there = runs(
        Done=Snapshot(State.FINISHED, step=9, evaluations=TESTED),
        Failed=Snapshot(State.FAILED, step=9, evaluations=TESTED),
        Waits=Snapshot(State.QUEUED),
        Learns=Snapshot(State.TRAINING, step=3),
    )
    workspace = SimpleNamespace(runs=there, imported=SimpleNamespace(all=[]))
    found = subjects(SimpleNamespace(workspace=workspace, run=None, imported=None))
    assert list(found.values()) == [*TITLES.values(), "Your run: Done", "Your run: Learns"]
