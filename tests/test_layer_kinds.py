"""Every consumer serves every kind of layer: what a kind lacks fails here by the names of the kind and the consumer."""

import inspect
import math
import re
from functools import lru_cache
from pathlib import Path

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.insight import (
    activations,
    explain,
    kernels,
    layers_with_kernels,
    matrix_counts,
    one_channel,
    prediction_without,
    saliency,
    weight_histogram,
)
from core.insight.saliency import methods_for
from core.network import (
    LAYERS,
    Activation,
    Dense,
    Flatten,
    Network,
    from_json,
    from_token,
    layer_code,
    to_code,
    to_json,
    to_token,
    trace,
)
from core.network.advice import advice
from core.network.recipe import Recipe
from core.network.settings import settings_of
from core.training import build_model
from core.training.foreign import read_model
from core.training.model import layer_name
from core.views.diagram import network_svg
from core.views.explanation import heading, parts, strongest_terms, table
from core.views.images import signed_scale
from core.views.kernels import mosaic, numbers
from core.views.maps import maps_data, stage_id
from tests.upsampling import UpSampling2D

README = (Path(__file__).resolve().parents[1] / "README.md").read_text("utf-8")
SHAPE = (6, 5, 4)
IMAGE = np.random.default_rng(3).uniform(0.1, 1, SHAPE).astype(np.float32)
FIRST = (0,)


def network_of(kind) -> Network:
    """The kind as it is added, and an answer of three classes behind it."""
    layer = kind(**kind.starter)
    flat = () if len(layer.output_shape(SHAPE)) == 1 else (Flatten(),)
    return Network(SHAPE, (layer, *flat, Dense(3, "softmax")), kind.__name__)


@lru_cache
def model_of(kind):
    """Built with weights of which no two arrays are alike."""
    model = build_model(network_of(kind), seed=1)
    dice = np.random.default_rng(5)
    for weight in model.weights:
        if weight.dtype == "float32":
            weight.assign(dice.uniform(0.1, 0.6, weight.shape))
    return model


def built(kind, network, model):
    """Keras has the layer under this name, with the shapes, the weights and the required settings that we say."""
    row, made = trace(network).row(FIRST), model.get_layer(layer_name(FIRST))
    assert type(made) is getattr(keras.layers, kind.__name__)
    assert tuple(made.output.shape[1:]) == row.output_shape
    terms = row.layer.terms(SHAPE)
    weights = [weight for weight in made.weights if weight.dtype == "float32"]
    assert [(term.name, term.shape) for term in terms] == [(weight.name, tuple(weight.shape)) for weight in weights]
    assert [term.trainable for term in terms] == [weight.trainable for weight in weights]
    assert set(kind.kernel_weights) == {term.name for term in terms if "kernel" in term.name}
    assert all(len(axes) == len(term.shape) for axes, term in zip(kind.kernel_weights.values(), terms))
    arguments = inspect.signature(type(made).__init__).parameters.values()
    needed = {one.name for one in arguments if one.default is one.empty and one.name in settings_of(kind)}
    assert needed <= set(kind.keras_required) <= set(settings_of(kind))


def characterised(kind, network, model):
    """What the class says of its linearity is what Keras computes."""
    layer = network.at(FIRST)
    if hasattr(layer, "activation"):
        layer = layer.replaced(activation="linear")
    computes = build_model(Network(SHAPE, (layer,)), seed=2)
    a, b = np.random.default_rng(7).normal(size=(2, 1, *SHAPE)).astype(np.float32)
    of_sum, of_a, of_b, of_none = (np.asarray(computes(x, training=False)) for x in (a + b, a, b, 0 * a))
    assert np.allclose(of_sum + of_none, of_a + of_b, atol=1e-4) == kind.is_linear
    assert kind(**kind.starter).non_linear == (
        not kind.is_linear or kind is Activation or "activation" in kind.starter
    )
    copied = set(np.ravel(of_a)) <= {*np.ravel(a), 0}
    assert copied or not kind.copies
    if kind.is_linear and kind is not Activation:
        assert copied == kind.copies


