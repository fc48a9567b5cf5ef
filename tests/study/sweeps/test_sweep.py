"""A sweep as a value: its dimensions, what each of them changes, its grid and its names."""

import itertools
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import (
    LENET5,
    PRESETS,
    Activation,
    Branches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Network,
    Recipe,
    trace,
)
from core.network.settings import Pair, settings_of
from core.study.sweeps.domains import InvalidSweep, Listed, Span, value_text
from core.study.sweeps.offers import offers
from core.study.sweeps.sweep import MOST_TRIALS, CannotBuild, Dimension, Plan, Sweep, gone
from core.study.sweeps.targets import Depth, OfLayers, OfRecipe, Widths

WITH_DROPOUT = PRESETS["A4b"].network
NAMES = ("LeNet-5", "A4b", "B4", "C4", "VGG", "ResNet", "MobileNet")
OFFERS = [(PRESETS[name].network, offer) for name in NAMES for offer in offers(PRESETS[name].network, Recipe())]
UNITS = OfLayers("Dense", "units", ((5,),))
RATE = OfRecipe("learning_rate")


def fields(network):
    """(path, name) → value of every field of every layer, in the order of the tree."""
    return {
        (path, name): getattr(block, name)
        for path, block in network.walk()
        if isinstance(block, Layer)
        for name in settings_of(block)
    }


@st.composite
def offered_values(draw):
    network, offer = draw(st.sampled_from(OFFERS))
    scale = offer.scale
    if scale.choices:
        value = draw(st.sampled_from(scale.choices))
    elif scale.whole:
        value = draw(st.integers(int(scale.minimum), int(scale.maximum)))
    else:
        value = draw(st.floats(scale.minimum, scale.maximum))
    return network, offer, value


@settings(max_examples=150, deadline=None)
@given(offered_values())
def test_a_dimension_changes_its_fields_and_nothing_else(case):
    network, offer, value = case
    sweep = Sweep(network, Recipe(), "mnist", (Dimension(offer.target, Listed((value,))),))
    try:
        built = sweep.built((value,), 7)
    except CannotBuild:
        return
    recipe = {name: getattr(Recipe(), name) for name in settings_of(Recipe)} | {"validation_share": 0.1, "seed": 7}
    target, before = offer.target, fields(network)
    if isinstance(target, OfRecipe):
        recipe[target.field] = value
    elif isinstance(target, OfLayers):
        name, _, part = target.field.partition(".")
        dense = [path for path, block in network.walk() if isinstance(block, (Conv2D, Dense))]
        every = [path for path, block in network.walk() if type(block).__name__ == target.kind]
        if target.field in ("units", "filters"):
            every = [path for path in every if path != dense[-1]]
        for path in every if target.at is None else target.at:
            old = before[path, name]
            new = (
                {"": value, "l1": (value, old[1:] and old[1]), "l2": (old[:1] and old[0], value)}[part]
                if part
                else value
            )
            square = isinstance(settings_of(network.at(path))[name], Pair)
            before[path, name] = (new, new) if square else new
    elif isinstance(target, Depth):
        assert unrolled(built.network) == repeated(network, target, value)
        before = None
    else:
        learning = [path for path, block in network.walk() if isinstance(block, Layer) and block.kernel_weights]
        for path, name in before:
            if name in ("units", "filters") and path != learning[-1]:
                before[path, name] = max(round(before[path, name] * value), 1)
    if before is not None:
        assert fields(built.network) == before
    assert built.network.input_shape == network.input_shape and built.network.name == network.name
    assert {name: getattr(built.recipe, name) for name in settings_of(Recipe)} == recipe


def unrolled(network):
    return network.layers


def repeated(network, target, times):
    """The blocks by hand: the row that the block begins, without its later copies, so many times."""

    def blocks(row, path):
        if len(path) > 1:
            holder = row[path[0]]
            branches = list(holder.branches)
            branches[path[1]] = blocks(branches[path[1]], path[2:])
            return (*row[: path[0]], replace(holder, branches=tuple(branches)), *row[path[0] + 1 :])
        place, end = path[0], path[0] + 1
        while end < len(row) and isinstance(row[end], Layer) and row[end].group in ("Normalising", "Activation"):
            end += 1
        unit, after = row[place:end], end
        while row[after : after + len(unit)] == unit:
            after += len(unit)
        return (*row[:place], *unit * times, *row[after:])

    return blocks(network.layers, target.at)


