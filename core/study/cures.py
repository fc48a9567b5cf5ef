"""Cures for over-fitting, to be tried side by side on a small training set: pairs of a network and a recipe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.network import GaussianDropout, Network, Recipe
from core.network.network import MAX_NAME
from core.network.variants import (
    NoVariant,
    with_batch_normalisation,
    with_dropout,
    with_l2,
    with_spatial_dropout,
    with_width,
)
from core.training.series import Planned

IMAGES = 1_000  # of the small training set
SHARE_KEPT_APART = 0.2  # by which early stopping chooses
PATIENCE = 5  # epochs without progress


class Variant(NamedTuple):
    """A run that shows one cure.

    Attributes:
        name: its key.
        title: what charts call it.
        says: what it does, in a sentence.
        network, recipe: what to train, and how.
        source: who described it.
    """

    name: str
    title: str
    says: str
    network: Network
    recipe: Recipe
    source: str = ""


class Missing(NamedTuple):
    """A cure that does not work with this network, and why, as a sentence."""

    name: str
    title: str
    why: str


class _Cure(NamedTuple):
    name: str
    title: str
    says: str
    network: Callable[[Network], Network] = lambda network: network
    recipe: Callable[[Recipe], Recipe] = lambda recipe: recipe
    source: str = ""


_CURES = (
    _Cure("nothing", "Nothing", "The network as it is: how far it over-fits by itself."),
    _Cure(
        "l2", "L2", "Large weights of all kernels cost something: 0.001 times the sum of their squares.",
        lambda network: with_l2(network, 1e-3),
        source="Krogh and Hertz, “A simple weight decay can improve generalization” (1991)",
    ),
    _Cure(
        "dropout", "Dropout", "While training, 30 % of the numbers before each dense layer are forgotten.",
        with_dropout,
        source="Srivastava and others, “Dropout” (2014)",
    ),
    _Cure(
        "spatial_dropout", "Spatial dropout", "While training, 10 % of the maps are forgotten behind each convolution.",
        with_spatial_dropout,
        source="Tompson and others, “Efficient object localization using convolutional networks” (2015)",
    ),
    _Cure(
        "gaussian_dropout", "Gaussian dropout",
        "While training, numbers before each dense layer are multiplied by noise around 1.",
        lambda network: with_dropout(network, kind=GaussianDropout),
        source="Srivastava and others, “Dropout” (2014), section 10",
    ),
    _Cure(
        "batch_normalisation", "Batch normalisation", "Each hidden layer’s numbers are normalised over the batch.",
        with_batch_normalisation,
        source="Ioffe and Szegedy, “Batch normalization” (2015)",
    ),
    _Cure(
        "augmentation", "Augmentation", "Each image is turned, moved and sized a little differently every time.",
        recipe=lambda recipe: recipe.replaced(
            shift=max(recipe.shift, 2.0), rotation=max(recipe.rotation, 10.0), zoom=max(recipe.zoom, 0.1)
        ),
        source="Simard, Steinkraus and Platt, “Best practices for convolutional neural networks” (2003)",
    ),
    _Cure(
        "early_stopping", "Early stopping",
        "A fifth of the images is kept apart; training ends when the loss on them has not fallen for 5 epochs, "
        "and the best epoch is kept. So it learns from a fifth less.",
        recipe=lambda recipe: recipe.replaced(
            validation_share=SHARE_KEPT_APART, early_stopping=PATIENCE, monitor="val_loss", restore_best=True
        ),
        source="Prechelt, “Early stopping – but when?” (1998)",
    ),
    _Cure(
        "smaller", "A smaller network", "Each hidden layer is half as wide.",
        lambda network: with_width(network, 0.5),
        source="Bishop, “Pattern recognition and machine learning” (2006), section 1.1",
    ),
)  # fmt: skip


def variants(
    network: Network, recipe: Recipe, images: int = IMAGES
) -> tuple[tuple[Variant, ...], tuple[Missing, ...]]:
    """The runs that show the cures, and those that there are not for this network.

    All learn from the same few images with the same seed, and but for its own cure each is trained by the same recipe,
    without early stopping, validation images or augmentation.

    Args:
        network: one that works.
        recipe: what else they are trained by.
        images: how many of the first training images, at least 10.
    """
    plain = recipe.replaced(
        training_images=images, validation_share=0.0, early_stopping=0, restore_best=False,
        shift=0.0, rotation=0.0, zoom=0.0, shear=0.0, blur=0.0, noise=0.0,
        schedule="constant" if recipe.schedule == "plateau" else recipe.schedule,  # it would choose by the test images
    )  # fmt: skip
    found: list[Variant] = []
    missing: list[Missing] = []
    for cure in _CURES:
        try:
            changed = cure.network(network)
        except NoVariant as problem:
            missing.append(Missing(cure.name, cure.title, str(problem)))
            continue
        found.append(Variant(cure.name, cure.title, cure.says, changed, cure.recipe(plain), cure.source))
    return tuple(found), tuple(missing)


def planned(variants: Sequence[Variant]) -> tuple[Planned, ...]:
    """The runs that train these, called by the network and the cure."""
    found = []
    for one in variants:
        ending = f": {one.title}"
        found.append(
            Planned(
                one.name, one.title, f"{one.network.name[: MAX_NAME - len(ending)]}{ending}", one.network, one.recipe
            )
        )
    return tuple(found)
