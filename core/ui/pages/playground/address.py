"""The state of the Playground in its address: whoever copies the address gives another visitor the same view."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

import numpy as np
import streamlit as st

from core.data.collection import FIELD
from core.network import LENET5, Recipe, to_token
from core.ui.pages.playground.places import layer_in, unit_in, unit_text
from core.ui.pages.playground.restart import take_kept
from core.ui.pages.playground.state import STRIPS, PlaygroundState, way_key
from core.ui.shell.links import LINK
from core.ui.shell.private import through_history
from core.ui.shell.session import Session
from core.views.maps import stage_id

IMAGE, UNIT, LAYER, STRIP = "image", "unit", "layer", "below"
MOST_LINK = 8_000  # characters: some servers refuse longer addresses


def follow_address(mine: Session) -> None:
    """Show what the address says where it has changed since it was written: at first, and by Back and Forward.

    The network, the recipe and the dataset are taken from it by `core.ui.shell.links`, as on every page.
    """
    state = mine.state(PlaygroundState)
    there = {name: st.query_params[name] for name in (LINK, IMAGE, UNIT, LAYER, STRIP) if name in st.query_params}
    if there == state.address:
        return
    if not there and way_key(state) not in st.session_state:  # from another page, whose address holds nothing of this
        state.address = {}
        return
    if there in state.left and not through_history():  # sent before the browser had heard of the newer address
        return
    if LINK in state.address and LINK not in there:  # back to where it all began
        mine.editor.open(LENET5, Recipe())
        mine.editor.dataset = "mnist"
        mine.hold_link(None)
    _take_image(mine, there.get(IMAGE, "0"))
    if there.get(STRIP, "kernels") in STRIPS:
        state.strip = there.get(STRIP, "kernels")
    _take_place(mine, there.get(UNIT), there.get(LAYER))
    if there.get(LINK) != state.address.get(LINK):
        take_kept(mine)
    _hold(state, there)


def write_address(mine: Session) -> None:
    """Write what is shown into the address, without what is as at the first visit."""
    state = mine.state(PlaygroundState)
    now = _shown(mine)
    if now == state.address:
        return
    st.query_params.from_dict(now)
    _hold(state, now)
    mine.hold_link(now.get(LINK, mine.opened_link))


def _hold(state: PlaygroundState, address: dict[str, str]) -> None:
    state.left.append(state.address)
    state.address = address


def _shown(mine: Session) -> dict[str, str]:
    editor, image, focus, state = mine.editor, mine.image, mine.focus, mine.state(PlaygroundState)
    found: dict[str, str] = {}
    if image.source == "drawing" and image.drawing is not None:
        found[IMAGE] = _written(image.drawing)
    elif image.test_index:
        found[IMAGE] = str(image.test_index)
    if unit_text(focus):
        found[UNIT] = unit_text(focus)
    elif focus.layer is not None:
        found[LAYER] = stage_id(focus.layer)
    if state.strip != "kernels":
        found[STRIP] = state.strip
    usual = (editor.network, editor.recipe, editor.dataset, mine.hidden) == (LENET5, Recipe(), "mnist", ())
    if usual and not found and not state.address:  # nothing was done yet
        return found
    # The usual network too: who opens the link may have another one, of an earlier visit.
    token = to_token(editor.network, editor.recipe, editor.dataset, mine.hidden)
    return found if len(token) > MOST_LINK else {LINK: token, **found}


def _written(drawing: np.ndarray) -> str:
    """(28, 28) in 0…1 as text, with 256 levels."""
    levels = np.round(drawing * 255).astype(np.uint8)
    return "d" + base64.urlsafe_b64encode(zlib.compress(levels.tobytes(), 9)).decode().rstrip("=")


def read_drawing(text: str) -> np.ndarray | None:
    """The drawing that `_written` has written: (28, 28) float32 in 0…1; None of anything else."""
    height, width, _ = FIELD
    size = height * width
    if not text.startswith("d") or len(text) > 4 * size:
        return None
    try:
        packed = base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4))
        levels = zlib.decompressobj().decompress(packed, size + 1)
    except (ValueError, binascii.Error, zlib.error):
        return None
    if len(levels) != size:
        return None
    return np.frombuffer(levels, np.uint8).reshape(height, width).astype(np.float32) / 255


def _take_image(mine: Session, text: str) -> None:
    image, state = mine.image, mine.state(PlaygroundState)
    drawing = read_drawing(text)
    if drawing is not None:
        own = state.drawn  # whose strokes can still be taken back
        image.drawing = own if own is not None and _written(own) == text else drawing
        image.source = state.way = "drawing"
    elif re.fullmatch(r"\d{1,5}", text, re.ASCII):
        image.test_index, image.source = int(text), "test"
        state.way = "test" if image.test_index or image.drawing is not None else state.way
    state.ways.renew()


def _take_place(mine: Session, unit: str | None, layer: str | None) -> None:
    network, focus = mine.editor.network, mine.focus
    focus.look_into(network)
    found = unit_in(network, unit)
    focus.look_at(*(found or (layer_in(network, layer),)))
