"""The effective receptive field: how much each pixel moves the unit in the middle, before training and after."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.data import load
from core.data.drawn_datasets import is_drawn
from core.insight import Effective, effective_field
from core.network import trace
from core.network.network import layer_label
from core.network.percentages import rough_percent
from core.training import Run, StoreError
from core.ui.pages.receptive_fields.field import SIDE_PX, FieldInFocus, scale_line
from core.ui.widgets.downloads import picture_file, table_file
from core.ui.widgets.model_view import misfit_words
from core.ui.widgets.panels import Computation, Drawn, Panel, Progress
from core.views.images import Tile, activation_scale, captioned_png, cell_size, gallery, marked

EFFECTIVE_IMAGES = 64
CHEAP_MACS = 20_000_000  # of one image; beyond, it takes more than a second or two
UNTRAINED_SEED = 1


def _draw(at: FieldInFocus, found: tuple[Effective, Effective]) -> Drawn:
    """Both fields on one scale, and how much of each lies in the middle."""
    before, after = found
    told = {"Before training": before, "After training": after}
    silent = [when for when, found in told.items() if not found.field.any()]
    for when in silent:
        st.info(
            f"{when}, nothing reaches this layer: no pixel moves its unit in the middle. It sees padding only, "
            f"or the unit is zero for all {EFFECTIVE_IMAGES} images."
        )
    if len(silent) == len(told):
        return Drawn()
    st.markdown(f"**How much each pixel moves the unit in the middle** of layer {at.words}")
    shares = {when: found.field * 100 for when, found in told.items()}
    scale = activation_scale(np.stack(list(shares.values())))
    cell = cell_size(before.field.shape, SIDE_PX)
    tiles = [
        Tile(marked(share, scale, cell, told[when].box), when, f"{when}: {_effective_words(told[when])}")
        for when, share in shares.items()
    ]
    st.html(gallery(tiles, scale, 1))
    scale_line(scale, "per cent of the whole effect")
    lines = _shares({when: found for when, found in told.items() if when not in silent})
    st.table(lines, hide_index=True, border="horizontal", width="content")
    what = f"{at.subject.network.name}, layer {at.words}: how much each pixel moves its unit in the middle."
    caption = _caption(after)
    files = [Tile(tile.values, tile.label, "") for tile in tiles]
    png = picture_file(lambda: captioned_png(files, scale, f"{what} {caption}", 1), "effective-field.png")
    return Drawn(caption, [png, table_file(lines, "effective-field")])


def _shares(told: dict[str, Effective]) -> list[dict[str, str]]:
    return [
        {
            "": when,
            "In the middle half": rough_percent(found.central_share),
            "95 % lies within": f"{found.radius():.1f} pixels",
        }
        for when, found in told.items()
    ]


def _caption(after: Effective) -> str:
    unit = tuple(at + 1 for at in after.unit)
    return (
        f"The unit at row {unit[0]}, column {unit[1]} of the layer, all its channels together: the mean "
        f"absolute gradient over {EFFECTIVE_IMAGES} test images, "
        "in per cent of the whole. The frame is what it can see in theory. If all pixels in it counted alike, 25 % "
        "would lie in its middle half (half of each side); mostly it is more: from a pixel in the middle many ways "
        "lead through the layers to the unit, from one at the edge only few (Luo et al., 2016)."
    )


def _measure(at: FieldInFocus, progress: Progress) -> tuple[Effective, Effective]:
    """(before training, after); newer weights do not change what was before."""
    from core.training import build_model  # with it comes Keras

    mine, subject, network, path = at.mine, at.subject, at.subject.network, at.path
    images = load(subject.dataset).x_test[:EFFECTIVE_IMAGES].astype(np.float32) / 255

    def told(begin: float, words: str) -> Callable[[float], object]:
        return lambda done: progress(begin + done / 2, words)

    def untrained() -> Effective:
        tell = told(0.0, "Before training …")
        tell(0.0)
        model = build_model(network, _start_seed(at))
        begun = _begun_with(at)
        if begun is not None:
            model.set_weights(begun)
        return effective_field(model, network, path, images, on_progress=tell)

    def trained() -> Effective:
        tell = told(0.5, "After training …")
        tell(0.0)
        return effective_field(subject.model, network, path, images, on_progress=tell)

    before = mine.kept(f"fields/before/{layer_label(path)}", (network, *_about(at)), untrained)
    return before, trained()


def _about(at: FieldInFocus) -> tuple:
    """The layer, the images, and the weights that training began with."""
    taught = _taught_run(at)
    return at.path, at.subject.dataset, _start_seed(at) if taught is None else taught.created


def _taught_run(at: FieldInFocus) -> Run | None:
    """The run on drawings that is looked into, which began with weights that were not fresh; else None."""
    run = at.mine.run
    if at.mine.focus.subject != "run" or run is None or not is_drawn(run.dataset_name) or 0 not in run.epochs():
        return None
    return run


def _begun_with(at: FieldInFocus) -> list[np.ndarray] | None:
    """The weights that such a run began with. Else None."""
    taught = _taught_run(at)
    if taught is None:
        return None
    try:
        return taught.epoch_weights(0)
    except StoreError:  # dropped since, for room
        return None


def _start_seed(at: FieldInFocus) -> int:
    """The seed of the weights that the network began with, where that is known."""
    run = at.mine.run
    if at.mine.focus.subject == "run" and run is not None and run.network is at.subject.network:
        return run.recipe.seed
    return UNTRAINED_SEED


def _effective_words(found: Effective) -> str:
    return (
        f"{rough_percent(found.central_share)} of the effect comes from the middle half of the box, "
        f"95 % from within {found.radius():.1f} pixels of its middle."
    )


def _why_not(at: FieldInFocus) -> str:
    misfit = misfit_words(at.subject)
    return misfit and f"{misfit}, so it cannot be measured how much each pixel counts."


def _waiting(at: FieldInFocus) -> str:
    live = at.subject.live
    why = "It is still learning, so this is measured when you ask" if live else "This takes a while"
    return f"How much does each pixel move the unit in the middle of layer {layer_label(at.path)}? {why}."


EFFECTIVE = Panel(
    "fields/effective",
    "What counts",
    _draw,
    Computation(_measure, _about, "Measure", _waiting, waits=lambda at: trace(at.subject.network).macs > CHEAP_MACS),
    _why_not,
)
