"""Saliency maps of one image and class, by four published methods.

Occlusion explains the probability of the class; the three methods with gradients explain its score, as
`core.insight.scores` has it: what goes into the softmax.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.insight.scores import Scores, scores_of
from core.network import Layer, Network, Path, trace
from core.network.layers import size_text
from core.network.network import layer_label
from core.network.words import counted

if TYPE_CHECKING:
    import keras

MOST_PLACES = 600  # of the covering square: every pixel of a 28×28 image
STEPS = (32, 128, 512)  # of integrated gradients, until the parts add up
GAP = 0.01  # share of the whole by which they may fail to
MACS = 40e9  # for one picture: some seconds of one core; a large network is looked at more coarsely
RANDOM_SEED = -1  # no recipe may have it, so these are other weights than anybody's


@dataclass(frozen=True)
class Saliency:
    """A saliency map by any of the methods.

    Attributes:
        values: (h, w) float32; colour channels are summed.
        signed: whether values below zero speak against the class; otherwise there are none.
        score: the number that is explained: the probability of the class, or its score.
        note: how it was made, in one sentence with numbers.
    """

    values: np.ndarray
    signed: bool
    score: float
    note: str


@dataclass(frozen=True)
class SanityCheck:
    """Saliency maps of the same image by the trained and by random weights.

    Attributes:
        learned, randomised: the two pictures.
        similarity: −1…1 as `similarity` has it; None where one of them is of one value all over.
    """

    learned: Saliency
    randomised: Saliency
    similarity: float | None


@dataclass(frozen=True)
class Method:
    """A saliency method, described in plain sentences.

    Attributes:
        title: its name.
        shows: what is computed.
        reading: what high and low values mean.
        misleads: where not to trust it.
        source: who described it.
        draw: makes the picture, as `saliency` does.
    """

    title: str
    shows: str
    reading: str
    misleads: str
    source: str
    draw: Callable[[keras.Model, Network, np.ndarray, int], Saliency]


class Integrated(NamedTuple):
    """Integrated gradients, with the error of their sum.

    Attributes:
        values: (h, w, c) float32.
        difference: score of the image minus score of the baseline, which the values should add up to.
        gap: by how much they fail to, ≥ 0.
        steps: points on the way at which the gradient was taken.
    """

    values: np.ndarray
    difference: float
    gap: float
    steps: int


def saliency(method: str, model: keras.Model, network: Network, image: np.ndarray, target: int) -> Saliency:
    """Compute a saliency map, scaled in the same way for all methods.

    Args:
        method: a name in `METHODS`; `methods_for(network)` lists those that this network allows.
        model: built from `network`.
        network: says where the layers are and what they cost.
        image: (h, w, c) float32 in 0…1.
        target: index of the class, the true one or any other.

    Raises:
        ValueError: for a method, an image or a class that there is not; with a sentence.
    """
    if method not in methods_for(network):
        raise ValueError(f"“{method}” cannot be drawn for this network, only {', '.join(methods_for(network))}.")
    return METHODS[method].draw(model, network, image, target)


def methods_for(network: Network) -> tuple[str, ...]:
    """Names in `METHODS` that this network allows: Grad-CAM needs feature maps."""
    return tuple(name for name in METHODS if name != "grad_cam" or grad_cam_layers(network))


def occlusion(
    model: keras.Model,
    image: np.ndarray,
    target: int,
    size: int | None = None,
    stride: int | None = None,
    fill: float = 0.0,
) -> np.ndarray:
    """Occlusion: the loss of probability when a square covers a pixel, averaged over those squares.

    Args:
        model: its output are probabilities.
        image: (h, w, c) float32 in 0…1.
        target: index of the class.
        size: side of the square in pixels, cut to the image; by default about a sixth of the shorter side.
        stride: pixels between squares, at most `size`; the last ones touch the border in any case. By default
            as small as `MOST_PLACES` allows.
        fill: what the square is filled with.

    Returns:
        (h, w) float32, −1…1; below zero where covering makes the class more probable.

    Raises:
        ValueError: for an image, class, size or stride that does not fit.

    Source: Zeiler, Fergus, “Visualizing and understanding convolutional networks” (2014), section 4.2.
    """
    return _occluded(model, image, target, size, stride, fill)[0]


def _occluded(
    model: keras.Model, image: np.ndarray, target: int, size: int | None, stride: int | None, fill: float
) -> tuple[np.ndarray, float]:
    """(h, w) losses, and the probability of the image as it is."""
    scores, image = _ready(model, image, target)
    size = occluding_size(image.shape) if size is None else size
    stride = _finest_stride(image.shape, size, MOST_PLACES) if stride is None else stride
    if size < 1 or not 1 <= stride <= size:
        raise ValueError(f"A square of {size}×{size} pixels, {stride} apart, does not cover each pixel of the image.")
    squares = _squares(image.shape, size, stride)
    (whole,) = scores.outputs(image[np.newaxis], target)
    total, times = np.zeros(image.shape[:2]), np.zeros(image.shape[:2])
    for square in squares:
        times[square] += 1
    changing = [square for square in squares if np.any(image[square] != fill)]  # the others lose exactly nothing
    for first in range(0, len(changing), scores.at_once):
        some = changing[first : first + scores.at_once]
        covered = np.repeat(image[np.newaxis], len(some), axis=0)  # (n, h, w, c)
        for one, square in zip(covered, some):
            one[square] = fill
        for square, probability in zip(some, scores.outputs(covered, target)):
            total[square] += whole - probability
    return (total / times).astype(np.float32), float(whole)


def occluding_size(shape: tuple[int, ...]) -> int:
    """The side of the square that covers an (h, w, …) image by default: 5 for 28×28, as wide as a stroke."""
    return max(round(min(shape[:2]) / 6), 1)


def _finest_stride(shape: tuple[int, ...], size: int, most: int) -> int:
    """The smallest stride with at most so many squares; `size` where none has so few."""
    fits = (s for s in range(1, size) if prod(len(_starts(side, size, s)) for side in shape[:2]) <= most)
    return next(fits, size)


def _squares(shape: tuple[int, ...], size: int, stride: int) -> list[tuple[slice, slice]]:
    """Rows and columns of each square, which together cover the image."""
    rows, columns = ([slice(start, start + size) for start in _starts(side, size, stride)] for side in shape[:2])
    return [(down, across) for down in rows for across in columns]


def _starts(side: int, size: int, stride: int) -> list[int]:
    """Offsets of the squares along one axis, the last of them at the border."""
    return [*range(0, side - size, stride), max(side - size, 0)]


def gradient_times_input(model: keras.Model, image: np.ndarray, target: int) -> np.ndarray:
    """Gradient × input: each value of the image times the gradient of the class's score.

    Args:
        model: of any network that ends in a row of classes.
        image: (h, w, c) float32 in 0…1.
        target: index of the class.

    Returns:
        (h, w, c) float32. For a network without bias whose units are linear or rectified, it adds up to the score.

    Raises:
        ValueError: for an image or class that does not fit.

    Source: Simonyan, Vedaldi, Zisserman, “Deep inside convolutional networks” (2013); times the input: Shrikumar,
    Greenside, Shcherbina, Kundaje, “Not just a black box” (2016).
    """
    scores, image = _ready(model, image, target)
    return image * scores.gradients(image[np.newaxis], target)[1][0]


def integrated_gradients(
    model: keras.Model,
    image: np.ndarray,
    target: int,
    baseline: np.ndarray | None = None,
    steps: int | None = None,
    most_steps: int = STEPS[-1],
) -> Integrated:
    """Integrated gradients: each value's share of the score, along the line from a baseline to the image.

    The integral is taken by the midpoint rule.

    Args:
        model: of any network that ends in a row of classes.
        image: (h, w, c) float32 in 0…1.
        target: index of the class.
        baseline: (h, w, c), where nothing is to be seen; black by default.
        steps: points on the way; by default as many of `STEPS` as it takes until the gap is below `GAP`.
        most_steps: where to give up, unless `steps` says how many; the first of `STEPS` is always taken.

    Raises:
        ValueError: for an image, baseline, class or number of steps that does not fit.

    Source: Sundararajan, Taly, Yan, “Axiomatic attribution for deep networks” (2017).
    """
    scores, image = _ready(model, image, target)
    baseline = np.zeros_like(image) if baseline is None else _fitting(scores, baseline)
    if steps is not None and steps < 1:
        raise ValueError(f"There must be at least one step on the way, not {steps}.")
    before, after = scores.gradients(np.stack([baseline, image]), target)[0].tolist()
    for count in (steps,) if steps else [n for n in STEPS if n <= max(most_steps, STEPS[0])]:
        slopes = np.zeros(image.shape)
        for first in range(0, count, scores.at_once):
            share = (np.arange(first, min(first + scores.at_once, count)) + 0.5) / count  # (n,)
            way = baseline + share[:, np.newaxis, np.newaxis, np.newaxis] * (image - baseline)  # (n, h, w, c)
            slopes += scores.gradients(way, target)[1].sum(axis=0, dtype=float)
        values = (image - baseline) * slopes / count
        gap = abs(float(values.sum()) - (after - before))
        if gap <= GAP * abs(after - before):
            break
    return Integrated(values.astype(np.float32), after - before, gap, count)


def grad_cam(
    model: keras.Model, network: Network, image: np.ndarray, target: int, path: Path | None = None
) -> np.ndarray | None:
    """Grad-CAM: the maps of a layer, weighted by their mean gradients, summed, and cut off below 0.

    Args:
        model: built from `network`.
        network: says where the layers are.
        image: (h, w, c) float32 in 0…1.
        target: index of the class.
        path: one of `grad_cam_layers(network)`; the last of them by default.

    Returns:
        (h, w) float32 ≥ 0, enlarged bilinearly to the size of the image; None where no layer has such maps.

    Raises:
        ValueError: for an image, class or path that does not fit.

    Source: Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra, “Grad-CAM” (2017), equations 1 and 2.
    """
    layers = grad_cam_layers(network)
    if path is not None and path not in layers:
        raise ValueError(
            f"The layer at {layer_label(path)} has no maps that are larger than 1×1 and made by a convolution."
        )
    scores, image = _ready(model, image, target)
    return scores.cam(model, path or layers[-1], image[np.newaxis], target)[1][0] if layers else None


def grad_cam_layers(network: Network) -> tuple[Path, ...]:
    """Paths of the layers and joins, from the first convolution on, whose maps are larger than 1×1."""
    rows = trace(network).rows
    convolutions = (i for i, row in enumerate(rows) if isinstance(row.layer, Layer) and row.layer.is_convolution)
    first = next(convolutions, len(rows))
    return tuple(
        row.path
        for row in rows[first:]
        if row.output_shape and len(row.output_shape) == 3 and prod(row.output_shape[:2]) > 1
    )


def sanity_check(method: str, model: keras.Model, network: Network, image: np.ndarray, target: int) -> SanityCheck:
    """Sanity check: the map by trained weights, the map by random weights, and their similarity.

    Signed pictures are exactly zero on empty paper, whatever the weights, so only the other pixels are compared:
    otherwise LeNet-5 and random weights would seem to agree by 0.99 in gradient × input of a digit.

    Arguments and errors are those of `saliency`.

    Source: Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim, “Sanity checks for saliency maps” (2018).
    """
    learned = saliency(method, model, network, image, target)
    return checked(learned, saliency_of_random_weights(method, network, image, target))


def checked(learned: Saliency, randomised: Saliency) -> SanityCheck:
    """Two pictures by the same method of the same image and class, compared as in `sanity_check`."""
    marked = (learned.values != 0) | (randomised.values != 0) if learned.signed else None
    return SanityCheck(learned, randomised, similarity(learned.values, randomised.values, marked))


def saliency_of_random_weights(method: str, network: Network, image: np.ndarray, target: int) -> Saliency:
    """The saliency map of the untrained network, the same whatever the training."""
    return saliency(method, randomised(network), network, image, target)


@lru_cache(maxsize=4)
def randomised(network: Network) -> keras.Model:
    """An untrained model of the network, from a seed that no recipe has; for inference only."""
    from core.training.model import build_model

    return build_model(network, RANDOM_SEED)


def similarity(a: np.ndarray, b: np.ndarray, where: np.ndarray | None = None) -> float | None:
    """Spearman's rank correlation of absolute values: 1 where both mark the same places, about 0 by chance.

    Args:
        a, b: maps of equal shape.
        where: (…) bool of that shape: what to compare; everything by default.

    Returns:
        −1…1; None where one of them has one value all over, so that nothing can be ranked.

    Raises:
        ValueError: where the shapes differ.

    Source: Adebayo et al. (2018).
    """
    if a.shape != b.shape:
        raise ValueError(f"Maps of {a.shape} and {b.shape} cannot be compared.")
    chosen = np.ones(a.shape, bool) if where is None else where
    first, second = _ranks(np.abs(a[chosen])), _ranks(np.abs(b[chosen]))
    if not (np.any(first) and np.any(second)):
        return None
    return float(np.clip((first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum()), -1, 1))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks minus their mean, equal values sharing one: (n,) float64."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return ranks[which] - (len(values) + 1) / 2


def _affordable(network: Network, most: int) -> int:
    """Number of images that one saliency map may send through this network."""
    return int(min(MACS // max(trace(network).macs, 1), most))


def _by_occlusion(model: keras.Model, network: Network, image: np.ndarray, target: int) -> Saliency:
    size = occluding_size(network.input_shape)
    stride = _finest_stride(network.input_shape, size, _affordable(network, MOST_PLACES))
    values, probability = _occluded(model, image, target, size, stride, 0.0)
    places = len(_squares(network.input_shape, size, stride))
    square = "A black pixel" if size == 1 else f"A black square of {size_text((size, size))} pixels"
    return Saliency(values, True, probability, f"{square} was put on {counted(places, 'place')}, one at a time.")


def _by_gradient(model: keras.Model, network: Network, image: np.ndarray, target: int) -> Saliency:
    scores, image = _ready(model, image, target)
    (score,), (slopes,) = scores.gradients(image[np.newaxis], target)
    note = f"What is explained is {scores.score_name}: {score:.2f}."
    return Saliency((image * slopes).sum(axis=-1), True, float(score), note)


def _by_integration(model: keras.Model, network: Network, image: np.ndarray, target: int) -> Saliency:
    scores, image = _ready(model, image, target)
    (score,), _ = scores.gradients(image[np.newaxis], target)
    # A gradient costs about three forward passes.
    found = integrated_gradients(model, image, target, most_steps=_affordable(network, 3 * STEPS[-1]) // 3)
    note = (
        f"From black to this image, {scores.score_name} changes by {found.difference:.2f}; the pixels add up to "
        f"{found.values.sum(dtype=float):.2f}, in {counted(found.steps, 'step')}."
    )
    return Saliency(found.values.sum(axis=-1), True, float(score), note)


def _by_maps(model: keras.Model, network: Network, image: np.ndarray, target: int) -> Saliency:
    path = grad_cam_layers(network)[-1]
    scores, image = _ready(model, image, target)
    (score,), (values,) = scores.cam(model, path, image[np.newaxis], target)
    rows, columns, maps = trace(network).row(path).shape
    note = f"Of layer {layer_label(path)}, which has {counted(maps, 'map')} of {size_text((rows, columns))}."
    if not values.any():
        note += " None of their places speaks for this class."
    return Saliency(values, False, float(score), note)


def _ready(model: keras.Model, image: np.ndarray, target: int) -> tuple[Scores, np.ndarray]:
    """The model's scores, and the image as float32; raises `ValueError` where something does not fit."""
    scores = scores_of(model)
    if not 0 <= target < scores.classes:
        raise ValueError(f"It has {counted(scores.classes, 'class')}, so none with the index {target}.")
    return scores, _fitting(scores, image)


