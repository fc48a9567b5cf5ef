"""Probabilities and how often they are right: loops and SciPy are the oracles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from core.study.calibration import (
    answered,
    at_temperature,
    calibration,
    error_by_chance,
    fitted_temperature,
    halves,
    reliability,
)
from core.study.contender import LabelledImages
from core.study.proportions import wilson
from tests.study.networks import fresh


def drawn(seed, images=400, classes=5, heat=1.0):
    """Probabilities, and labels that are drawn by exactly these, sharpened or softened by a temperature."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 2, (images, classes))
    labels = (scores + random.gumbel(size=scores.shape)).argmax(axis=1)  # as likely as the softmax says
    return softmax(scores / heat, axis=1).astype(np.float32), labels


@given(st.integers(0, 10_000), st.integers(1, 20))
def test_bins_are_those_of_sorting_one_by_one(seed, bins):
    probabilities, labels = drawn(seed, 60)
    sorted_in = [[] for _ in range(bins)]
    for row, label in zip(probabilities, labels):
        best = float(row.max())
        place = min(int(best * bins), bins - 1)
        sorted_in[place].append((best, int(row.argmax()) == label))
    found = reliability(probabilities, labels, bins)
    gaps = []
    for place, (bin_, inside) in enumerate(zip(found.bins, sorted_in)):
        assert (bin_.low, bin_.high, bin_.count) == (place / bins, (place + 1) / bins, len(inside))
        if not inside:
            assert bin_.interval is None
            continue
        hits = sum(right for _, right in inside)
        assert bin_.confidence == pytest.approx(np.mean([sure for sure, _ in inside]))
        assert bin_.accuracy == hits / len(inside) and bin_.interval == wilson(hits, len(inside))
        gaps.append((abs(bin_.confidence - bin_.accuracy), len(inside)))
    assert found.expected_error == pytest.approx(sum(gap * count for gap, count in gaps) / 60)
    assert found.largest_error == pytest.approx(max(gap for gap, _ in gaps))


def test_labels_drawn_by_the_probabilities_are_calibrated_and_sharpened_ones_are_not():
    assert reliability(*drawn(1, 20_000)).expected_error < 0.02
    assert reliability(*drawn(1, 20_000, heat=0.4)).expected_error > 0.05


def test_a_certain_answer_falls_into_the_last_bin():
    found = reliability(np.array([[1.0, 0.0], [1.0, 0.0]], np.float32), np.array([0, 1]), 10)
    assert found.bins[-1][2:5] == (2, 1.0, 0.5) and found.expected_error == 0.5


@given(st.integers(0, 10_000), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_thresholds_answer_what_reaches_them(seed, thresholds):
    probabilities, labels = drawn(seed, 50)
    thresholds = [*thresholds, float(probabilities[7].max())]
    for found, threshold in zip(answered(probabilities, labels, np.array(thresholds)), thresholds):
        reach = [(row, label) for row, label in zip(probabilities, labels) if float(row.max()) >= threshold]
        hits = sum(int(row.argmax()) == label for row, label in reach)
        assert (found.threshold, found.answered, found.right, found.images) == (threshold, len(reach), hits, 50)
        assert found.share == len(reach) / 50
        assert found.accuracy == (hits / len(reach) if reach else None)
        assert found.interval == (wilson(hits, len(reach)) if reach else None)


@pytest.mark.parametrize("heat", [0.3, 0.7, 1.0, 2.5])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_temperature_is_the_one_that_scipys_search_finds(seed, heat):
    probabilities, labels = drawn(seed, 1500, heat=heat)
    scores = np.log(probabilities.astype(np.float64))

    def crossentropy(logarithm):
        return -log_softmax(scores / np.exp(logarithm), axis=1)[np.arange(len(labels)), labels].mean()

    best = minimize_scalar(crossentropy, bounds=(-4, 4), method="bounded", options={"xatol": 1e-9})
    assert fitted_temperature(probabilities, labels) == pytest.approx(np.exp(best.x), rel=1e-4)


@pytest.mark.parametrize("heat", [0.4, 1.0, 3.0])
def test_the_temperature_that_labels_were_drawn_with_comes_back(heat):
    """Fitted on one half, it calibrates the other, and changes no prediction."""
    probabilities, labels = drawn(5, 20_000, heat=heat)
    apart, rest = halves(len(labels))
    temperature = fitted_temperature(probabilities[apart], labels[apart])
    assert temperature == pytest.approx(1 / heat, rel=0.05)
    mended = at_temperature(probabilities[rest], temperature)
    assert np.array_equal(mended.argmax(axis=1), probabilities[rest].argmax(axis=1))
    np.testing.assert_allclose(mended.sum(axis=1), 1)
    assert reliability(mended, labels[rest]).expected_error < 0.02


def test_at_temperature_1_nothing_changes():
    probabilities, _ = drawn(3)
    np.testing.assert_allclose(at_temperature(probabilities, 1.0), probabilities, atol=1e-6)


def test_where_every_prediction_is_right_or_wrong_the_temperature_ends_at_its_bound():
    probabilities, _ = drawn(4)
    assert fitted_temperature(probabilities, probabilities.argmax(axis=1)) == pytest.approx(0.01)
    assert fitted_temperature(probabilities, probabilities.argmin(axis=1)) == 100


def test_a_probability_of_0_is_no_error():
    probabilities = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], np.float32)
    temperature = fitted_temperature(probabilities, np.array([0, 1, 1]))
    assert np.isfinite(temperature) and temperature > 1
    assert np.isfinite(at_temperature(probabilities, temperature)).all()


