"""What layers put out while a network trains: dropout draws, and batch normalisation looks at the batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.insight.activations import names_to_outputs
from core.insight.graphs import eagerly, up_to
from core.network import BatchNormalization, Layer, Network, Path

BATCH = 32  # images that are normalised together, the one that is looked at among them


def noisy_layers(network: Network) -> list[Path]:
    """The layers that put out something else while the network trains than when it predicts, in order."""
    return [
        path
        for path, block in network.walk()
        if isinstance(block, Layer) and (bool(block.drop_rate) or isinstance(block, BatchNormalization))
    ]


def needs_batch(network: Network) -> bool:
    """Whether what it puts out while it trains depends on the other images of the batch."""
    return any(isinstance(block, BatchNormalization) for _, block in network.walk())


def companions(images: np.ndarray, seed: int, count: int = BATCH - 1) -> np.ndarray:
    """Images that make a batch with one that is looked at, drawn without repeats.

    Args:
        images: (n, h, w, c) uint8 in 0…255, to draw from.
        seed: the same one draws the same ones.
        count: how many; fewer where there are fewer.

    Returns:
        (count, h, w, c) float32 in 0…1.
    """
    chosen = np.random.default_rng(seed).choice(len(images), min(count, len(images)), replace=False)
    return images[np.sort(chosen)].astype(np.float32) / 255


def activations_in_training(
    network: Network, weights: Sequence[np.ndarray], image: np.ndarray, others: np.ndarray, seed: int = 0
) -> dict[Path, np.ndarray]:
    """The output of every layer and join for one image, as in a step of a training; the weights stay as they are.

    It is computed by a model of its own: in a training step batch normalisation moves its running means.

    Args:
        network: one that works.
        weights: in the order of `build_model(network).get_weights()`.
        image: (h, w, c) float32 in 0…1.
        others: (n, h, w, c) float32, the rest of the batch; n may be 0.
        seed: of what dropout draws; the same one draws the same.

    Returns:
        Path → (h, w, c) or (units,) float32, in the order of `network.walk()`.
    """
    from core.training.model import build_model

    model = build_model(network, seed)
    model.set_weights(weights)
    batch = np.concatenate([image[np.newaxis], others]).astype(np.float32)
    paths = [path for path, _ in network.walk()]
    probe = up_to(model, names_to_outputs(model, paths))
    outputs = eagerly(lambda: probe(batch, training=True))
    return {path: np.asarray(outputs[str(path)])[0] for path in paths}
