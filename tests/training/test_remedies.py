"""No advice names what the network or the recipe has already, unless it says that more of it would help."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import (
    Activation,
    BatchNormalization,
    Branches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianDropout,
    GroupNormalization,
    LayerNormalization,
    LeakyReLU,
    Network,
    SpatialDropout2D,
)
from core.network.recipe import Recipe
from core.training.diagnosis.curves import Curves
from core.training.snapshot import DeadUnits, Snapshot, State
from tests.strategies import networks
from tests.training.curves import PLAIN, findings, only, synthetic

EPOCHS = np.arange(1, 31)
FALLING = 0.5 * 0.9 ** np.arange(10)
FLAT = np.full(12, 2.302)
TURNED = synthetic(0.3 + 0.02 * np.abs(EPOCHS - 10), 0.5 * 0.9**EPOCHS, 0.9, 0.99)
WITH_A_GAP = synthetic(FALLING, FALLING, 0.8, 0.92)
WITH_A_SMALL_GAP = synthetic(np.full(10, 0.05), np.full(10, 0.001), np.full(10, 0.9862), np.full(10, 0.9996))
STUCK = synthetic(FLAT, FLAT, 0.1, 0.1)
LOW = synthetic(np.full(12, 1.2), np.full(12, 1.2), 0.6, 0.6)
OVER_FITTED = {"over-fitting": TURNED, "gap": WITH_A_GAP, "settled": WITH_A_SMALL_GAP}
FULL = Recipe(early_stopping=5, noise=0.1)  # with all that a recipe can do against over-fitting


def network(*blocks) -> Network:
    return Network((7, 7, 1), (*blocks, Flatten(), Dense(32, "relu"), Dense(10, "softmax")))


def deep(activation="relu", *others) -> Network:
    hidden = [Dense(30, activation) for _ in range(4)]
    return Network((7, 7, 1), (Flatten(), *others, *hidden, Dense(10, "softmax")))


@pytest.mark.parametrize("kind", OVER_FITTED)
@pytest.mark.parametrize("layer", [Dropout(0.1), SpatialDropout2D(0.1), GaussianDropout(0.1)])
def test_where_there_is_dropout_more_of_it_is_advised_or_fewer_units(kind, layer):
    snapshot = OVER_FITTED[kind]
    assert only(snapshot, FULL, kind).sentence.endswith("Try dropout.")
    for place in (network(layer), network(Branches(((layer,), ()), "add"))):
        sentence = only(snapshot, FULL, kind, place).sentence
        assert sentence.endswith("Try more dropout than its 10 % or fewer units.")
    mixed = network(layer, Dropout(0.25), Dropout(0.2))
    assert "more dropout than its 10 to 25 % or" in only(snapshot, FULL, kind, mixed).sentence


@pytest.mark.parametrize("kind", OVER_FITTED)
def test_dropout_that_drops_nothing_is_none_and_one_that_drops_half_is_enough(kind):
    snapshot = OVER_FITTED[kind]
    assert only(snapshot, FULL, kind, network(Dropout(0.0))).sentence.endswith("Try dropout.")
    assert only(snapshot, FULL, kind, network(Dropout(0.5))).sentence.endswith("Try fewer units.")
    single = Network((7, 7, 1), (Flatten(), Dropout(0.5), Dense(10, "softmax")))  # it has no units to give away
    assert only(snapshot, FULL, kind, single).sentence.endswith("Try stronger augmentation.")


@pytest.mark.parametrize("kind", OVER_FITTED)
@pytest.mark.parametrize(
    ("used", "way"),
    [
        ({"noise": 0.1}, "augmentation"),
        ({"rotation": 5.0}, "augmentation"),
        ({"early_stopping": 5}, "stopping early"),
        ({"restore_best": True}, "stopping early"),
        ({"training_images": 0}, "more training images"),
    ],
)
def test_what_the_recipe_does_already_is_not_advised(kind, used, way):
    snapshot, bare = OVER_FITTED[kind], Recipe(training_images=500)
    dropping = network(Dropout(0.1))
    before = only(snapshot, bare, kind, dropping).sentence
    assert way in before or (way == "stopping early" and kind != "over-fitting")
    assert way not in only(snapshot, bare.replaced(**used), kind, dropping).sentence


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (deep("sigmoid"), "first, then relu instead of sigmoid or fewer layers."),
        (deep("tanh", Activation("sigmoid")), "first, then relu instead of sigmoid and tanh or fewer layers."),
        (deep("linear"), "first, then relu as activation or fewer layers."),
        (deep("relu"), "first, then batch normalisation or fewer layers."),
        (deep("elu"), "first, then batch normalisation or fewer layers."),
        (deep("linear", LeakyReLU()), "first, then batch normalisation or fewer layers."),
        (deep("relu", BatchNormalization()), "first, then fewer layers."),
        (deep("relu", LayerNormalization()), "first, then fewer layers."),
        (network(Conv2D(4, activation="relu"), GroupNormalization(2)), "first, then fewer layers."),
        (network(), "Try a learning rate of 0.0001."),
        (Network((7, 7, 1), (Flatten(), Dense(10, "softmax"))), "Try a learning rate of 0.0001."),
    ],
)
def test_a_network_that_stands_still_is_advised_what_it_has_not(there, said):
    assert only(STUCK, Recipe(), "stuck", there).sentence.endswith(said)


def test_a_network_that_drops_much_and_learns_little_may_drop_less():
    assert "dropout" not in only(LOW, Recipe(), "under-fitting").sentence
    there = network(Dropout(0.6))
    assert "drops too much" in only(LOW, Recipe(), "under-fitting", there).sentence
    assert "less dropout than its 60 %" in only(LOW, Recipe(), "under-fitting", there).sentence


@pytest.mark.parametrize(("rate", "said"), [(0.125, "12.5"), (1 / 3, "33.3"), (0.001, "0.1"), (1e-179, "under 0.1")])
def test_rates_of_dropout_are_told_with_few_digits(rate, said):
    assert f"less dropout than its {said} %" in only(LOW, Recipe(), "under-fitting", network(Dropout(rate))).sentence


def test_penalties_are_blamed_only_where_there_are_some():
    grown = synthetic(np.full(12, 2.302), np.linspace(40, 20, 12), 0.1, 0.1)
    first = grown.train[0]._replace(loss=50.0)
    snapshot = Snapshot(**{**vars(grown), "train": (first, *grown.train[1:])})
    penalised = network(Conv2D(4, kernel_regularizer=(0.0, 0.5)))
    assert "Make them smaller" in only(snapshot, Recipe(), "penalties", penalised).sentence
    assert "penalties" not in " ".join(one.sentence for one in findings(snapshot, Recipe()))


def test_a_loss_that_fell_while_all_was_lost_is_blamed_on_penalties_only_where_there_are_some():
    epochs = np.arange(1, 13)
    accuracy = np.where(epochs < 8, 0.95, 0.1)
    lost = synthetic(2 * 0.8**epochs, 2 * 0.8**epochs, accuracy, accuracy)
    penalised = network(Conv2D(4, kernel_regularizer=(0.0, 0.5)))
    assert only(lost, Recipe(), "penalties", penalised).since == 8
    assert only(lost, Recipe(), "rate-too-high").since == 8


SCENES = (TURNED, WITH_A_GAP, WITH_A_SMALL_GAP, STUCK, LOW)
recipes = st.builds(
    Recipe,
    training_images=st.sampled_from((0, 500)),
    early_stopping=st.sampled_from((0, 3)),
    restore_best=st.booleans(),
    noise=st.sampled_from((0.0, 0.2)),
    zoom=st.sampled_from((0.0, 0.2)),
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SCENES), recipes, networks(), st.sampled_from((0.0, 0.3, 1.0)))
def test_no_advice_names_what_is_there(snapshot, recipe, there, dead):
    """But with `more`, `less` or `stronger` before it."""
    snapshot = Snapshot(**{**vars(snapshot), "dead_units": (DeadUnits((0,), dead),) * (dead > 0)})
    kinds = {type(block).__name__ for _, block in there.walk()}
    text = " ".join(finding.sentence for finding in findings(snapshot, recipe, there))
    if any(getattr(block, "rate", 0.0) for _, block in there.walk()):
        assert not re.search(r"(?<!more )(?<!less )dropout", text)
    if recipe.augments:
        assert not re.search(r"(?<!stronger )augmentation", text)
    if recipe.early_stopping or recipe.restore_best:
        assert "stopping early" not in text
    if not recipe.training_images:
        assert "more training images" not in text
    if kinds & {"BatchNormalization", "LayerNormalization", "GroupNormalization"}:
        assert "batch normalisation" not in text
    used = {getattr(block, "activation", "") for _, block in there.walk()}
    if "relu" in used:
        assert "relu as activation" not in text
    for name in re.findall(r"relu instead of (\w+)", text):
        assert name in used
    assert "Make them smaller" not in text  # none of these curves has a loss that penalties explain


@pytest.mark.parametrize(
    ("chosen", "lower", "higher"),
    [
        ({"learning_rate": 0.001}, "0.0001", "0.01"),  # Adam's usual one: ten times less, ten times more
        ({"learning_rate": 0.004}, "0.0004", "0.04"),
        ({"learning_rate": 0.006}, "0.001", "0.06"),  # far above the usual one: back to that
        ({"learning_rate": 0.0003}, "3e-05", "0.003"),
        ({"learning_rate": 0.00005}, "5e-06", "0.001"),  # far below it
        ({"optimizer": "SGD", "learning_rate": 0.06}, "0.01", "0.6"),
        ({"optimizer": "SGD", "learning_rate": 0.0005}, "5e-05", "0.01"),
        ({"learning_rate": 1e-6}, "1e-06", "0.001"),  # no less than a recipe may have
        ({"learning_rate": 500.0}, "0.001", "1e+03"),
        ({"schedule": "table"}, "lower rates", "higher rates"),
    ],
)
def test_rates_to_try_are_ten_times_less_or_more_or_what_is_usual(chosen, lower, higher):
    curves = Curves.of(Snapshot(State.FINISHED), Recipe(**chosen), PLAIN)
    assert (curves.lower_rate, curves.higher_rate) == (lower, higher)
