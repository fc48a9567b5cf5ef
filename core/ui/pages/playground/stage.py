"""The stage: the network with its live maps, and what is chosen or changed on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.network import LAYERS, Branches, InvalidSetting, Network, Path
from core.network.layers import CannotWork, Layer
from core.network.settings import settings_of
from core.network.typed import read_typed
from core.ui.components import component
from core.ui.pages.playground.places import layer_in, unit_in, unit_text
from core.ui.pages.playground.restart import after_edit
from core.ui.pages.playground.state import PlaygroundState, follow_changes
from core.ui.pages.playground.subject import Seen, folded_layers
from core.ui.shell.session import Session
from core.views.maps import stage_id
from core.views.stage import stage_data

KEY = "playground/stage"
MOST_FOLDED = 4000  # characters
HINT = (
    "Point at a number, tap it, or go there by Tab and arrow keys: what it sees of the image lights up. A click or Enter "
    "shows its sum; a layer's name opens its settings."
)


def stage(mine: Session, shown: Seen, image: np.ndarray) -> None:
    """Draw the network of the editor.

    Args:
        mine: is told what was chosen, and edited.
        shown: what is drawn.
        image: (h, w, c) in 0…1, of the network's input.
    """
    state, editor = mine.state(PlaygroundState), mine.editor
    follow_changes(state)
    mine.focus.look_into(shown.network)
    data = stage_data(
        shown.network,
        image,
        shown.values,
        shown.kernels,
        shown.class_names,
        editor.identity_at,
        folded_layers(state.folded),
        str((st.session_state.get(KEY) or {}).get("plan", "")),
    )
    data |= {
        "layer": "" if mine.focus.layer is None else stage_id(mine.focus.layer),
        "unit": unit_text(mine.focus),
        "undo": bool(editor.past),
        "redo": bool(editor.future),
        "locked": mine.locked,
        "problem": state.problem,
        "folded": state.folded,
        "hint": HINT,
    }

    def acted() -> None:
        act(mine, st.session_state[KEY].get("act"))

    def planned() -> None:
        """Nothing to do: the browser has said which plan it has, and the next update leaves that out."""

    component("stage")(data=data, key=KEY, on_act_change=acted, on_plan_change=planned)


def act(mine: Session, sent: object) -> None:
    """Do what was done on the stage. Whatever else a browser may send is nothing."""
    if not isinstance(sent, Mapping):
        return
    kind, state = sent.get("kind"), mine.state(PlaygroundState)
    if kind == "folded":
        state.folded = str(sent.get("ids"))[:MOST_FOLDED]
        return
    state.problem, state.changed = "", True
    if kind == "layer":
        path = layer_in(mine.editor.network, sent.get("id"))
        if path is not None:
            mine.focus.look_at(path)
    elif kind == "unit":
        found = unit_in(mine.editor.network, sent.get("unit"))
        if found is not None:
            mine.focus.look_at(*found)
            state.strip = "number"
            mine.reveals.renew()
    elif mine.locked:
        return
    elif kind in ("undo", "redo"):
        after_edit(mine, getattr(mine.editor, kind))
    elif kind in _EDITS:
        _edit(mine, sent, _EDITS[kind])


def _edit(
    mine: Session, sent: Mapping[str, Any], edit: Callable[[Mapping[str, Any], Network, Path], Network]
) -> None:
    """Make one change at the layer that is meant; say on the stage why it is not allowed where it is not."""
    identity = next((sent[name] for name in ("identity", "before", "after") if isinstance(sent.get(name), int)), -1)

    def edited(network: Network, path: Path) -> Network:
        block = len(path) % 2 == 1  # else it is a branch, or the network
        return edit(sent, network, path) if block or (path and sent.get("kind") == "add") else network

    def changed() -> None:
        mine.editor.change(identity, edited)

    try:
        after_edit(mine, changed)
    except (InvalidSetting, CannotWork) as problem:
        mine.state(PlaygroundState).problem = str(problem)


def _set(sent: Mapping[str, Any], network: Network, path: Path) -> Network:
    block, name = network.at(path), str(sent.get("name"))
    if isinstance(block, Branches):
        return network.replaced(path, block.with_merge(str(sent.get("value")))) if name == "merge" else network
    how = settings_of(block).get(name)
    if how is None:
        return network
    value = how.checked(read_typed(how, sent.get("value")))
    return network.replaced(path, block.replaced(**{name: value}))


def _add(sent: Mapping[str, Any], network: Network, path: Path) -> Network:
    kind = LAYERS.get(str(sent.get("layer")))
    if kind is None:
        return network
    layer: Layer = kind(**kind.starter)
    if len(path) % 2 == 0:  # a branch
        return network.inserted((*path, 0), layer)
    return network.inserted(path if "before" in sent else (*path[:-1], path[-1] + 1), layer)


def _move(sent: Mapping[str, Any], network: Network, path: Path) -> Network:
    by = sent.get("by")
    return network.moved(path, by) if isinstance(by, int) and abs(by) < 1000 else network


_EDITS: dict[object, Callable[[Mapping[str, Any], Network, Path], Network]] = {
    "set": _set,
    "add": _add,
    "move": _move,
    "remove": lambda sent, network, path: network.removed(path),
}