def edited(kind, network, model):
    """Each of its settings has a widget."""

    def page(name: str) -> None:
        from core.network import LAYERS
        from core.ui.widgets.forms import edit_fields

        kind = LAYERS[name]
        edit_fields(kind(**kind.starter), "test", lambda *_: None, lambda _: None)

    app = AppTest.from_function(page, kwargs={"name": kind.__name__}, default_timeout=30).run()
    assert not app.exception
    widgets = (*app.number_input, *app.selectbox, *app.checkbox)
    assert sorted(one.label for one in widgets) == sorted(how.label for how in settings_of(kind).values())
    assert kind.summary and kind.group and all(how.help for how in settings_of(kind).values())


def shared(kind, network, model):
    assert from_json(to_json(network)) == network
    assert from_token(to_token(network)) == network


def exported(kind, network, model):
    """The script builds a layer with the settings of ours."""
    scope = {}
    exec(to_code(network, Recipe()), scope)
    ours, theirs = model.get_layer(layer_name(FIRST)), scope["model"].layers[1]
    assert {**theirs.get_config(), "name": ""} == {**ours.get_config(), "name": ""} | {
        key: theirs.get_config()[key] for key in ours.get_config() if key == "seed" or key.endswith("_initializer")
    }
    assert all(f"{name}=" in layer_code(network.at(FIRST)) for name in kind.keras_required)


def listed(kind, network, model):
    assert kind.__name__ in re.findall(r"\w+", README.split("## Layers")[1].split("##")[0])


def explained(kind, network, model):
    """Every kind of number adds up to what the model has, and is drawn with what it reads."""
    values = activations(model, network, IMAGE)
    dice = np.random.default_rng(11)
    for _ in range(5):
        index = tuple(int(dice.integers(side)) for side in values[FIRST].shape)
        found = explain(model, network, IMAGE, FIRST, index, values)
        assert found.value == pytest.approx(found.model_value, rel=1e-4, abs=1e-5)
        assert heading(network, found) and parts(found)
        assert strongest_terms(found) or found.sources[0].padding.all()
        assert table(found)[-1]["number"] == found.value