def _fitting(scores: Scores, image: np.ndarray) -> np.ndarray:
    if np.shape(image) != scores.shape:
        raise ValueError(f"The network sees images of {scores.shape}, not of {np.shape(image)}.")
    return np.asarray(image, np.float32)


METHODS: dict[str, Method] = {
    "occlusion": Method(
        "Occlusion",
        "How much less probable the class becomes when a small black square covers a place of the image.",
        "Above zero, the network needs what is there; below zero, it would be surer of the class without it.",
        "Black is also the empty paper, so covering only takes ink away; and where two places say the same, "
        "covering one of them changes nothing.",
        "Zeiler, Fergus (2014)",
        _by_occlusion,
    ),
    "gradient_times_input": Method(
        "Gradient × input",
        "How fast the score of the class grows when a pixel gets brighter, times how bright it is.",
        "Above zero, the pixel raises the score; below zero, it lowers it; black pixels are always zero.",
        "It knows only about tiny changes, so it is noisy; and as it shows nothing but ink, it looks like the "
        "drawing even where nothing was learned.",
        "Simonyan et al. (2013), Shrikumar et al. (2016)",
        _by_gradient,
    ),
    "integrated_gradients": Method(
        "Integrated gradients",
        "The image is faded in from black, and what the score gains on the way is shared out among the pixels.",
        "Above zero, the pixel raised the score; below zero, it lowered it; all together make the whole change.",
        "Fading in from black gives black pixels no share, though a gap in the ink may be what decides.",
        "Sundararajan, Taly, Yan (2017)",
        _by_integration,
    ),
    "grad_cam": Method(
        "Grad-CAM",
        "In which places the last feature maps raise the score of the class, enlarged to the size of the image.",
        "The higher, the more the network finds there that speaks for the class; what speaks against is left out.",
        "It is as coarse as the maps are, and each of their places has seen more of the image than it covers here.",
        "Selvaraju et al. (2017)",
        _by_maps,
    ),
}
