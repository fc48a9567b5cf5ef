"""The page Over-fitting: runs one after another, what came of them, and what is said where something does not work."""

import numpy as np
import pytest

from core.data import Dataset
from core.insight.dropping import deviation
from core.network import PRESETS, Dense, Dropout, Flatten, MaxPooling2D, Network
from core.study.over_fitting import reading
from core.training import State
from core.ui.pages.cures import plan, results
from core.ui.pages.cures.state import CuresState
from core.ui.widgets.dropping import DroppingState
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import button, files, mine, opened, studied, words
from tests.pages.test_compare import trained
from tests.runs import end_all
from tests.waiting import until

TINY = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(6, "relu"), Dense(10, "softmax")), "Tiny")
EVERY = ("l2", "dropout", "gaussian_dropout", "batch_normalisation", "augmentation", "early_stopping", "smaller")


@pytest.fixture
def few(mnist) -> Dataset:
    """200 digits to learn from, 200 to be tested on."""
    return Dataset(
        "mnist", mnist.x_train[:200], mnist.y_train[:200], mnist.x_test[:200], mnist.y_test[:200], mnist.class_names
    )


@pytest.fixture
def page(app, few, monkeypatch):
    """The page with a tiny network, a hundred images and few epochs; L2 is the only cure that is ticked."""
    for module in (plan, results):
        monkeypatch.setattr(module, "load", lambda _name: few)
    mine(app).workspace._loader = lambda _name: few
    mine(app).editor.open(TINY)
    own = mine(app).state(CuresState)
    own.images, own.epochs, own.left_out = 100, 5, frozenset(EVERY) - {"l2"}
    yield opened(app, "cures")
    end_all([mine(app).workspace])


def series(app):
    return mine(app).workspace.series


def ran(app):
    """The page, once all runs have ended; each rerun is a look, as a browser's."""
    for _ in range(len(series(app).plans)):
        until(lambda: not series(app).current.active and series(app).current.wait(0.01))
        app.run()
    return studied(app, "cures")


def test_all_train_one_after_another_and_stay_among_the_runs(page):
    button(page, "Train all 2").click().run()
    assert not page.exception and "run 1 of 2" in words(page)
    ran(page)
    runs = mine(page).workspace.runs
    assert [run.name for run in runs] == ["Tiny: L2", "Tiny: Nothing"]
    assert all(run.snapshot.state is State.FINISHED and run.recipe.training_images == 100 for run in runs)
    assert "2 runs on MNIST digits. They stay among your runs." in words(page)
    found = mine(page).state(StudyState).studies["cures"][1].latest
    assert reading(found) in words(page) and "overlap: L2" in words(page)
    rows = page.table[0].value.to_dict("records")
    assert [row["Run"] for row in rows] == ["Nothing", "L2"]
    plain = runs[1]
    assert rows[0]["On the test images"].startswith(f"{100 * plain.snapshot.test_accuracy:.2f} %")
    assert {"over-fitting.svg", "over-fitting.csv"} <= files(page)
    alts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert alts[0].startswith("Accuracy over epochs") and alts[1].startswith("Accuracy at the end on training")


def test_the_accuracy_on_the_training_images_is_that_of_the_final_weights(page, mnist):
    button(page, "Train all 2").click().run()
    ran(page)
    run = series(page).runs["nothing"]
    right = np.asarray(run.model()(mnist.x_train[:100].astype(np.float32) / 255)).argmax(1) == mnist.y_train[:100]
    assert (
        page.table[0].value.to_dict("records")[0]["On its training images"].startswith(f"{100 * right.mean():.2f} %")
    )


def test_they_go_on_while_another_page_is_open(page):
    button(page, "Train all 2").click().run()
    opened(page, "build")
    until(lambda: not series(page).current.active and series(page).current.wait(0.01))
    page.run()
    assert not page.exception and series(page).current.name == "Tiny: L2"
    assert "run 2 of 2" in words(page)
    opened(page, "cures")
    ran(page)
    assert series(page).over