def mapped(kind, network, model):
    """The browser frames what the explanation reads."""
    values = activations(model, network, IMAGE)
    data = maps_data(network, IMAGE, values, {FIRST: network.sources(FIRST)}, [FIRST], 64, "abc")
    (reads,), output = data["stages"][1]["reads"], values[FIRST]
    index = tuple(side // 2 for side in output.shape)
    (source,) = explain(model, network, IMAGE, FIRST, index, values).sources
    assert reads["id"] == stage_id(source.path)
    if "flattened" in reads:
        assert (*np.unravel_index(index[0], reads["flattened"])[:2],) == source.box[:2]
        return
    row, column, channel = (0, 0, *index) if output.ndim == 1 else index
    (top, bottom), (left, right) = (
        reads[name][min(at, len(reads[name]) - 1)] for name, at in (("rows", row), ("columns", column))
    )
    assert (top, left, bottom, right) == tuple(source.box)
    which = reads["maps"] if reads["maps"] == "all" else reads["maps"][channel]
    read = range(SHAPE[2]) if which == "all" else range(*which) if isinstance(which, list) else [which]
    assert list(read) == source.channels.tolist()


def drawn(kind, network, model):
    svg = network_svg(network, trace(network))
    assert 'data-path="0"' in svg and f">{kind.short_name or kind.__name__}<" in svg
    assert ("#6366F1" in svg.split("</g>")[1]) == bool(kind.kernel_weights)


def shown_as_kernels(kind, network, model):
    """A kind with kernels has a picture for each output; another is not offered."""
    assert (FIRST in layers_with_kernels(network)) == bool(kind.kernel_weights)
    if not kind.kernel_weights:
        return
    found, row = kernels(model, network, FIRST), trace(network).row(FIRST)
    outputs = row.output_shape[-1]
    learned = sum(math.prod(term.shape) for term in row.layer.terms(SHAPE) if term.name in kind.kernel_weights)
    assert found.images.size + (0 if found.mixing is None else found.mixing.size) == learned
    assert weight_histogram(model, network, FIRST)[1].sum() == learned
    assert found.of_output(outputs - 1).ndim == 3 and len(found.bias) == outputs
    names = [str(number) for number in range(found.images.shape[1])]
    assert numbers(found.images[0], signed_scale(found.images), names).count("<table") == len(found.images[0])
    assert np.isfinite(mosaic(found.images)).sum() == found.images.size


def written_as_matrix(kind, network, model):
    """A kind has a matrix, or a sentence why not."""
    layer = network.at(FIRST)
    if kind.why_no_matrix:
        assert kind.why_no_matrix.endswith(".")
        return
    matrix, crop = one_channel(layer, kernels(model, network, FIRST).images[0, 0], SHAPE)
    assert crop == (*SHAPE[:2], 1) and matrix.connections < matrix.dense_weights
    reads = len(layer.preactivation_channels(SHAPE, 0))
    assert matrix_counts(layer, SHAPE).connections == matrix.connections * reads * layer.output_shape(SHAPE)[2]


def answered_for(kind, network, model):
    """Every method says which pixels the answer comes from."""
    methods = methods_for(network)
    assert ("grad_cam" in methods) == kind.is_convolution
    for method in methods:
        assert np.isfinite(saliency(method, model, network, IMAGE, 1).values).all()


def pruned(kind, network, model):
    """Without one of its channels the answer is that of the rest of the network for a zero there."""
    values = activations(model, network, IMAGE)[FIRST].copy()
    values[..., -1] = 0
    signal = values[np.newaxis]
    for path in range(1, len(network.layers)):
        signal = model.get_layer(layer_name((path,)))(signal, training=False)
    channel = values.shape[-1] - 1
    assert prediction_without(model, network, FIRST, channel, IMAGE) == pytest.approx(np.asarray(signal[0]), abs=1e-5)


def advised(kind, network, model):
    """Two linear layers with this one between them are told to be one, unless it applies a non-linearity."""
    layer = kind(**kind.starter)
    dense = Dense(4, "linear")
    around = Network(SHAPE, (dense, layer, *([Flatten()] if len(layer.output_shape(SHAPE)) == 3 else []), dense))
    if not trace(around).works:
        return
    said = " ".join(one.sentence for one in advice(around, trace(around)))
    assert ("layers 1 and" in said and "no non-linearity" in said) == (
        bool(kind.kernel_weights) or not layer.non_linear
    )


def read_from_files(kind, network, model, tmp_path):
    """The files that Keras writes bring back the layer and its weights."""
    for suffix in ("keras", "h5") if network.at(FIRST).terms(SHAPE) else ("keras",):
        model.save(tmp_path / f"model.{suffix}")
        found = read_model((tmp_path / f"model.{suffix}").read_bytes(), f"{kind.__name__}.{suffix}")
        assert build_model(found.network).count_params() == model.count_params()
        ours = network.at(FIRST)
        theirs = found.network.at(FIRST)
        assert theirs == ours or theirs == ours.replaced(strides=ours.pool_size)
        for weights, saved in zip(found.weights, model.get_weights()):
            np.testing.assert_array_equal(weights, saved)


CONSUMERS = (
    built, characterised, edited, shared, exported, listed, explained, mapped, drawn, shown_as_kernels,
    written_as_matrix, answered_for, pruned, advised,
)  # fmt: skip


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: consumer.__name__)
@pytest.mark.parametrize("name", LAYERS)
def test_every_kind_is(name, consumer):
    kind = LAYERS[name]
    consumer(kind, network_of(kind), model_of(kind))


@pytest.mark.parametrize("name", LAYERS)
def test_every_kind_is_read_from_files(name, tmp_path):
    read_from_files(LAYERS[name], network_of(LAYERS[name]), model_of(LAYERS[name]), tmp_path)


@pytest.mark.parametrize(
    "consumer", [one for one in CONSUMERS if one is not listed], ids=lambda consumer: consumer.__name__
)
def test_a_kind_that_moves_numbers_needs_only_its_class(consumer, monkeypatch):
    monkeypatch.setitem(LAYERS, "UpSampling2D", UpSampling2D)
    consumer(UpSampling2D, network_of(UpSampling2D), model_of(UpSampling2D))


@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_settings_begin_as_those_of_keras(kind):
    """A link and a file leave out what is at its default, so that it must be Keras' own."""
    theirs = inspect.signature(getattr(keras.layers, kind.__name__).__init__).parameters
    for name in settings_of(kind):
        if name not in theirs or theirs[name].default is inspect.Parameter.empty:
            continue
        ours, wanted = kind.__dataclass_fields__[name].default, theirs[name].default
        if name.endswith("_regularizer") and wanted is None:
            wanted = (0.0, 0.0)
        if name == "activation" and wanted is None:
            wanted = "linear"
        if isinstance(ours, tuple) and isinstance(wanted, int):
            wanted = (wanted,) * len(ours)
        assert ours == wanted, f"{name} of {kind.__name__}"
