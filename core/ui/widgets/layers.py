"""Layers of a network: the choice of one, and its output for an image."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.network import Network, Path
from core.network.layers import shape_text
from core.network.network import layer_label
from core.network.words import counted, plural
from core.ui.shell.session import Session
from core.views.images import (
    Scale,
    Tile,
    activation_scale,
    cell_size,
    gallery,
    legend,
    strip,
)
from core.views.maps import layer_words, range_words

FIRST_MAPS = 32


def choose_layer(mine: Session, network: Network, paths: list[Path], key: str) -> Path | None:
    """A choice among these layers, which begins with the one that was looked at last; None where there are none."""
    if not paths:
        return None
    mine.focus.look_into(network)
    widget = f"{key}/{hash(network)}"
    return st.selectbox(
        "Layer",
        paths,
        paths.index(_nearest(network, paths, mine.focus.layer)),
        format_func=lambda path: layer_words(network, path),
        key=widget,
        on_change=lambda: mine.focus.look_at(st.session_state[widget]),
        width=340,
    )


def _nearest(network: Network, paths: list[Path], wanted: Path | None) -> Path:
    """The wanted layer, or else the last of these before it, or else the first."""
    order = [path for path, _ in network.walk()]
    if wanted not in order:
        return paths[0]
    before = [path for path in paths if order.index(path) <= order.index(wanted)]
    return max(before, key=order.index, default=paths[0])


def layer_maps(
    network: Network,
    path: Path,
    values: np.ndarray,
    class_names: tuple[str, ...],
    scale: Scale | None = None,
    key: str = "maps",
) -> None:
    """One layer's output: maps as a gallery, a vector as rows of cells, the probabilities as labelled cells.

    Args:
        network, path: the layer.
        values: (h, w, c) or (units,).
        class_names: of the units of a last layer that has as many.
        scale: shared with other pictures; by default its own.
        key: begins the key of the switch that shows all maps.
    """
    scale = activation_scale(values) if scale is None else scale
    words = layer_words(network, path)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{words}** · {shape_text(values.shape)}", width="content")
        st.html(legend(scale), width="content")
        st.caption(range_words(values), width="content")
    if values.ndim == 1 and len(values) == len(class_names):
        tiles = [Tile(v.reshape(1, 1), name, f"{name}: {v:.4f}") for v, name in zip(values, class_names)]
        st.html(gallery(tiles, scale, 30))
    elif values.ndim == 1:
        st.html(gallery([Tile(strip(values), "", f"{counted(len(values), 'unit')} of {words}")], scale, 10))
    else:
        shown = how_many(values.shape[2], FIRST_MAPS, "map", f"{key}/{layer_label(path)}")
        tiles = [Tile(values[..., c], f"{c + 1}", f"map {c + 1} of {words}") for c in range(shown)]
        st.html(gallery(tiles, scale, cell_size(values.shape[:2], 84)))


def how_many(there: int, first: int, noun: str, key: str, of: int | None = None) -> int:
    """The first few, or all that are `there` where the visitor wants them; `of` is how many there would be in all."""
    which = f"all {there:,}" if of in (None, there) else f"{there:,} of {of:,}"
    if there <= first or st.toggle(f"Show {which} {plural(noun)}", key=f"{key}/all"):
        return there
    return first
