"""Small faults put into the rooms without pages, one at a time, and how many of them the rooms' own tests notice.

Cosmic Ray makes the faults (another number, another comparison, a loop that never runs, …). A sample of them, drawn by a
seed, is tried in copies of the tree until the time is up; what nobody noticed is printed as a difference. A fault counts
as noticed when a test in the folder that mirrors its room fails or does not end, so tests of pages do not count.

Usage: python -m tools.mutants [--rooms network,data] [--number 60] [--minutes 30] [--seed 1] [--workers 2]
"""

from __future__ import annotations

import argparse
import ast
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parents[1]
ROOMS = ("network", "data", "store", "training", "insight", "views")
PATIENCE = 300.0  # s: a room's tests take less; those of a fault that makes them hang do not
# Without these every answer is the same, only later.
NEUTRAL_DECORATORS = ("lru_cache", "cache")


@dataclass(frozen=True)
class Mutant:
    """A fault that can be made: the `occurrence`-th place in a module where an operator has something to change."""

    module: str  # relative to the root, as core/network/geometry.py
    operator: str
    occurrence: int
    line: int

    @property
    def room(self) -> str:
        """The folder of `core` that it is in."""
        return self.module.split("/")[1]

    def code(self, source: str) -> str:
        """The module's code with the fault."""
        mutated = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        if mutated is None:
            raise ValueError(f"{self.operator} has no place {self.occurrence} in {self.module}.")
        return str(mutated)


def mutants(module: str, source: str) -> list[Mutant]:
    """All faults that Cosmic Ray can make in a module, without those in annotations and in decorators for speed."""
    neutral, found, nodes = _neutral(source), [], list(ast_nodes(get_ast(source)))
    for name in operator_names():
        kind = get_operator(name)
        if kind.arguments() or name.endswith("NoOp"):
            continue
        operator = kind()
        places = (start for node in nodes for start, _ in operator.mutation_positions(node))
        for occurrence, (line, column) in enumerate(places):
            if not any(start <= (line, column) < end for start, end in neutral):
                found.append(Mutant(module, name, occurrence, line))
    return found


