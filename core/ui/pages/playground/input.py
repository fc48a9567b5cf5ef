"""The input of the Playground: a canvas, or a test image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.data import Dataset, digits_from_strokes, drawn_over, load
from core.data.uploads import drawing_input
from core.network.layers import shape_text
from core.ui.pages.playground.on_stage import run_on_stage
from core.ui.pages.playground.state import PlaygroundState, way_key
from core.ui.shell.session import Session
from core.ui.widgets.canvas import SIDE, Drawing, draw
from core.ui.widgets.input_image import InputImage
from core.views.images import INK_SCALE, Tile, cell_size, gallery, shown_image
from core.views.wording import plain

WAYS = {"drawing": "Draw", "test": "Test image"}
IMAGE_PX = 280


def choose_input(mine: Session) -> InputImage:
    """The canvas or a test image; returns what goes into the network, in its input shape.

    As long as nothing is drawn, a test image stands there, so that everything has something to show.
    """
    state, image = mine.state(PlaygroundState), mine.image
    shape = mine.editor.network.input_shape
    way = st.segmented_control(
        "Input",
        list(WAYS),
        default=state.way,
        format_func=WAYS.__getitem__,
        required=True,
        key=way_key(state),
        label_visibility="collapsed",
    )
    if way != state.way:  # what is shown is what all pages look at, and what the address says
        state.way = way
        image.source = "drawing" if way == "drawing" and image.drawing is not None else "test"
    if way == "drawing":
        _canvas(mine)
        if image.drawing is not None:
            return InputImage(drawing_input(image.drawing, shape), "your drawing")
        return _test_image(mine)
    found = _test_image(mine)
    with st.container(key="playground-image"):
        tile = Tile(shown_image(found.image), "", found.title)
        st.html(gallery([tile], INK_SCALE, cell_size(found.image.shape[:2], IMAGE_PX)))
    _choose_test_image(mine)
    return found


def _canvas(mine: Session) -> None:
    """The canvas; a stroke makes the drawing what all pages look at, and it shows the one that they look at."""
    state, image = mine.state(PlaygroundState), mine.image
    if image.drawing is not None and image.drawing is not state.drawn:  # it came by the address, or from another page
        state.ground = state.drawn = image.drawing
        state.board.clear()
    before = state.board.content or {}
    digits = mine.editor.dataset == "mnist"  # the ghost draws one
    untouched = digits and state.drawn is None and not before.get("objects")
    drawn = draw(f"canvas/play/{state.board}", state.board.content, ground=state.ground, inviting=untouched)
    # A canvas that was put on the page says that it is empty: nothing has been drawn by that.
    changed = drawn.content != state.board.content and (drawn.strokes or before.get("objects"))
    if changed:
        state.drawn = _drawing(state.ground, drawn)
    if image.drawing is not state.drawn:  # by a stroke; or another page, on whose own canvas nothing is, let go of it
        image.drawing = state.drawn
        image.source = "test" if image.drawing is None else "drawing"
    state.board.content = drawn.content

    def clear() -> None:
        state.board.clear()
        state.ground = state.drawn = None
        image.drawing, image.source = None, "test"

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="playground-clearing"):
        st.button("Clear", icon=":material/delete:", key="playground/clear", on_click=clear)
        st.caption(_hint(mine, drawn))
    _samples(mine)


def _hint(mine: Session, drawn: Drawing) -> str:
    digits = mine.editor.dataset == "mnist"
    if mine.image.drawing is None:
        what = "a digit" if digits else "a piece of clothing"
        return f"Draw {what} here. Until then it reads a test image."
    apart = (
        digits_from_strokes(drawn.strokes, drawn.width)
        if digits and mine.state(PlaygroundState).ground is None
        else []
    )
    if len(apart) > 1:
        return f"{len(apart)} digits, read as one. On Draw, each is read."
    return "Add to it, or clear it."


def _drawing(ground: np.ndarray | None, drawn: Drawing) -> np.ndarray | None:
    """What is on the canvas, (28, 28) in 0…1: brought to the middle, or on its ground where it is; None for nothing."""
    if ground is not None:
        return drawn_over(ground, drawn.strokes, drawn.width, SIDE)
    digits = digits_from_strokes(drawn.strokes, drawn.width, together=True)
    return digits[-1].steps(frozenset())[-1].image if digits else None


def _test_image(mine: Session) -> InputImage:
    """The test image of the moment, or a black one where none fits."""
    editor, image = mine.editor, mine.image
    data, shape = load(editor.dataset), editor.network.input_shape
    if data.input_shape != shape:
        return InputImage(np.zeros(shape, np.float32), f"a black image of {shape_text(shape)}")
    image.test_index = min(image.test_index, len(data.x_test) - 1)
    label = int(data.y_test[image.test_index])
    pixels = data.x_test[image.test_index].astype(np.float32) / 255
    return InputImage(pixels, f"test image {image.test_index:,}, which is “{data.class_names[label]}”", label)


def look_at_test_image(mine: Session, index: int) -> None:
    """Make a test image the input."""
    state = mine.state(PlaygroundState)
    mine.image.test_index, mine.image.source = index, "test"
    state.way = "test"
    state.ways.renew()


def _choose_test_image(mine: Session) -> None:
    data, image = load(mine.editor.dataset), mine.image
    last = len(data.x_test) - 1

    def random() -> None:
        image.test_index = int(np.random.default_rng().integers(last + 1))

    def following() -> None:
        image.test_index = (image.test_index + 1) % (last + 1)

    def mistake() -> None:
        image.test_index = _next_mistake(mine, image.test_index)

    wrong = _mistakes(mine)
    with st.container(horizontal=True, gap="small"):
        st.button("Next", icon=":material/skip_next:", key="playground/next", on_click=following)
        st.button("Random", icon=":material/casino:", key="playground/random", on_click=random)
        st.button(
            "Mistake",
            icon=":material/error:",
            key="playground/mistake",
            on_click=mistake,
            disabled=not wrong,
            help="The next one that it gets wrong." if wrong else "It has not been tested yet.",
        )
    _samples(mine)


def _mistakes(mine: Session) -> list[int]:
    """Test images that the run gets wrong, as far as they are known."""
    run = run_on_stage(mine)
    if run is None or run.snapshot.evaluated_on != "test":
        return []
    return sorted(mistake.index for mistake in run.snapshot.hardest)


def _next_mistake(mine: Session, after: int) -> int:
    wrong = _mistakes(mine)
    return next((index for index in wrong if index > after), wrong[0] if wrong else after)


def _samples(mine: Session) -> None:
    """One test image of each class, for those who cannot draw."""
    data = load(mine.editor.dataset)
    key = f"playground/sample/{data.name}/{mine.state(PlaygroundState).ways}"

    def chosen() -> None:
        label = st.session_state[key]
        if label is not None:
            look_at_test_image(mine, int(np.argmax(data.y_test == label)))

    with st.container(key="playground-samples"):
        _sample_pills(data, key, chosen)


def _sample_pills(data: Dataset, key: str, chosen: Callable[[], None]) -> None:
    st.pills(
        "Or a sample of",
        range(len(data.class_names)),
        format_func=lambda label: plain(data.class_names[label]),
        key=key,
        on_change=chosen,
    )
