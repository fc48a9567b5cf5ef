"""What an imported network has learned from: the dataset and the scale of pixels that it is right on, measured.

A file says neither. Images here are grey values in 0…1; scripts also train on 0…255, on −1…1 or on pixels of mean 0
and deviation 1. Each is tried on a few hundred test images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.data import Dataset
from core.network import Network, Rescaling, trace
from core.network.words import counted

if TYPE_CHECKING:
    import keras

FIRST_IMAGES, MORE_IMAGES = 64, 400  # for every candidate, and for the most promising
FEWEST = 24
MACS, MORE_MACS = 1.5e9, 3e9  # multiply-adds of the two rounds: with two cores, less than a second
PER_ACTIVATION = 10  # multiply-adds that one activation takes as long as
MAX_VALUES = 20_000_000  # activations in one call
PROMISING = 3  # candidates that are measured on more images
AS_GOOD = 0.03  # differences in accuracy that the loss decides
CLEARER = 0.9  # of the loss of a more usual scale, below which another one is preferred to it
ENOUGH = 0.4  # accuracy from which a network is taken to have learned a dataset
APART = 0.1  # by which its accuracy must exceed that on other datasets
SMALL = 0.05  # factor of a Rescaling that is meant for pixels of 0…255; 1/255 and 1/127.5 are
INVERTED_APART = 0.1  # by which dark ink on white must be better than white on black


class Scale(NamedTuple):
    """Pixels as a network expects them: factor·x + offset, for our x in 0…1.

    Attributes:
        title: completes “on …”.
        factor, offset: of the pixels.
        inverted: whether ink is dark on white paper; here it is white on black.
    """

    title: str
    factor: float
    offset: float
    inverted: bool = False

    @property
    def changes(self) -> bool:
        """False where the pixels are as they are here."""
        return (self.factor, self.offset) != (1.0, 0.0)


OURS = Scale("pixels 0…1", 1.0, 0.0)
# The more usual first.
FIXED = (
    OURS,
    Scale("pixels 0…255", 255.0, 0.0),
    Scale("pixels −1…1", 2.0, -1.0),
    Scale("pixels −0.5…0.5", 1.0, -0.5),
    Scale("pixels 0…1 with dark ink on white", -1.0, 1.0, True),
    Scale("pixels 0…255 with dark ink on white", -255.0, 255.0, True),
)


@dataclass(frozen=True)
class Fit:
    """How well a network predicts a dataset's test images on one scale.

    Attributes:
        dataset: its name.
        scale: of the pixels.
        accuracy: share of right predictions, 0…1.
        loss: mean cross-entropy.
        images: how many test images were predicted.
        ours: accuracy on pixels 0…1, as they are here; of as many images or fewer.
    """

    dataset: str
    scale: Scale
    accuracy: float
    loss: float
    images: int
    ours: float = 0.0


class Finding(NamedTuple):
    """What an imported network has learned from, as far as it could be measured.

    Attributes:
        dataset: name of the dataset to take.
        scale: of the pixels to give it.
        sentence: says what was measured and what was chosen, for the visitor.
        clear: whether it predicts the dataset's images right so often that it must have learned it.
    """

    dataset: str
    scale: Scale
    sentence: str
    clear: bool


def scales_for(dataset: Dataset) -> tuple[Scale, ...]:
    """The scales to try on a dataset, the more usual first."""
    mean, deviation = _statistics(dataset)
    standard = Scale("pixels of mean 0 and deviation 1", round(1 / deviation, 4), round(-mean / deviation, 4))
    return (*FIXED[:3], standard, *FIXED[3:])


@lru_cache(maxsize=8)
def _statistics(dataset: Dataset) -> tuple[float, float]:
    """Mean and standard deviation of the training images' pixels in 0…1; of every sixth image, which is as good."""
    counts = np.bincount(dataset.x_train[::6].reshape(-1), minlength=256)
    values, shares = np.arange(256) / 255, counts / max(counts.sum(), 1)
    mean = float(values @ shares)
    return mean, max(float(np.sqrt((values - mean) ** 2 @ shares)), 1 / 255)


def measured(network: Network, weights: Sequence[np.ndarray], datasets: Mapping[str, Dataset]) -> list[Fit]:
    """The best scale of each dataset, the dataset with the highest accuracy first.

    Args:
        network: ends with probabilities for as many classes as each dataset has, and takes its images.
        weights: in the order of `build_model(network).get_weights()`; `ValueError` where they do not fit.
        datasets: by name; of each, the first test images are predicted.
    """
    from core.training.model import build_model

    model = build_model(network)
    model.set_weights(list(weights))
    tried = [(name, scale) for name, dataset in datasets.items() for scale in scales_for(dataset)]

    traced = trace(network)
    cost = traced.macs + PER_ACTIVATION * traced.activation_values

    def tested(candidates: Sequence[tuple[str, Scale]], most: int, macs: float) -> list[Fit]:
        images = int(np.clip(macs / (cost * len(candidates)), FEWEST, most))
        return [_fit(model, network, name, datasets[name], scale, images) for name, scale in candidates]

    first = sorted(tested(tried, FIRST_IMAGES, MACS), key=lambda fit: (-fit.accuracy, fit.loss))
    best = {fit.dataset: fit for fit in reversed(first)}
    promising = [fit for fit in first if fit.accuracy > best[fit.dataset].accuracy - APART][:PROMISING]
    found = {(fit.dataset, fit.scale): fit for fit in first}
    more = tested([(fit.dataset, fit.scale) for fit in promising], MORE_IMAGES, MORE_MACS)
    found |= {(fit.dataset, fit.scale): fit for fit in more}
    chosen = [
        _best([found[name, scale] for scale in scales_for(dataset)], {(fit.dataset, fit.scale) for fit in more})
        for name, dataset in datasets.items()
    ]
    chosen = [replace(fit, ours=found[fit.dataset, OURS].accuracy) for fit in chosen]
    return sorted(chosen, key=lambda fit: -fit.accuracy)