def test_every_setting_of_every_layer_is_offered_but_for_the_answers_width_and_what_is_no_single_value():
    for name in NAMES:
        network = PRESETS[name].network
        expected = set()
        learning = [path for path, block in network.walk() if isinstance(block, Layer) and block.kernel_weights]
        for path, block in network.walk():
            for field in settings_of(block) if isinstance(block, Layer) else ():
                if field in ("units", "filters") and path == learning[-1]:
                    continue
                expected |= (
                    {(path, f"{field}.{part}") for part in ("l1", "l2")}
                    if "regularizer" in field
                    else {(path, field)}
                )
        found = [offer.target for offer in offers(network, Recipe())]
        single = [(one.at[0], one.field) for one in found if isinstance(one, OfLayers) and one.at]
        assert sorted(single) == sorted(expected)
        recipe = [one.field for one in found if isinstance(one, OfRecipe)]
        assert recipe == [
            field for field in settings_of(Recipe) if field not in ("seed", "validation_share", "rates")
        ]


def test_offers_have_readable_names_bounds_and_what_is_set_now():
    found = {offer.label: offer for offer in offers(WITH_DROPOUT, Recipe())}
    every = found["dropout of all Dropout layers"]
    assert (every.group, every.now, every.scale.minimum, every.scale.maximum) == (
        "All Dropout layers",
        (0.4, 0.3),
        0.0,
        0.95,
    )
    units = found["units of layer 8"]
    assert (units.group, units.now, units.scale.whole, units.scale.maximum) == ("Layer 8 · Dense", (120,), True, 8192)
    assert found["L2 of all Dense layers"].now == (0.0,)
    assert (
        found["activation of layer 8"].scale.choices[1] == "relu"
        and not found["activation of layer 8"].scale.is_number
    )
    assert found["momentum"].advanced and not found["learning rate"].advanced  # Adam has none
    assert found["repeats of layer 2"].now == (1,) and found["widths of all hidden layers ×"].group == "Whole network"
    assert len(found) == len(offers(WITH_DROPOUT, Recipe()))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 512), min_size=1, max_size=4, unique=True),
    st.lists(st.floats(0, 0.9), min_size=1, max_size=3, unique=True),
    st.sampled_from(([0.001], [0.1, 0.01])),
)
def test_a_grid_is_the_product_of_its_lists(units, rates, steps):
    dimensions = (
        Dimension(OfLayers("Dense", "units", ((7,),)), Listed(tuple(units))),
        Dimension(OfLayers("Dropout", "rate"), Listed(tuple(rates))),
        Dimension(RATE, Listed(tuple(steps))),
    )
    sweep = Sweep(WITH_DROPOUT, dimensions=dimensions, plan=Plan(repeats=2))
    assert list(sweep.grid()) == list(itertools.product(units, rates, steps))
    assert sweep.most_trials == 2 * len(units) * len(rates) * len(steps)
    for values in sweep.grid():
        built = sweep.built(values)
        assert built.network.layer_at((7,)).units == values[0]
        assert {built.network.layer_at(path).rate for path in ((6,), (8,))} == {values[1]}
        assert built.recipe == Recipe(learning_rate=values[2], validation_share=0.1)


@pytest.mark.parametrize(
    ("target", "span", "points"),
    [
        (UNITS, Span(16, 2048, log=True, points=8), (16, 32, 64, 128, 256, 512, 1024, 2048)),
        (UNITS, Span(10, 50, points=5), (10, 20, 30, 40, 50)),
        (RATE, Span(1e-5, 1e-1, log=True, points=5), (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)),
        (RATE, Span(0.1, 0.4, points=4), (0.1, 0.2, 0.3, 0.4)),
        (OfLayers("Conv2D", "kernel_size", ((0,),)), Span(1, 5, points=3), (1, 3, 5)),
    ],
)
def test_a_grid_divides_a_range_into_its_points(target, span, points):
    sweep = Sweep(LENET5, dimensions=(Dimension(target, span),))
    assert [value for (value,) in sweep.grid()] == list(points)


