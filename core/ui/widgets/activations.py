"""The activations of a network for one image, drawn as maps whose numbers can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from core.insight import activations
from core.network import Network, Path
from core.ui.shell.session import Session
from core.ui.widgets.maps import Unit, drawn_maps, unit_text
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


def drawn_paths(network: Network, values: Iterable[Path], alone: Path | None) -> list[Path]:
    """Which of the layers that have `values` are drawn: one and those that it reads, or with None all."""
    return list(values) if alone is None else [alone, *(path for path in network.sources(alone) if path)]


def drawn_layers(
    mine: Session,
    subject: ModelView,
    image: np.ndarray,
    values: dict[Path, np.ndarray],
    alone: Path | None,
    key: str,
    explained: Callable[[], None],
    opened: Callable[[], None] | None = None,
) -> None:
    """The maps of one layer and of those that it reads, or with None of all; what is clicked is looked at.

    Args:
        mine: is told what was clicked.
        subject, image, values: what is drawn.
        alone: the layer that is drawn alone.
        key: of the widget.
        explained: done after a click on a number.
        opened: done after a click on the title of a layer; by default the same.
    """
    paths = drawn_paths(subject.network, values, alone)
    focus = mine.focus

    def choose(unit: Unit) -> None:
        vector = values[unit.path].ndim == 1
        focus.explain(unit.path, (unit.map,) if vector else (unit.row, unit.column, unit.map), paths)
        explained()

    def open_layer(path: Path | None) -> None:
        focus.look_at(path)
        (opened or explained)()

    data = maps_data(
        subject.network,
        image,
        values,
        {path: subject.network.sources(path) for path in paths},
        paths,
        FIRST_MAPS if alone is None else ALL_MAPS,
        subject.class_names,
    )
    explaining = "" if focus.layer is None or focus.unit is None else unit_text(focus.layer, focus.unit)
    drawn_maps(data | {"single": alone is not None, "explained": explaining}, key, choose, open_layer)