def _neutral(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Start and end, as (line, column), of what can be changed without effect: annotations, decorators for speed."""

    def nodes() -> Iterator[ast.expr | None]:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.returns
                yield from (one for one in node.decorator_list if _name(one) in NEUTRAL_DECORATORS)
            if isinstance(node, (ast.AnnAssign, ast.arg)):
                yield node.annotation

    # A decorator's place is that of its @, a column before.
    return [
        ((node.lineno, node.col_offset - 1), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in nodes()
        if node is not None
    ]


def _name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def sample(rooms: Sequence[str], number: int, seed: int, root: Path = ROOT) -> list[Mutant]:
    """Faults from each room in turns: first a place of the room, each as likely, then one of the faults there."""
    chance, drawn = random.Random(seed), []
    for room in rooms:
        places: dict[tuple[str, int], list[Mutant]] = {}
        for path in sorted((root / "core" / room).rglob("*.py")):
            module = path.relative_to(root).as_posix()
            for mutant in mutants(module, path.read_text("utf-8")):
                places.setdefault((module, mutant.line), []).append(mutant)
        chosen = chance.sample(sorted(places), min(len(places), -(-number // len(rooms))))
        drawn.append([chance.choice(places[place]) for place in chosen])
    longest = max(map(len, drawn), default=0)
    return [of_a_room[at] for at in range(longest) for of_a_room in drawn if at < len(of_a_room)][:number]


def noticed(mutant: Mutant, tree: Path) -> bool:
    """Whether the tests of the mutant's room fail with it in this copy of the tree, which is as before afterwards."""
    path = tree / mutant.module
    source = path.read_text("utf-8")
    tests = tree / "tests" / mutant.room
    closest = sorted(tests.glob(f"test_{path.stem}*.py"))  # most faults are noticed there, and soon
    try:
        path.write_text(mutant.code(source), "utf-8")
        return not all(_passes(tree, some) for some in (closest, [tests]) if some)
    finally:
        path.write_text(source, "utf-8")


def _passes(tree: Path, tests: Sequence[Path]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *map(str, tests)]
    quiet = {"HYPOTHESIS_STORAGE_DIRECTORY": str(tree / ".hypothesis"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(command, cwd=tree, env=os.environ | quiet, capture_output=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    if ended.returncode not in (0, 1, 2):  # 1: tests failed, 2: a module could not be imported
        raise RuntimeError(ended.stdout.decode(errors="replace")[-2000:])
    return ended.returncode == 0


def tried(chosen: Sequence[Mutant], seconds: float, workers: int, root: Path = ROOT) -> dict[Mutant, bool]:
    """Try faults in copies of the tree, several at once, as long as there is time; which were noticed.

    Raises:
        RuntimeError: where the tests of a room fail without any fault, as each would then seem to be noticed.
    """
    until = time.monotonic() + seconds
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        trees: queue.SimpleQueue[Path] = queue.SimpleQueue()
        for number in range(workers):
            tree = Path(folder, str(number))
            for name in filter(None, listed.decode().split("\0")):
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, tree / name)
            trees.put(tree)

        def in_a_tree(act: Callable[[Path], bool]) -> bool:
            tree = trees.get()
            try:
                return act(tree)
            finally:
                trees.put(tree)

        def sound(room: str) -> bool:
            return in_a_tree(lambda tree: _passes(tree, [tree / "tests" / room]))

        def one(mutant: Mutant) -> bool | None:
            if time.monotonic() > until:
                return None
            answer = in_a_tree(lambda tree: noticed(mutant, tree))
            print(
                f"{'noticed' if answer else 'MISSED '}  {mutant.module}:{mutant.line}  {mutant.operator}", flush=True
            )
            return answer

        with ThreadPoolExecutor(workers) as pool:
            rooms = sorted({mutant.room for mutant in chosen})
            if failing := [room for room, passes in zip(rooms, pool.map(sound, rooms)) if not passes]:
                raise RuntimeError(f"Without any fault, tests fail in: {', '.join(failing)}. Mend these first.")
            answers = list(pool.map(one, chosen))
    return {mutant: answer for mutant, answer in zip(chosen, answers) if answer is not None}


def table(found: dict[Mutant, bool], root: Path = ROOT) -> str:
    """How many were noticed, by room, and what nobody noticed, as differences."""
    lines = ["| room | faults | noticed | share |", "|---|--:|--:|--:|"]
    for room in (*sorted({mutant.room for mutant in found}), "all"):
        answers = [answer for mutant, answer in found.items() if room in (mutant.room, "all")]
        lines.append(f"| {room} | {len(answers)} | {sum(answers)} | {sum(answers) / max(len(answers), 1):.0%} |")
    for mutant in (mutant for mutant, answer in found.items() if not answer):
        source = (root / mutant.module).read_text("utf-8")
        before, after = source.splitlines(), mutant.code(source).splitlines()
        lines += ["", *unified_diff(before, after, mutant.module, mutant.operator, n=1, lineterm="")]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rooms", default=",".join(ROOMS), help="folders of core, with commas between")
    parser.add_argument("--number", type=int, default=60, help="of faults")
    parser.add_argument("--minutes", type=float, default=30.0, help="after which no new one is tried")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="faults tried at once")
    given = parser.parse_args(arguments)
    rooms = tuple(room for room in given.rooms.split(",") if room)
    if unknown := set(rooms) - set(ROOMS):
        parser.error(f"There is no room {', '.join(sorted(unknown))}; there are {', '.join(ROOMS)}.")
    print(table(tried(sample(rooms, given.number, given.seed), given.minutes * 60, given.workers)))


if __name__ == "__main__":
    main()
