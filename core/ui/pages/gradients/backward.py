"""Backward: how large the gradient is in each layer, the gradient of one layer, and one number of it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight.kernels import kernels_of
from core.network import Path
from core.network.network import layer_label
from core.study.batch_descent import BatchBackward, ByImage, explain_by_image
from core.study.descent import Backward, explain_gradient, profile, why_not_explained
from core.ui.pages.gradients.state import GradientsState, largest
from core.ui.shell.frame import look, plain
from core.ui.shell.session import Session
from core.ui.widgets.downloads import MOST_LISTED, download_table
from core.ui.widgets.kernels import kernel_pictures
from core.ui.widgets.layers import choose_layer, layer_maps
from core.ui.widgets.model_view import ModelView
from core.views.batch_descent import all_shares, share_rows
from core.views.descent import agrees, agrees_in_sum, all_terms, size_rows, term_rows, terms_words, weight_words
from core.views.gradients import gradient_alt, gradient_chart, verdict_words
from core.views.images import figure, signed_scale

FIELDS = {4: ("Row", "Column", "Input channel", "Kernel"), 2: ("Input", "Unit")}  # by the number of axes of a kernel
ORDER = {4: (3, 2, 0, 1), 2: (1, 0)}


def backward(mine: Session, subject: ModelView, back: Backward, batch: BatchBackward | None = None) -> None:
    """Layer by layer from the output to the image; of a batch `back` is one image, and its gradients by weights are the batch's."""
    _sizes(subject, batch or back)
    network = subject.network
    path = choose_layer(mine, network, list(back.outputs)[::-1], "gradients/layer")
    if path is None:
        return
    st.markdown(
        "**By its output**: what would raise the loss if it were larger (orange), and what would lower it (blue)"
    )
    gradient = back.outputs[path]
    layer_maps(network, path, gradient, subject.class_names, signed_scale(gradient), "gradients/maps")
    if batch is None and path == list(back.outputs)[-1]:
        st.caption("By the probabilities it is −1 ÷ p for the true class and 0 for all others.")
    _by_kernels(mine, subject, back, path)
    _one_number(mine, subject, back, path, batch)


def _sizes(subject: ModelView, back: Backward | BatchBackward) -> None:
    """The size by layer as a chart, a sentence and a table."""
    found = profile(subject.network, back)
    st.markdown("**Size of the gradient by layer**")
    alt = gradient_alt([found], [subject.title])
    chart, table = st.columns(2, gap="large")
    with chart:
        st.vega_lite_chart(gradient_chart([found], [subject.title], [0], look()), key="gradients/sizes", alt=alt)
        st.markdown(plain(verdict_words(found, subject.title)))
    with table:
        st.table(size_rows(subject.network, back, found), hide_index=True, border="horizontal", alt=alt)
        st.caption(
            "Root mean squares, from the output at the top back to the image. What shrinks on the way *vanishes*, what grows "
            "*explodes*; where it is 0, as behind a ReLU that is off, the layer is *dead* for this image."
        )


def _by_kernels(mine: Session, subject: ModelView, back: Backward, path: Path) -> None:
    """The gradient by the layer's kernels, where it learns any; a click chooses the kernel whose numbers are explained."""
    network, found = subject.network, back.gradients.get(path)
    if not found or not any(name in network.layer_at(path).kernel_weights for name in found):
        own = ", ".join(f"{name} up to {figure(float(abs(array).max()))}" for name, array in (found or {}).items())
        st.caption(
            f"It has no kernels; the gradient by its {own}."
            if own
            else "This layer has no weights that learn: the gradient passes through it to the layer below."
        )
        return
    st.markdown(
        "**By its kernels**: the same for each weight, and so the direction in which to change it is the other one"
    )
    own = mine.state(GradientsState)
    kernel, explained = found.get("kernel"), not why_not_explained(network.at(path))

    def choose(channel: int) -> None:
        if kernel is not None:
            own.pick(network, path, (*largest(kernel[..., channel]), channel))

    kernel_pictures(
        kernels_of(network, path, list(found.values())), network, path, f"gradients/kernels/{layer_label(path)}",
        own.index_of(network, path, kernel)[-1] if explained and kernel is not None else None,
        choose if explained else None,
        "Blue is negative, orange positive. Where it is orange, a smaller weight would lower the loss; where it is blue, a larger one."
        + (" Click one to explain its largest number." if explained else ""),
    )  # fmt: skip


