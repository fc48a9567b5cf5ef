"""All kernels of the layer; a click opens one of them closely."""

from __future__ import annotations

import numpy as np

from core.insight import Kernels
from core.network import Dense
from core.network.network import layer_label
from core.ui.pages.kernels.one_kernel import OneKernel
from core.ui.pages.kernels.state import KernelsState
from core.ui.widgets.downloads import MOST_LISTED, picture_file, table_file
from core.ui.widgets.kernels import MIXING_WORDS, kernel_pictures, kernel_words
from core.ui.widgets.panels import Drawn, Panel
from core.views.images import Tile, captioned_png, signed_scale


def _draw(one: OneKernel) -> Drawn:
    found, network = one.layer, one.subject.network

    def choose(channel: int) -> None:
        one.mine.focus.look_at_channel(one.path, channel)
        one.mine.state(KernelsState).number.renew()
        one.mine.reveals.renew()

    place = f"kernels/{hash(network)}/{layer_label(one.path)}"  # of another layer, a late click is another's
    tiles = kernel_pictures(found, network, one.path, place, one.channel, choose)
    caption = one.layer_caption(kernel_words(found, isinstance(network.at(one.path), Dense)))
    files = [picture_file(lambda: captioned_png(tiles, signed_scale(found.images), caption), "kernels.png")]
    if found.images.size <= MOST_LISTED:
        files.append(table_file(lambda: _weight_rows(found), "weights"))
    return Drawn(files=files + ([] if found.mixing is None else _mixing_files(found.mixing, caption)))


def _mixing_files(mixing: np.ndarray, caption: str) -> list:
    """The 1×1 kernels of a separable convolution."""
    tile, words = Tile(mixing, "the 1×1 kernels", ""), f"{caption} {MIXING_WORDS}"
    picture = picture_file(lambda: captioned_png([tile], signed_scale(mixing), words), "mixing.png")
    table = table_file(lambda: _mixing_rows(mixing), "mixing")
    return [lambda key: picture(f"{key}/mixing"), lambda key: table(f"{key}/mixing")]


def _weight_rows(found: Kernels) -> list[dict[str, object]]:
    """One line for each weight; all counted from 1."""
    return [
        {found.output_noun: o + 1, found.input_noun: i + 1, "row": r + 1, "column": c + 1, "weight": float(weight)}
        for (o, i, r, c), weight in np.ndenumerate(found.images)
    ]


def _mixing_rows(mixing: np.ndarray) -> list[dict[str, object]]:
    """One line for each weight of the 1×1 kernels, counted from 1."""
    return [
        {"output channel": o + 1, "map": i + 1, "weight": float(weight)} for (o, i), weight in np.ndenumerate(mixing)
    ]


GALLERY = Panel("kernels", "All kernels of the layer", _draw)
