"""Measure whether a class fits on the server: `make load`.

Thirty pages are open, two of them with a training that goes on and is watched;
then other persons do one thing after another, and the time from the request to
the end of the server's answer is taken. Visitors are no browsers but speak
their protocol, so what a browser needs to draw is not in the figures. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from core.ui.shell.pages import PAGES
from tools.serving import Server, serving
from tools.visitor import Visitor

SESSIONS = 30
TRAININGS = 2
MOST_SECONDS = 1.0  # at the 95th percentile
MOST_BYTES = 1.5e9
PAUSE_SECONDS = 0.3
SETTLE_SECONDS = 10.0  # trainings alone, before others do anything
BATCH = 32
ARRIVING = "first page, before any training"


@dataclass
class Measured:
    """Measurements of a load test.

    Attributes:
        seconds: kind of interaction → how long each took.
        memory: (seconds since the start, bytes of all processes of the server).
        alone, busy: images per second of each training, while nobody and while somebody did something.
        load: of the machine, before and after: how many wanted a processor, over a minute.
        problems: error messages shown on pages.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    memory: list[tuple[float, int]] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def all_seconds(self) -> list[float]:
        """Of all interactions with trainings going on."""
        return [one for kind, those in self.seconds.items() if kind != ARRIVING for one in those]

    @property
    def passed(self) -> bool:
        """True if the server kept within the limits while the trainings made progress."""
        return (
            percentile(self.all_seconds, 95) < MOST_SECONDS
            and max(size for _, size in self.memory) < MOST_BYTES
            and all(self.busy)
            and not self.problems
        )


async def measure(server: Server, sessions: int, seconds: float) -> Measured:
    """Let them all come, two train, and the others work."""
    pages = [page.address for page in PAGES.values()]
    found = Measured(load=[os.getloadavg()[0]])
    watching = asyncio.create_task(_watch_memory(server.pid, found.memory))
    async with AsyncExitStack() as stack:
        visitors = []
        for number in range(sessions):
            page = "train" if number < TRAININGS else pages[number % len(pages)]
            visitor = await stack.enter_async_context(Visitor(server.url, page))
            found.seconds[ARRIVING].append(visitor.first_seconds)
            visitors.append(visitor)
        training, others = visitors[:TRAININGS], visitors[TRAININGS:]
        for visitor in training:
            await _start_training(visitor)
        await asyncio.gather(*map(_first_steps, training))
        found.alone = await _speeds(training, asyncio.sleep(SETTLE_SECONDS))
        found.busy = await _speeds(training, _work(others, seconds, found))
        for visitor in visitors:
            found.problems += visitor.problems
    watching.cancel()
    found.load.append(os.getloadavg()[0])
    return found


async def _start_training(visitor: Visitor) -> None:
    """LeNet-5 for as long as this takes."""
    for name, value in (("batch_size", BATCH), ("epochs", 200)):
        (key,) = (key for key in visitor.keys("recipe/") if key.endswith(f"/{name}"))
        await visitor.enter(key, value)
    await visitor.press("train/start")


async def _first_steps(visitor: Visitor) -> None:
    async with asyncio.timeout(120):
        while not _steps(visitor):
            await asyncio.sleep(0.1)


def _steps(visitor: Visitor) -> int:
    text = visitor.metric("Steps").replace(",", "")
    return int(text) if text.isdigit() else 0


async def _speeds(training: list[Visitor], meanwhile: Awaitable[None]) -> list[float]:
    """Images per second of each, evaluations of epochs included, as their pages show."""
    before, start = [_steps(one) for one in training], time.perf_counter()
    await meanwhile
    took = time.perf_counter() - start
    return [(_steps(one) - steps) * BATCH / took for one, steps in zip(training, before)]


# What people do


async def _work(others: list[Visitor], seconds: float, found: Measured) -> None:
    """One after another, each something on a page of theirs, for so long."""
    chance = random.Random(0)
    end = time.monotonic() + seconds
    for turn in count():
        if time.monotonic() > end:
            return
        visitor, (page, kind, act) = others[turn % len(others)], DEEDS[turn % len(DEEDS)]
        if visitor.page != page:
            found.seconds[f"open {page or 'build'}"].append(await visitor.open(page))
            await asyncio.sleep(PAUSE_SECONDS)
        if act is not None:
            found.seconds[kind].append(await act(visitor, chance))
            await asyncio.sleep(PAUSE_SECONDS)


async def _edit(visitor: Visitor, _chance: random.Random) -> float:
    """One more filter or unit in the layer that is open; the first layer that can be counted is opened for it."""
    for key in visitor.keys("select/"):
        fields = [key for key in visitor.keys("layer/") if key.endswith(("/filters", "/units"))]
        if fields:
            break
        await visitor.press(key)
    return await visitor.enter(fields[0], visitor.widget(fields[0]).default + 1)


async def _preset(visitor: Visitor, chance: random.Random) -> float:
    (key,) = (key for key in visitor.keys("build/") if key.endswith("/preset"))
    return await visitor.enter(key, chance.choice(visitor.widget(key).options))


async def _another_image(visitor: Visitor, _chance: random.Random) -> float:
    if not visitor.keys("maps/another"):  # they look at what they have drawn
        (key,) = visitor.keys("maps/source/")
        await visitor.enter(key, ["Test image"])
    return await visitor.press("maps/another")


async def _stroke(visitor: Visitor, chance: random.Random) -> float:
    """A slanted line across the canvas, as the canvas describes it."""
    (key,) = (key for key in visitor.keys("canvas/"))
    left, right = chance.randrange(90, 190), chance.randrange(90, 190)
    path = [["M", left, 50], *(["L", left + (right - left) * n / 20, 50 + 9 * n] for n in range(1, 21))]
    line = {"type": "path", "path": path, "strokeWidth": 18, "stroke": "#FFFFFF"}
    return await visitor.send_json(key, json.dumps({"drawing": {"raw": {"objects": [line]}, "data": None}}))


async def _layer_of_field(visitor: Visitor, chance: random.Random) -> float:
    key = next(key for key in visitor.keys("fields/") if visitor.widget(key).DESCRIPTOR.name == "Selectbox")
    return await visitor.enter(key, chance.choice(visitor.widget(key).options))


DEEDS = (
    ("", "choose a published network", _preset),
    ("draw", "draw a stroke", _stroke),
    ("feature_maps", "feature maps of another image", _another_image),
    ("", "edit a layer", _edit),
    ("train", "", None),
    ("receptive_fields", "receptive fields of another layer", _layer_of_field),
    ("", "edit a layer", _edit),
    ("kernels", "", None),
    ("runs", "", None),
)


# What the machine says


async def _watch_memory(pid: int, sizes: list[tuple[float, int]]) -> None:
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
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving({"RECEPTIVE_DATA_DIR": folder}) as server:
        found = asyncio.run(measure(server, chosen.sessions, chosen.seconds))
    print(table(found))
    return 0 if found.passed else 1


if __name__ == "__main__":
    sys.exit(main())
