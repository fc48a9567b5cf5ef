"""Dropout, batch norm, as a visitor does it."""

import keras
import numpy as np
import pytest

from core.ui.pages.dropout.state import SHAPE, DropoutState
from tests.pages.conftest import button, components, mine, opened, words


def own(app) -> DropoutState:
    return mine(app).state(DropoutState)


def grids(app) -> dict[str, dict]:
    (data,) = components(app, "receptive_grids")
    return {grid["id"]: grid for band in data["bands"] for grid in band["grids"]}


def batch(app, name: str) -> np.ndarray:
    found = grids(app)
    return np.array(
        [[found[f"{name}/{image}/{channel}"]["values"] for channel in range(SHAPE[1])] for image in range(SHAPE[0])]
    )


def number(app, label: str):
    return next(one for one in app.number_input if one.label == label)


def choose(app, kind: str) -> None:
    app.segmented_control(key="dropout/kind").set_value(kind).run()


@pytest.mark.parametrize("kind", ["dropout", "spatial", "gaussian"])
def test_what_comes_out_is_the_batch_times_what_is_drawn_and_another_draw_is_another(app, kind):
    opened(app, "dropout")
    choose(app, kind)
    drawn = batch(app, "factor")
    np.testing.assert_allclose(batch(app, "output"), batch(app, "input") * drawn)
    gone = [len(one["marks"]) for name, one in grids(app).items() if name.startswith("output")]
    assert sum(gone) == (drawn == 0).sum() and (kind != "spatial" or set(gone) <= {0, 9})
    button(app, "Draw again").click().run()
    assert (batch(app, "factor") != drawn).any() and number(app, "Seed").value == 1
    number(app, "Seed").set_value(0).run()
    np.testing.assert_array_equal(batch(app, "factor"), drawn)
    assert not app.exception


def test_mean_and_deviation_stand_beside_what_is_expected(app):
    opened(app, "dropout")
    number(app, "Rate").set_value(0.2).run()
    rows = app.table[0].value
    values = own(app).values
    means = [float(one.replace("−", "-")) for one in rows["Mean"]]
    deviations = [float(one) for one in rows["Standard deviation"]]
    assert means[0] == pytest.approx(values.mean(), abs=1e-3) == means[2]
    assert deviations[2] == pytest.approx(np.sqrt(values.var() + (values**2).mean() * 0.25), abs=1e-3)
    assert deviations[3] == pytest.approx(deviations[2], rel=0.02) and means[3] == pytest.approx(means[2], abs=0.5)
    assert "√(0.2 / (1 − 0.2)) = 0.5" in words(app) and app.code[0].value == "keras.layers.Dropout(0.2)"


def test_in_inference_dropout_changes_nothing_and_nothing_can_be_drawn(app):
    opened(app, "dropout")
    app.segmented_control(key="dropout/mode").set_value("Inference").run()
    np.testing.assert_array_equal(batch(app, "output"), batch(app, "input"))
    assert "factor/0/0" not in grids(app) and button(app, "Draw again").disabled
    assert len(set(app.table[0].value["Mean"])) == 1


def test_the_line_of_keras_gives_the_output_in_training_and_after_steps_in_inference(app):
    opened(app, "dropout")
    choose(app, "norm")
    number(app, "Momentum m").set_value(0.9).run()
    own(app).take({("gamma/0", 0, 0): 2.0, ("beta/1", 0, 0): -3.0, ("input/0/0", 0, 0): 77.0})
    app.run()
    layer = eval(app.code[0].value, {"keras": keras})
    last = batch(app, "input").transpose(0, 2, 3, 1).astype(np.float32)
    layer.build(last.shape)
    layer.set_weights([np.array([2.0, 1.0]), np.array([0.0, -3.0]), np.zeros(2), np.ones(2)])
    assert last[0, 0, 0, 0] == 77
    found = np.asarray(layer(last, training=True)).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(batch(app, "output"), found, rtol=1e-3, atol=1e-3)
    button(app, "Train 1 step").click().run()
    app.segmented_control(key="dropout/mode").set_value("Inference").run()
    found = np.asarray(layer(last, training=False)).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(batch(app, "output"), found, rtol=1e-3, atol=1e-3)
    assert (
        "have seen: **1**" in words(app)
        and "γ·(x − μ) / √(σ² + ε) + β = 2·(77 − " in grids(app)["output/0/0"]["said"][0]
    )
    button(app, "Forget").click().run()
    assert "have seen: **0**" in words(app) and button(app, "Forget").disabled and not app.exception


def test_a_batch_without_any_spread_is_divided_by_epsilon_alone(app):
    opened(app, "dropout")
    choose(app, "norm")
    own(app).values[:] = 5
    app.run()
    assert (batch(app, "output") == 0).all() and not app.exception
    assert list(app.table[0].value["Variance σ²"]) == ["0.000", "1.000", "0.000"] * 2


def test_another_batch_the_example_and_another_visit(app):
    opened(app, "dropout")
    begun = batch(app, "input")
    button(app, "Another batch").click().run()
    assert (batch(app, "input") != begun).any()
    choose(app, "spatial")
    opened(app, "build")
    opened(app, "dropout")
    assert app.segmented_control(key="dropout/kind").value == "spatial" and (batch(app, "input") != begun).any()
    button(app, "Example").click().run()
    np.testing.assert_array_equal(batch(app, "input"), begun)


def test_two_visitors_share_no_numbers():
    one, other = DropoutState(), DropoutState()
    one.take({("input/0/0", 0, 0): 999.0, ("gamma/0", 0, 0): 9.0, ("beta/0", 0, 0): 9.0})
    one.train(5)
    assert (
        other.values[0, 0, 0, 0] != 999 and other.gamma[0] == 1 and other.beta[0] == 0 and other.moving.mean[0] == 0
    )
