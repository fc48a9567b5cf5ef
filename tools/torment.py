"""Torment the store: `make torment`. Servers are killed at random moments, and must lose nothing but an unfinished epoch.

A server trains, draws, teaches, renames, imports and deletes as fast as it can, and notes outside its data folder what
it has been promised (an epoch is evaluated, a drawing is kept, a run is gone). Then it is killed (`kill -9`), and a
fresh reader looks whether each promise is held and the database is whole. Three more ways: two servers on one folder
are killed in turn, the clock jumps back by days, and the data folder is a file system of 3 MB (Linux, as root). At
last ten tabs of one visitor are busy at once, on a whole server that nobody kills.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from core.data import Collection, Dataset, load
from core.network import Dense, Flatten, MaxPooling2D, Network, Recipe
from core.store import Store, StoreError
from core.store.database import FILE
from core.training import Run, State, Workspace
from core.training.fine_tuning import plan
from core.training.trained import Trained
from tools.tabs import tabs

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "t" * 43
NETWORK = Network(
    (28, 28, 1), (MaxPooling2D((2, 2)), Flatten(), Dense(40, "relu"), Dense(10, "softmax")), "Tormented"
)
RECIPE = Recipe(epochs=200, batch_size=50)
DIGITS = tuple("0123456789")
MOST_RUNS = 6
DAYS_BACK = 3
TINY = "3m"  # bytes of the small file system


@dataclass
class Promises:
    """What a server has been told was done.

    Attributes:
        epochs: id of a run → the last epoch that was evaluated.
        names: id of a run → what it is called.
        deleted: ids of runs that are gone; `dying` of those whose deletion has begun.
        drawings: how many of the visitor's digits there are at least.
        models: identities of the imported models, the newest last.
        started: ids of runs in the order in which they were started.
    """

    epochs: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    dying: set[str] = field(default_factory=set)
    drawings: int = 0
    models: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)

    def hear(self, line: str) -> None:
        """Take in one line of a server's notes; half a line at the end promises nothing."""
        with suppress(ValueError):
            kind, *rest = json.loads(line)
            if kind == "epoch":
                self.epochs[rest[0]] = max(rest[1], self.epochs.get(rest[0], -1))
            elif kind == "naming":  # it may be killed before or after
                self.names.pop(rest[0], None)
            elif kind == "named":
                self.names[rest[0]] = rest[1]
            elif kind in ("dying", "deleted"):
                getattr(self, kind).add(rest[0])
            elif kind == "drawings":
                self.drawings = max(self.drawings, rest[0])
            elif kind == "model":
                self.models.append(rest[0])
            elif kind == "started":
                self.started.append(rest[0])


def few() -> Dataset:
    """600 digits to learn from, 100 to be tested on: an epoch takes a fraction of a second."""
    data = load("mnist")
    parts = {"x_train": 600, "y_train": 600, "x_test": 100, "y_test": 100}
    return replace(data, **{name: getattr(data, name)[:count] for name, count in parts.items()})


# The server that is killed