def test_seeds_are_the_recipes_and_those_after_it():
    sweep = Sweep(LENET5, Recipe(seed=5), plan=Plan(repeats=10))
    assert list(sweep.seeds) == list(range(5, 15)) and list(sweep.grid()) == [()]
    assert sweep.built((), 9) == (LENET5, Recipe(seed=9, validation_share=0.1))
    assert sweep.trial_name((), 9) == "seed 9" and sweep.setting_name(()) == "as it is"


def test_trials_have_names_that_read():
    dimensions = (
        Dimension(OfLayers("Dropout", "rate"), Listed((0.2, 0.4))),
        Dimension(OfLayers("Dense", "kernel_regularizer.l2"), Listed((0, 1e-5))),
    )
    sweep = Sweep(WITH_DROPOUT, dimensions=dimensions, plan=Plan(repeats=2))
    assert sweep.trial_name((0.4, 1e-5), 2) == "dropout 0.4 · L2 1e-5 · seed 2"
    one = replace(sweep, plan=Plan())
    assert one.trial_name((0.4, 1e-5), 1) == "dropout 0.4 · L2 1e-5"
    two = Sweep(
        LENET5,
        dimensions=(
            Dimension(UNITS, Listed((60, 120))),
            Dimension(OfLayers("Dense", "units", ((6,),)), Listed((42,))),
        ),
    )
    assert two.trial_name((60, 42), 1) == "units of layer 6 60 · units of layer 7 42"
    assert [value_text(value) for value in (1, 2048, 0.30000001, True, "relu", (1, 7))] == [
        "1", "2,048", "0.30000001", "on", "relu", "1×7",
    ]  # fmt: skip


def test_depth_moves_the_layers_behind_it_and_what_is_swept_there():
    """Also where a field makes a layer equal to those that are repeated."""
    conv = Conv2D(8, (3, 3), padding="same")
    network = Network((28, 28, 1), (conv, Conv2D(8, (5, 5), padding="same"), Flatten(), Dense(10, "softmax")))
    sweep = Sweep(
        network,
        dimensions=(
            Dimension(OfLayers("Conv2D", "kernel_size", ((1,),)), Listed((3, 5))),
            Dimension(Depth("Conv2D", (0,)), Listed((1, 3))),
        ),
    )
    assert sweep.built((3, 3)).network.layers[:4] == (conv, conv, conv, conv)
    assert sweep.built((5, 3)).network.layers[3] == network.layers[1]
    assert sweep.built((3, 1)).network.layers[:2] == (conv, conv)


def test_two_depths_are_as_if_each_were_alone():
    vgg = PRESETS["VGG"].network
    first, second, third = vgg.layers[0], vgg.layers[3], vgg.layers[6]
    depths = tuple(Dimension(Depth("Conv2D", (place,)), Listed((1, 3))) for place in (0, 3, 7))
    swept = Dimension(OfLayers("Conv2D", "activation", ((6,),)), Listed(("tanh",)))
    built = Sweep(vgg, dimensions=depths[:2] + (swept,)).built((3, 1, "tanh")).network
    assert built.layers[:6] == (first, first, first, vgg.layers[2], second, vgg.layers[5])
    assert built.layers[6:8] == (third.replaced(activation="tanh"), third)
    assert Sweep(vgg, dimensions=depths).built((1, 3, 1)).network.layers[:7] == (
        first, vgg.layers[2], second, second, second, vgg.layers[5], third,
    )  # fmt: skip


def test_one_strength_of_a_penalty_leaves_the_other():
    both = LENET5.replaced((5,), Dense(120, "relu", kernel_regularizer=(1e-3, 1e-4)))
    for part, expected in (("l1", (0.5, 1e-4)), ("l2", (1e-3, 0.5))):
        target = OfLayers("Dense", f"kernel_regularizer.{part}", ((5,),))
        built = Sweep(both, dimensions=(Dimension(target, Listed((0.5,))),)).built((0.5,))
        assert built.network.layer_at((5,)).kernel_regularizer == expected


