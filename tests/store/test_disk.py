"""A disk that is really full: nothing is lost, it is said, and deleting makes room again."""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INSIDE = ["unshare", "--user", "--map-root-user", "--mount", "--fork"]
SCRIPT = """
    import subprocess, sys
    from pathlib import Path
    import numpy as np
    from core.store import RunStore, Store, StoreError

    folder = Path(sys.argv[1])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=True)
    visitor = Store(folder).visitor("a" * 43)
    random = np.random.default_rng(1)
    saved = {}

    def arrays():
        return {"weights": [random.random(60_000, np.float32)]}  # 240 kB

    def fill():
        for _ in range(40):
            run = visitor.create("run", b"{}", {"start": arrays()})
            revision = 0
            for epoch in range(3):
                last = arrays()
                revision = run.save(b"%d" % epoch, {"last": last, epoch: last}, revision)
                saved[run.id] = (b"%d" % epoch, last["weights"][0])

    for _ in range(3):
        try:
            fill()
        except StoreError as problem:
            assert "disk is full" in str(problem), problem
        else:
            raise AssertionError("the disk was not full")
        for server in (visitor, Store(folder).visitor("a" * 43)):  # what was saved is there, also after a restart
            listed = [run for run, _, _ in server.runs()]
            for run in listed:
                kept = RunStore(server, run).read("last")
                if run in saved:
                    assert kept.record == saved[run][0]
                    assert (kept.checkpoints["last"]["weights"][0] == saved[run][1]).all()
        for run in listed:
            visitor.delete(run)  # which the sentence asks for, so it has to work
            saved.pop(run, None)
        assert visitor.runs() == []
    print("whole")
"""


def test_runs_of_a_full_disk_can_be_read_and_deleted_and_make_room(tmp_path):
    if shutil.which("unshare") is None or subprocess.run([*INSIDE, "true"], capture_output=True).returncode:
        pytest.skip("no file system of one's own can be made here")
    command = [*INSIDE, sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if "mount" in ended.stderr and "permitted" in ended.stderr:
        pytest.skip("no file system can be mounted here")
    assert ended.stdout == "whole\n", ended.stderr
