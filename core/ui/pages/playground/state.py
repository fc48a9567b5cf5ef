"""State of the Playground."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.network import Network, Path
from core.ui.shell.renewal import FieldKey, Renewal
from core.ui.shell.session import MOST_LEFT
from core.ui.widgets.canvas import Board

if TYPE_CHECKING:
    import keras

    from core.ui.pages.playground.subject import Seen

STRIPS = {"kernels": "Kernels", "mistakes": "Mistakes", "number": "One number"}


@dataclass(frozen=True, eq=False)
class Sketch:
    """The network of the editor with weights that no training has made yet.

    Attributes:
        network: the network.
        dataset: whose images it is shown.
        model: with its weights.
        kept: the layers that have kept the weights they had before the last edit.
        weighted: how many layers have weights.
    """

    network: Network
    dataset: str
    model: keras.Model
    kept: frozenset[Path]
    weighted: int


@dataclass(frozen=True, eq=False)
class Shown:
    """The model that was on the stage last, and where its layers are: what an edit begins with.

    Attributes:
        network: its network.
        dataset: whose images it was shown: weights learned for one are none for another.
        model: the model; None where TensorFlow was not there yet.
        shipped: its name among the networks that come trained; empty for others.
        places: identity of a block in the editor → path.
    """

    network: Network
    dataset: str
    model: keras.Model | None
    shipped: str
    places: Mapping[int, Path]


@dataclass(eq=False)  # arrays are not compared as values
class PlaygroundState:
    """What the Playground remembers for one visitor.

    Attributes:
        board: the canvas.
        ground: (28, 28) in 0…1, the drawing from elsewhere that the canvas shows below its strokes; None for none.
        drawn: (28, 28) in 0…1, the drawing that the canvas shows now, ground and strokes; None where it is empty.
        way: where the input comes from, `drawing` or `test`.
        ways: renewed when that was changed elsewhere than in its own field.
        strip: which of `STRIPS` is open.
        preset, dataset, rate, amount, strip_field: the keys of these fields.
        sketch: the model of a network that is not trained; None as long as none was needed.
        shown: what was on the stage last; None before.
        answered: whose answer stands on the page; None before the first one.
        folded: the layers that the stage has folded away, as the browser names them, with spaces between.
        changed: true after something was done in one piece of the page that all others have to follow.
        problem: why the last edit was not made, as a sentence; empty if it was.
        address: what of the page's view the address holds, by the names of its parameters.
        left: what it held before.
        aside: as `on_stage.aside` gives it, for a run that another choice has put aside; None for none.
        begun: creation times of the runs that this page has started: an edit may replace them.
    """

    board: Board = field(default_factory=Board)
    ground: np.ndarray | None = None
    drawn: np.ndarray | None = None
    way: str = "drawing"
    ways: Renewal = field(default_factory=Renewal)
    strip: str = "kernels"
    preset: FieldKey = field(default_factory=FieldKey)
    dataset: FieldKey = field(default_factory=FieldKey)
    rate: FieldKey = field(default_factory=FieldKey)
    amount: FieldKey = field(default_factory=FieldKey)
    strip_field: FieldKey = field(default_factory=FieldKey)
    sketch: Sketch | None = None
    shown: Shown | None = None
    answered: Seen | None = None
    folded: str = ""
    changed: bool = False
    problem: str = ""
    address: dict[str, str] = field(default_factory=dict)
    left: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=MOST_LEFT))
    aside: tuple[int, float, int] | None = None
    begun: set[float] = field(default_factory=set)


def follow_changes(state: PlaygroundState) -> None:
    """Draw the whole page anew after something was done in a piece of it that is drawn anew alone."""
    if state.changed:
        state.changed = False
        st.rerun()


def way_key(state: PlaygroundState) -> str:
    """Key of the field that says where the input comes from; the session holds it as long as the page stays open."""
    return f"playground/way/{state.ways}"