@pytest.mark.parametrize(
    ("target", "domain", "words"),
    [
        (UNITS, Span(100, 10), "from 100 to 10 is empty"),
        (UNITS, Span(10, 10), "for a single value, give a list"),
        (RATE, Span(float("nan"), 1.0), "must be between"),
        (RATE, Listed((float("inf"),)), "must be between"),
        (OfLayers("Dense", "kernel_regularizer.l2"), Span(0.0, 0.1, log=True), "cannot begin at 0"),
        (OfLayers("Dropout", "rate"), Listed((0.1,)), "no Dropout layer"),
        (UNITS, Listed((0,)), "between 1 and 8,192"),
        (UNITS, Listed((10, 20, 10.0)), "the value 10 twice"),
        (UNITS, Listed(()), "0 values"),
        (UNITS, Listed((2.5,)), "whole number"),
        (UNITS, Span(10, 100), "how many points"),
        (UNITS, Span(1, 3, points=5), "only 3 different values"),
        (OfLayers("Dense", "activation", ((5,),)), Span(1, 3), "has no range"),
        (OfLayers("Dense", "units", ((7,),)), Listed((10,)), "gives the answer"),
        (OfLayers("Dense", "units", ((4,),)), Listed((10,)), "layer 5 is a Flatten layer"),
        (OfLayers("Dense", "units", ((40,),)), Listed((10,)), "no such layer"),
        (OfLayers("Dense", "kernel_regularizer", ((5,),)), Listed((0.1,)), "cannot be swept"),
        (OfLayers("Dense", "units.l2", ((5,),)), Listed((0.1,)), "cannot be swept"),
        (OfLayers("Dense", "size", ((5,),)), Listed((1,)), "no setting"),
        (OfLayers("Magic", "size", ((5,),)), Listed((1,)), "no kind of layer"),
        (OfRecipe("seed"), Listed((1, 2)), "the sweep itself sets it"),
        (OfRecipe("rates"), Listed((1, 2)), "is a table"),
        (OfRecipe("speed"), Listed((1, 2)), "no setting"),
        (Depth("Dense", (7,)), Listed((1, 2)), "Layer 8 gives the answer: it stands there once"),
        (Depth("Conv2D", (5,)), Listed((1, 2)), "layer 6 is a Dense layer"),
        (Widths(), Span(0.0, 2.0), "between 0.0625 and 16"),
    ],
)  # fmt: skip
def test_a_dimension_that_cannot_be_is_refused_in_a_sentence(target, domain, words):
    with pytest.raises(InvalidSweep, match=words) as told:
        Sweep(LENET5, dimensions=(Dimension(target, domain),))
    assert str(told.value).endswith(".")


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ((RATE, RATE), "are the same"),
        ((UNITS, OfLayers("Dense", "units")), "both set layer 6"),
        ((OfLayers("Conv2D", "filters", ((2,),)), Widths()), "both set how wide"),
        ((Widths(), Widths()), "both set how wide"),
        ((Depth("Conv2D", (2,)), OfLayers("Conv2D", "use_bias", ((2,),))), "copies of a layer are alike"),
        ((Depth("Conv2D", (2,)), Depth("Conv2D", (2,))), "repeat the same block"),
    ],
)
def test_dimensions_that_set_the_same_are_refused(targets, words):
    network = LENET5.replaced((2,), Conv2D(6, (3, 3), padding="same"))
    values = {RATE: 0.1, Widths(): 0.5}
    with pytest.raises(InvalidSweep, match=words):
        Sweep(
            network,
            dimensions=tuple(
                Dimension(one, Listed((values.get(one, True if getattr(one, "field", "") == "use_bias" else 2),)))
                for one in targets
            ),
        )


def test_a_grid_that_is_too_large_says_how_large_and_what_would_fit():
    ten = Listed(tuple(range(1, 11)))
    fields = ("batch_size", "epochs", "stage_epochs", "plateau_patience", "early_stopping")
    dimensions = (Dimension(UNITS, ten), *(Dimension(OfRecipe(name), ten) for name in fields))
    with pytest.raises(InvalidSweep, match=f"would be 1,000,000 trials; at most {MOST_TRIALS:,}: 10 × 10"):
        Sweep(LENET5, dimensions=dimensions)
    with pytest.raises(InvalidSweep, match=r"would be 1,100 trials; at most 1,000: 10 × 10 × 11 seeds\."):
        Sweep(LENET5, dimensions=dimensions[:2], plan=Plan(repeats=11))
    assert Sweep(LENET5, dimensions=dimensions, plan=Plan(method="random")).most_trials == 20


