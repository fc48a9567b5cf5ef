"""Saliency maps of an image by several methods, each checked against random weights."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.insight import (
    METHODS,
    Saliency,
    SanityCheck,
    checked,
    methods_for,
    probabilities,
    saliency,
    saliency_of_random_weights,
)
from core.network import Network
from core.ui.pages.why.state import WhyState
from core.ui.shell.frame import certainty, look, plain
from core.ui.shell.session import Session
from core.ui.widgets.downloads import download_chart, download_table, download_tiles
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.model_view import ModelView
from core.views.charts import probability_bars
from core.views.images import (
    INK_SCALE,
    Scale,
    Tile,
    activation_scale,
    cell_size,
    gallery,
    laid_over,
    legend,
    shown_image,
    signed_scale,
)

ALL = "all"
ASKED = {"answer": "Its prediction", "runner-up": "The runner-up", "class": "Another class"}
MUCH, LITTLE = 0.7, 0.4  # similarity from which, and below which
LEGEND_GAP = '<div style="height:6px"></div>'
CARD_PX, SMALL_PX, INPUT_PX = 196, 84, 168


def choose_class(mine: Session, subject: ModelView) -> None:
    """A choice of the class that is explained: the prediction, the runner-up, or any."""
    own = mine.state(WhyState)
    names = subject.class_names
    if isinstance(own.explained, int) and own.explained >= len(names):
        own.explained = "answer"
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        asked = st.segmented_control(
            "Explain",
            list(ASKED),
            default=own.explained if own.explained in ASKED else "class",
            format_func=ASKED.__getitem__,
            required=True,
            key="why/explain",
            help="The runner-up is the class with the second highest probability: what it nearly predicted.",
        )
        if asked != "class":
            own.explained = asked
            return
        first = own.explained if isinstance(own.explained, int) else 0
        own.explained = st.selectbox(
            "Class", range(len(names)), first, format_func=names.__getitem__, key=f"why/class/{len(names)}", width=160
        )


def choose_method(network: Network) -> str:
    """One of the methods that this network allows, or all of them side by side."""
    methods = {name: METHODS[name] for name in methods_for(network)}
    titles = {ALL: "All side by side"} | {name: method.title for name, method in methods.items()}
    shown = [f"**{plain(method.title)}**: {method.shows}" for method in methods.values()]
    if len(methods) < len(METHODS):
        shown.append("Grad-CAM needs feature maps larger than 1×1, which this network does not have.")
    return st.pills(
        "Method",
        list(titles),
        default=ALL,
        format_func=lambda name: plain(titles[name]),
        required=True,
        wrap=True,
        key=f"why/method/{len(titles)}",
        help="\n\n".join(shown),
    )


def explained(mine: Session, subject: ModelView, picture: InputImage, method: str) -> None:
    """The image and its prediction; under it, the pictures of one method or of all."""
    output = probabilities(subject.model, picture.image)
    if not np.isfinite(output).all():
        st.warning(
            "The weights of this network are no longer numbers, so it gives no prediction that could be explained."
        )
        return
    target = target_class(mine.state(WhyState).explained, output)
    name = subject.class_names[target]
    _asked(subject, picture, output, target)
    if method == ALL:
        with st.container(horizontal=True):
            for each in methods_for(subject.network):
                with st.container(width=CARD_PX + 16, key=f"why/card/{each}", gap="small"):
                    _card(mine, subject, picture, each, target)
        st.caption(
            "Each picture has a scale of its own. Orange speaks for the class, blue against it; Grad-CAM shows only "
            "what speaks for it, the brighter the more. No method is the truth: trust what several of them mark and "
            "random weights do not."
        )
        _all_to_take_away(mine, subject, picture, target)
    else:
        _one(mine, subject, picture, method, target, name)


def target_class(explained: str | int, output: np.ndarray) -> int:
    """`answer`, `runner-up` or an index → the index of the class."""
    if isinstance(explained, int):
        return explained
    order = np.argsort(-output, kind="stable")
    return int(order[min(int(explained == "runner-up"), len(order) - 1)])


def _asked(subject: ModelView, picture: InputImage, output: np.ndarray, target: int) -> None:
    """The image, the probabilities, and the class that is explained."""
    names = subject.class_names
    best = int(output.argmax())
    right = picture.verdict(best, names)
    with st.container(horizontal=True, vertical_alignment="center", gap="large"):
        image = shown_image(picture.image)
        st.html(
            gallery([Tile(image, "", picture.title)], INK_SCALE, cell_size(image.shape[:2], INPUT_PX)),
            width="content",
        )
        with st.container(width=280):
            alt = f"Probability of each class; the highest is {names[best]} with {certainty(output[best])}."
            st.vega_lite_chart(probability_bars(output, names, look()), key="why/answer", alt=alt)
            with st.container(horizontal=True):
                caption = f"What {subject.title} predicts for {picture.title}."
                download_chart(alt, caption, "answer", "why/answer/svg")
                rows = [{"class": name, "probability": float(p)} for name, p in zip(names, output)]
                download_table(rows, "answer", "why/answer/csv")
        with st.container(width=300):
            st.markdown(
                f"The network predicts **{plain(names[best])}** ({certainty(output[best])}){right}.\n\n"
                + (
                    f"Below: why **{plain(names[target])}**?"
                    if target == best
                    else f"Below: what speaks for and against **{plain(names[target])}** ({certainty(output[target])})?"
                )
            )
            st.caption(f"The image is {plain(picture.title)}.")


def _checked_map(mine: Session, subject: ModelView, picture: InputImage, method: str, target: int) -> SanityCheck:
    """The picture and its check; what has not changed is not computed again, random weights only for a new image."""
    what = (method, subject.network, picture.image.tobytes(), target)
    model, network, image = subject.model, subject.network, picture.image
    learned = mine.kept(
        f"why/{method}", (subject.version, *what), lambda: saliency(method, model, network, image, target)
    )
    random = mine.kept(
        f"why/{method}/random", what, lambda: saliency_of_random_weights(method, network, image, target)
    )
    return checked(learned, random)


def _card(mine: Session, subject: ModelView, picture: InputImage, method: str, target: int) -> None:
    """One method at a glance: its map, and the one by random weights."""
    words, name = METHODS[method], subject.class_names[target]
    found = _checked_map(mine, subject, picture, method, target)
    st.markdown(f"**{plain(words.title)}**")
    tile, scale = _map_tile(found.learned, f"{words.title} for {name}", "")
    st.html(gallery([tile], scale, cell_size(tile.values.shape, CARD_PX)) + LEGEND_GAP + legend(scale))
    st.caption(words.shows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        tile, scale = _map_tile(found.randomised, f"{words.title} for {name}, by random weights", "")
        st.html(gallery([tile], scale, cell_size(tile.values.shape, SMALL_PX)), width="content")
        with st.container(width=CARD_PX - SMALL_PX):
            st.caption(f"By random weights: {alike(found.similarity)[0]}.")


def _all_to_take_away(mine: Session, subject: ModelView, picture: InputImage, target: int) -> None:
    """The image and all methods, each above what random weights give, as one file."""
    tiles, scales = [Tile(shown_image(picture.image), "the image", "")], [INK_SCALE]
    for method in methods_for(subject.network):
        found = _checked_map(mine, subject, picture, method, target)
        for values, label in ((found.learned, METHODS[method].title), (found.randomised, "the same, random weights")):
            tile, scale = _map_tile(values, "", label)
            tiles.append(tile)
            scales.append(scale)
    caption = (
        f"Why “{subject.class_names[target]}”? {picture.title.capitalize()}, explained for {subject.title}: each method, "
        "and what it gives for a network with random weights. Each picture has a scale of its own; orange speaks for "
        "the class, blue against it; Grad-CAM shows only what speaks for it."
    )
    download_tiles(tiles, scales, caption, "why", "why/png/all")


def _one(mine: Session, subject: ModelView, picture: InputImage, method: str, target: int, name: str) -> None:
    """One method in full: its pictures, what they show, how to read them and where they mislead."""
    words = METHODS[method]
    found = _checked_map(mine, subject, picture, method, target)
    image = shown_image(picture.image)
    learned, scale = _map_tile(found.learned, f"{words.title} for {name}", words.title)
    random, random_scale = _map_tile(
        found.randomised, f"{words.title} for {name}, by random weights", "the same by random weights"
    )
    over = laid_over(found.learned.values, scale, picture.image)
    tiles = [
        Tile(image, "the image", picture.title),
        learned,
        Tile(over, "laid over the image", f"{words.title} for {name}, laid over the image"),
        random,
    ]
    scales = [INK_SCALE, scale, scale, random_scale]
    with st.container(horizontal=True, gap="medium"):
        for tile, its, with_legend in zip(tiles, scales, (False, True, False, True)):
            st.html(
                gallery([tile], its, cell_size(tile.values.shape[:2], CARD_PX))
                + (LEGEND_GAP + legend(its) if with_legend else ""),
                width="content",
            )
    sentence, advice = alike(found.similarity)
    st.markdown(
        f"- **What it shows.** {words.shows} {found.learned.note}\n"
        f"- **How to read it.** {words.reading}\n"
        f"- **Where it misleads.** {words.misleads}\n"
        f"- **Random weights**, which have learned nothing, give a picture that is {plain(sentence)}. {advice}"
    )
    st.caption(f"Described by {words.source}; the comparison with random weights by Adebayo et al. (2018).")
    caption = f"{words.title} for “{name}” on {picture.title}, by {subject.title}. {words.shows} {words.reading}"
    download_tiles(tiles, scales, caption, f"why-{method.replace('_', '-')}", f"why/png/{method}")


def _map_tile(found: Saliency, alt: str, label: str) -> tuple[Tile, Scale]:
    scale = signed_scale(found.values) if found.signed else activation_scale(found.values)
    row, column = np.unravel_index(np.nanargmax(np.abs(found.values)), found.values.shape)
    if found.values.any():
        alt += f"; strongest at row {row + 1}, column {column + 1}"
    return Tile(found.values, label, alt), scale


def alike(similarity: float | None) -> tuple[str, str]:
    """The similarity of two maps in words, and what follows from it."""
    if similarity is None:
        return "not to be compared", "One of the two is of one colour all over."
    if similarity >= MUCH:
        return (
            f"much the same ({similarity:.2f})",
            "So most of this picture comes from the image and the network’s architecture, not from what was learned.",
        )
    if similarity >= LITTLE:
        return (
            f"partly the same ({similarity:.2f})",
            "So some of this picture is there without any learning.",
        )
    return f"different ({similarity:.2f})", "So this picture does come from what was learned."
