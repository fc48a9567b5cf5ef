"""The pieces of the Feature maps page: the whole network, one layer, one number, and the way between them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import activations
from core.insight.explanation import Explanation, explain, inputs_of
from core.network import Network, Path
from core.ui.frame import certainty, plain
from core.ui.maps import Unit, drawn_maps
from core.ui.private import bring_into_view
from core.ui.session import Session
from core.ui.subject import Picture, Subject
from core.views.explanation import STYLE, heading, parts, source_words, strongest_terms
from core.views.maps import layer_words, maps_data

FIRST_MAPS = 32  # of a layer in the view of the whole network
ALL_MAPS = 1024
AGREES = 1e-5  # of the layer's largest number: float32 adds in another order


def feature_maps(mine: Session, subject: Subject, picture: Picture) -> None:
    """What each layer makes of the image, the answer, and where one number comes from."""
    network = subject.network
    if mine.inside_of != network:
        mine.inside_of, mine.layer, mine.unit = network, None, None
    values = mine.kept(
        "activations",
        (subject.version, picture.image.tobytes()),
        lambda: activations(subject.model, network, picture.image),
    )
    _verdict(subject, picture, list(values.values())[-1])
    _trail(mine, network)
    if mine.unit is not None:
        _explained(mine, subject, picture, values)
    paths = list(values)
    if mine.layer is not None:
        paths = [mine.layer, *(path for path in inputs_of(network, mine.layer) if path)]

    def choose(unit: Unit) -> None:
        vector = len(values[unit.path].shape) == 1
        mine.layer = unit.path
        mine.unit = (unit.map,) if vector else (unit.row, unit.column, unit.map)
        mine.reveals += 1

    def open_layer(path: Path | None) -> None:
        mine.layer, mine.unit = path, None

    data = maps_data(
        network,
        picture.image,
        values,
        {path: inputs_of(network, path) for path in paths},
        paths,
        FIRST_MAPS if mine.layer is None else ALL_MAPS,
        subject.class_names,
    )
    bring_into_view("maps/trail", "maps/trail", mine.reveals)
    drawn_maps(data | {"single": mine.layer is not None}, "maps/drawn", choose, open_layer)
    st.caption(
        "Move over the numbers: the frames show what each one sees of the image and reads of the layer below. "
        "Click one to see how it comes about. Play moves over the whole map, as a kernel does."
    )


def _verdict(subject: Subject, picture: Picture, answers: np.ndarray) -> None:
    names = subject.class_names
    if answers.shape != (len(names),):
        return
    best = int(np.argmax(answers))
    said = f"**{names[best]}** ({certainty(float(answers[best]))}){picture.verdict(best, names)}"
    st.markdown(f"Input: {picture.title}. The network answers {said}.")


def _trail(mine: Session, network: Network) -> None:
    """Where one is: the whole network › a layer › a number; each step leads back."""

    def go(layer: Path | None) -> None:
        mine.layer, mine.unit = layer, None

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps/trail"):
        whole = mine.layer is None
        st.button(
            "Whole network", disabled=whole, on_click=go, args=(None,), key="maps/trail/network", type="tertiary"
        )
        if mine.layer is not None:
            st.button(
                f"› {plain(layer_words(network, mine.layer))}",
                disabled=mine.unit is None,
                on_click=go,
                args=(mine.layer,),
                key="maps/trail/layer",
                type="tertiary",
            )
        if mine.unit is not None:
            st.markdown("› one number", width="content")


def _explained(mine: Session, subject: Subject, picture: Picture, values: dict[Path, np.ndarray]) -> None:
    """Where the chosen number comes from."""
    try:
        found = explain(subject.model, subject.network, picture.image, mine.layer or (), mine.unit or (), values)
    except IndexError:
        mine.unit = None
        return
    with st.container(border=True, key="maps/explanation"):
        st.markdown(f"**{plain(heading(subject.network, found))}** is **{found.value:.5g}**")
        st.html(STYLE)
        for part in parts(found):
            st.markdown(f"*{part.title}*  \n{part.words}")
            if part.html:
                st.html(part.html)
        _agreement(found, values)
        _further(mine, subject.network, found)


def _agreement(found: Explanation, values: dict[Path, np.ndarray]) -> None:
    largest = max(float(np.abs(values[found.path]).max(initial=0.0)), 1.0) if found.path else 1.0
    if abs(found.value - found.model_value) <= AGREES * largest:
        st.markdown(f":material/check: The model itself has {found.model_value:.5g} there: the same.")
    else:
        st.warning(f"The model itself has {found.model_value:.5g} there: newer weights have just come.")


def _further(mine: Session, network: Network, found: Explanation) -> None:
    """On down, to the numbers that this one is made of."""

    def follow(path: Path, index: tuple[int, ...]) -> None:
        mine.layer, mine.unit = path, index
        mine.reveals += 1

    terms = [term for term in strongest_terms(found) if term.path]
    if not terms:
        seen = found.sources and not found.sources[0].path
        st.caption("It reads the image itself: this is where it begins." if seen else "It reads nothing.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"What weighs most, in {source_words(network, terms[0].path)}:", width="content")
        for number, term in enumerate(terms):
            st.button(
                term.words,
                icon=":material/south:",
                on_click=follow,
                args=(term.path, term.index),
                key=f"maps/further/{number}",
            )