def test_random_and_guided_search_need_a_dimension_and_a_whole_setting():
    dimension = (Dimension(UNITS, Span(1, 100)),)
    with pytest.raises(InvalidSweep, match="need a dimension"):
        Sweep(LENET5, plan=Plan(method="tpe"))
    with pytest.raises(InvalidSweep, match="Take 30 trials or more"):
        Sweep(LENET5, dimensions=dimension, plan=Plan(method="random", repeats=30, trials=20))
    assert Sweep(LENET5, dimensions=dimension, plan=Plan(method="tpe", repeats=3, trials=20)).most_settings == 6
    with pytest.raises(InvalidSweep, match="beyond the largest"):
        Sweep(LENET5, Recipe(seed=2**31 - 1), plan=Plan(repeats=2))


def test_after_an_edit_dimensions_are_found_by_path_and_kind():
    dimensions = (
        Dimension(UNITS, Listed((60,))),
        Dimension(RATE, Listed((0.1,))),
        Dimension(OfLayers("Dense", "units", ((6,),)), Listed((60,))),
    )
    sweep = Sweep(LENET5, dimensions=dimensions)
    wider = LENET5.replaced((5,), Dense(240, "relu"))
    assert sweep.of(wider).built((60, 0.1, 60)).network == sweep.built((60, 0.1, 60)).network
    edited = LENET5.replaced((5,), Dropout(0.5))
    with pytest.raises(InvalidSweep, match=r"sets layer 6, a Dense layer, but in .* layer 6 is a Dropout layer"):
        sweep.of(edited)
    assert list(gone(edited, dimensions)) == [0]
    assert gone(LENET5, dimensions) == {}


def test_values_that_give_no_network_are_told_with_their_reason():
    plain = Network(
        (28, 28, 1),
        (
            Conv2D(8, padding="same"),
            Branches(((Conv2D(8, padding="same"),), ()), "add"),
            Activation("relu"),
            Flatten(),
            Dense(10, "softmax"),
        ),
    )
    sweep = Sweep(
        plain,
        dimensions=(
            Dimension(Widths(), Listed((0.5, 1.0, 16.0))),
            Dimension(OfLayers("Conv2D", "filters", ((0,),)), Listed((8,))),
        )[:1],
    )
    assert trace(sweep.built((0.5,)).network).works and sweep.built((1.0,)).network == plain
    much = Sweep(LENET5.replaced((2,), Conv2D(512)), dimensions=(Dimension(Widths(), Listed((16.0,))),))
    with pytest.raises(CannotBuild, match=r"widths × 16.*between 1 and 1,024"):
        much.built((16.0,))


def test_a_depth_that_cannot_be_is_told_with_its_trial_and_not_offered():
    dimension = Dimension(Depth("Flatten", (4,)), Listed((1, 2)))
    wide = Dimension(Depth("Conv2D", (2,)), Listed((1, 4)))  # 5×5 without padding: nothing would be left
    assert Depth("Conv2D", (2,)) in [one.target for one in offers(LENET5, Recipe())]
    assert Sweep(LENET5, dimensions=(dimension,)).built((1,)).network == LENET5
    with pytest.raises(CannotBuild, match=r"layer 3 .* 4 times in a row"):
        Sweep(LENET5, dimensions=(wide,)).built((4,))
    last = [one.target for one in offers(LENET5, Recipe()) if isinstance(one.target, Depth)]
    assert Depth("Dense", (7,)) not in last and Depth("Dense", (6,)) in last


def test_the_value_needs_nothing_but_the_network():
    """In a fresh process: no training, no optuna, no numpy."""
    code = (
        "import sys, core.study.sweeps.sharing, core.study.sweeps.offers\n"
        "print([n for n in sys.modules if n in ('numpy', 'optuna', 'tensorflow') or n.startswith(('core.training', 'core.data'))])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
