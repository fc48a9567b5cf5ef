"""Computing has a lower priority than answering; Linux only, as only there threads have a niceness of their own."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.network import LENET5, Conv2D, Dense, Flatten, Network
from core.training import Recipe
from core.training.controls import Controls
from core.training.loop import Loop
from core.training.priority import NICENESS, SLOW_SECONDS, graphs_wait, lower_priority, stepping

ROOT = Path(__file__).resolve().parents[2]
LARGE = Network((28, 28, 1), (Conv2D(256, 3), Conv2D(256, 3), Flatten(), Dense(10, "softmax")))
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own here")

TRAINING = """
import json, os
from contextlib import suppress
from pathlib import Path
from core.data import load
from core.network import LENET5
from core.training import Recipe, Run

run = Run(LENET5, load("mnist"), Recipe(epochs=1, training_images=256)).start()
run.wait()
nice = []
for thread in Path("/proc/self/task").iterdir():
    with suppress(OSError):  # it has just ended
        name = (thread / "comm").read_text().strip()
        nice.append((name, os.getpriority(os.PRIO_PROCESS, int(thread.name))))
print(json.dumps([run.snapshot.state.name, os.getpriority(os.PRIO_PROCESS, os.getpid()), nice]))
"""


def niceness():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@LINUX
def test_a_thread_stands_back_with_all_that_it_starts_and_nobody_else_does():
    before, found = niceness(), []

    def work():
        lower_priority()
        lower_priority()  # twice is once
        found.append(niceness())
        os.nice(1)  # changes nothing: it is the lowest
        child = threading.Thread(target=lambda: found.append(niceness()))
        child.start()
        child.join()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [max(NICENESS, before)] * 2
    assert niceness() == before


@LINUX
def test_what_computes_for_a_training_stands_back_and_what_answers_pages_does_not():
    answer = subprocess.run([sys.executable, "-c", TRAINING], cwd=ROOT, capture_output=True, text=True, check=True)
    state, own, threads = json.loads(answer.stdout)
    computing = [nice for name, nice in threads if name.startswith("tf_")]
    assert state == "FINISHED" and own == os.getpriority(os.PRIO_PROCESS, os.getpid())
    assert computing and set(computing) == {max(NICENESS, own)}


@pytest.fixture
def clock(monkeypatch):
    """Lets time pass: seconds → None."""
    now = [time.monotonic() + 1000]  # what other tests have done is long past
    monkeypatch.setattr("core.training.priority.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr("core.training.priority._slow_until", 0.0)  # what is set here means nothing to other tests

    def pass_by(seconds):
        now[0] += seconds

    return pass_by


def test_graphs_of_pages_wait_for_large_steps_and_not_for_small_ones_however_long_they_go_on(clock):
    with stepping(0.001):
        clock(100)
        assert not graphs_wait()
    with stepping(5):
        assert graphs_wait()
        with stepping(0.001):
            assert graphs_wait()
    clock(1)
    assert graphs_wait()  # the next step begins
    clock(10)
    assert not graphs_wait()  # it has not, so the training is over


def test_a_step_that_ends_in_an_error_holds_nobody_up(clock):
    with pytest.raises(ValueError), stepping(5):
        raise ValueError
    clock(1000)
    assert not graphs_wait()


@pytest.mark.parametrize(("network", "large"), [(LENET5, False), (LARGE, True)])
def test_a_training_says_how_large_its_steps_are_from_the_first_one_on(network, large, mnist):
    loop = Loop(network, mnist, Recipe(batch_size=32))
    assert (loop.step_seconds > SLOW_SECONDS) is large


def test_a_busy_machine_makes_no_step_large(mnist, monkeypatch):
    loop = Loop(LENET5, mnist, Recipe(batch_size=32, epochs=1, training_images=3_200))
    now = iter(range(0, 10_000, 10))  # each call takes ten seconds
    monkeypatch.setattr(
        "core.training.loop.time", SimpleNamespace(perf_counter=now.__next__, monotonic=time.monotonic)
    )
    for snapshot in loop.snapshots(Controls()):
        if snapshot.step > 5:
            break
    assert loop.step_seconds < SLOW_SECONDS
