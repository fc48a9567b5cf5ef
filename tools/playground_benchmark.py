"""How fast the Playground is while a network trains: updates, bytes, and what they cost the training.

`python -m tools.playground_benchmark` prints the table; `make bench` does so too.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from typing import NamedTuple

import numpy as np

from core.network import LENET5, Recipe, to_token
from tools.chromium import ARGUMENTS, find
from tools.deeds import awake, stage, steps_made, until
from tools.screenshots import settled
from tools.serving import serving
from tools.visitor import Visitor

STRETCH_SECONDS = 8.0
STRETCHES = 3
LONG = to_token(LENET5, Recipe(epochs=200), "mnist")


class Live(NamedTuple):
    """What was measured while LeNet-5 trained.

    Attributes:
        updates: of the stage a second.
        bytes_an_update: over the wire, with all else that the page sends meanwhile.
        pace_watched, pace_alone: batches a second with the page open, and with a page that asks for nothing.
        seconds_to_move: from the click on Start to the first maps of other weights.
    """

    updates: float
    bytes_an_update: float
    pace_watched: float
    pace_alone: float
    seconds_to_move: float


def live(stretches: int = STRETCHES, seconds: float = STRETCH_SECONDS) -> Live:
    """Measure one open page while its LeNet-5 trains, and in turn with the page that asks for nothing."""
    with serving() as server:
        return asyncio.run(_live(server.url, stretches, seconds))


async def _live(url: str, stretches: int, seconds: float) -> Live:
    async with Visitor(url, query=f"n={LONG}") as visitor:
        await until(lambda: awake(visitor), visitor)
        untrained = _values(visitor)
        begun = time.perf_counter()
        await visitor.press("playground/main")
        await visitor.look()
        fresh = _values(visitor)
        while _values(visitor) in (untrained, fresh):
            await asyncio.sleep(0.02)
        moved = time.perf_counter() - begun
        has = {"plan": stage(visitor)["planned"]}  # as a browser says
        await visitor.send_json("playground/stage", json.dumps(has))
        await until(lambda: steps_made(visitor) > 200, visitor)
        updates, sizes, watched, alone = [], [], [], []
        for _ in range(stretches):
            await visitor.look()
            visitor.arrived, received = [], visitor.received
            step, start = steps_made(visitor), time.perf_counter()
            await asyncio.sleep(seconds)
            visitor.look_away()
            took = time.perf_counter() - start
            drawn = sum(_is_stage(element) for _, element in visitor.arrived)
            updates.append(drawn / took)
            sizes.append((visitor.received - received) / max(drawn, 1))
            await visitor.look()
            watched.append((steps_made(visitor) - step) / (time.perf_counter() - start))
            visitor.look_away()
            step, start = steps_made(visitor), time.perf_counter()
            await asyncio.sleep(seconds)
            await visitor.look()
            alone.append((steps_made(visitor) - step) / (time.perf_counter() - start))
        assert not visitor.problems, visitor.problems
    middle = statistics.median
    return Live(middle(updates), middle(sizes), middle(watched), middle(alone), moved)


def _is_stage(element) -> bool:
    return (
        element.WhichOneof("type") == "bidi_component" and element.bidi_component.component_name == "receptive_stage"
    )


def _values(visitor: Visitor) -> str:
    """The maps of the last layer that are shown now."""
    return stage(visitor)["stages"][-2]["values"]


def one_update(rounds: int = 100) -> list[float]:
    """Seconds of the server's own time for one update of the stage with new weights of LeNet-5, without Streamlit."""
    from core.insight import activations
    from core.insight.kernels import kernels
    from core.training import pretrained
    from core.training.trained import Viewer
    from core.views.stage import stage_data, stage_kernels

    viewer, image = Viewer(LENET5), np.random.default_rng(0).random((28, 28, 1), np.float32)
    weights = pretrained("lenet5").get_weights()
    seconds = []
    for number in range(rounds + 5):
        newer = [array * (1 + number / 1000) for array in weights]
        before = time.perf_counter()
        model = viewer.load_weights(number, lambda newer=newer: newer)
        values = activations(model, LENET5, image)
        found = stage_kernels(LENET5, lambda path, model=model: kernels(model, LENET5, path).images)
        json.dumps(stage_data(LENET5, image, values, found, tuple("0123456789"), hash))
        seconds.append(time.perf_counter() - before)
    return seconds[5:]


def strokes(rounds: int = 15) -> list[float]:
    """Seconds from the end of a stroke to the new answer as seen in a browser; 0.2 of them are the canvas's own wait."""
    from playwright.sync_api import sync_playwright

    seconds = []
    with serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(server.url)
        page.get_by_text("TensorFlow is waking up").wait_for(state="detached", timeout=60_000)
        said = "document.querySelector('.st-key-playground-said')?.innerText"
        for number in range(rounds + 2):
            page.wait_for_function(f"{said}.startsWith('7')")
            settled(page)
            page.locator("canvas.upper-canvas").hover()  # it is there, and not the one before
            corner = page.locator("canvas.upper-canvas").bounding_box()
            assert corner is not None, "the canvas is not to be seen"
            page.mouse.move(corner["x"] + 140, corner["y"] + 50)
            page.mouse.down()
            page.mouse.move(corner["x"] + 138 + number % 4, corner["y"] + 230, steps=10)
            page.mouse.up()
            before = time.perf_counter()
            page.wait_for_function(f"{said}.startsWith('1')")
            seconds.append(time.perf_counter() - before)
            page.get_by_role("button", name="Clear", exact=True).click()
        browser.close()
    return seconds[2:]


def main() -> None:
    """Print the table."""
    found, alone, drawn = live(), one_update(), strokes()
    ratio = 1 - found.pace_watched / found.pace_alone
    print("\n| the Playground while LeNet-5 trains | measured |\n|---|--:|")
    print(f"| updates of the stage a second | {found.updates:.1f} |")
    print(f"| over the wire, each, with all else on the page | {found.bytes_an_update / 1000:.0f} kB |")
    print(f"| server time of one update, without Streamlit's own | {statistics.median(alone) * 1000:.1f} ms |")
    print(f"| pace of the training that the open page costs | {ratio:.1%} |")
    print(
        f"| from a stroke to its answer in a browser, nothing trains | median {statistics.median(drawn) * 1000:.0f} ms |"
    )
    print(f"| from Start to maps of other weights | {found.seconds_to_move:.2f} s |")


if __name__ == "__main__":
    main()
