"""What is done in the background."""

import ctypes
import gc
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from core.ui.shell import warming

ROOT = Path(__file__).resolve().parents[3]


def test_garbage_is_collected_again_and_again_after_what_stays_was_set_aside(monkeypatch):
    done = []

    class Enough(Exception):
        pass

    def collect():
        done.append("collect")
        if len(done) > 8:
            raise Enough

    monkeypatch.setattr(warming, "prepare", lambda: done.append("import"))
    monkeypatch.setattr(warming, "GARBAGE_SECONDS", 0.0)
    monkeypatch.setattr(gc, "collect", collect)
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setattr(warming, "give_back", lambda: done.append("give back"))
    with pytest.raises(Enough):
        warming.attend()
    once = ["collect", "collect", "collect", "give back"]
    assert done == ["import", "collect", "freeze", *once, "collect", "collect"]


RESIDENT = """
from pathlib import Path
from core.ui.shell.warming import give_back

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

pieces = [bytes(60_000) for _ in range(2_000)]
left = pieces[::50]  # each keeps what lies below it
del pieces
before = resident()
give_back()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_memory_that_is_free_between_what_is_in_use_is_given_back():
    found = subprocess.run([sys.executable, "-c", RESIDENT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(found.stdout) > 50_000_000


def test_where_there_is_no_glibc_nothing_fails(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    warming.give_back()
