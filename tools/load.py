"""Measure whether a class fits on the server: `make load`.

Thirty pages are open (`SESSIONS=60` for more), two of them with a training that goes on and is watched; then each
other person does something every twelve seconds, and the time from the request to the end of the server's answer is
taken. With `MODE=playground` all of them are on the Playground, the trainings too, which is asked for new maps five
times a second. With `MODE=heavy` the largest network allowed trains at the largest batch, in as many runs as work at
once, and as many again wait. Visitors are no browsers but speak their protocol, so what a browser needs to draw is
not in the figures. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.network import LENET5, Conv2D, Dense, Flatten, Network, to_token
from core.network.recipe import Recipe
from core.training.limits import why_unfit
from core.ui.shell.links import LINK
from core.ui.shell.pages import PAGES
from tools.deeds import DEEDS, PLAYGROUND_DEEDS, awake, busy, steps_made, until
from tools.serving import Server, serving
from tools.visitor import Visitor

SESSIONS = 30
TRAININGS = 2
EVERY_SECONDS = 12.0  # each visitor does something so often
MOST_SECONDS = 1.0  # at the 95th percentile
MOST_BYTES = 1.5e9
MOST_HEAVY_BYTES = 6e9  # with four runs, of which each may need 1 GB
SETTLE_SECONDS = 10.0  # trainings alone, before others do anything
RECIPE = Recipe(batch_size=32, epochs=200)
HEAVY_RECIPE = Recipe(batch_size=1024, epochs=200)
ARRIVING = "first page, before any training"


@dataclass
class Measured:
    """Measurements of a load test.

    Attributes:
        seconds: kind of interaction → how long each took.
        memory: (seconds since the start, bytes of all processes of the server).
        alone, busy: images per second of each training, while nobody and while somebody did something.
        load: of the machine, before and after: how many wanted a processor, over a minute.
        others: cores that processes took which are neither the server nor this one, with others at work.
        problems: error messages shown on pages.
        heavy: true if the largest network trained.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    memory: list[tuple[float, int]] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    others: float = 0.0
    problems: list[str] = field(default_factory=list)
    heavy: bool = False

    @property
    def all_seconds(self) -> list[float]:
        """Of all interactions with trainings going on."""
        return [one for kind, those in self.seconds.items() if kind != ARRIVING for one in those]

    @property
    def passed(self) -> bool:
        """True if the server kept within the limits while the trainings made progress."""
        slowest = max(self.all_seconds) if self.heavy else percentile(self.all_seconds, 95)
        return (
            slowest < MOST_SECONDS
            and max(size for _, size in self.memory) < (MOST_HEAVY_BYTES if self.heavy else MOST_BYTES)
            and (any if self.heavy else all)(self.busy)
            and not self.problems
        )


async def measure(server: Server, sessions: int, seconds: float, mode: str = "class") -> Measured:
    """Let them all come, some train, and the others work."""
    heavy, play = mode == "heavy", mode == "playground"
    pages = [""] if play else [page.address for page in PAGES.values()]
    where, start = ("", "playground/main") if play else ("train", "train/start")
    found = Measured(load=[os.getloadavg()[0]], heavy=heavy)
    watching = asyncio.create_task(watch_memory(server.pid, found.memory))
    network, recipe = (largest(), HEAVY_RECIPE) if heavy else (LENET5, RECIPE)
    trainings = 2 * TRAININGS if heavy else TRAININGS  # as many again wait
    async with AsyncExitStack() as stack:
        training, others = [], []
        for number in range(sessions):
            trains = number < trainings
            link = f"{LINK}={to_token(network, recipe)}"
            page, query = (where, link) if trains else (pages[number % len(pages)], "")
            visitor = await stack.enter_async_context(Visitor(server.url, page, query))
            found.seconds[ARRIVING].append(visitor.first_seconds)
            (training if trains else others).append(visitor)
        if play:
            for visitor in (*training, *others):
                await until(partial(awake, visitor), visitor, 120)
        for visitor in training:
            await visitor.press(start)
            if play:
                await visitor.look()
        await asyncio.gather(*map(_first_steps, training[:TRAININGS]))
        found.alone = await _speeds(training, recipe, asyncio.sleep(SETTLE_SECONDS))
        end = time.monotonic() + seconds
        note, deeds = partial(_note, found), PLAYGROUND_DEEDS if play else DEEDS
        work = [busy(one, number, end, EVERY_SECONDS, note, deeds) for number, one in enumerate(others)]
        others_before, began = _others_seconds(server.pid), time.monotonic()
        found.busy = await _speeds(training, recipe, asyncio.gather(*work))
        found.others = (_others_seconds(server.pid) - others_before) / (time.monotonic() - began)
        for visitor in (*training, *others):
            found.problems += visitor.problems
    watching.cancel()
    found.load.append(os.getloadavg()[0])
    return found


