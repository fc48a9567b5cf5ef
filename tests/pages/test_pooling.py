"""Pooling by hand, as a visitor does it."""

import keras
import numpy as np
import pytest

from core.ui.pages.pooling.state import PoolingState
from tests.pages.conftest import components, mine, opened, words


def own(app) -> PoolingState:
    return mine(app).state(PoolingState)


def grids(app) -> dict[str, dict]:
    """The grids of the picture by their names."""
    (data,) = components(app, "receptive_grids")
    return {grid["id"]: grid for band in data["bands"] for grid in band["grids"]}


@pytest.mark.parametrize(
    "kind, pool, stride, n", [("max", 2, 2, 4), ("mean", 3, 1, 6), ("max", 3, 2, 8), ("mean", 1, 3, 5)]
)
def test_the_line_of_keras_gives_the_output_of_the_page(app, kind, pool, stride, n):
    opened(app, "pooling")
    app.segmented_control(key="pooling/kind").set_value(kind).run()
    for name, value in (("n", n), ("pool", pool), ("stride", stride)):
        app.number_input(key=f"pooling/{name}").set_value(value).run()
    found = grids(app)
    layer = eval(app.code[0].value, {"keras": keras})
    image = np.array(found["input"]["values"], np.float32)
    expected = np.asarray(layer(image[None, :, :, None]))[0, :, :, 0]
    np.testing.assert_allclose(found["output"]["values"], expected, atol=1e-6)
    assert f"⌊({n} − {pool}) / {stride}⌋ + 1 = **{len(expected)}**" in words(app) and "**Parameters** 0" in words(app)
    assert np.sum(found["back"]["values"]) == pytest.approx(np.sum(found["gradient"]["values"]))


def test_typed_numbers_show_in_the_picture_and_survive_smaller_sizes_and_other_pages(app):
    opened(app, "pooling")
    app.number_input(key="pooling/n").set_value(6).run()
    own(app).take({("input", 5, 5): 77.0, ("gradient", 2, 2): -6.0})
    app.run()
    found = grids(app)
    assert found["input"]["values"][5][5] == 77 and found["output"]["values"][2][2] == 77
    assert found["back"]["values"][5][5] == -6 and found["input"]["editable"] and not found["output"]["editable"]
    app.number_input(key="pooling/n").set_value(4).run()
    assert len(grids(app)["input"]["values"]) == 4
    opened(app, "build")
    opened(app, "pooling")
    app.number_input(key="pooling/n").set_value(6).run()
    assert grids(app)["back"]["values"][5][5] == -6
    assert app.segmented_control(key="pooling/kind").value == "max"


def test_overlap_ties_and_unread_cells_are_said(app):
    opened(app, "pooling")
    assert not any(one in words(app) for one in ("overlap", "no window", "tie"))
    app.number_input(key="pooling/n").set_value(5).run()
    assert "9 hatched cells of the input lie in no window" in words(app)
    own(app).take({("input", 0, 0): 5.0})
    app.run()
    assert "A tie in 1 window (marked =)" in words(app)
    app.number_input(key="pooling/stride").set_value(1).run()
    assert "The windows overlap, as the stride 1 is smaller than the window 2" in words(app)
    assert "Σ at the output = " in words(app)


def test_a_window_that_does_not_fit_is_said_and_the_input_stays(app):
    opened(app, "pooling")
    app.number_input(key="pooling/pool").set_value(5).run()
    assert "A window of 5×5 does not fit into 4×4 cells" in app.warning[0].value and not app.exception
    assert set(grids(app)) == {"input"} and grids(app)["input"]["editable"]
    app.number_input(key="pooling/n").set_value(5).run()
    assert not app.warning and len(grids(app)["output"]["values"]) == 1


def test_random_numbers_patches_and_the_example(app):
    opened(app, "pooling")
    begun, turn = grids(app)["input"]["values"], own(app).turn.number
    for key in ("random", "patch/mnist", "patch/fashion_mnist"):
        before = grids(app)["input"]["values"]
        app.button(key=f"pooling/{key}").click().run()
        now = grids(app)["input"]["values"]
        assert now != before and own(app).turn.number > turn
        assert "patch" not in key or 0 <= np.min(now) < np.max(now) <= 1
        turn = own(app).turn.number
    app.button(key="pooling/example").click().run()
    assert grids(app)["input"]["values"] == begun


def test_two_visitors_share_no_numbers():
    one, other = PoolingState(), PoolingState()
    one.take({("input", 0, 0): 99.0, ("gradient", 0, 0): 99.0})
    assert other.image[0, 0] == 1 and other.gradients[0, 0] == 1 and PoolingState().image[0, 0] == 1
