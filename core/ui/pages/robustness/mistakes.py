"""The mistakes of one network at one strength: the point of the chart that was clicked, or chosen below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from core.network.words import counted
from core.study.background import Study
from core.study.contender import Contender, LabelledImages
from core.study.robustness import Mistakes, Robustness, mistakes_at
from core.study.transforms import Transform
from core.ui.pages.robustness.state import RobustnessState
from core.ui.shell.frame import certainty, plain
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import Session
from core.ui.widgets.downloads import give_away, picture_file
from core.ui.widgets.galleries import clickable_gallery
from core.ui.widgets.layers import how_many
from core.ui.widgets.opened_image import opened_image
from core.ui.widgets.studies import Entrant, contenders_of, open_with, studied, watch
from core.views.images import INK_SCALE, Tile, captioned_png, cell_size, shown_image

FIRST = 24
IMAGE_PX = 84
GALLERY_PX = 370
LINES_PX = 90  # above the gallery
CONTAINER = "robustness/mistakes"


class Place(NamedTuple):
    """A point of the chart: a network and a strength."""

    entrant: Entrant
    strength: float


def opened_place(mine: Session, fit: Sequence[Entrant], found: Robustness) -> Place:
    """The point that was chosen; else of the first network that at which half of its accuracy is lost."""
    own = mine.state(RobustnessState)
    if own.opened is not None:
        transform, key, strength = own.opened
        entrant = next((one for one in fit if one.key == key), None)
        if entrant is not None and transform == found.transform.name and strength in found.strengths:
            return Place(entrant, strength)
    return Place(fit[0], found.telling(0))


def open_place(mine: Session, transform: Transform, entrant: Entrant, strength: float) -> None:
    """Show the mistakes of this network at this strength."""
    own = mine.state(RobustnessState)
    own.opened, own.test_image = (transform.name, entrant.key, strength), None


def choose_place(mine: Session, fit: Sequence[Entrant], found: Robustness | None) -> Place | None:
    """Choices of the network and the strength; None, and nothing to choose yet, before the curve is complete.

    A point that was clicked has fields of its own: what is chosen in a field is never set from elsewhere, because a browser
    that has not heard of it yet would send the old choice again.
    """
    st.markdown("**What it gets wrong**: click a point of the chart, or choose a network and a strength")
    own = mine.state(RobustnessState)
    place = None if found is None else opened_place(mine, fit, found)
    names, strengths = [one.name for one in fit], () if found is None else found.strengths
    drawn = own.clicks.number
    keys = [
        f"robustness/mistakes/{side}/{hash((*names, *strengths))}/{drawn}/{place is None}"
        for side in ("network", "strength")
    ]

    def chosen() -> None:
        network, strength = (st.session_state[key] for key in keys)
        asked = Place(fit[network], strength)
        if found is not None and place and own.clicks.takes(drawn, asked, place, opened_place(mine, fit, found)):
            open_place(mine, found.transform, *asked)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Network", range(len(fit)), 0 if place is None else fit.index(place.entrant), names.__getitem__, keys[0],
            on_change=chosen, disabled=place is None, width=280,
        )  # fmt: skip
        st.selectbox(
            "Strength", strengths, None if place is None else strengths.index(place.strength),
            (lambda strength: "") if found is None else found.transform.text, keys[1],
            on_change=chosen, disabled=place is None, width=150, placeholder="when all are measured",
        )  # fmt: skip
    return place


def mistakes(mine: Session, images: LabelledImages, transform: Transform, place: Place | None) -> None:
    """The images that the network gets wrong there, as it saw them."""
    with st.container(key=CONTAINER):
        if place is None:
            _to_come("when the curve is complete")
            return
        (contender,) = contenders_of([place.entrant])
        key = (contender.fingerprint, images.fingerprint, transform.name, place.strength)
        study = studied(mine, "mistakes", key, partial(_steps, contender, images, transform, place.strength))
        watch(study, (), partial(_shown, mine, images, transform, place, study))
    bring_into_view(mine.reveals, CONTAINER)


def _steps(contender: Contender, images: LabelledImages, transform: Transform, strength: float) -> Iterator[Mistakes]:
    yield mistakes_at(contender, images, transform, strength)


def _shown(mine: Session, images: LabelledImages, transform: Transform, place: Place, study: Study[Mistakes]) -> None:
    found, at = study.latest, f"{transform.title.lower()} {transform.text(place.strength)}"
    if found is None:
        _to_come("in a moment")
        return
    own, names, name = mine.state(RobustnessState), images.class_names, place.entrant.name
    wrong = len(found.indexes)
    st.markdown(
        f"{plain(name)} misclassifies **{wrong:,} of {counted(found.images, 'test image')}** at {plain(at)}: what each is → the "
        "prediction, the most confident first"
    )
    key = f"robustness/{place.entrant.key}/{transform.name}/{place.strength}"
    there = len(found.seen)
    shown = how_many(there, FIRST, "image", key, wrong)
    numbers = found.indexes[:shown].tolist()
    tiles = []
    for number, image, guess, sure in zip(numbers, found.seen, found.predicted.tolist(), found.probability.tolist()):
        words = f"{names[int(images.labels[number])]} → {names[guess]}"
        alt = f"test image {number:,}, {at}: {words}, {certainty(sure)}"
        tiles.append(Tile(shown_image(image / 255), f"{words}\n{certainty(sure)}", alt))

    def choose(number: int) -> None:
        own.test_image = number

    with st.container(height=GALLERY_PX, border=False):
        if not tiles:
            st.info("None: every image is predicted right.")
            return
        cell_px = cell_size(tiles[0].values.shape[:2], IMAGE_PX)
        clickable_gallery(tiles, numbers, own.test_image, INK_SCALE, cell_px, f"{key}/gallery", choose)
    words = f"{name} at {at}: {len(tiles):,} of {wrong:,} misclassified images as it saw them, with the probability of its prediction."
    file = f"mistakes-{transform.name}.png"
    give_away(f"{key}/file", words, [picture_file(lambda: captioned_png(tiles, INK_SCALE, words), file)])
    _opened(mine, images, found, place)


def _to_come(when: str) -> None:
    """A sentence in the room that the images will have: nothing below moves, and all of it comes into view."""
    with st.container(height=GALLERY_PX + LINES_PX, border=False):
        st.markdown(f"The images follow {when}.")


def _opened(mine: Session, images: LabelledImages, found: Mistakes, place: Place) -> None:
    """The image that was clicked, as it is, and the ways to look into it; stays in sight."""
    number = mine.state(RobustnessState).test_image
    if number is None or number not in found.indexes:
        return
    entrant, label = place.entrant, images.class_names[int(images.labels[number])]
    words = plain(f"Test image {number:,}, “{label}”, as it is: the other pages show it unchanged.")
    with opened_image(images.images[number], number, words, 260):
        open_with(mine, entrant, number, "robustness/open")
