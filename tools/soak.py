"""Measure whether memory comes back: `make soak`.

For half an hour ten visitors are there at a time, each does something every few seconds, some train a little, and
then goes and another one comes, 150 in all. The server's memory is taken before, all the while and at the end, when
the last session has been forgotten. Before the first measurement others have been there for some minutes: what is
made once for everybody, such as the graphs of the networks that come trained (2 to 4 MB each, 0.3 GB in all), is no
visitor's. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass, field

from core.network import LENET5, to_token
from core.network.recipe import Recipe
from core.ui.shell.links import LINK
from core.ui.shell.pages import PAGES
from core.ui.shell.warming import DELAY_SECONDS, GARBAGE_SECONDS
from tools.deeds import DEEDS, busy
from tools.load import percentile, resident_bytes, watch_memory
from tools.serving import Server, serving
from tools.visitor import Visitor

VISITORS = 150
AT_ONCE = 10
EVERY_SECONDS = 6.0
WARM_SECONDS = 300.0
TRAINS = 5  # each fifth visitor trains
RECIPE = Recipe(epochs=2, training_images=5_000)
FORGOTTEN_SECONDS = 60  # a session is kept so long after its page was closed
MOST_GROWTH = 200e6  # bytes that may stay, of caches that fill up
MOST_LATE_GROWTH = 60e6  # bytes from the middle to the end: a leak goes on for ever, a cache does not


@dataclass
class Soaked:
    """Measurements of a soak.

    Attributes:
        before, after: bytes that the server held before the first visitor, and once the last was forgotten.
        memory: (seconds since the start, bytes) all the while.
        seconds: how long each interaction took.
        problems: error messages shown on pages.
    """

    before: int = 0
    after: int = 0
    memory: list[tuple[float, int]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """True if memory came back, and no page showed an error."""
        late = self.after - self.at(0.5)
        return self.after - self.before < MOST_GROWTH and late < MOST_LATE_GROWTH and not self.problems

    def at(self, share: float) -> int:
        """Bytes after this share of the time, 0…1: the median of the tenth before it."""
        end = round(share * len(self.memory))
        sizes = sorted(size for _, size in self.memory[max(end - max(len(self.memory) // 10, 1), 0) : max(end, 1)])
        return sizes[len(sizes) // 2]


async def soak(
    server: Server, visitors: int, seconds: float, at_once: int = AT_ONCE, warm_seconds: float = WARM_SECONDS
) -> Soaked:
    """Let them come and go."""
    found = Soaked()
    await _warm(server, at_once, warm_seconds)
    found.before = resident_bytes(server.pid)
    watching = asyncio.create_task(watch_memory(server.pid, found.memory))
    waiting = iter(range(visitors))
    stay = seconds * at_once / visitors

    async def place(number: int) -> None:
        await asyncio.sleep(stay * number / at_once)  # they do not all come together
        for visitor in waiting:
            await _visit(server, visitor, stay, found)

    await asyncio.gather(*map(place, range(at_once)))
    watching.cancel()
    await asyncio.sleep(FORGOTTEN_SECONDS + 2 * GARBAGE_SECONDS)
    found.after = resident_bytes(server.pid)
    return found


async def _warm(server: Server, at_once: int, seconds: float) -> None:
    """Wait until TensorFlow is there, and what is made once for everybody: its memory is no visitor's."""
    async with Visitor(server.url) as first:
        await asyncio.sleep(DELAY_SECONDS)
        for page in PAGES.values():
            await first.open(page.address)
    await asyncio.gather(*(_visit(server, number, seconds, Soaked()) for number in range(at_once)))
    await asyncio.sleep(FORGOTTEN_SECONDS + 2 * GARBAGE_SECONDS)


async def _visit(server: Server, number: int, seconds: float, found: Soaked) -> None:
    trains = number % TRAINS == 0
    pages = [page.address for page in PAGES.values()]
    page, query = ("train", f"{LINK}={to_token(LENET5, RECIPE)}") if trains else (pages[number % len(pages)], "")
    async with Visitor(server.url, page, query) as visitor:
        if trains:
            await visitor.press("train/start")
        end = time.monotonic() + seconds
        await busy(visitor, number, end, EVERY_SECONDS, lambda _, took: found.seconds.append(took), DEEDS)
        found.problems += visitor.problems


def table(found: Soaked) -> str:
    """All figures, in Markdown."""
    marks = ", ".join(f"{found.at(part / 6) / 1e9:.2f}" for part in range(1, 7))
    peak = max(size for _, size in found.memory)
    return "\n".join(
        [
            "| what | measured |",
            "|---|---|",
            f"| memory before, at the peak, after | {found.before / 1e9:.2f}, {peak / 1e9:.2f}, {found.after / 1e9:.2f} GB |",
            f"| its memory over time, in sixths | {marks} GB |",
            f"| interactions | {len(found.seconds):,} |",
            f"| 95 of 100 within | {percentile(found.seconds, 95) * 1000:,.0f} ms |",
            *(f"| **a page showed an error** | {problem} |" for problem in sorted(set(found.problems))),
        ]
    )


def main() -> int:
    """Print the table; 1 where memory did not come back."""
    parser = argparse.ArgumentParser(description="Many sessions, one after another: does memory come back?")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--visitors", type=int, default=VISITORS)
    chosen = parser.parse_args()
    settings = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(FORGOTTEN_SECONDS)}
    with tempfile.TemporaryDirectory() as folder, serving(settings | {"RECEPTIVE_DATA_DIR": folder}) as server:
        found = asyncio.run(soak(server, chosen.visitors, 60 * chosen.minutes))
    print(table(found))
    return 0 if found.passed else 1


if __name__ == "__main__":
    sys.exit(main())
