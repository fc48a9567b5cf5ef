"""Ten tabs of one visitor, all busy at once: part of `make torment`.

Each has a session of its own with the same cookie, and starts, pauses, stops, renames and deletes runs, goes on with
them, and keeps drawings. What a page has answered is a promise; at the end all tabs must see the same, and that must
be what lies in the database.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from contextlib import AsyncExitStack
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from core.network import LENET5, to_token
from core.network.recipe import Recipe
from core.store import Store
from core.store.store import VisitorStore
from core.training.workspace import Workspace
from core.ui.shell.links import LINK
from tools.deeds import stroke
from tools.serving import serving
from tools.visitor import Visitor, key_of

TABS = 10
RECIPE = Recipe(epochs=200, training_images=2_000)
PAGES = ("train", "runs", "draw")
DELETE = "runs/delete/yes/"
BUTTONS = (DELETE, "runs/name/", *(f"train/{one}" for one in ("pause", "resume", "stop", "batch", "epoch", "start")))
STOPPING_SECONDS = 60.0
MOVES = 0.3  # the share of turns on which another page is opened


class Promised:
    """What pages have answered: how many drawings were kept, and which runs, by when they were begun, are deleted."""

    def __init__(self) -> None:
        self.drawings = 0
        self.deleted: set[str] = set()
        self.clicks = 0


async def crowd(url: str, folder: Path, seconds: float, tabs: int = TABS, seed: int = 0) -> list[str]:
    """Let all tabs act at once for so long; returns what was lost or differs, empty where nothing is."""
    token, query = secrets.token_urlsafe(32), f"{LINK}={to_token(LENET5, RECIPE)}"
    promised, begun = Promised(), set()
    async with AsyncExitStack() as stack:
        visitors = []
        for number in range(tabs):
            visitors.append(await stack.enter_async_context(Visitor(url, PAGES[number % len(PAGES)], query, token)))
        store, end = Store(folder).visitor(token), time.monotonic() + seconds
        watching = asyncio.create_task(_watch(store, begun))
        chances = [random.Random(seed * tabs + number) for number in range(tabs)]
        await asyncio.gather(*(_act(one, chance, end, promised) for one, chance in zip(visitors, chances)))
        await _stop(visitors)
        watching.cancel()
        seen = [await seen_by(visitor) for visitor in visitors]
        found = [f"a page said: {problem}" for visitor in visitors for problem in visitor.problems]
    found += [f"tab {number} sees {one}, tab 1 {seen[0]}" for number, one in enumerate(seen, 1) if one != seen[0]]
    there = {run_id for run_id, _, _ in store.runs()}
    gone = len(begun - there)
    if gone > len(promised.deleted):
        found.append(f"{gone - len(promised.deleted)} runs are lost")
    if gone < len(promised.deleted):
        found.append(f"{len(promised.deleted) - gone} runs were deleted and are there")
    kept = Workspace(store)
    if seen[0].drawings != promised.drawings or len(kept.collection("digits")) != promised.drawings:
        found.append(f"{promised.drawings} drawings were kept, {seen[0].drawings} are shown")
    if seen[0].runs != len(there):
        found.append(f"{len(there)} runs are kept, {seen[0].runs} are shown")
    print(
        f"{tabs} tabs, {promised.clicks} clicks: {len(begun)} runs, {len(promised.deleted)} deleted, "
        f"{promised.drawings} drawings; {'; '.join(found) or 'nothing lost'}"
    )
    return found


async def _act(visitor: Visitor, chance: random.Random, end: float, promised: Promised) -> None:
    while time.monotonic() < end:
        if chance.random() < MOVES:
            await visitor.open(chance.choice(PAGES))
        elif visitor.page == "draw":
            await _keep_drawing(visitor, chance, promised)
        else:
            keys = [key for key in visitor.keys("") if key.startswith(BUTTONS)]
            key = chance.choice(keys or [""])
            if key.startswith("runs/name/"):
                await visitor.enter(key, f"Called {chance.randrange(1000)}")
            elif key:
                if key.startswith(DELETE):
                    promised.deleted.add(key.removeprefix(DELETE))
                await visitor.press(key)
        promised.clicks += 1


async def _keep_drawing(visitor: Visitor, chance: random.Random, promised: Promised) -> None:
    """A stroke like no other, kept as some digit; counted where the page says that it is kept.

    Two tabs that kept the same one at the same time would both say so, and it would be there once.
    """
    if visitor.keys("draw/clear"):
        await visitor.press("draw/clear")
    await stroke(visitor, chance)
    says = visitor.keys("teach/say/")
    before = _kept(visitor)
    if says:
        await visitor.press(chance.choice(says))
        promised.drawings += not before and _kept(visitor)


def _kept(visitor: Visitor) -> bool:
    return any("Kept among your digits" in one.markdown.body for one in visitor.elements)


async def _stop(visitors: list[Visitor]) -> None:
    """End what still trains, so that all look at the same."""
    for visitor in visitors:
        await visitor.open("train")
        for key in visitor.keys("train/stop/"):
            await visitor.press(key)
    before = None
    async with asyncio.timeout(STOPPING_SECONDS):
        while before != (before := await seen_by(visitors[0])):
            await asyncio.sleep(1)


class Seen(NamedTuple):
    """What a tab shows: the number of runs, a hash of their table, and the number of drawings."""

    runs: int
    table: str
    drawings: int


async def seen_by(visitor: Visitor) -> Seen:
    """Look at the pages Runs and Teach."""
    await visitor.open("runs")
    tables = [one.dataframe for one in visitor.elements if one.WhichOneof("type") == "dataframe"]
    count = len(key_of(tables[0].id).removeprefix("runs/table/").split("/")) if tables else 0
    table = sha256(tables[0].arrow_data.data).hexdigest()[:8] if tables else ""
    await visitor.open("teach")
    labels = [visitor.widget(f"teach/class/digits/{digit}").label for digit in range(10)]
    drawings = sum(int(label.split()[-2].replace(",", "")) for label in labels)
    return Seen(count, table, drawings)


async def _watch(store: VisitorStore, begun: set[str]) -> None:
    """Note each run that is ever there."""
    while True:
        begun |= {run_id for run_id, _, _ in store.runs()}
        await asyncio.sleep(0.05)


def tabs(folder: Path, seconds: float, count: int = TABS, seed: int = 0) -> list[str]:
    """A server, and as many tabs of one visitor; returns what was lost, and what the server's log has of errors."""
    log = folder.parent / f"{folder.name}.log"
    with serving({"RECEPTIVE_DATA_DIR": str(folder), "RECEPTIVE_MOST_RUNS": "40"}, log) as server:
        found = asyncio.run(crowd(server.url, folder, seconds, count, seed))
    return found + [f"the log: {line}" for line in log.read_text().splitlines() if "Traceback" in line]
