"""Teach: drawings become a collection, a network learns them, every page can look at it; others see nothing of it."""

import json

import numpy as np
import pytest

from core.data import DIGITS, Collection, from_strokes
from core.training import State
from core.ui.canvas import BRUSH
from tests.drawn import SHAPES, digit, digits, shape, shapes
from tests.pages.conftest import button, mine
from tests.pages.test_pages import opened, words

LOOKING = ["train", "draw", "runs", "kernels", "feature_maps", "receptive_fields", "why", "mistakes", "build"]


def put(app, key, strokes):
    """Let the canvas with this key hold these strokes, as the browser would send them."""
    paths = [[["M", *map(float, line[0])], *(["L", *map(float, point)] for point in line[1:])] for line in strokes]
    objects = [{"type": "path", "path": path} for path in paths]
    app.session_state[key] = {"drawing": {"raw": {"version": "1", "objects": objects}, "data": ""}}


def teach_one(app, strokes, label):
    put(app, f"teach/canvas/{mine(app).taught}/{mine(app).teach_canvas}", strokes)
    app.run()
    app.button(key=f"teach/class/{label}").click().run()


def keep(app, which, collection):
    mine(app).workspace.collect(which, lambda _: collection)


def taught(app):
    """Press the button, and wait for the end of the run."""
    button(app, "Teach it").click().run()
    run = mine(app).run
    assert run is not None and run.wait(120)
    assert run.snapshot.state is State.FINISHED, run.snapshot.message
    return app.run()


def test_a_drawing_is_kept_with_what_it_is_and_the_canvas_is_empty_for_the_next(app, random):
    opened(app, "teach")
    assert not app.exception
    assert app.button(key="teach/class/7").disabled  # nothing is drawn yet
    strokes = digit(7, random)
    teach_one(app, strokes, 7)
    assert not app.exception
    found = mine(app).workspace.collection("digits")
    assert found.labels.tolist() == [7]
    assert (found.images[0, ..., 0] == np.round(from_strokes(strokes, BRUSH) * 255)).all()
    assert app.button(key="teach/class/7").disabled  # the next canvas is empty
    assert "**1 drawings**" in words(app)
