"""Studies in the background: progress, cancelling, an end without anybody, and failures with a sentence."""

import itertools
import threading

from core.study.background import UNFORESEEN, Study
from core.study.contender import Unfit
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
