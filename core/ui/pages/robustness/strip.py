"""One image as a film strip over the strengths, with every network's answer under each frame."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import streamlit as st

from core.study.background import Study
from core.study.contender import Contender, LabelledImages
from core.study.robustness import Film, film
from core.study.transforms import Transform
from core.ui.shell.frame import certainty, plain
from core.ui.shell.session import Session
from core.ui.widgets.picture import Picture
from core.ui.widgets.studies import Entrant, contenders_of, fingerprint, studied
from core.views.images import INK_SCALE, Tile, cell_size, gallery, shown_image

FRAME_PX = 56  # so that a strip of eleven is one row on a laptop


def filmed(
    mine: Session, fit: Sequence[Entrant], images: LabelledImages, transform: Transform, picture: Picture
) -> Study[Film]:
    """The strip, computed in the background."""
    what = hashlib.sha256(np.ascontiguousarray(picture.image).data).hexdigest()
    key = (*fingerprint(fit, images), transform.name, what)
    return studied(mine, "film", key, partial(_steps, contenders_of(fit), picture.image, transform))


def _steps(contenders: Sequence[Contender], image: np.ndarray, transform: Transform) -> Iterator[Film]:
    yield film(contenders, image, transform)


def strip(
    fit: Sequence[Entrant], images: LabelledImages, transform: Transform, picture: Picture, study: Study[Film]
) -> None:
    """A row of frames for each network."""
    found = study.latest
    if found is None:
        st.caption("The frames follow in a moment.")
        return
    st.markdown(plain(f"{picture.title}, changed by {transform.title.lower()}: what each network predicts"))
    cell_px = cell_size(found.frames.shape[1:3], FRAME_PX)
    for one, probabilities in zip(fit, found.probabilities):
        st.markdown(f"**{plain(one.name)}**")
        tiles = []
        for strength, frame, row in zip(found.strengths, found.frames, probabilities):
            guess = int(row.argmax())
            sign = "" if picture.label is None else "✓ " if guess == picture.label else "✗ "
            at, name, sure = transform.text(strength), images.class_names[guess], certainty(float(row[guess]))
            tiles.append(
                Tile(
                    shown_image(frame), f"{at}\n{sign}{name}\n{sure}", f"at {at}: {one.name} predicts {name}, {sure}"
                )
            )
        st.html(gallery(tiles, INK_SCALE, cell_px))
    told = "" if picture.label is None else "✓ is right, ✗ is wrong. "
    st.caption(f"{told}Below each frame: the strength, the prediction and its probability.")
