"""What people do on the pages, as visitors of load tests do it."""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import count

from tools.visitor import Visitor

Deed = tuple[str, str, Callable[[Visitor, random.Random], Awaitable[float]] | None]
MOMENT_SECONDS = 1.0  # between opening a page and doing something there


async def busy(
    visitor: Visitor,
    number: int,
    until: float,
    every_seconds: float,
    note: Callable[[str, float], None],
    deeds: Sequence[Deed],
) -> None:
    """One thing after another, each on the page where it is done, with pauses of random length.

    Args:
        visitor: who does it.
        number: with which of the deeds they begin; names their random numbers too.
        until: a time of `time.monotonic()`; nothing is begun after it.
        every_seconds: mean time from the end of one thing to the beginning of the next.
        note: is told the kind of each interaction and how many seconds it took.
        deeds: what is done, in turns: the page, the kind, and how; None if opening the page is all.
    """
    chance = random.Random(number)
    for turn in count(number):
        await asyncio.sleep(chance.uniform(0, 2 * every_seconds))
        if time.monotonic() > until:
            return
        page, kind, act = deeds[turn % len(deeds)]
        if visitor.page != page:
            note(f"open {page or 'playground'}", await visitor.open(page))
            await asyncio.sleep(chance.uniform(0, 2 * MOMENT_SECONDS))
        if act is not None:
            note(kind, await act(visitor, chance))


async def edit(visitor: Visitor, _chance: random.Random) -> float:
    """One more filter or unit in the layer that is open; the first layer that can be counted is opened for it."""
    for key in visitor.keys("select/"):
        fields = [key for key in visitor.keys("layer/") if key.endswith(("/filters", "/units"))]
        if fields:
            break
        await visitor.press(key)
    return await visitor.enter(fields[0], visitor.widget(fields[0]).default + 1)


async def until(condition: Callable[[], bool], visitor: Visitor, seconds: float = 60.0) -> None:
    """Look at the page again and again until this holds there."""
    end = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < end, "the page did not come to where it can be measured"
        await asyncio.sleep(0.2)
        await visitor.look()


async def choose_any(visitor: Visitor, chance: random.Random, key: str) -> float:
    """Choose something from a list."""
    return await visitor.enter(key, chance.choice(visitor.widget(key).options))


async def preset(visitor: Visitor, chance: random.Random) -> float:
    (key,) = (key for key in visitor.keys("build/") if key.endswith("/preset"))
    return await choose_any(visitor, chance, key)


async def another_image(visitor: Visitor, _chance: random.Random) -> float:
    if not visitor.keys("maps/another"):  # they look at what they have drawn
        (key,) = visitor.keys("maps/source/")
        await visitor.enter(key, ["Test image"])
    return await visitor.press("maps/another")


async def stroke(visitor: Visitor, chance: random.Random) -> float:
    """A slanted and bent line across the canvas, as the canvas describes it; hardly one is drawn twice."""
    if not visitor.keys("canvas/"):  # a test image is chosen on the Playground
        (key,) = visitor.keys("playground/way/")
        await visitor.enter(key, ["Draw"])
    (key,) = visitor.keys("canvas/")
    left, right = chance.randrange(90, 190), chance.randrange(90, 190)
    bend = chance.uniform(-40, 40)
    across = [left + (right - left) * n / 20 + bend * math.sin(math.pi * n / 20) for n in range(21)]
    path = [["L" if n else "M", x, 50 + 9 * n] for n, x in enumerate(across)]
    line = {"type": "path", "path": path, "strokeWidth": 18, "stroke": "#FFFFFF"}
    return await visitor.send_json(key, json.dumps({"drawing": {"raw": {"objects": [line]}, "data": None}}))


async def layer_of_field(visitor: Visitor, chance: random.Random) -> float:
    key = next(key for key in visitor.keys("fields/") if visitor.widget(key).DESCRIPTOR.name == "Selectbox")
    return await choose_any(visitor, chance, key)


async def preset_in_the_bar(visitor: Visitor, chance: random.Random) -> float:
    (key,) = visitor.keys("playground/preset/")
    return await choose_any(visitor, chance, key)


async def sample(visitor: Visitor, chance: random.Random) -> float:
    """One of the ten sample digits."""
    (key,) = visitor.keys("playground/sample/")
    return await visitor.enter(key, [chance.choice(visitor.widget(key).options).content])


def steps_made(visitor: Visitor) -> int:
    """How many steps the run in the bar of the Playground has made."""
    html = " ".join(element.html.body for element in visitor.elements if element.WhichOneof("type") == "html")
    found = re.search(r"Step</span><strong>([\d,]+)", html)
    return int(found[1].replace(",", "")) if found else 0


def awake(visitor: Visitor) -> bool:
    """True as soon as the Playground does not wait for TensorFlow any more."""
    return not any("TensorFlow is waking up" in element.markdown.body for element in visitor.elements)


def stage(visitor: Visitor) -> dict:
    """What the stage of the Playground has been told to draw; raises `KeyError`."""
    return json.loads(visitor.widget("playground/stage").json)


async def number_on_the_stage(visitor: Visitor, chance: random.Random) -> float:
    """One number of some layer's first map is explained."""
    layers = [one for one in stage(visitor)["stages"] if one["id"]]
    one = chance.choice(layers)
    unit = f"{one['id']}|0|{chance.randrange(one['rows'])}|{chance.randrange(one['columns'])}"
    return await visitor.trigger("playground/stage", "act", {"kind": "unit", "unit": unit})


async def edit_on_the_stage(visitor: Visitor, chance: random.Random) -> float:
    """A layer gets another number of filters or units."""
    nodes = stage(visitor)["plan"]["nodes"]
    counts = ("filters", "units")
    fields = [(one["identity"], part) for one in nodes for part in one["settings"] if part["name"] in counts]
    identity, part = chance.choice(fields[:-1] or fields)  # not the number of classes
    value = {"kind": "set", "identity": identity, "name": part["name"], "value": part["value"] % 24 + 1}
    return await visitor.trigger("playground/stage", "act", value)


PLAYGROUND_DEEDS: tuple[Deed, ...] = (
    ("", "draw a stroke on the Playground", stroke),
    ("", "choose a sample digit", sample),
    ("", "edit a layer in its place", edit_on_the_stage),
    ("", "explain a number", number_on_the_stage),
    ("", "choose a network in the bar", preset_in_the_bar),
)
DEEDS: tuple[Deed, ...] = (
    ("build", "choose a published network", preset),
    ("", "draw a stroke on the Playground", stroke),
    ("draw", "draw a stroke", stroke),
    ("feature_maps", "feature maps of another image", another_image),
    ("build", "edit a layer", edit),
    ("train", "", None),
    ("receptive_fields", "receptive fields of another layer", layer_of_field),
    ("build", "edit a layer", edit),
    ("kernels", "", None),
    ("runs", "", None),
)
