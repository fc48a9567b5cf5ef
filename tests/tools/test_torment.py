"""Servers that are killed lose nothing that they had promised; and what is lost would be noticed."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.store import Store, StoreError
from tools.torment import ROOT, TOKEN, Promises, faults, tiny, torment

FILLED = """
    import os, sys
    import numpy as np
    from core.store import Store, StoreError

    visitor, dice = Store(sys.argv[1]).visitor(sys.argv[2]), np.random.default_rng(0)
    try:
        while True:
            visitor.create("A run", b"{}", {"last": {"weights": [dice.random(30_000, np.float32)]}})
    except StoreError as full:
        print(full, flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def many_runs(monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "40")


def test_a_server_that_is_killed_keeps_its_promises(tmp_path):
    assert torment(tmp_path / "one", 2, seed=1, seconds=1.5) == []


def test_two_servers_and_a_clock_that_jumps_back_lose_nothing(tmp_path):
    assert torment(tmp_path / "two", 1, seed=2, seconds=1.5, servers=2) == []
    assert torment(tmp_path / "back", 1, seed=3, seconds=1.5, back=True) == []


def test_what_is_lost_is_noticed(tmp_path):
    Store(tmp_path).visitor(TOKEN).save("draft", b"x")
    promised = Promises()
    for line in ('["epoch", "0a", 3]', '["drawings", 7]', '["model", "fe"]', '["epoch", "0b"', '["dying", "0c"]'):
        promised.hear(line)
    promised.hear('["epoch", "0c", 1]')  # half deleted: gone or not
    assert faults(tmp_path, promised) == [
        "7 drawings were kept, 0 are there",
        "the run 0a is lost",
        "the model fe is lost",
    ]


def test_after_a_kill_on_a_full_disk_runs_are_listed_and_can_be_deleted(tmp_path):
    try:
        with tiny(tmp_path / "tiny") as folder:
            code = "\n".join(line.removeprefix("    ") for line in FILLED.splitlines())
            filled = subprocess.run(
                [sys.executable, "-c", code, str(folder), TOKEN], cwd=ROOT, capture_output=True, text=True
            )
            assert "disk is full" in filled.stdout
            visitor = Store(folder).visitor(TOKEN)
            runs = visitor.runs()
            assert len(runs) > 2
            with pytest.raises(StoreError, match="disk is full"):
                visitor.save("digits", bytes(500_000))
            for gone in range(3):
                visitor.delete(runs[gone][0])
            assert len(visitor.runs()) == len(runs) - 3
            visitor.save("digits", bytes(100_000))  # there is room again
            assert Path(folder, "receptive.db").exists()
    except OSError as problem:
        pytest.skip(str(problem))
