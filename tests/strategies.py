"""Random networks and recipes for property tests."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from core.network import LAYERS, Branches, Conv2D, Network, Recipe, trace
from core.network.settings import Choice, Flag, Integer, Number, Pair, Penalty, Stages, settings_of

SMALL = {"filters": 6, "units": 7, "groups": 3, "depth_multiplier": 3}  # keeps Keras' models quick to build


def _values(name, how):
    if isinstance(how, Integer):
        return st.integers(how.minimum, min(how.maximum, SMALL.get(name, 8)))
    if isinstance(how, Number) and name == "scale":  # a factor of zero would let nothing through
        return st.floats(0.1, 4.0)
    if isinstance(how, Number):
        return st.floats(how.minimum, how.maximum, allow_nan=False)
    if isinstance(how, Choice):
        return st.sampled_from(how.choices)
    if isinstance(how, Flag):
        return st.booleans()
    if isinstance(how, Penalty):
        return st.sampled_from(((0.0, 0.0), (1e-4, 0.0), (0.0, 1e-3), (0.5, 0.25)))
    assert isinstance(how, Pair)
    side = st.integers(how.minimum, min(how.maximum, 4))
    pair = st.one_of(side.map(lambda n: (n, n)), st.tuples(side, side))
    return st.one_of(st.none(), pair) if how.default_label else pair


def layers(kinds=tuple(LAYERS)):
    """Any layer with any settings, whether it will fit or not."""
    convolutions = tuple(kind for kind in kinds if "Conv" in kind)
    return st.sampled_from(kinds + 3 * convolutions).flatmap(
        lambda kind: st.builds(LAYERS[kind], **{name: _often(kind, name) for name in settings_of(LAYERS[kind])})
    )


def _often(kind, name):
    """Values of a field; those that rarely go together are mostly left alone, so that most layers fit."""
    values = _values(name, settings_of(LAYERS[kind])[name])
    if name in ("groups", "dilation_rate", "strides", "depth_multiplier"):
        default = st.just(LAYERS[kind].starter.get(name, LAYERS[kind].__dataclass_fields__[name].default))
        return st.integers(0, 3).flatmap(lambda dice: default if dice else values)
    return values


@st.composite
def networks(draw, kinds=tuple(LAYERS), most=6, branches=True, sides=(5, 16)):
    """A network that works: layers that would not fit where they were drawn are left out."""
    shape = (draw(st.integers(*sides)), draw(st.integers(*sides)), draw(st.integers(1, 3)))
    network = Network(shape, ())
    for _ in range(draw(st.integers(2, 2 * most))):
        block = draw(layers(kinds))
        if branches and draw(st.integers(0, 3)) == 0:
            arms = draw(st.lists(st.lists(layers(kinds), max_size=2), min_size=2, max_size=3))
            block = Branches(tuple(map(tuple, arms)), draw(st.sampled_from(("concatenate", "add"))))
        longer = network.inserted((len(network.layers),), block)
        if not trace(longer).problems and not misread(longer):
            network = longer
    return network


def misread(network):
    """Whether TensorFlow 2.21 answers with the wrong rows: one channel in, a single column out, uneven strides.

    oneDNN's kernel takes the next row where it should take the next step (`TF_ENABLE_ONEDNN_OPTS=0` is right).
    """
    convolutions = [(row.layer, row) for row in trace(network).rows if isinstance(row.layer, Conv2D)]
    return any(
        layer.strides[0] != layer.strides[1]
        and row.output_shape[1] == 1
        and row.parameters == layer.filters * (math.prod(layer.kernel_size) + layer.use_bias)
        for layer, row in convolutions
    )


def recipes(**fixed):
    """Any recipe; each setting is left at its default half of the time."""
    drawn = {
        name: st.one_of(st.just(Recipe.__dataclass_fields__[name].default), _within(how))
        for name, how in settings_of(Recipe).items()
    }
    return st.builds(Recipe, **drawn | {name: st.just(value) for name, value in fixed.items()})


def _within(how):
    """Any value that a setting of a recipe allows."""
    if isinstance(how, Integer):
        return st.integers(how.minimum, how.maximum)
    if isinstance(how, Number):
        return st.floats(how.minimum, how.maximum, allow_subnormal=False)
    if isinstance(how, Choice):
        return st.sampled_from(how.choices)
    if isinstance(how, Flag):
        return st.booleans()
    assert isinstance(how, Stages)
    stage = st.tuples(st.integers(1, 200), st.floats(how.minimum, how.maximum))
    return st.lists(stage, min_size=1, max_size=how.most).map(tuple)