def work(folder: str, notes: str, seed: int, back: bool) -> None:
    """Do one thing after another for ever, and note what was done; with `back`, the clock jumps back on the way."""
    chance, dice = random.Random(seed), np.random.default_rng(seed)
    small = few()
    workspace = Workspace(Store(folder).visitor(TOKEN), lambda _name: small)
    with open(notes, "a", buffering=1) as sink:

        def note(*what: object) -> None:
            sink.write(json.dumps(what) + "\n")

        def deed() -> None:
            runs = workspace.runs
            kept = [run for run in runs if run.stored is not None]
            choice = chance.choice(DEEDS)
            if choice == "draw":
                image, label = dice.random((28, 28), np.float32), chance.randrange(10)
                note("drawings", len(workspace.collect("digits", lambda there: there.added(image, label))))
            elif choice == "draft":
                workspace.save_draft("x" * chance.randrange(1000))
            elif choice == "import":
                trained = Trained(NETWORK, [dice.random(shape, np.float32) for shape in SHAPES], "mnist")
                workspace.imported.keep(trained)
                if not workspace.imported.problem:
                    note("model", trained.identity)
            elif choice == "delete" and len(kept) > 2:
                _delete(workspace, chance.choice(kept), note)
            elif choice == "rename" and kept:
                run = chance.choice(kept)
                note("naming", _id(run))
                run.rename(f"Called {chance.randrange(1000)}")
                note("named", _id(run), run.name)
            elif choice == "go-on" and kept:
                resting = [run for run in kept if not run.active and run.snapshot.state is not State.FAILED]
                if resting and not workspace.active:
                    chance.choice(resting).resume()
            elif choice in ("start", "teach") and len(runs) < MOST_RUNS:
                started = _start(workspace, choice, dice)
                if started.stored is not None:
                    note("named", _id(started), started.name)
                    note("started", _id(started))

        with suppress(StoreError):  # TensorFlow wakes up
            first = workspace.start(NETWORK, "mnist", RECIPE)
            while first.snapshot.evaluated_epoch < 1 and first.active:
                time.sleep(0.01)
        jump = time.monotonic() + 1.5 if back else float("inf")
        print("at work", flush=True)
        while True:
            if time.monotonic() > jump:
                jump = float("inf")
                time.time = _earlier(time.time)
                note("jumped")
            with suppress(StoreError):  # another server was quicker, or there is no room
                deed()
            for run in workspace.runs:
                if run.stored is not None and not run.problem and run.snapshot.evaluated_epoch >= 0:
                    note("epoch", _id(run), int(run.snapshot.evaluated_epoch))
            time.sleep(chance.random() / 10)


DEEDS = ["wait"] * 4 + ["draw"] * 3 + ["go-on", "start", "teach", "rename", "import", "delete", "draft"]
SHAPES = [(196, 40), (40,), (40, 10), (10,)]  # of the weights of `NETWORK`


def _earlier(clock: Callable[[], float]) -> Callable[[], float]:
    return lambda: clock() - DAYS_BACK * 86_400


def _id(run: Run) -> str:
    assert run.stored is not None
    return run.stored.id


def _delete(workspace: Workspace, run: Run, note) -> None:
    run_id = _id(run)
    note("dying", run_id)
    workspace.delete(run)
    note("deleted", run_id)


def _start(workspace: Workspace, how: str, dice: np.random.Generator) -> Run:
    if how == "start":
        return workspace.start(NETWORK, "mnist", RECIPE)
    drawings = Collection("Own", ("a", "b"))
    for number in range(12):
        drawings = drawings.added(dice.random((28, 28), np.float32), number % 2)
    weights = [dice.random(shape, np.float32) / 50 for shape in SHAPES]
    made = plan(NETWORK, weights, DIGITS, drawings)
    return workspace.start(made.network, drawings, made.recipe, made.begin, "Taught")


# Who looks whether promises are held


