"""The one or two networks that are looked at."""

from __future__ import annotations

import streamlit as st

from core.study.untrained import dense_network
from core.training import card
from core.ui.pages.equivariance.state import EquivarianceState
from core.ui.shell.session import Session
from core.ui.widgets.studies import Entrant, entrant, offered
from core.views.wording import told_apart

DENSE, USUAL = "dense", "lenet5"
DIGITS = tuple("0123456789")


def choose_two(mine: Session) -> list[Entrant]:
    """A choice of a network, and of another one beside it or none."""
    own = mine.state(EquivarianceState)
    there = offered(mine) | {DENSE: ("A dense network, untrained", "Dense, untrained")}
    first, second = own.chosen
    own.chosen = first if first in there else USUAL, second if second in there else ""
    known = hash(tuple(there.items()))
    keys = [f"equivariance/{which}/{known}" for which in ("network", "beside")]

    def chosen() -> None:
        one, other = (st.session_state[key] for key in keys)
        own.chosen = one, other

    def title(key: str) -> str:
        return there[key][0] if key else "None"

    for key, label, options, value in zip(
        keys, ("Network", "Beside it"), (list(there), ["", *there]), own.chosen, strict=True
    ):
        st.selectbox(label, options, options.index(value), title, key, on_change=chosen, width=270)
    wanted = [key for key in own.chosen if key]
    names = told_apart([there[key][1] for key in wanted])
    return [_entrant(mine, key, name) for key, name in zip(wanted, names)]


def _entrant(mine: Session, key: str, name: str) -> Entrant:
    if key != DENSE:
        return entrant(mine, key, name)
    shape = card(USUAL).network.input_shape
    made = mine.kept(f"equivariance/dense/{name}", name, lambda: dense_network(shape, DIGITS, "mnist", name))
    return Entrant(key, name, made.network, made)
