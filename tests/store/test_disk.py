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
KILLED = """
    import os, signal, subprocess, sys
    from pathlib import Path
    import numpy as np
    from core.store import Store, StoreError

    folder = Path(sys.argv[1])
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], check=True)

    def work(seed):  # until there is no room, then something is deleted, and again until there is none
        random = np.random.default_rng(seed)
        visitor = Store(folder).visitor("a" * 43)
        for _ in range(4):
            for _ in range(40):
                try:
                    count = int(random.integers(1_000, 60_000))
                    visitor.create("run", b"{}", {"start": {"weights": [random.random(count, np.float32)]}})
                except StoreError as problem:
                    assert "disk is full" in str(problem), problem
            visitor.delete(visitor.runs()[-1][0])

    for seed in range(4):
        child = os.fork()
        if child == 0:
            try:
                work(seed)
                print("killed", flush=True)
            finally:
                os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        subprocess.run([sys.executable, "-c", "import sys; from core.store import Store; "
            "print(len(Store(sys.argv[1]).visitor('a' * 43).runs()) > 0)", folder], check=True)
    store = Store(folder)
    visitor = store.visitor("a" * 43)
    visitor.save("draft", None)
    while listed := visitor.runs():
        visitor.delete(listed[0][0])
    visitor.save("own", bytes(1_000_000))
    try:
        for number in range(40):
            store.visitor(str(number)).save("own", os.urandom(100_000))
    except StoreError as problem:
        assert "disk is full" in str(problem), problem
    visitor.save("own", None)
    assert visitor.load("own") is None
    try:
        for number in range(40):
            store.visitor(str(number)).save("more", os.urandom(100_000))
    except StoreError as problem:
        assert "disk is full" in str(problem), problem
    assert store.expire(now=1e11) > 3  # which finds all of them gone for long
    print("whole")
"""


def inside(script, folder):
    """What a script prints that has a file system of its own at the folder, and its complaints."""
    if shutil.which("unshare") is None or subprocess.run([*INSIDE, "true"], capture_output=True).returncode:
        pytest.skip("no file system of one's own can be made here")
    command = [*INSIDE, sys.executable, "-c", textwrap.dedent(script), str(folder)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if "mount" in ended.stderr and "permitted" in ended.stderr:
        pytest.skip("no file system can be mounted here")
    return ended.stdout, ended.stderr


def test_runs_of_a_full_disk_can_be_read_and_deleted_and_make_room(tmp_path):
    printed, complaints = inside(SCRIPT, tmp_path)
    assert printed == "whole\n", complaints


def test_after_kills_on_a_full_disk_a_server_starts_reads_and_deletes_again_and_again(tmp_path):
    printed, complaints = inside(KILLED, tmp_path)
    assert printed == "killed\nTrue\n" * 4 + "whole\n", complaints
