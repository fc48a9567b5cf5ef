"""Whether an answer is sure: by a threshold on the highest probability."""

import numpy as np
import pytest

from core.insight import verdict
from core.insight.certainty import SURE_FROM


def test_the_answer_and_its_runner_up_are_the_two_highest():
    found = verdict(np.array([0.05, 0.6, 0.05, 0.3], np.float32), 0.5)
    assert (found.label, found.runner_up) == (1, 3)
    assert found.probability == pytest.approx(0.6)


@pytest.mark.parametrize(("highest", "sure"), [(0.79, False), (0.8, True), (1.0, True)])
def test_it_is_sure_from_the_threshold_on(highest, sure):
    assert verdict(np.array([highest, 1 - highest]), 0.8).sure is sure


def test_without_a_measured_threshold_a_high_one_holds():
    assert not verdict(np.array([0.98, 0.02])).sure
    assert verdict(np.array([1.0, 0.0])).sure_from == SURE_FROM


def test_ten_equal_probabilities_are_never_sure():
    assert not verdict(np.full(10, 0.1)).sure


def test_not_a_number_is_never_sure():
    assert not verdict(np.full(10, np.nan)).sure


def test_one_single_class_is_its_own_runner_up():
    assert verdict(np.array([0.4])).runner_up == 0
