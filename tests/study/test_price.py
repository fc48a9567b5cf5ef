"""A dense and a convolutional network at one price: the trace is the oracle."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import Conv2D, Dense, trace
from core.study.contender import Unfit
from core.study.price import affordable, budget_steps, equal_price
from core.training import Recipe
from core.training.limits import why_unfit


def kinds(network):
    return {type(layer) for layer in network.layers}


def budgets(measure, shape=(28, 28, 1), classes=10):
    """As likely among small budgets as among large ones."""
    least, most = affordable(measure, shape, classes)
    return st.floats(0, 1).map(lambda share: round(least * (most / least) ** share))


@pytest.mark.parametrize("measure", ["parameters", "macs"])
@given(data=st.data())
@settings(max_examples=50)
def test_any_affordable_budget_is_met_by_both_within_2_percent(measure, data):
    budget = data.draw(budgets(measure))
    found = equal_price(budget, measure)
    for network in (found.dense, found.convolutional):
        assert getattr(trace(network, 10), measure) == pytest.approx(budget, rel=0.02)
        assert not trace(network, 10).problems
    assert Conv2D in kinds(found.convolutional) and Conv2D not in kinds(found.dense)
    assert (found.measure, found.budget) == (measure, budget)


@given(
    data=st.data(),
    measure=st.sampled_from(("parameters", "macs")),
    shape=st.tuples(st.integers(8, 64), st.integers(8, 64), st.integers(1, 4)),
    classes=st.integers(2, 100),
)
@settings(max_examples=50)
def test_other_images_and_classes_have_their_own_range_without_gaps(data, measure, shape, classes):
    budget = data.draw(budgets(measure, shape, classes))
    found = equal_price(budget, measure, shape, classes)
    for network in (found.dense, found.convolutional):
        traced = trace(network, classes)
        assert not traced.problems and getattr(traced, measure) == pytest.approx(budget, rel=0.02)


@pytest.mark.parametrize("shape, classes", [((28, 28, 1), 10), ((8, 8, 1), 3), ((8, 9, 4), 2), ((64, 64, 4), 100)])
@pytest.mark.parametrize("measure", ["parameters", "macs"])
def test_small_images_have_the_whole_of_their_range_up_to_its_end(measure, shape, classes):
    least, most = affordable(measure, shape, classes)
    for budget in (least, round(most * 0.975), most):
        for network in equal_price(budget, measure, shape, classes)[2:]:
            assert getattr(trace(network, classes), measure) == pytest.approx(budget, rel=0.02)


@pytest.mark.parametrize("measure", ["parameters", "macs"])
def test_the_ends_of_the_range_can_be_had_and_trained(measure):
    for budget in affordable(measure):
        found = equal_price(budget, measure)
        for network in (found.dense, found.convolutional):
            assert getattr(trace(network), measure) == pytest.approx(budget, rel=0.02)
    assert why_unfit(equal_price(81_194, measure).dense, (28, 28, 1), 10, Recipe()) is None


@pytest.mark.parametrize("measure, noun", [("parameters", "parameters"), ("macs", "multiply-adds")])
@pytest.mark.parametrize("budget", [1, 300, 10**9])
def test_an_impossible_budget_is_answered_with_the_range(measure, noun, budget):
    with pytest.raises(Unfit) as problem:
        equal_price(budget, measure)
    least, most = (
        int(number.replace(",", ""))
        for number in re.search(r"from ([\d,]+) to ([\d,]+)\.", str(problem.value)).groups()
    )
    assert (least, most) == affordable(measure)
    assert f"within 2 % of {budget:,} {noun[:-1] if budget == 1 else noun}" in str(problem.value)


def test_the_usual_sizes_are_proportioned_as_usual():
    dense, convolutional = equal_price(101_770)[2:]
    assert [layer.units for layer in dense.layers if isinstance(layer, Dense)] == [128, 10]  # A5
    filters = [layer.filters for layer in convolutional.layers if isinstance(layer, Conv2D)]
    hidden = convolutional.layers[-2].units
    assert filters[1] == 2 * filters[0] and 4 <= hidden / filters[1] <= 16
    assert dense.name == "Dense, 101,770 parameters" and convolutional.name == "Convolutional, 101,770 parameters"


@pytest.mark.parametrize("wrong", [{"measure": "weight"}, {"input_shape": (4, 28, 1)}])
def test_what_cannot_be_asked_is_refused(wrong):
    for ask in (lambda: equal_price(50_000, **wrong), lambda: affordable(**wrong)):
        with pytest.raises(ValueError, match="works"):
            ask()


@given(least=st.integers(1, 10**5), factor=st.integers(2, 10**4))
def test_the_steps_of_a_slider_grow_evenly_on_a_logarithmic_scale_from_end_to_end(least, factor):
    steps = budget_steps(least, least * factor)
    assert (steps[0], steps[-1]) == (least, least * factor) and list(steps) == sorted(set(steps))
    assert all(later / earlier < 1.26 or later - earlier == 1 for earlier, later in pairwise(steps))


def test_all_steps_of_the_slider_buy_both_networks():
    for measure in ("parameters", "macs"):
        for budget in budget_steps(*affordable(measure))[::7]:
            assert equal_price(budget, measure).budget == budget
