"""The Calibration page: diagrams, thresholds and temperatures of networks that come trained or were trained here."""

import numpy as np
import pytest

from core.network import Dense, Flatten, Network
from core.study.calibration import answered, at_temperature, fitted_temperature, halves, reliability
from core.ui.pages.calibration.state import CalibrationState
from tests.pages.conftest import files, mine, opened, studied, words
from tests.pages.test_compare import COLOURS, choose, imported, trained

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")


def ended(app):
    """The page, once all test images were evaluated."""
    return studied(opened(app, "calibration"), "calibration")


def charts(app) -> list[str]:
    return [chart.proto.alt for chart in app.get("vega_lite_chart")]


@pytest.fixture
def run(app):
    """A dense network, quick to evaluate, that is sure of something."""
    one = trained(app, PLAIN, training_images=2000, learning_rate=0.01)
    choose(app, f"run/{one.created}")
    return one


def predicted(run, mnist) -> np.ndarray:
    """Its probabilities for all test images, by Keras alone."""
    return np.asarray(run.model()(mnist.x_test.astype(np.float32) / 255))


def test_a_run_has_its_error_its_thresholds_and_its_temperature(app, run, mnist):
    ended(app)
    probabilities, labels = predicted(run, mnist), mnist.y_test.astype(int)
    said = words(app)
    error = reliability(probabilities, labels).expected_error
    assert f"Plain: expected calibration error {100 * error:.2f} %." in said
    (one,) = answered(probabilities, labels, np.array([0.9]))
    row = app.table[0].value.to_dict("records")[0]
    assert row["Network"] == "Plain" and row["Answered"].startswith(f"{one.answered:,} of 10,000")
    apart, rest = halves(10_000)
    temperature = fitted_temperature(probabilities[apart], labels[apart])
    after = reliability(at_temperature(probabilities[rest], temperature), labels[rest]).expected_error
    row = app.table[1].value.to_dict("records")[0]
    assert row["Temperature"] == f"{temperature:.3g}" and row["Error after"] == f"{100 * after:.2f} %"
    assert "fitted on 5,000 of the test images" in said and "measured on the other 5,000" in said
    assert len(charts(app)) == 4  # diagram, coverage, before and after
    assert {"reliability.svg", "reliability.csv", "coverage.svg", "coverage.csv"} <= files(app)


def test_a_higher_threshold_answers_less(app, run, mnist):
    ended(app)
    app.select_slider[0].set_value(0.99).run()
    assert not app.exception
    (one,) = answered(predicted(run, mnist), mnist.y_test.astype(int), np.array([0.99]))
    row = app.table[0].value.to_dict("records")[0]
    assert 0 < one.answered < 5000 and row["Answered"].startswith(f"{one.answered:,} of 10,000")
    assert any(alt.startswith("Accuracy of the answers") and "at 99 %" in alt for alt in charts(app))
    assert mine(app).state(CalibrationState).threshold == 0.99


def test_of_two_networks_each_has_a_diagram_and_one_is_chosen_for_the_temperature(app, run):
    second = trained(app, PLAIN, seed=3)
    choose(app, f"run/{run.created}", f"run/{second.created}")
    ended(app)
    assert [alt.split(":")[0] for alt in charts(app) if "by probability" in alt][:2] == ["Plain", "Plain (2)"]
    app.button_group[-1].set_value(f"run/{second.created}").run()
    assert not app.exception
    assert "Plain (2) was " in words(app)


def test_without_a_network_that_fits_a_sentence_says_what_would(app):
    one = imported(app, COLOURS, "")
    choose(app, f"imported/{one.identity}")
    opened(app, "calibration")
    assert not app.exception
    assert "Choose at least one network that learned from digits or clothes" in words(app)


def test_a_network_for_other_images_is_left_out_by_name(app, run):
    one = imported(app, COLOURS, "")
    choose(app, f"run/{run.created}", f"imported/{one.identity}")
    ended(app)
    assert "“Colours” reads images of 8×8×3" in words(app)
    assert "Plain: expected calibration error" in words(app)
