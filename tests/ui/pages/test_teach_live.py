"""Teach while a network learns somebody's drawings: each accuracy is that of the images it is named by."""

from types import SimpleNamespace

import pytest

from core.network import LENET5
from core.training import Recipe, Snapshot, State
from core.training.snapshot import Point
from core.ui.pages.teach import teach as page
from core.ui.shell.session import Session
from tests.drawn import digits
from tests.ui.drawn_page import charts, drawn, said

EVALUATIONS = (Point(0, 1.0, 0.97, 10_000), Point(1, 0.9, 0.96, 10_000))
HELD_OUT = (Point(0, 1.0, 0.5, 32), Point(1, 0.9, 0.875, 32))


def taught(state, **facts):
    mine = Session()
    now = Snapshot(state, evaluations=EVALUATIONS, **({"held_out": HELD_OUT} | facts))
    mine.run = SimpleNamespace(
        network=LENET5, snapshot=now, recipe=Recipe(), name="Mine", dataset_name="drawn", active=False, created=1.0
    )
    mine.run.heartbeat = lambda: None
    names = SimpleNamespace(class_names=digits(1).class_names)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(page, "about", lambda _: names)
        patched.setattr(page, "is_drawn", lambda _: True)
        return drawn(lambda: page.teach(mine, digits(4)))


@pytest.mark.parametrize(("state", "when"), [(State.TRAINING, "now"), (State.FINISHED, "after")])
def test_both_accuracies_are_told_before_and_after(state, when):
    app = taught(state)
    assert {metric.label: (metric.value, metric.delta) for metric in app.metric} == {
        "MNIST’s test images": ("96.00 %", "-1.00 points"),
        "Your digits, held out": ("87.50 %", "+37.50 points · now 71.93 – 95.03 %"),  # Wilson’s interval, by scipy
    }
    words = (
        f"MNIST’s test images (10,000): 97.00 % before, 96.00 % {when}. "
        f"Your digits, held out (32): 50.00 % (33.63 – 66.37 %) before, 87.50 % (71.93 – 95.03 %) {when}."
    )
    assert charts(app) == [words] and words in said(app)


def test_that_no_digit_is_held_out_is_said():
    assert "None of your digits is held out yet: with four drawings of a digit, one is." in said(
        taught(State.TRAINING, held_out=())
    )
    assert "None of your digits" not in said(taught(State.TRAINING))
