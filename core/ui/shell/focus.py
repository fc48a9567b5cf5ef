"""The trained network, the layer and unit in it, and the image that all pages look at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.network import Network, Path
from core.training import Run
from core.training.trained import Viewer

if TYPE_CHECKING:
    import numpy as np

MOST_VIEWERS = 4  # one to look into, and three that read the same drawing


@dataclass
class Focus:
    """The trained network that is looked into, and the selected layer, channel and unit.

    Attributes:
        subject: the name of a pretrained network, `run` or `imported`; None as long as nothing was chosen, and each
            page shows its usual one.
        epoch: the epoch of the run that is looked at; None is the newest.
        viewers: models to look into, for the runs that were looked into last.
        inside_of: the network that `layer`, `channel` and `unit` are places in.
        layer: the layer that is looked at, on every page that has it; None for the whole network.
        alone: the layer whose maps are drawn alone; None where those of the whole network are. A number can be
            explained in either.
        channel: index of the selected map, kernel or unit, from 0.
        unit: the number of this layer that is explained: (row, column, map) or (unit,); None for none.
        closely: the view of one kernel that is open on the page Kernels, as that page calls it.
    """

    subject: str | None = None
    epoch: int | None = None
    viewers: dict[Run, Viewer] = field(default_factory=dict)
    inside_of: Network | None = None
    layer: Path | None = None
    alone: Path | None = None
    channel: int = 0
    unit: tuple[int, ...] | None = None
    closely: str = "without"

    def look_into(self, network: Network) -> None:
        """Look into a network; places in another one are forgotten."""
        if self.inside_of != network:
            self.inside_of, self.layer, self.alone, self.channel, self.unit = network, None, None, 0, None

    def look_at(self, layer: Path | None, unit: tuple[int, ...] | None = None) -> None:
        """Look at a layer, or one number of it, or with None the whole network."""
        if unit is not None:
            self.channel = unit[-1]
        elif layer != self.layer:
            self.channel = 0
        self.layer, self.alone, self.unit = layer, layer, unit

    def explain(self, layer: Path, unit: tuple[int, ...], drawn: Collection[Path] = ()) -> None:
        """Look at one number of a layer; what is drawn stays, unless one layer is drawn alone and this one is not in `drawn`."""
        alone = self.alone if self.alone is None or layer in drawn else layer
        self.look_at(layer, unit)
        self.alone = alone

    def draw_all(self) -> None:
        """Draw the maps of the whole network, whichever layer or number is looked at."""
        self.alone = None

    def close(self) -> None:
        """Explain no number any more; the layer stays chosen."""
        self.unit = None

    def look_at_channel(self, layer: Path, channel: int) -> None:
        """Look at one map, kernel or unit of a layer; a number that is explained stays where it is in its map."""
        unit = self.unit if layer == self.layer else None
        self.alone = self.alone if layer == self.layer else layer
        self.layer, self.channel = layer, channel
        self.unit = None if unit is None else (*unit[:-1], channel)

    def viewer(self, run: Run) -> Viewer:
        """A model to look into this run; those of the runs looked into before the last few are let go."""
        found = self.viewers.pop(run, None) or Viewer(run.network)
        self.viewers[run] = found
        while len(self.viewers) > MOST_VIEWERS:
            self.viewers.pop(next(iter(self.viewers)))
        return found


@dataclass(eq=False)  # arrays are not compared as values
class ImageChoice:
    """The image that the pages look at.

    Attributes:
        source: `test`, `drawing` or `upload`.
        test_index: index of the test image.
        drawing: (28, 28) float32 in 0…1, the newest; None where nothing is drawn.
        upload: the picture that was sent last, (h, w, 4) uint8; None where there is none.
        upload_id: Streamlit's id of that file, so that it is read once.
        upload_problem: the reason why that file cannot be read, as a sentence; empty if it can.
    """

    source: str = "test"
    test_index: int = 0
    drawing: np.ndarray | None = None
    upload: np.ndarray | None = None
    upload_id: str = ""
    upload_problem: str = ""

    def forget_upload(self) -> None:
        """Forget the picture that was sent, and its problem."""
        self.upload, self.upload_id, self.upload_problem = None, "", ""
