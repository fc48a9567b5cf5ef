"""The image moved pixel by pixel, and a layer's output of each network before, after, and shifted back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import streamlit as st

from core.insight.activations import activations_of_all
from core.network import Dense, Network, Path, trace
from core.network.layers import Layer
from core.network.words import counted
from core.study.background import Study
from core.study.contender import Contender
from core.study.equivariance import MOST_PIXELS
from core.study.moving import MovedLayer, moved, moved_layer
from core.ui.pages.equivariance.state import EquivarianceState
from core.ui.shell.frame import plain
from core.ui.shell.private import press_by_arrows
from core.ui.shell.session import Session
from core.ui.widgets.layers import how_many
from core.ui.widgets.lesson.controls import tell
from core.ui.widgets.picture import Picture
from core.ui.widgets.studies import Entrant, contenders_of, studied, watch
from core.views.equivariance import moved_sentence
from core.views.images import (
    INK_SCALE,
    Scale,
    Tile,
    activation_scale,
    cell_size,
    gallery,
    legend,
    shown_image,
    signed_scale,
    strip,
)
from core.views.maps import layer_words

FIRST = 3
MAPS_PX = 620
MAP_PX, IMAGE_PX, CELL_PX, CELLS = 84, 84, 12, 20
WAYS = {"left": (-1, 0), "up": (0, -1), "down": (0, 1), "right": (1, 0)}


def move_and_compare(mine: Session, fit: Sequence[Entrant], picture: Picture) -> None:
    """The controls, the image, and the maps; only these are drawn anew by a step."""
    # A contender of this fingerprint stays the same object, as it holds the model.
    contenders = [
        mine.kept(f"equivariance/contender/{place}", one.fingerprint, lambda one=one: one)
        for place, one in enumerate(contenders_of(fit))
    ]
    key = tuple(one.fingerprint for one in contenders)
    ready = studied(mine, "equivariance/models", key, partial(_models, contenders))
    watch(ready, (), partial(_drawn, mine, fit, contenders, picture, ready))


def _models(contenders: Sequence[Contender]) -> Iterator[bool]:
    """The models are built once, in the background: then an image takes some milliseconds."""
    for one in contenders:
        assert one.model is not None
    yield True


def _drawn(
    mine: Session, fit: Sequence[Entrant], contenders: Sequence[Contender], picture: Picture, ready: Study[bool]
) -> None:
    own = mine.state(EquivarianceState)
    tell(mine, "equivariance", right=own.right)
    there = moved(picture.image, own.right, own.down)
    controls, *columns = st.columns([8, *[9] * len(fit)], gap="medium")
    with controls:
        _images(picture, there, _by(own.right, own.down))
        _controls(own)
    for place, (column, one, contender) in enumerate(zip(columns, fit, contenders)):
        with column:
            if ready.finished:
                _layer(mine, place, one, contender, picture.image, there)
            else:
                with st.container(height=MAPS_PX, border=False):  # the room of the maps, so that nothing below moves
                    st.caption("The maps follow in a moment.")
    st.caption(
        "A convolution looks at each place in the same way. So when the image moves, its maps move along and are "
        "otherwise the same: shifted back, nothing is left but at the border. A dense layer has a weight of its own for "
        "each pixel: moved by one pixel, every number is made of other pixels, and they scramble. Where the shift is no "
        "whole number of units, as behind a pooling, what lies between two units is interpolated. In the differences "
        "blue is less than before and orange more, on the scale of the maps themselves; what has no counterpart is left out."
    )


def _images(picture: Picture, there: np.ndarray, words: str) -> None:
    """The image as it is and moved."""
    tiles = [
        Tile(shown_image(picture.image), "as it is", f"{picture.title}, as it is"),
        Tile(shown_image(there), "moved", f"{picture.title}, moved by {words}"),
    ]
    st.html(gallery(tiles, INK_SCALE, cell_size(tiles[0].values.shape[:2], IMAGE_PX)))
    st.caption(plain(f"{picture.title}, moved by {words}"))


def _by(right: int, down: int) -> str:
    """`3 px to the right and 1 px up`."""
    ways = (
        (abs(right), "to the right" if right > 0 else "to the left"),
        (abs(down), "down" if down > 0 else "up"),
    )
    return " and ".join(f"{pixels} px {way}" for pixels, way in ways if pixels) or "0 px"


def _controls(own: EquivarianceState) -> None:
    """Arrow buttons, which the arrow keys press too, and a slider for each direction."""
    keys = {"right": "equivariance/by/right", "down": "equivariance/by/down"}

    def take() -> None:
        own.right, own.down = (st.session_state[key] for key in keys.values())

    def set_to(right: int, down: int) -> None:
        own.right, own.down = (min(max(by, -MOST_PIXELS), MOST_PIXELS) for by in (right, down))
        st.session_state[keys["right"]], st.session_state[keys["down"]] = own.right, own.down

    def go(right: int, down: int) -> None:
        set_to(own.right + right, own.down + down)  # as it is when it is pressed: who is quick has not seen it yet

    for label, way, value in (("To the right (px)", "right", own.right), ("Down (px)", "down", own.down)):
        st.slider(label, -MOST_PIXELS, MOST_PIXELS, value, key=keys[way], on_change=take)
    with st.container(horizontal=True, gap="xsmall", key="equivariance/arrows"):
        for way, by in WAYS.items():
            most = max(abs(own.right + by[0]), abs(own.down + by[1])) > MOST_PIXELS
            st.button(
                way.capitalize(), key=f"equivariance/{way}", on_click=go, args=by, disabled=most,
                help=f"One pixel {way}; at most {MOST_PIXELS}.",
            )  # fmt: skip
        st.button(
            "Back to where it was", key="equivariance/back", icon=":material/restart_alt:", on_click=set_to, args=(0, 0),
            disabled=(own.right, own.down) == (0, 0), type="tertiary",
        )  # fmt: skip
    press_by_arrows("equivariance/arrows", **{way: f"equivariance/{way}" for way in WAYS})
    st.caption("With one of these buttons in focus, the arrow keys move it too.")


def _layer(
    mine: Session, place: int, one: Entrant, contender: Contender, image: np.ndarray, there: np.ndarray
) -> None:
    """A layer of a network, chosen, before, after and shifted back."""
    own, network = mine.state(EquivarianceState), contender.network
    path = _choose_layer(own, place, one, network)
    what = hashlib.sha256(np.stack([image, there]).tobytes()).hexdigest()
    outputs = mine.kept(
        f"equivariance/outputs/{place}",
        (contender.fingerprint, what),
        lambda: activations_of_all(contender.model, network, np.stack([image, there]).astype(np.float32)),
    )
    still, shifted = outputs[path]
    found = moved_layer(trace(network).row(path), still, shifted, own.right, own.down)
    if not all(np.isfinite(values).all() for values in (still, shifted)):
        st.warning("The weights of this network are no longer numbers, so its maps mean nothing.")
        return
    draw = _maps if still.ndim == 3 else _numbers
    draw(found, layer_words(network, path), f"equivariance/maps/{place}")
    st.markdown(moved_sentence(found))


def _choose_layer(own: EquivarianceState, place: int, one: Entrant, network: Network) -> Path:
    key = one.key
    paths = [path for path, _ in network.walk()]
    shown = own.layers.get((place, key))
    if shown not in paths:
        shown = _usual(network, place)
    widget = f"equivariance/layer/{place}/{key}/{hash(network)}"

    def chosen() -> None:
        own.layers[place, key] = st.session_state[widget]

    return st.selectbox(
        f"Layer of {plain(one.name)}",
        paths,
        paths.index(shown),
        lambda path: layer_words(network, path),
        widget,
        on_change=chosen,
        width=340,
    )


def _usual(network: Network, place: int) -> Path:
    """The first convolution; of the network on the right, or without any, the first dense layer; else the first layer."""
    blocks = list(network.walk())
    convolutions = [path for path, one in blocks if isinstance(one, Layer) and one.is_convolution]
    dense = [path for path, one in blocks if isinstance(one, Dense)]
    order = (dense, convolutions) if place else (convolutions, dense)
    return next((found[0] for found in order if found), blocks[0][0])


def _maps(found: MovedLayer, words: str, key: str) -> None:
    """Maps as they were, moved, and their differences: each below the same one."""
    rows = st.container()
    number = how_many(found.still.shape[2], FIRST, "map", key)
    with rows:
        _rows(found, number, lambda values, n: values[..., n], lambda n: f"map {n + 1} of {words}", MAP_PX)


def _numbers(found: MovedLayer, words: str, key: str) -> None:
    """The numbers of a layer without places, as cells."""
    _rows(
        found,
        1,
        lambda values, _: strip(values, CELLS),
        lambda _: f"{counted(len(found.still), 'number')} of {words}",
        0,
    )


def _rows(
    found: MovedLayer, number: int, part: Callable[[np.ndarray, int], np.ndarray], name: Callable[[int], str], px: int
) -> None:
    both = np.stack([found.still, found.shifted])
    scale, limit = activation_scale(both), signed_scale(both).high
    back = "Shifted back, less before" if found.places else "Difference"
    for title, values, colours in (
        ("Image as it is", found.still, scale),
        ("Image moved", found.shifted, scale),
        (back, found.difference, Scale(-limit, limit, signed_scale(both).colours)),
    ):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(title, width="content")
            st.html(legend(colours), width="content")
        tiles = [Tile(part(values, n), "", f"{title}: {name(n)}") for n in range(number)]
        st.html(gallery(tiles, colours, cell_size(tiles[0].values.shape[:2], px) if px else CELL_PX))