def finding(fits: Sequence[Fit], titles: Mapping[str, str], chosen: str) -> Finding:
    """The dataset and scale to take, in a sentence that says what was measured.

    Args:
        fits: as `measured` gives them.
        titles: of the datasets, by name.
        chosen: name of the dataset that is chosen in the editor, which is kept where no other one is clearly right.
    """
    best, *others = fits
    compared = ", ".join(f"{titles[fit.dataset]} {_share(fit.accuracy, 0)}" for fit in fits)
    if best.accuracy < ENOUGH or any(fit.accuracy > best.accuracy - APART for fit in others):
        kept = next((fit for fit in fits if fit.dataset == chosen), best)
        scale = kept.scale if kept.accuracy >= ENOUGH else OURS
        known = f"What it has learned from could not be measured: on {counted(best.images, 'test image')}, on the scale that is best for it, its accuracy is {compared}. Taken for {titles[kept.dataset]}"
        return Finding(kept.dataset, scale, f"{known}, on {scale.title}.", False)
    title = titles[best.dataset]
    said = f"Predicts {_share(best.accuracy)} of {counted(best.images, 'test image')} of {title} right, on {best.scale.title}"
    if best.scale.changes:
        said += (
            f" ({_share(best.ours)} on {OURS.title}, as they are here): a Rescaling layer in front of it sees to that"
        )
    taken = "" if best.dataset == chosen else f" {compared}: taken for {title}."
    return Finding(best.dataset, best.scale, f"{said}.{taken}", True)


def scaled(network: Network, scale: Scale) -> Network:
    """The network for pixels of 0…1, by a Rescaling layer in front; one that it begins with is changed instead."""
    first = network.layers[0]
    rest = network.layers[1:]
    factor, offset = scale.factor, scale.offset
    if isinstance(first, Rescaling):
        factor, offset = first.scale * factor, first.scale * offset + first.offset
    elif not scale.changes:
        return network
    else:
        rest = network.layers
    layers = rest if (factor, offset) == (1.0, 0.0) else (Rescaling(factor, offset), *rest)
    return replace(network, layers=layers)


def expected(network: Network) -> Scale:
    """The scale that a network which cannot be measured is taken to expect: a small factor in front speaks for 0…255."""
    first = network.layers[0]
    return FIXED[1] if isinstance(first, Rescaling) and abs(first.scale) < SMALL else OURS


def _share(share: float, digits: int = 1) -> str:
    return f"{share * 100:.{digits}f} %"


def _best(fits: Sequence[Fit], more: set[tuple[str, Scale]]) -> Fit:
    """The scale to take: of those that are about as often right, the least wrong, and the usual one if in doubt.

    Args:
        fits: of one dataset, the more usual scales first.
        more: the candidates that were measured on more images: others compete only where there are none of these.
    """
    known = [fit for fit in fits if (fit.dataset, fit.scale) in more] or list(fits)
    upright = [fit for fit in known if not fit.scale.inverted] or known
    if max(fit.accuracy for fit in known) <= max(fit.accuracy for fit in upright) + INVERTED_APART:
        known = upright
    top = max(fit.accuracy for fit in known)
    best, *others = (fit for fit in known if fit.accuracy >= top - AS_GOOD)
    for fit in others:
        if fit.loss < CLEARER * best.loss:
            best = fit
    return best


def _fit(model: keras.Model, network: Network, name: str, dataset: Dataset, scale: Scale, images: int) -> Fit:
    labels = dataset.y_test[:images].astype(int)
    at_once = max(MAX_VALUES // max(trace(network).activation_values, 1), 1)
    outputs = []
    for start in range(0, len(labels), at_once):
        pixels = dataset.x_test[start : min(start + at_once, len(labels))].astype(np.float32) / 255
        outputs.append(
            np.asarray(model(pixels * np.float32(scale.factor) + np.float32(scale.offset), training=False))
        )
    probabilities = np.nan_to_num(np.concatenate(outputs).astype(np.float64))
    right = np.clip(probabilities[np.arange(len(labels)), labels], 1e-7, 1.0)
    accuracy = float((probabilities.argmax(axis=1) == labels).mean())
    return Fit(name, scale, accuracy, float(-np.log(right).mean()), len(labels))
