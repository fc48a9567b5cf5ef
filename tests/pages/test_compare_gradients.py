"""Compare: the size of the gradient by layer, of trained networks and of those that have learned nothing."""

import numpy as np
import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from core.network import Conv2D, Dense, Flatten, MaxPooling2D, Network, Recipe
from core.study.contender import of_run
from core.study.gradients import gradients, training_batch
from core.training import build_model
from core.training.scheduler import SCHEDULER
from core.training.series import Planned
from core.training.trained import Trained
from core.ui.pages.compare.gradients import START
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import mine, opened, studied, words

TINY = Network((28, 28, 1), (Conv2D(2, 5, (4, 4)), Flatten(), Dense(10, "softmax")), "Tiny")
DEEP = Network(
    (28, 28, 1), (MaxPooling2D((4, 4)), Flatten(), *[Dense(8, "sigmoid")] * 8, Dense(10, "softmax")), "Deep"
)
QUICK = Recipe(epochs=1, training_images=200, seed=7)
COLOURS = Network((8, 8, 3), (Flatten(), Dense(10, "softmax")), "Colours")


@pytest.fixture
def busy():
    """All places to train are taken."""
    tickets = [object() for _ in range(SCHEDULER.at_once)]
    for ticket in tickets:
        SCHEDULER.join(ticket)
    yield
    for ticket in tickets:
        SCHEDULER.leave(ticket)


def chart(app):
    """(alt, rows) of the chart of gradients."""
    (found,) = [one for one in app.get("vega_lite_chart") if one.proto.alt.startswith("Size of the gradient")]
    (data,) = found.proto.datasets
    return found.proto.alt, convert_arrow_bytes_to_pandas_df(data.data.data).to_dict("records")


def by_hand(network, weights, recipe, mnist):
    """‖gradient‖ / ‖kernel‖ of each layer of `TINY`."""
    batch = training_batch(mnist, [network])
    found = gradients(network, weights, batch.images, batch.labels, recipe).weights
    kernels = [array for array in weights if array.ndim > 1]
    sizes = [np.linalg.norm(own["kernel"]) for own in found.values()]
    return [size / np.linalg.norm(kernel) for size, kernel in zip(sizes, kernels, strict=True)]


def test_a_run_is_shown_as_it_is_and_by_a_switch_as_it_began(app, mnist):
    run = mine(app).workspace.start(TINY, "mnist", QUICK)
    assert run.wait(60)
    mine(app).state(StudyState).chosen = (f"run/{run.created}",)
    studied(opened(app, "compare"), "compare", "gradients")
    alt, rows = chart(app)
    assert "Tiny: even." in alt and "Tiny: even. The gradient of the first layer is " in words(app)
    assert "untrained:" not in words(app)
    now = by_hand(TINY, of_run(run).weights, QUICK, mnist)
    assert [row["relative"] for row in rows] == pytest.approx(now, rel=1e-4)
    app.toggle(key=START).set_value(True).run()
    assert not app.exception and "Tiny, untrained: even." in words(app)
    start = by_hand(TINY, build_model(TINY, 7).get_weights(), QUICK, mnist)
    assert [row["relative"] for row in chart(app)[1]] == pytest.approx([*now, *start], rel=1e-4)


def test_a_run_that_has_learned_nothing_shows_its_start(app, busy):
    run = mine(app).workspace.start(DEEP, "mnist", QUICK)
    mine(app).state(StudyState).chosen = (f"run/{run.created}",)
    studied(opened(app, "compare"), "gradients")
    assert "“Deep” is left out" in words(app)  # of the test
    assert "Deep, untrained: vanishing. The gradient of the first layer is " in words(app)
    assert [row["state"] for row in chart(app)[1]] == ["untrained"] * 9
    run.stop()


def test_networks_that_wait_to_join_show_their_start_too(app, busy):
    plans = [Planned(one.name, one.name, one.name, one, QUICK) for one in (TINY, DEEP)]
    mine(app).state(StudyState).chosen = ()
    series = mine(app).workspace.start_series(plans, "mnist", "Two", "compare")
    opened(app, "compare").run()
    studied(app, "gradients")
    assert mine(app).state(StudyState).chosen == (f"run/{series.current.created}",)
    assert "Tiny, untrained: even." in words(app) and "Deep, untrained: vanishing." in words(app)
    assert {row["network"] for row in chart(app)[1]} == {"Tiny", "Deep"}
    series.stop()
    app.run()
    assert not app.exception and "Deep, untrained" not in words(app)


def test_networks_without_known_images_have_no_gradients(app):
    one = Trained(COLOURS, build_model(COLOURS, 1).get_weights(), "mnist")
    mine(app).take_imported(one)
    mine(app).state(StudyState).chosen = (f"imported/{one.identity}",)
    opened(app, "compare")
    assert not app.exception and "Size of the gradient" not in words(app)
