# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# TensorFlow annotates its operations in part only.
"""Random transforms of image batches, in graph, and the same transforms at a chosen strength.

A training sees each image a little differently every time (Simard, Steinkraus,
Platt 2003, section 2); a robustness study asks what a network still recognises
when every image is turned by the same ten degrees. Both use the one chain here:

    shear → zoom → rotation → shift, as one warp about the image's centre, read bilinearly
    → Gaussian blur → contrast → Gaussian noise, clipped to 0…1 → salt and pepper → a black square

A training has no contrast, salt and pepper or square; a study has all of them. What lies beyond the image is 0, as MNIST's background is. Importing this module
imports TensorFlow, so `core.data` does not export it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import inf, pi
from typing import Any

import tensorflow as tf

SHARPEST = 1e-3  # px; a blur this narrow leaves every pixel as it is, and 0 cannot be divided by
_SALT, _SQUARE = 1, 2  # which stream of the seed a transform draws from that no training has
BELOW = {"zoom": 1.0, "shear": 90.0}  # at these the image shrinks to nothing, or becomes a line


@dataclass(frozen=True)
class Augmentation:
    """Strengths of the random transforms, named and valued as in `Recipe`; 0 turns a transform off.

    Attributes:
        shift: px, up and down and, independently, left and right: uniform in −shift…shift.
        rotation: degrees, either way: uniform in −rotation…rotation.
        zoom: share: the scale factor is uniform in 1 − zoom…1 + zoom; above 1 the digit grows. Below 1.
        shear: degrees of horizontal slant, either way: uniform in −shear…shear. Below 90.
        blur: px: each image's Gaussian has a standard deviation uniform in 0…blur.
        noise: standard deviation of the Gaussian noise on each value, of pixels in 0…1; the same for all images.

    Raises:
        ValueError: for a field that is negative, infinite, not a number or at its bound.

    Example:
        >>> Augmentation(shift=2.0, rotation=10.0).active
        True
    """

    shift: float = 0.0
    rotation: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0
    blur: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        for name in FIELDS:
            value, end = getattr(self, name), BELOW.get(name, inf)
            if not 0 <= value < end:
                works = "0 or a finite number above" if end == inf else f"0 or more, below {end:g},"
                raise ValueError(f"Augmentation: {name} is {value!r}; {works} works.")

    @classmethod
    def of(cls, recipe: Any) -> Augmentation:
        """The strengths set in a recipe, or in any object with fields of these names."""
        return cls(**{name: getattr(recipe, name) for name in FIELDS})

    @property
    def active(self) -> bool:
        """True if at least one transform is on."""
        return any(getattr(self, name) for name in FIELDS)


FIELDS = tuple(field.name for field in fields(Augmentation))


def augmented(images: tf.Tensor, augmentation: Augmentation, seed: Any) -> tf.Tensor:
    """Apply the random transforms to each image independently; the order is kept.

    Nothing is remembered: the same images and seed give the same result, bit for bit. Each field draws from
    a stream of its own, so switching one on does not change what the others draw. A field at 0 adds nothing
    to a graph.

    Args:
        images: (n, h, w, c) float32 in 0…1; n, h and w may be unknown in a graph.
        augmentation: strengths of the transforms; constant in a graph.
        seed: an integer, or two as a pair or a (2,) tensor; read as int32.

    Returns:
        (n, h, w, c) float32 in 0…1.

    Raises:
        TypeError: for images of integers.

    Example:
        >>> batch = augmented(batch, Augmentation.of(recipe), tf.stack([recipe.seed, step]))
    """
    images = _floats(images)
    if not augmentation.active:
        return images
    count = tf.shape(images)[0]
    seeds = _seeds(seed)
    strengths: dict[str, Any] = {"noise": augmentation.noise} if augmentation.noise else {}
    for name, shape, least, around in (
        ("shift", (2, count), -1, 0),
        ("rotation", (count,), -1, 0),
        ("zoom", (count,), -1, 1),
        ("shear", (count,), -1, 0),
        ("blur", (count,), 0, 0),
    ):
        most = getattr(augmentation, name)
        if most:
            strengths[name] = tf.random.stateless_uniform(
                shape,  # pyright: ignore[reportArgumentType]  # a tuple may hold tensors, its annotation forgets
                seeds[name],
                around + least * most,
                around + most,
            )
    return _applied(images, seeds["noise"], **strengths)


def transformed(
    images: tf.Tensor,
    shift: tuple[float, float] = (0.0, 0.0),
    rotation: float = 0.0,
    zoom: float = 1.0,
    shear: float = 0.0,
    blur: float = 0.0,
    noise: float = 0.0,
    seed: Any = 0,
    *,
    contrast: float = 1.0,
    salt_and_pepper: float = 0.0,
    square: int = 0,
) -> tf.Tensor:
    """Apply the transforms of `augmented`, and three more, to all images, at one fixed strength.

    Args:
        images: (n, h, w, c) float32 in 0…1; n, h and w may be unknown in a graph.
        shift: (rows, columns) in px; positive is down and right. Whole pixels are exact.
        rotation: degrees; positive is counter-clockwise.
        zoom: scale factor above 0; above 1 the digit grows.
        shear: degrees between −90 and 90; positive leans to the right, like italics.
        blur: standard deviation of the Gaussian, px, from 0.
        noise: standard deviation of the Gaussian noise, from 0.
        seed: as in `augmented`, of the noise, of the pixels that salt and pepper change, and of the square's place.
        contrast: what each value's distance from the mean of its image is multiplied by, from 0 (even grey);
            1 changes nothing.
        salt_and_pepper: share of the pixels, 0…1, that become 0 or 1 in all channels, one as likely as the other.
        square: px, side of a black square at a random place of each image, wholly inside it; cut to the image.

    Returns:
        (n, h, w, c) float32 in 0…1. Without arguments, the images unchanged.

    Raises:
        TypeError: for images of integers.
        ValueError: for a strength that is outside its range.
    """
    for name, value, works, what in (
        ("shift", shift, all(-inf < way < inf for way in shift), "two finite numbers"),
        ("rotation", rotation, -inf < rotation < inf, "a finite number"),
        ("zoom", zoom, 0 < zoom < inf, "a scale factor above 0"),
        ("shear", shear, -90 < shear < 90, "an angle between −90 and 90"),
        ("blur", blur, 0 <= blur < inf, "0 or a finite number above"),
        ("noise", noise, 0 <= noise < inf, "0 or a finite number above"),
        ("contrast", contrast, 0 <= contrast < inf, "0 or a finite number above"),
        ("salt_and_pepper", salt_and_pepper, 0 <= salt_and_pepper <= 1, "a share from 0 to 1"),
        ("square", square, 0 <= square < inf and square == int(square), "0 or a whole number above"),
    ):
        if not works:
            raise ValueError(f"transformed: {name} is {value!r}; {what} works.")
    images = _floats(images)
    strengths: dict[str, Any] = {"noise": noise} if noise else {}
    if any(shift):
        strengths["shift"] = tf.constant(shift, tf.float32)[:, None]  # (2, 1)
    for name, value, neutral in (
        ("rotation", rotation, 0),
        ("zoom", zoom, 1),
        ("shear", shear, 0),
        ("blur", blur, 0),
    ):
        if value != neutral:
            strengths[name] = tf.constant([value], tf.float32)
    if contrast != 1:
        strengths["contrast"] = contrast
    changed = _applied(images, _seeds(seed)["noise"], **strengths) if strengths else images
    if salt_and_pepper:
        changed = _salted(changed, salt_and_pepper, _stream(seed, _SALT))
    return _covered(changed, int(square), _stream(seed, _SQUARE)) if square else changed


def _floats(images: Any) -> tf.Tensor:
    images = tf.convert_to_tensor(images)
    if not images.dtype.is_floating:
        raise TypeError(f"The images are {images.dtype.name}; floats in 0…1 work: divide bytes by 255.")
    return tf.cast(images, tf.float32)


def _pair(seed: Any) -> tf.Tensor:
    """The seed as (2,) int32."""
    seed = tf.cast(seed, tf.int32)  # one kind: the same number in int64 would draw differently
    return tf.stack([seed, tf.zeros_like(seed)]) if seed.shape.rank == 0 else seed


def _stream(seed: Any, number: int) -> Any:
    """A (2,) seed of its own for this number: none that the fields have."""
    return tf.random.fold_in(_pair(seed), number)


def _seeds(seed: Any) -> dict[str, tf.Tensor]:
    """One (2,) seed for each field."""
    return dict(zip(FIELDS, tf.unstack(tf.random.split(_pair(seed), len(FIELDS)))))


def _applied(
    images: tf.Tensor,
    noise_seed: tf.Tensor,
    shift: tf.Tensor | None = None,
    rotation: tf.Tensor | None = None,
    zoom: tf.Tensor | None = None,
    shear: tf.Tensor | None = None,
    blur: tf.Tensor | None = None,
    noise: float = 0.0,
    contrast: float = 1.0,
) -> tf.Tensor:
    """The warp and what comes after it up to the noise, without the links that are None; strengths are (n,) or, for all images, (1,); shift has two."""
    changed = images
    if not (shift is None and rotation is None and zoom is None and shear is None):
        changed = _warped(changed, shift, rotation, zoom, shear)
    if blur is not None:
        changed = _blurred(changed, blur)
    if contrast != 1:
        mean = tf.reduce_mean(changed, (1, 2, 3), keepdims=True)  # (n, 1, 1, 1)
        changed = mean + contrast * (changed - mean)
    if noise:
        changed += tf.random.stateless_normal(tf.shape(images), noise_seed, stddev=noise)
    changed = tf.clip_by_value(changed, 0.0, 1.0)  # also what rounding adds to a weighted mean of ones
    changed.set_shape(images.shape)
    return changed


def _warped(
    images: tf.Tensor,
    shift: tf.Tensor | None,
    rotation: tf.Tensor | None,
    zoom: tf.Tensor | None,
    shear: tf.Tensor | None,
) -> tf.Tensor:
    """One affine warp about the centre ((w − 1)/2, (h − 1)/2).

    With x to the right and y down from the centre, θ the rotation, k = tan(shear) and z the zoom, a pixel
    moves to z·R·S·(x, y) + shift, where S = (1 −k; 0 1) and R = (cos θ, sin θ; −sin θ, cos θ). The kernel
    asks the other way round, from where to read: (1/z)·S⁻¹·R⁻¹·((x, y) − shift).
    """
    down, right = (0.0, 0.0) if shift is None else tf.unstack(shift)
    cosine, sine = (1.0, 0.0) if rotation is None else (tf.cos(rotation * (pi / 180)), tf.sin(rotation * (pi / 180)))
    slant = 0.0 if shear is None else tf.tan(shear * (pi / 180))
    scale = 1.0 if zoom is None else zoom
    x_by_x, x_by_y = (cosine + slant * sine) / scale, (slant * cosine - sine) / scale
    y_by_x, y_by_y = sine / scale, cosine / scale
    height, width = tf.unstack(tf.cast(tf.shape(images)[1:3], tf.float32))
    x, y = (width - 1) / 2, (height - 1) / 2
    rows = (
        *(x_by_x, x_by_y, x - x_by_x * (x + right) - x_by_y * (y + down)),
        *(y_by_x, y_by_y, y - y_by_x * (x + right) - y_by_y * (y + down)),
        *(0.0, 0.0),
    )
    each = tf.zeros(tf.shape(images)[:1])  # (n,)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([each + number for number in rows], axis=1),  # (n, 8)
        output_shape=tf.shape(images)[1:3],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def _blurred(images: tf.Tensor, sigma: tf.Tensor) -> tf.Tensor:
    """Gaussian blur of each image.

    A blur is separable, and on small images a product with one matrix a side is the fastest way to give each
    image its own width. What lies beyond the edge does not count, so a bright edge does not darken.
    """
    sigma = sigma + tf.zeros(tf.shape(images)[:1])  # (n,)
    down, across = (_gaussian_weights(sigma, tf.shape(images)[axis]) for axis in (1, 2))
    images = tf.einsum("nij,njwc->niwc", down, images)
    return tf.einsum("nij,nhjc->nhic", across, images)


def _gaussian_weights(sigma: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    """(n,) standard deviations → (n, size, size): the weight of pixel j in pixel i; rows sum to 1."""
    places = tf.range(tf.cast(size, tf.float32))
    squares = tf.square(places[:, None] - places)  # (size, size)
    exponents = -0.5 / tf.square(tf.maximum(sigma, SHARPEST))  # (n,)
    return tf.nn.softmax(exponents[:, None, None] * squares)


def _salted(images: tf.Tensor, share: float, seed: tf.Tensor) -> tf.Tensor:
    """This share of the pixels made 0 or 1, in all channels alike."""
    places = tf.concat([tf.shape(images)[:3], [1]], 0)
    dice = tf.random.stateless_uniform(places, seed)  # (n, h, w, 1) from 0, below 1
    return tf.where(dice < share / 2, 0.0, tf.where(dice < share, 1.0, images))


def _covered(images: tf.Tensor, side: int, seed: tf.Tensor) -> tf.Tensor:
    """A black square of this side on each image: every place inside the image is as likely as any other."""
    count, height, width, _ = tf.unstack(tf.shape(images))
    inside = []
    for length, own_seed in zip((height, width), tf.unstack(tf.random.split(seed, 2))):
        last = tf.maximum(length - side, 0)
        first = tf.random.stateless_uniform((count, 1), own_seed, 0, last + 1, tf.int32)
        places = tf.range(length)
        inside.append((places >= first) & (places < first + side))  # (n, length)
    rows, columns = inside
    return tf.where((rows[:, :, None] & columns[:, None, :])[..., None], 0.0, images)