def test_halves_hold_each_image_once_and_are_mixed():
    first, second = halves(1001)
    assert sorted([*first, *second]) == list(range(1001)) and len(first) == 500
    assert 400 < first.mean() < 600 and (np.diff(first) > 0).all()
    assert np.array_equal(first, halves(1001)[0]) and not np.array_equal(first, halves(1001, seed=1)[0])


def test_the_error_by_chance_is_the_one_that_drawn_labels_stay_below_19_of_20_times():
    """Labels are drawn by the softmax itself, which is calibrated: an oracle without the formula."""
    errors = []
    for seed in range(120):
        probabilities, labels = drawn(seed, 300)
        errors.append(reliability(probabilities, labels).expected_error)
    bounds = [error_by_chance(drawn(seed, 300)[0]) for seed in range(5)]
    assert np.mean(bounds) == pytest.approx(np.quantile(errors, 0.95), rel=0.15)
    assert error_by_chance(drawn(1, 20_000)[0]) < np.mean(bounds) / 4  # with more images there is less chance


def test_a_study_has_diagrams_from_the_first_part_and_temperatures_at_its_end(few):
    steps = list(calibration([fresh(seed=1), fresh(seed=2)], few))
    assert [len(one.comparison.indexes) for one in steps] == [250, 500, 600]
    for one in steps[:-1]:
        assert all(network.tempered is None and network.by_chance is None for network in one.networks)
        assert all(sum(bin_.count for bin_ in network.reliability.bins) for network in one.networks)
    labels = steps[-1].comparison.labels
    for network, probabilities in zip(steps[-1].networks, steps[-1].comparison.probabilities):
        assert network.reliability == reliability(probabilities, labels)
        assert network.accuracy == (probabilities.argmax(1) == labels).mean()
        assert network.confidence == pytest.approx(probabilities.max(1).mean())
        apart, rest = halves(600)
        assert (network.tempered.fitted_on, network.tempered.measured_on) == (300, 300)
        assert network.tempered.temperature == fitted_temperature(probabilities[apart], labels[apart])
        assert network.tempered.before == reliability(probabilities[rest], labels[rest])
        after = at_temperature(probabilities[rest], network.tempered.temperature)
        assert network.tempered.after == reliability(after, labels[rest])
    (first, _) = steps[-1].at(0.2)
    sure = steps[-1].comparison.probabilities[0].max(1) >= 0.2
    assert first.answered == sure.sum()


def test_of_few_images_no_temperature_is_fitted(few):
    images = LabelledImages("few", few.images[:99], few.labels[:99], few.class_names)
    (found,) = calibration([fresh()], images)
    assert found.networks[0].tempered is None and found.networks[0].by_chance is not None
