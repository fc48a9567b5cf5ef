"""Studies in the background: progress, cancelling, an end without anybody, and failures with a sentence."""

import itertools
import threading

from core.study.background import UNFORESEEN, Study
from core.study.contender import Unfit
from core.study.evaluating import Evaluator
from core.study.robustness import robustness
from core.study.transforms import TRANSFORMS
from tests.waiting import until


def held(steps):
    """Steps that each wait for a permit, and the permits."""
    permits = threading.Semaphore(0)

    def made():
        for step in steps:
            permits.acquire()
            yield step

    return made, permits


def test_the_newest_result_is_there_before_the_end():
    made, permits = held([1, 2, 3])
    study = Study(made)
    assert study.latest is None and not study.going
    study.start()
    permits.release()
    until(lambda: study.latest == 1)
    assert study.going and not study.finished
    permits.release(2)
    assert study.wait(10)
    assert (study.latest, study.finished, study.going, study.problem) == (3, True, False, "")


def test_a_cancelled_study_ends_after_its_step_and_keeps_what_it_has():
    seen = []

    def endless():
        while True:
            seen.append(len(seen))
            yield len(seen)

    study = Study(endless).start()
    until(lambda: study.latest is not None)
    study.cancel()
    assert study.wait(10)
    count = len(seen)
    assert not study.finished and study.latest == count and study.problem == ""


def test_a_study_that_nobody_looks_at_ends_by_itself():
    def endless():
        while True:
            yield 1

    study = Study(endless, patience_seconds=0.05).start()
    assert study.wait(10) and not study.finished


def test_a_study_that_was_cancelled_goes_on_where_it_was(few, lenet, monkeypatch):
    """What it has measured is not measured again."""
    predicted, ask = [], Evaluator.answers
    monkeypatch.setattr(Evaluator, "answers", lambda *given: predicted.append(1) or ask(*given))
    permits = threading.Semaphore(3)

    def steps(held=True):
        for found in robustness([lenet], few, TRANSFORMS["noise"], (0, 0.1, 0.3), (250, 600)):
            if held:
                permits.acquire()
            yield found

    study = Study(steps).start()
    until(lambda: study.latest is not None and study.latest.done >= 3 / 9)
    study.cancel()
    permits.release()
    assert study.wait(30) and not study.finished and len(predicted) in (3, 4)
    before = len(predicted)
    again = Study(lambda: steps(held=False)).start()
    assert again.wait(60) and again.finished and again.latest.images.tolist() == [600] * 3
    assert len(predicted) == 9 > before


def test_two_studies_take_turns():
    order = []

    def steps(name):
        for _ in range(30):
            order.append(name)
            yield name

    studies = [Study(lambda name=name: steps(name)) for name in "ab"]
    for study in studies:
        study.start()
    assert all(study.wait(10) and study.finished for study in studies)
    changes = sum(one != other for one, other in itertools.pairwise(order))
    assert changes > 10


def test_what_is_foreseen_is_said_as_it_is_and_what_is_not_is_logged(caplog):
    def unfit():
        raise Unfit("“A” reads other images.")
        yield 1

    def broken():
        yield 1
        raise RuntimeError("kaboom")

    first, second = Study(unfit).start(), Study(broken).start()
    assert first.wait(10) and second.wait(10)
    assert first.problem == "“A” reads other images." and first.latest is None and not first.finished
    assert second.problem == UNFORESEEN and second.latest == 1 and not second.finished
    assert "kaboom" in caplog.text