def _one_number(mine: Session, subject: ModelView, back: Backward, path: Path, batch: BatchBackward | None) -> None:
    """The gradient of one weight as the sum of its terms."""
    network, own = subject.network, mine.state(GradientsState)
    st.markdown("**Explain this gradient**")
    why_not = why_not_explained(network.at(path))
    if not why_not and path not in back.gradients:
        why_not = "This layer does not learn, so its weights have no gradient."
    if why_not:
        st.caption(plain(why_not))
        return
    kernel = back.gradients[path]["kernel"]
    index = _choose_weight(own, subject, path, kernel.shape, own.index_of(network, path, kernel))
    st.button(
        "The largest gradient", icon=":material/vertical_align_top:", key="gradients/largest", on_click=own.pick,
        args=(network, path, largest(kernel)), disabled=index == largest(kernel),
    )  # fmt: skip
    found = explain_gradient(network, back, path, index)
    if batch is not None:
        _by_image(explain_by_image(network, batch, path, index), kernel, weight_words(network, path, index))
        st.markdown("The part of the image that is chosen above, term by term:")
    st.markdown(
        f"{weight_words(network, path, index).capitalize()}: gradient = Σ (gradient at the output × input) = **{figure(found.total, 5)}**"
    )
    alt = f"The terms of the gradient of {weight_words(network, path, index)}; their sum is {figure(found.total, 5)}."
    st.table(term_rows(found), hide_index=True, border="horizontal", width="content", alt=alt)
    if batch is not None:
        pass
    elif agrees(found, kernel):
        st.markdown(f":material/check: TensorFlow’s own gradient is {figure(found.model, 5)}: the same.")
    else:
        st.warning(f"TensorFlow’s own gradient is {figure(found.model, 5)}.")
    st.caption(
        f"{terms_words(found, network.at(path))} “Gradient there” is that of the loss by the sum, before the activation function."
    )
    if len(found.terms) <= MOST_LISTED:
        download_table(lambda: all_terms(found), "one-gradient", "gradients/terms/csv")


def _by_image(found: ByImage, kernel: np.ndarray, what: str) -> None:
    """The parts of all images of a batch, and whether they add up to what TensorFlow has."""
    st.markdown(f"{what.capitalize()}: gradient = Σ over the images = **{figure(found.total, 5)}**")
    alt = f"The parts of the gradient of {what}; their sum is {figure(found.total, 5)}."
    st.table(share_rows(found), hide_index=True, border="horizontal", width="content", alt=alt)
    if agrees_in_sum(found.total, found.model, sum(abs(part) for _, part in found.shares), kernel):
        st.markdown(f":material/check: TensorFlow’s own gradient is {figure(found.model, 5)}: the same.")
    else:
        st.warning(f"TensorFlow’s own gradient is {figure(found.model, 5)}.")
    download_table(lambda: all_shares(found), "gradient-by-image", "gradients/images/csv")


def _choose_weight(
    own: GradientsState, subject: ModelView, path: Path, shape: tuple[int, ...], index: tuple[int, ...]
) -> tuple[int, ...]:
    """Fields for the place of a weight, counted from 1."""
    place = f"gradients/weight/{hash(subject.network)}/{layer_label(path)}/{own.fields}"
    names = FIELDS[len(shape)]

    def changed() -> None:
        own.weight = (
            subject.network,
            path,
            tuple(st.session_state[f"{place}/{axis}"] - 1 for axis in range(len(shape))),
        )

    with st.container(horizontal=True, vertical_alignment="bottom"):
        for axis in ORDER[len(shape)]:
            st.number_input(
                f"{names[axis]}, 1 to {shape[axis]:,}", 1, shape[axis], index[axis] + 1, key=f"{place}/{axis}",
                on_change=changed, width=170,
            )  # fmt: skip
    return index
