"""The pieces of the Feature maps page: the whole network, one layer, one number, and the way between them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight.dropping import dropped
from core.insight.explanation import Explanation, explain
from core.network import Layer, Network, Path
from core.network.layers import shape_text
from core.network.network import layer_label
from core.ui.components import stylesheet
from core.ui.pages.feature_maps.in_training import before_and_after, training_switch, training_values
from core.ui.pages.feature_maps.twin import twin
from core.ui.shell.frame import certainty, plain
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import Session
from core.ui.widgets.activations import activations_of, drawn_layers, drawn_paths
from core.ui.widgets.downloads import MOST_LISTED, download_picture, download_table
from core.ui.widgets.dropping import DroppingState, shown_draws
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from core.views.explanation import heading, parts, source_words, strongest_terms, table
from core.views.maps import layer_file, layer_table, layer_words, range_words

EXPLANATION = "docked/explanation"
AGREES = 1e-5  # of the layer's largest number: float32 adds in another order


def feature_maps(mine: Session, subject: ModelView, picture: InputImage) -> None:
    """The activations of all layers for the image, the prediction, and the derivation of one number."""
    network = subject.network
    mine.focus.look_into(network)
    predicted = values = activations_of(mine, subject, picture.image)
    _verdict(subject, picture, list(predicted.values())[-1])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        training = training_switch(mine, subject)
    if training:
        values = training_values(mine, subject, picture)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _trail(mine, network)
        if mine.focus.alone is not None:
            _to_take_away(subject, picture, mine.focus.alone, values[mine.focus.alone], training)
    reveals = mine.reveals.renew
    drawn_layers(mine, subject, picture.image, values, mine.focus.alone, "maps/drawn", reveals, reveals)
    more = " A layer’s title opens it alone, larger, to be taken away too." if mine.focus.alone is None else ""
    st.caption(
        "Move over the numbers: the frames show what each one sees of the image and reads of the layer below. "
        f"Click one to see how it comes about. Play moves over the whole map, as a kernel does.{more}"
    )
    if training:
        before_and_after(mine, subject, picture, values, predicted)
    else:
        _draws(mine, network, values)
    twin(mine, subject, picture, predicted)
    if training and mine.focus.unit is not None:
        st.info(
            "These numbers change with each draw. Switch “As in training” off to see how one of them comes about."
        )
    elif mine.focus.unit is None:
        bring_into_view(mine.reveals, "maps/trail", focus="maps/trail")
    else:
        _explained(mine, subject, picture, values)
        bring_into_view(mine.reveals, EXPLANATION, drawn="explained")


def _draws(mine: Session, network: Network, values: dict[Path, np.ndarray]) -> None:
    """What the layer that is looked at drops while the network trains, where it does."""
    path = mine.focus.layer if mine.focus.alone is None else mine.focus.alone
    layer = None if path is None or path not in values else network.at(path)
    if path is None or not isinstance(layer, Layer) or not layer.drop_rate:
        return
    seed = mine.state(DroppingState).seed
    arrives = values[path]  # when it predicts, nothing is dropped
    found = mine.kept("dropped", (layer, arrives.tobytes(), seed), lambda: dropped(layer, arrives, seed=seed))
    st.markdown(f"**What layer {plain(layer_words(network, path))} does while the network trains**, in five steps:")
    shown_draws(mine, found, "maps/roll")


def _to_take_away(subject: ModelView, picture: InputImage, path: Path, values: np.ndarray, training: bool) -> None:
    """The layer that is open as a picture and as a table."""
    how = " in a training step" if training else ""
    caption = (
        f"{subject.title}: layer {layer_words(subject.network, path)}{how}, {shape_text(values.shape)}. "
        f"The image is {picture.title}. {range_words(values)}"
    )
    named = values.shape == (len(subject.class_names),)
    names = subject.class_names if named else ()
    file = f"layer-{layer_label(path)}"
    download_picture(lambda: layer_file(values, picture.image, names, caption), f"{file}.png", "maps/layer/png")
    if values.size <= MOST_LISTED:
        download_table(lambda: list(layer_table(values)), file, "maps/layer/csv")


def _verdict(subject: ModelView, picture: InputImage, output: np.ndarray) -> None:
    names = subject.class_names
    if output.shape != (len(names),):
        return
    best = int(np.argmax(output))
    said = f"**{plain(names[best])}** ({certainty(float(output[best]))}){picture.verdict(best, names)}"
    st.markdown(f"Input: {plain(picture.title)}. The network predicts {said}.")


def _trail(mine: Session, network: Network) -> None:
    """A breadcrumb trail: the whole network › a layer; the first step leads back."""

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps/trail", width="content"):
        alone = mine.focus.alone
        st.button(
            "Whole network",
            disabled=alone is None,
            on_click=mine.focus.look_at,
            args=(None,),
            key="maps/trail/network",
            type="tertiary",
        )
        if alone is not None:
            st.markdown(f"› {plain(layer_words(network, alone))}", width="content")


def _explained(mine: Session, subject: ModelView, picture: InputImage, values: dict[Path, np.ndarray]) -> None:
    """The derivation of the chosen number, at the edge of the window: maps stay where they are."""
    try:
        found = explain(
            subject.model, subject.network, picture.image, mine.focus.layer or (), mine.focus.unit or (), values
        )
    except IndexError:
        mine.focus.close()
        return
    with st.container(border=True, key=EXPLANATION):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(heading(subject.network, found))}** is **{found.value:.5g}**", width="stretch")
            st.button("Close", icon=":material/close:", key="maps/close", on_click=mine.focus.close, type="tertiary")
        st.html(stylesheet("cells"))
        for part in parts(found):
            st.markdown(f"*{plain(part.title)}*  \n{part.words}")
            if part.html:
                st.html(part.html)
        _agreement(found, values)
        _further(mine, subject.network, found, drawn_paths(subject.network, values, mine.focus.alone))
        if found.steps:
            download_table(lambda: table(found), "one-number", "maps/explanation/csv")


def _agreement(found: Explanation, values: dict[Path, np.ndarray]) -> None:
    largest = max(float(np.abs(values[found.path]).max(initial=0.0)), 1.0) if found.path else 1.0
    if abs(found.value - found.model_value) <= AGREES * largest:
        st.markdown(f":material/check: The model itself has {found.model_value:.5g} there: the same.")
    else:
        st.warning(f"The model itself has {found.model_value:.5g} there: newer weights have just come.")


def _further(mine: Session, network: Network, found: Explanation, drawn: list[Path]) -> None:
    """On down, to the numbers that this one is made of."""

    def follow(path: Path, index: tuple[int, ...]) -> None:
        mine.focus.explain(path, index, drawn)
        mine.reveals.renew()

    terms = [term for term in strongest_terms(found) if term.path]
    if not terms:
        seen = found.sources and not found.sources[0].path
        st.caption("It reads the image itself: this is where it begins." if seen else "It reads nothing.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        one_layer = len({term.path for term in terms}) == 1  # branches and skips come from several
        where = f", in {source_words(network, terms[0].path)}" if one_layer else ""
        st.markdown(f"What weighs most{where}:", width="content")
        for number, term in enumerate(terms):
            st.button(
                term.words if one_layer else f"layer {layer_label(term.path)}, {term.words}",
                icon=":material/south:",
                on_click=follow,
                args=(term.path, term.index),
                key=f"maps/further/{number}",
            )