def faults(folder: Path, promised: Promises) -> list[str]:
    """What of the promises is not held, in sentences; empty where all is well."""
    found = []
    with closing(sqlite3.connect(folder / FILE)) as database:
        found += [f"integrity: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"a row belongs to nothing: {row}" for row in database.execute("PRAGMA foreign_key_check")]
    small = few()
    workspace = Workspace(Store(folder).visitor(TOKEN), lambda _name: small)
    found += [workspace.problem] * bool(workspace.problem) + list(workspace.damaged.values())
    drawings = workspace.collection("digits")
    found += [*workspace.unreadable.values(), *[workspace.imported.problem] * bool(workspace.imported.problem)]
    if len(drawings) < promised.drawings:
        found.append(f"{promised.drawings} drawings were kept, {len(drawings)} are there")
    there = {_id(run): run for run in workspace.runs if run.stored is not None}
    found += [f"the run {one} was deleted and is there" for one in promised.deleted & there.keys()]
    for one, epoch in promised.epochs.items():
        if one in promised.dying:
            continue
        if one not in there:
            found.append(f"the run {one} is lost")
        elif there[one].snapshot.evaluated_epoch < epoch:
            found.append(f"epoch {epoch} of run {one} is lost: {there[one].snapshot.evaluated_epoch} is there")
        else:
            found += _unreadable(there[one])
    found += [
        f"the run {one} was called {name} and is called {there[one].name}"
        for one, name in promised.names.items()
        if one in there and there[one].name != name and one not in promised.dying
    ]
    expected = [one for one in reversed(promised.started) if one in there]
    if expected != [one for one in there if one in promised.started]:
        found.append(
            f"the runs are in another order than that in which they were started: {[*there]}, not {expected}"
        )
    kept = {model.identity for model in workspace.imported.all}
    found += [f"the model {one} is lost" for one in promised.models[-4:] if one not in kept]
    return found


def _unreadable(run: Run) -> list[str]:
    try:
        weights = run.weights()
        assert run.stored is not None
        run.stored.read("last", "best", *run.stored.epochs())
    except StoreError as problem:
        return [f"run {run.name}: {problem}"]
    return [] if weights is not None else [f"run {run.name} has no weights"]


# What is done to them


@contextmanager
def server(folder: Path, notes: Path, seed: int, back: bool = False) -> Iterator[None]:
    """A server at work; killed at the end of the block, as by a power cut."""
    command = [sys.executable, "-m", "tools.torment", "--work", str(folder), str(notes), str(seed)]
    with subprocess.Popen(
        command + ["--back"] * back, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            if process.stdout.readline() != "at work\n":
                raise RuntimeError("The server did not begin to work.")
            yield
            if process.poll() is not None:
                raise RuntimeError("The server has ended by itself.")
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def torment(
    folder: Path, kills: int, seed: int = 0, seconds: float = 4.0, servers: int = 1, back: bool = False
) -> list[str]:
    """Kill servers at random moments within so many seconds; returns what was lost, empty where nothing was."""
    chance, found = random.Random(seed), []
    notes = [folder.parent / f"{folder.name}.{number}.notes" for number in range(servers)]
    for turn in range(kills):
        with (
            server(folder, notes[0], seed + turn, back),
            server(folder, notes[1], seed + 1000 + turn) if servers > 1 else nullcontext(),
        ):
            time.sleep(chance.uniform(0.2, seconds) + 1.5 * back)
        promised = Promises()
        for path in notes:
            for line in path.read_text().splitlines():
                promised.hear(line)
        if servers > 1:  # each may rename, outdo and push out what the other had kept
            promised.names, promised.models, promised.started = {}, [], []
        lost = faults(folder, promised)
        print(f"kill {turn + 1}: {_summary(promised)}; {'; '.join(lost) or 'nothing lost'}", flush=True)
        found += lost
    return found


def _summary(promised: Promises) -> str:
    epochs = sum(promised.epochs.values())
    return (
        f"{len(promised.names)} runs, {epochs} epochs, {promised.drawings} drawings, {len(promised.deleted)} deleted"
    )


@contextmanager
def tiny(folder: Path) -> Iterator[Path]:
    """A file system of 3 MB for the data; raises `OSError` where this process may not mount one."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={TINY}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        raise OSError("A file system of its own cannot be mounted here.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def main() -> int:
    """Run all five ways, and print what was lost; 1 where anything was."""
    parser = argparse.ArgumentParser(description="Kill servers at random moments, and see what is lost.")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", nargs=3, metavar=("FOLDER", "NOTES", "SEED"), help=argparse.SUPPRESS)
    parser.add_argument("--back", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.work:
        folder, notes, seed = chosen.work
        work(folder, notes, int(seed), chosen.back)
    os.environ["RECEPTIVE_MOST_RUNS"] = "40"
    found = []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        print("One server")
        found += torment(place / "one", chosen.kills, chosen.seed)
        print("Two servers on one folder")
        found += torment(place / "two", max(chosen.kills // 4, 1), chosen.seed, servers=2)
        print(f"A clock that jumps back by {DAYS_BACK} days")
        found += torment(place / "clock", max(chosen.kills // 4, 1), chosen.seed, back=True)
        print(f"A disk of {TINY}")
        try:
            with tiny(place / "tiny") as folder:
                found += torment(folder, max(chosen.kills // 4, 1), chosen.seed)
        except OSError as problem:
            print(problem)
        print("Tabs of one visitor")
        found += tabs(place / "tabs", 3.0 * chosen.kills, seed=chosen.seed)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