def test_a_stop_ends_them_and_they_can_go_on(page):
    mine(page).state(CuresState).epochs = 100
    page.run()
    button(page, "Train all 2").click().run()
    page.button(key="cures/stop").click().run()
    until(lambda: not series(page).current.active and series(page).current.wait(0.01))
    page.run()
    assert not page.exception and len(mine(page).workspace.runs) == 1
    assert page.button(key="cures/stop").disabled and not page.button(key="cures/on").disabled
    page.button(key="cures/on").click().run()
    assert series(page).current.name == "Tiny: L2"
    series(page).stop()


def test_how_long_it_takes_is_told_once_it_was_measured(page):
    assert "How long it takes is being measured." in words(page)
    study = mine(page).state(StudyState).studies["pace"][1]
    until(lambda: study.latest is not None and not study.going)
    page.run()
    assert not page.exception and "estimated by 4 epochs" in words(page)


def test_a_cure_that_does_not_work_is_disabled_and_says_why(page):
    box = next(one for one in page.checkbox if one.label == "Spatial dropout")
    assert box.disabled and not box.value and "no convolution is left without dropout" in box.help
    nothing = next(one for one in page.checkbox if one.label == "Nothing")
    assert nothing.disabled and nothing.value


def test_boxes_leave_cures_out_and_take_them_in(page):
    next(one for one in page.checkbox if one.label == "Dropout").check().run()
    assert button(page, "Train all 3")
    next(one for one in page.checkbox if one.label == "L2").uncheck().run()
    next(one for one in page.checkbox if one.label == "Dropout").uncheck().run()
    assert not page.exception and button(page, "Train it")


def test_without_room_for_all_a_sentence_says_how_many_are_too_many(page, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "1")
    page.run()
    assert "You have 0 runs, and 1 are kept at most: 2 more would be 1 too many." in words(page)
    assert button(page, "Train all 2").disabled


def test_a_network_that_cannot_be_trained_is_said_with_its_reason(page):
    mine(page).editor.open(Network((8, 8, 3), (Flatten(), Dense(10, "softmax")), "Colours"))
    page.run()
    assert not page.exception
    assert "The network expects images of 8×8×3" in words(page)
    assert not [one for one in page.button if one.label.startswith("Train")]


def test_a_preset_is_trained_in_place_of_the_network_in_the_editor(page):
    choice = next(one for one in page.selectbox if one.label == "Network")
    choice.set_value(next(iter(PRESETS))).run()
    assert not page.exception
    chosen = mine(page).state(CuresState).preset
    assert mine(page).state(StudyState).studies["pace"][0][0] == PRESETS[chosen].network != TINY
    assert not next(one for one in page.checkbox if one.label == "Spatial dropout").disabled


def test_what_dropout_does_to_a_map_is_drawn_and_rolled_again(page):
    def there():
        study = mine(page).state(StudyState).studies["dropping"][1]
        until(lambda: study.latest is not None and not study.going)
        page.run()
        assert not page.exception
        return study.latest

    first = there()
    rows = page.table[-1].value.to_dict("records")
    assert rows[0]["The factor"] == "measured over 10,000 draws"
    assert rows[1]["Standard deviation"].endswith(f"{deviation(Dropout(0.3)):.3f}")
    assert len(first.drawn) == 5
    page.button(key="cures/roll").click().run()
    second = there()
    assert np.array_equal(first.values, second.values) and not np.array_equal(first.drawn, second.drawn)


def test_feature_maps_show_what_a_dropout_layer_draws(app):
    run = trained(
        app, Network((28, 28, 1), (MaxPooling2D(4), Dropout(0.5), Flatten(), Dense(10, "softmax")), "Dropping")
    )
    mine(app).choose_run(run)
    mine(app).focus.subject = "run"
    opened(app, "feature_maps")
    assert not app.exception and "while the network trains**, in five steps" not in words(app)
    mine(app).focus.look_at((0,))
    app.run()
    assert not app.exception and "while the network trains**, in five steps" not in words(app)
    mine(app).focus.look_at((1,))
    app.run()
    assert not app.exception and "while the network trains**, in five steps" in words(app)
    assert app.table[-1].value.to_dict("records")[1]["Standard deviation"].endswith("= 1.000")
    app.button(key="maps/roll").click().run()
    assert not app.exception and mine(app).state(DroppingState).seed == 1
