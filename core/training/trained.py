"""Networks with their weights, as models to inspect and as files to download."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data import SOURCES, OwnClasses
from core.network import Network, to_json, trace

if TYPE_CHECKING:
    import keras


_numbers = itertools.count()


class Viewer:
    """One model of a network, into which the weights to look at are loaded.

    Args:
        network: the network.

    Attributes:
        number: of this viewer; no other has it, even after this one is gone.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.number = next(_numbers)
        self._model: keras.Model | None = None
        self._shown: object = None
        self._making = threading.Lock()

    @property
    def shown(self) -> object:
        """The version of the weights that are in the model; None before any."""
        return self._shown

    def load_weights(self, version: object, weights: Callable[[], Sequence[np.ndarray]]) -> keras.Model:
        """Load weights into the model and return it: always the same object, changed in place.

        Args:
            version: names the weights; they are read only where others are in the model.
            weights: gives them, as `model.get_weights()` has them; `ValueError` where they do not fit.
        """
        from core.training.model import build_model

        with self._making:
            if self._model is None:
                self._model = build_model(self.network)
            if version != self._shown:
                self._model.set_weights(weights())
                self._shown = version
            return self._model


class Trained:
    """Weights that came from a file, with the network that they belong to.

    Args:
        network: the network.
        weights: in the order of `build_model(network).get_weights()`; or a function that reads them when needed, which
            may raise `StoreError`.
        dataset: name of the dataset whose classes it predicts; empty where its images are not here.
        identity: what `identity` is, where that is known already.
        class_names: of its own classes, where there is no dataset; by default Class 0, Class 1 and so on.
        remark: a sentence on what was measured when it was imported; may be empty.
    """

    def __init__(
        self,
        network: Network,
        weights: Sequence[np.ndarray] | Callable[[], Sequence[np.ndarray]],
        dataset: str,
        identity: str = "",
        class_names: Sequence[str] = (),
        remark: str = "",
    ) -> None:
        self.network = network
        self.dataset = dataset
        self.class_names = tuple(class_names)
        self.remark = remark
        self._weights = weights
        self._identity = identity
        self._viewer = Viewer(network)

    @property
    def weights(self) -> Sequence[np.ndarray]:
        """The weights, in the order of `build_model(network).get_weights()`; `StoreError` where they cannot be read."""
        return self._weights() if callable(self._weights) else self._weights

    @property
    def identity(self) -> str:
        """20 hexadecimal digits, of the content: equal only for the same network with the same weights and classes."""
        if not self._identity:
            found = hashlib.sha256(to_json(self.network, dataset=self.dataset).encode("utf-8", "surrogatepass"))
            for array in self.weights:
                found.update(f"{array.dtype.str} {array.shape}".encode())
                found.update(np.ascontiguousarray(array).tobytes())
            self._identity = found.hexdigest()[:20]
        return self._identity

    @property
    def own_classes(self) -> OwnClasses | None:
        """Its classes, where the dataset of the name is not here or is one of other classes; else None."""
        shape = trace(self.network).rows[-1].shape or (0,)
        source = SOURCES.get(self.dataset)
        if source is not None and (len(source.class_names),) == shape:
            return None
        usual = tuple(f"Class {number}" for number in range(shape[-1]))
        return OwnClasses(
            self.class_names if len(self.class_names) == len(usual) else usual, self.network.input_shape
        )

    def model(self) -> keras.Model:
        """A Keras model with these weights; made once."""
        return self._viewer.load_weights("imported", lambda: self.weights)


def keras_file(model: keras.Model) -> bytes:
    """The model as a `.keras` file, which `keras.saving.load_model` opens."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()
