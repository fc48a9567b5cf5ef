"""The twin: the same image in a second network, a layer of each on one scale."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import activations
from core.network import Network, Path
from core.network.layers import Layer, shape_text
from core.ui.shell.frame import certainty, plain
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.layers import layer_maps
from core.ui.widgets.model_view import ModelView, subject_of, subjects
from core.views.images import activation_scale
from core.views.maps import layer_words


def twin(mine: Session, subject: ModelView, picture: InputImage, values: dict[Path, np.ndarray]) -> None:
    """A choice of the second network and, once there is one, a layer of each side by side.

    Args:
        mine: knows the networks.
        subject, picture: what the page is about.
        values: the output of each of its layers when it predicts.
    """
    titles = {key: title for key, title in subjects(mine).items() if not _same(key, subject)}
    key = f"maps/twin/{hash(tuple(titles.items()))}"
    chosen = st.selectbox(
        "Twin: the same image in a second network", ["", *titles], 0, lambda one: titles.get(one, "None"), key=key,
        help="A layer of each stands side by side, on one scale, so that equal numbers have equal colours.", width=420,
    )  # fmt: skip
    other = subject_of(mine, chosen) if chosen else None
    if other is None:
        return
    if other.network.input_shape != picture.image.shape:
        st.info(
            f"{plain(other.title)} takes images of {shape_text(other.network.input_shape)}, and this one is "
            f"{shape_text(picture.image.shape)}. Choose another network."
        )
        return
    found = mine.kept(
        "maps/twin",
        (other.version, picture.image.tobytes()),
        lambda: activations(other.model, other.network, picture.image),
    )
    _side_by_side(mine, (subject, other), picture, (values, found))


def _same(key: str, subject: ModelView) -> bool:
    """Whether this key of `subjects` means the network that the page is about, whichever epoch of it."""
    return subject.who == key or subject.who.startswith(f"{key}/")


def _side_by_side(
    mine: Session,
    views: tuple[ModelView, ModelView],
    picture: InputImage,
    values: tuple[dict[Path, np.ndarray], dict[Path, np.ndarray]],
) -> None:
    columns = st.columns(2, gap="large")
    paths: list[Path] = []
    for number, (column, view, found) in enumerate(zip(columns, views, values, strict=True)):
        with column:
            st.markdown(_answer(view, picture, list(found.values())[-1], views[0].class_names))
            paths.append(_layer(view.network, list(found), paths[0] if paths else mine.focus.layer, number))
    shown = [found[path] for found, path in zip(values, paths, strict=True)]
    scale = activation_scale(np.concatenate([one.ravel() for one in shown]))
    for number, (column, view, path, one) in enumerate(zip(columns, views, paths, shown, strict=True)):
        with column:
            layer_maps(view.network, path, one, view.class_names, scale, f"maps/twin/{number}")
    st.caption(
        "Both as they predict. Maps with one number need not show the same: each network has found kernels of its own, in an order "
        "of its own."
    )


def _answer(view: ModelView, picture: InputImage, output: np.ndarray, known: tuple[str, ...]) -> str:
    """`LeNet-5 predicts 7 (99.9 %), which is right`; whether it is only for classes that the image is `known` by."""
    names = view.class_names
    if output.shape != (len(names),):
        return f"**{plain(view.title)}**"
    best = int(output.argmax())
    right = picture.verdict(best, names) if names == known else ""
    return f"**{plain(view.title)}** predicts **{plain(names[best])}** ({certainty(float(output[best]))}){right}."


def _layer(network: Network, paths: list[Path], wanted: Path | None, number: int) -> Path:
    """A choice of a layer; it begins with the wanted one or, where there is none, the first convolution."""
    convolutions = (path for path in paths if isinstance(one := network.at(path), Layer) and one.is_convolution)
    shown = wanted if wanted in paths else next(convolutions, paths[0])
    key = f"maps/twin/layer/{number}/{hash(network)}/{shown}"
    return st.selectbox("Layer", paths, paths.index(shown), lambda path: layer_words(network, path), key=key)
