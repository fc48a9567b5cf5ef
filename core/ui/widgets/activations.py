"""The activations of a network for one image, drawn as maps whose numbers can be clicked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.insight import activations
from core.network import Path
from core.ui.shell.session import Session
from core.ui.widgets.maps import Unit, drawn_maps
from core.ui.widgets.model_view import ModelView
from core.views.maps import maps_data

FIRST_MAPS = 32  # of a layer in the view of the whole network
ALL_MAPS = 1024


def activations_of(mine: Session, subject: ModelView, image: np.ndarray) -> dict[Path, np.ndarray]:
    """The output of each layer for an (h, w, c) image in 0…1; computed once, for all pages."""
    return mine.kept(
        "activations",
        (subject.version, image.tobytes()),
        lambda: activations(subject.model, subject.network, image),
    )


def drawn_layers(
    mine: Session,
    subject: ModelView,
    image: np.ndarray,
    values: dict[Path, np.ndarray],
    layer: Path | None,
    key: str,
    then: Callable[[], None],
) -> None:
    """The maps of one layer and of those that it reads, or with None of all; what is clicked is looked at.

    Args:
        mine: is told what was clicked.
        subject, image, values: what is drawn.
        layer: the one that is drawn alone.
        key: of the widget.
        then: done after a click.
    """
    paths = list(values)
    if layer is not None:
        paths = [layer, *(path for path in subject.network.sources(layer) if path)]

    def choose(unit: Unit) -> None:
        vector = values[unit.path].ndim == 1
        mine.focus.look_at(unit.path, (unit.map,) if vector else (unit.row, unit.column, unit.map))
        then()

    def open_layer(path: Path | None) -> None:
        mine.focus.look_at(path)
        then()

    data = maps_data(
        subject.network,
        image,
        values,
        {path: subject.network.sources(path) for path in paths},
        paths,
        FIRST_MAPS if layer is None else ALL_MAPS,
        subject.class_names,
    )
    drawn_maps(data | {"single": layer is not None}, key, choose, open_layer)
