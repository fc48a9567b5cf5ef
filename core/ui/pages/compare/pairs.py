"""Two by two: whether a difference is real, and the images that only one of them gets right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.network.words import counted
from core.study.comparison import Comparison
from core.study.contender import LabelledImages
from core.ui.pages.compare.state import CompareState
from core.ui.shell.frame import certainty, plain
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import Session
from core.ui.widgets.galleries import clickable_gallery
from core.ui.widgets.layers import how_many
from core.ui.widgets.opened_image import opened_image
from core.ui.widgets.studies import Entrant, open_with
from core.views.images import INK_SCALE, Tile, cell_size, shown_image

FIRST = 24
IMAGE_PX = 84


def pairs(mine: Session, fit: Sequence[Entrant], found: Comparison, images: LabelledImages) -> None:
    """A sentence for each pair, and buttons for the images that tell them apart."""
    own = mine.state(CompareState)
    st.markdown(
        "**Is the difference real?** Two networks on the same images, by those that only one of them gets right:"
    )
    for pair in found.pairs:
        two = fit[pair.first], fit[pair.second]
        st.markdown(plain(pair.test.sentence(*(one.name for one in two))))
        with st.container(horizontal=True):
            for (right, wrong), numbers in zip((two, two[::-1]), (pair.only_first, pair.only_second)):
                _show_button(mine, right, wrong, len(numbers))
    st.caption(
        "p says how often two networks that are equally good would differ at least so much by chance (exact McNemar "
        "test). Below 0.05 is hardly chance; above, the difference is not shown, which does not prove that there is none."
    )
    place = {one.key: number for number, one in enumerate(fit)}
    if own.opened is None or not set(own.opened) <= set(place):
        own.opened = None
        return
    right, wrong = (place[key] for key in own.opened)
    with st.container(key="compare/images"):
        _images(mine, fit, found, images, right, wrong)
    bring_into_view(mine.reveals, "compare/images")


def _show_button(mine: Session, right: Entrant, wrong: Entrant, number: int) -> None:
    own = mine.state(CompareState)

    def show() -> None:
        own.opened, own.test_image = (right.key, wrong.key), None
        mine.reveals.renew()

    st.button(
        f"{counted(number, 'image')} only {plain(right.name)} gets right",
        key=f"compare/only/{right.key}/{wrong.key}",
        on_click=show,
        disabled=not number,
        icon=":material/photo_library:",
    )


def _images(
    mine: Session, fit: Sequence[Entrant], found: Comparison, images: LabelledImages, right: int, wrong: int
) -> None:
    """The images that the one gets right and the other wrong."""
    own = mine.state(CompareState)
    numbers = found.pair(right, wrong).only_first.tolist()
    names = images.class_names
    st.markdown(
        plain(f"{fit[right].name} is right, {fit[wrong].name} is wrong: what each is → what the latter predicts")
    )
    if not numbers:
        st.info("There are none with these weights.")
        return
    shown = numbers[: how_many(len(numbers), FIRST, "image", f"compare/images/{fit[right].key}/{fit[wrong].key}")]
    guesses = found.probabilities[wrong].argmax(axis=1)[np.searchsorted(found.indexes, shown)].tolist()
    tiles = []
    for number, guess in zip(shown, guesses):
        words = f"{names[int(images.labels[number])]} → {names[guess]}"
        image = shown_image(images.images[number].astype(np.float32) / 255)
        tiles.append(Tile(image, words, f"test image {number:,}: {words}"))

    def choose(number: int) -> None:
        own.test_image = number

    cell_px = cell_size(tiles[0].values.shape[:2], IMAGE_PX)
    key = f"compare/gallery/{fit[right].key}/{fit[wrong].key}"
    clickable_gallery(tiles, shown, own.test_image, INK_SCALE, cell_px, key, choose)
    opened = numbers[0] if own.test_image is None or own.test_image not in numbers else own.test_image
    _opened(mine, fit, found, images, opened, wrong)


def _opened(
    mine: Session, fit: Sequence[Entrant], found: Comparison, images: LabelledImages, number: int, wrong: int
) -> None:
    """The image that was chosen, what each network makes of it, and the ways to look into it; stays in sight."""
    entrant = fit[wrong]
    row = int(np.searchsorted(found.indexes, number))
    names = images.class_names
    answers = []
    for one, probabilities in zip(fit, found.probabilities):
        guess = int(probabilities[row].argmax())
        answers.append(f"{one.name}: {names[guess]} ({certainty(float(probabilities[row, guess]))})")

    words = plain(f"Test image {number:,} is “{names[int(images.labels[number])]}”. {'; '.join(answers)}.")
    with opened_image(images.images[number], number, words, 420):
        open_with(mine, entrant, number, "compare/open")
