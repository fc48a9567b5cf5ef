"""The trained networks that the page offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from core.data import DIGITS, about
from core.network import Network
from core.training import Run, card
from core.ui.shell.session import Session

PRETRAINED = "LeNet-5, already trained"


class OfferedNetwork(NamedTuple):
    """A trained network of the visitor's, or the one that comes with the project."""

    title: str
    network: Network
    class_names: tuple[str, ...]
    run: Run | None


def offered_networks(mine: Session) -> list[OfferedNetwork]:
    found = [OfferedNetwork(PRETRAINED, card("lenet5").network, DIGITS, None)]
    for run in mine.workspace.runs:
        if run.snapshot.evaluations:
            names = about(run.dataset_name).class_names
            found.append(OfferedNetwork(run.name, run.network, names, run))
    return found


def choose_network(label: str, networks: Sequence[OfferedNetwork], first: Run | None, key: str) -> OfferedNetwork:
    titles = [one.title for one in networks]
    runs = [one.run for one in networks]
    at = runs.index(first) if first in runs else 0
    who = [(one.title, one.run and one.run.created) for one in networks]
    # Another key where there are other networks: the newest run is what one wants to see.
    number = st.selectbox(
        label,
        range(len(titles)),
        at,
        format_func=titles.__getitem__,
        key=f"{key}/{hash(tuple(who))}/{at}",
        width=340,
    )
    return networks[number]
