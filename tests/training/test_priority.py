"""Computing has a lower priority than answering; Linux only, as only there threads have a niceness of their own."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.training.priority import NICENESS, lower_priority

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own here")

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


def test_a_thread_stands_back_with_all_that_it_starts_and_nobody_else_does():
    before, found = niceness(), []

    def work():
        lower_priority()
        lower_priority()  # twice is once
        found.append(niceness())
        child = threading.Thread(target=lambda: found.append(niceness()))
        child.start()
        child.join()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [max(NICENESS, before)] * 2
    assert niceness() == before


def test_what_computes_for_a_training_stands_back_and_what_answers_pages_does_not():
    answer = subprocess.run([sys.executable, "-c", TRAINING], cwd=ROOT, capture_output=True, text=True, check=True)
    state, own, threads = json.loads(answer.stdout)
    computing = [nice for name, nice in threads if name.startswith("tf_")]
    assert state == "FINISHED" and own == os.getpriority(os.PRIO_PROCESS, os.getpid())
    assert computing and set(computing) == {max(NICENESS, own)}
