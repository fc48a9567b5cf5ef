"""The tour of the Playground: eight stops, from the first stroke to a link for others."""

from __future__ import annotations

import hashlib

from core.network import to_token
from core.ui.pages.playground.on_stage import run_on_stage
from core.ui.pages.playground.places import unit_text
from core.ui.pages.playground.state import PlaygroundState
from core.ui.shell.session import Session
from core.ui.widgets.tour import Becomes, Changes, Copies, Happens, Stop, tour

STOPS = (
    Stop(
        "draw",
        "Draw a digit here, or choose a sample below: the network answers as soon as you let go.",
        Changes("image"),
        ("replaced-canvas-canvas-play", "playground-image"),
    ),
    Stop(
        "hover",
        "Each layer shows what it makes of the image. Move over a map: what a number sees of the image lights up.",
        Happens(("pointermove", "keydown"), ".stage .grid"),
        ("playground/stage",),
    ),
    Stop(
        "start",
        "Press Start: it forgets what it knows and learns anew while you watch.",
        Becomes("training", True),
        ("playground/main",),
    ),
    Stop(
        "pause",
        "Maps, kernels and curves move as it learns. Press Pause: everything rests, and can go on later.",
        Becomes("resting", True),
        ("playground/main",),
    ),
    Stop(
        "number",
        "No number here is magic. Click one in a map, and read below how it comes about.",
        Changes("unit"),
        ("playground/stage",),
    ),
    Stop(
        "filters",
        "A layer's name opens its settings. Change its number of filters: the network is rebuilt at once.",
        Changes("network"),
        ("playground/stage",),
        '.node:not([data-layer=""]) .head',
    ),
    Stop(
        "mistake",
        "Choose “Mistakes”: what a tested network gets wrong stands here, and a click makes it the input.",
        Becomes("strip", "mistakes"),
        ("playground-below",),
    ),
    Stop(
        "share",
        "The address of this page holds network, recipe, image and what is chosen, not what was learned. Copy it for others.",
        Copies("Copy the link"),
    ),
)


def playground_tour(mine: Session) -> None:
    """The tour with its button; it is not offered within a lesson."""
    tour("playground", STOPS, facts_of(mine), offered=not mine.hidden)


def facts_of(mine: Session) -> dict[str, str | bool]:
    """What holds on the page now, as far as the stops ask about it."""
    editor, image, run = mine.editor, mine.image, run_on_stage(mine)
    drawing = image.drawing if image.source == "drawing" else None
    return {
        "image": f"test {image.test_index}"
        if drawing is None
        else hashlib.blake2b(drawing.tobytes(), digest_size=8).hexdigest(),
        "training": run is not None and run.active,
        "resting": run is not None and not run.active,
        "unit": unit_text(mine.focus),
        "network": hashlib.blake2b(to_token(editor.network).encode(), digest_size=8).hexdigest(),
        "strip": mine.state(PlaygroundState).strip,
    }