def largest() -> Network:
    """A network that takes as much as one run may, in weights and in a batch of 1,024 together."""

    def network(units: int) -> Network:
        wide = (Conv2D(64, (5, 5), activation="relu"), Conv2D(64, (5, 5), activation="relu"), Flatten())
        ends = (Dense(units, activation="relu"), Dense(10, activation="softmax"))
        return Network(layers=(*wide, *ends), name="The largest")

    fits = [n for n in range(1, 1000) if why_unfit(network(n), (28, 28, 1), 10, HEAVY_RECIPE) is None]
    return network(max(fits))


def _note(found: Measured, kind: str, seconds: float) -> None:
    found.seconds[kind].append(seconds)


async def _first_steps(visitor: Visitor) -> None:
    async with asyncio.timeout(120):
        while not _steps(visitor):
            await asyncio.sleep(0.1)


def _steps(visitor: Visitor) -> int:
    if not visitor.page:
        return steps_made(visitor)
    text = visitor.metric("Steps").replace(",", "")
    return int(text) if text.isdigit() else 0


async def _speeds(training: list[Visitor], recipe: Recipe, meanwhile: Awaitable[object]) -> list[float]:
    """Images per second of each, evaluations of epochs included, as their pages show."""
    before, start = [_steps(one) for one in training], time.perf_counter()
    await meanwhile
    took = time.perf_counter() - start
    return [(_steps(one) - steps) * recipe.batch_size / took for one, steps in zip(training, before)]


# What the machine says


async def watch_memory(pid: int, sizes: list[tuple[float, int]]) -> None:
    start = time.monotonic()
    while True:
        sizes.append((time.monotonic() - start, resident_bytes(pid)))
        await asyncio.sleep(1)


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and all its children, in bytes."""
    pages = 0
    with suppress(OSError):  # it may have ended meanwhile
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    children = ""
    with suppress(OSError):
        children = " ".join(one.read_text() for one in Path(f"/proc/{pid}/task").glob("*/children"))
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident_bytes(int(child)) for child in children.split())


def _others_seconds(pid: int) -> float:
    """Processor seconds so far of all processes but this one and the server."""
    ticks = os.sysconf("SC_CLK_TCK")
    user, nice, system = map(int, Path("/proc/stat").read_text().split()[1:4])
    mine = sum(
        sum(map(int, Path(f"/proc/{one}/stat").read_text().rsplit(") ")[1].split()[11:13])) for one in (pid, "self")
    )
    return (user + nice + system - mine) / ticks


def percentile(values: list[float], share: float) -> float:
    """The smallest value that so many per cent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * share / 100), 1) - 1]


def table(found: Measured) -> str:
    """All figures, in Markdown."""
    lines = ["| interaction | times | p50 | p95 | longest |", "|---|--:|--:|--:|--:|"]
    rows = [*sorted(found.seconds.items()), ("**all with two trainings running**", found.all_seconds)]
    for kind, seconds in rows:
        figures = (percentile(seconds, 50), percentile(seconds, 95), max(seconds))
        lines.append(f"| {kind} | {len(seconds)} | " + " | ".join(f"{one * 1000:,.0f} ms" for one in figures) + " |")
    sizes = [size for _, size in found.memory]
    marks = [sizes[len(sizes) * part // 4] for part in range(4)] + [sizes[-1]]
    lines += [
        "",
        "| what | measured |",
        "|---|---|",
        f"| memory of the server, at most | {max(sizes) / 1e9:.2f} GB |",
        f"| its memory over time, in quarters | {', '.join(f'{one / 1e9:.2f}' for one in marks)} GB |",
        f"| images/s of each training, others idle | {_numbers(found.alone)} |",
        f"| images/s of each training, others at work | {_numbers(found.busy)} |",
        f"| load of the machine before and after | {', '.join(f'{one:.1f}' for one in found.load)} |",
        f"| cores that other processes took meanwhile | {found.others:.1f} |",
        *(f"| **a page showed an error** | {problem} |" for problem in sorted(set(found.problems))),
    ]
    return "\n".join(lines)


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{one:,.0f}" for one in values)


def main() -> int:
    """Print the table; 1 where a limit is exceeded."""
    parser = argparse.ArgumentParser(description="A load test of the whole server.")
    parser.add_argument("--sessions", type=int, default=SESSIONS)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long others work")
    parser.add_argument("--mode", choices=("class", "playground", "heavy"), default="class")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving({"RECEPTIVE_DATA_DIR": folder}) as server:
        found = asyncio.run(measure(server, chosen.sessions, chosen.seconds, chosen.mode))
    print(table(found))
    return 0 if found.passed else 1


if __name__ == "__main__":
    sys.exit(main())
