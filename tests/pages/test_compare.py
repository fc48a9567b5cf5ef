"""The Compare page: networks on the same images, and what is said where they cannot be compared."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.network import LENET5, Dense, Flatten, Network
from core.study.proportions import mcnemar
from core.training import Recipe, State, build_model, pretrained
from core.training.scheduler import SCHEDULER
from core.training.trained import Trained
from core.ui.pages.compare.state import CompareState
from core.ui.shell.pages import PAGES
from core.ui.widgets.studies import MOST, StudyState, entrant
from core.views.wording import plain
from tests.pages.conftest import button, mine, opened, studied, went_to, words
from tests.study.test_finished import TABLE
from tests.waiting import until

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
COLOURS = Network((8, 8, 3), (Flatten(), Dense(10, "softmax")), "Colours")


def measured(app: AppTest, page: str = "compare") -> AppTest:
    """The page, once all test images were evaluated."""
    return studied(opened(app, page), page)


def rows(app: AppTest) -> dict[str, dict[str, str]]:
    """The table by the names of the networks."""
    found = [row for table in app.table for row in table.value.to_dict("records") if "Network" in row]
    return {row["Network"]: row for row in found}


def trained(app: AppTest, network=PLAIN, name="", **recipe):
    """A run that has ended, however it has."""
    run = mine(app).workspace.start(network, "mnist", Recipe(epochs=1, training_images=500).replaced(**recipe))
    assert run.wait(60)
    if name:
        run.rename(name)
    return run


def imported(app: AppTest, network, dataset="mnist", weights=None) -> Trained:
    one = Trained(network, weights or build_model(network).get_weights(), dataset)
    mine(app).take_imported(one)
    return one


def choose(app: AppTest, *keys: str) -> None:
    mine(app).state(StudyState).chosen = keys


def right(name: str, mnist) -> np.ndarray:
    """Which test images a shipped network gets right, by Keras alone."""
    images = mnist.x_test.astype(np.float32) / 255
    return np.asarray(pretrained(name).predict(images, 500, verbose=0)).argmax(1) == mnist.y_test


def test_two_trained_networks_are_compared_from_the_first_visit(app, mnist):
    measured(app)
    table = rows(app)
    assert list(table) == ["LeNet-5", "Dense 128"]
    lenet = table["LeNet-5"]
    assert lenet["Parameters"] == "61,706" and lenet["Multiply-adds"] == "416,520"
    assert lenet["Last map sees"] == "16×16 px"  # C1 5×5, S2, C3 5×5, S4: 5 + 1 + 4·2 + 2
    assert lenet["Test accuracy"] == "99.29 % (99.11 – 99.44 %)"  # 9,929 of 10,000, by scipy's Wilson interval
    assert lenet["Where it is from"] == "comes trained" and lenet["An epoch"] == "–"
    assert all(0 < float(row["One image"].removesuffix(" ms")) < 1000 for row in table.values())
    one, other = right("lenet5", mnist), right("dense-128", mnist)
    only, others = int((one & ~other).sum()), int((other & ~one).sum())
    said = words(app)
    assert plain(mcnemar(only, others).sentence("LeNet-5", "Dense 128")) in said
    assert "Same recipe: no." in said and "Epochs: 30 and 20." in said


def test_the_images_that_only_one_gets_right_are_shown_and_opened_elsewhere(app, mnist):
    measured(app)
    one, other = right("lenet5", mnist), right("dense-128", mnist)
    expected = np.flatnonzero(one & ~other)
    app.button(key="compare/only/lenet5/dense-128").click().run()
    assert not app.exception
    assert "LeNet-5 is right, Dense 128 is wrong" in words(app)
    number = int(expected[-1])
    mine(app).state(CompareState).test_image = number
    app.run()
    assert f"Test image {number:,} is “{mnist.y_test[number]}”" in words(app)
    button(app, PAGES["why"].title).click().run()
    assert went_to(app) == "why"
    assert (mine(app).image.source, mine(app).image.test_index) == ("test", number)
    assert mine(app).focus.subject == "dense-128"  # the one that is wrong


def test_a_run_is_compared_with_its_curves_by_epoch_and_by_second(app):
    run = trained(app)
    measured(app)
    assert list(rows(app)) == ["Plain", "LeNet-5", "Dense 128"]  # the newest run is chosen by itself
    shown = float(rows(app)["Plain"]["Test accuracy"].split(" %")[0])
    assert shown == round(100 * run.snapshot.test_accuracy, 2)
    epoch = float(rows(app)["Plain"]["An epoch"].removesuffix(" s"))
    assert epoch == pytest.approx(run.snapshot.seconds, abs=0.05)  # there was one
    assert alts(app) == [f"Accuracy over epochs; at the end: Plain {run.snapshot.evaluations[-1].accuracy:.4f}."]
    app.button_group(key="compare/unit").set_value("second").run()
    assert not app.exception
    assert app.get("vega_lite_chart")[0].proto.alt.startswith("Accuracy over seconds")


def test_two_runs_of_one_recipe_and_of_one_name_are_told_apart(app):
    first, second = trained(app), trained(app)
    choose(app, f"run/{first.created}", f"run/{second.created}")
    measured(app)
    assert list(rows(app)) == ["Plain", "Plain (2)"]
    assert "Same recipe: yes." in words(app)
    assert "Plain and Plain (2) are right on the same images." in words(app)
    assert app.button(key=f"compare/only/run/{first.created}/run/{second.created}").disabled


def test_a_run_chosen_by_the_test_images_is_warned_of(app):
    run = trained(app, restore_best=True)
    choose(app, f"run/{run.created}", "lenet5")
    measured(app)
    assert "“Plain” kept the epoch, or set the learning rate, that suited the test images" in words(app)


def test_networks_for_other_images_are_named_with_the_reason(app):
    one = imported(app, COLOURS, "")
    choose(app, "lenet5", f"imported/{one.identity}")
    measured(app)
    said = words(app)
    assert "“Colours” reads images of 8×8×3, but those of MNIST are 28×28×1." in said.replace(" digits", "")
    table = rows(app)
    assert table["Colours"]["Test accuracy"] == "–" and table["Colours"]["Parameters"] == "1,930"
    assert table["LeNet-5"]["Test accuracy"].startswith("99.29 %")


def test_without_any_test_images_there_is_a_sentence_and_no_figure(app):
    one = imported(app, COLOURS, "")
    choose(app, f"imported/{one.identity}")
    opened(app, "compare")
    assert not app.exception
    assert "no test images here for these networks" in words(app)
    assert rows(app)["Colours"]["Test accuracy"] == "–"


def test_a_run_that_another_window_has_deleted_leaves_with_a_word(app):
    run = trained(app)
    measured(app)
    mine(app).workspace.delete(run)
    app.run()
    assert not app.exception
    assert "“Plain” was deleted and left the comparison." in words(app)
    assert list(rows(app)) == ["LeNet-5", "Dense 128"]


def test_a_run_that_diverged_has_its_row_with_what_happened(app):
    run = trained(app, LENET5, name="Wild", optimizer="SGD", learning_rate=1000.0)
    assert run.snapshot.state is State.FAILED
    choose(app, f"run/{run.created}", "lenet5")
    measured(app)
    assert rows(app)["Wild"]["Where it is from"].startswith("your run, failed: ")
    assert run.snapshot.message in rows(app)["Wild"]["Where it is from"]


def test_weights_that_are_no_numbers_are_left_out_by_name(app):
    nothing = [np.full_like(part, np.nan) for part in build_model(PLAIN).get_weights()]
    one = imported(app, PLAIN, weights=nothing)
    choose(app, "lenet5", f"imported/{one.identity}")
    measured(app)
    assert "“Plain” is left out: its weights are no longer numbers." in words(app)
    assert rows(app)["Plain"]["Test accuracy"] == "–"


def test_a_run_that_trains_is_compared_as_it_was_until_its_newest_weights_are_taken(app):
    run = mine(app).workspace.start(PLAIN, "mnist", Recipe(epochs=200, training_images=500))
    try:
        until(lambda: run.version)
        choose(app, f"run/{run.created}", "lenet5")
        measured(app)
        first = mine(app).state(StudyState).taken[f"run/{run.created}"][0]
        before = run.version
        until(lambda: run.version != before)
        app.run()
        assert mine(app).state(StudyState).taken[f"run/{run.created}"][0] == first
        app.button(key="compare/newer").click().run()
        assert not app.exception
        assert mine(app).state(StudyState).taken[f"run/{run.created}"][0] != first
    finally:
        run.stop()
        assert run.wait(60)


@pytest.mark.parametrize("page", ["compare", "robustness"])
def test_a_run_that_waits_in_line_is_left_out_with_that_word_until_it_has_weights(app, page):
    tickets = [object() for _ in range(SCHEDULER.at_once)]
    for ticket in tickets:
        SCHEDULER.join(ticket)
    run = mine(app).workspace.start(PLAIN, "mnist", Recipe(epochs=1, training_images=500))
    try:
        until(lambda: run.snapshot.queue_position == 1)
        choose(app, f"run/{run.created}", "draw")
        opened(app, page)
        assert "“Plain” is left out: it waits for its turn." in words(app)
        waits = entrant(mine(app), f"run/{run.created}", "Plain")
        before = waits.awaited
        assert before == "it waits for its turn"
    finally:
        for ticket in tickets:
            SCHEDULER.leave(ticket)
    assert run.wait(60)
    assert waits.awaited != before  # so that the page is drawn anew, and
    app.run()
    assert not app.exception and "left out" not in words(app)


def test_nothing_chosen_and_too_much_chosen(app):
    opened(app, "compare")
    app.multiselect[0].set_value([]).run()
    assert not app.exception and "Choose at least one network." in words(app)
    assert app.multiselect[0].max_selections == MOST == 4
    app.multiselect[0].set_value(["draw"]).run()
    assert not app.exception and list(rows(app)) == ["Reader of drawings"]


@pytest.mark.parametrize("part", ["edit", "train", "draw"])
def test_a_lesson_may_leave_out_other_parts(app, part):
    mine(app).hidden = (part,)
    opened(app, "compare")
    assert not app.exception and rows(app)


@pytest.fixture
def measured_before(monkeypatch):
    """Two presets whose curves ship."""
    monkeypatch.setattr("core.study.finished.reproduced", lambda: TABLE)


def alts(app: AppTest) -> list[str]:
    """The words of the charts of curves."""
    found = [chart.proto.alt for chart in app.get("vega_lite_chart")]
    return [alt for alt in found if not alt.startswith("Size of the gradient")]


def before(app: AppTest) -> dict[str, dict[str, str]]:
    """The table of what was measured before, by the names."""
    found = [row for table in app.table for row in table.value.to_dict("records") if "Measured before" in row]
    return {row["Measured before"]: row for row in found}


def test_who_comes_for_the_first_time_sees_1998_against_today_at_once(app, measured_before):
    opened(app, "compare")
    assert alts(app) == [
        "Accuracy over epochs; at the end: LeNet-5 of 1998 (measured before) 0.5000, "
        "Seven thousand (measured before) 0.9400."
    ]
    rows = before(app)
    assert rows["LeNet-5 of 1998"]["Test accuracy"].startswith("86.67 % (")
    assert rows["Seven thousand"]["Test accuracy"].startswith("99.57 % (")
    assert rows["Seven thousand"]["Epoch"] == "2 of 3, the best on 7,500 images kept apart"
    assert "Long dashes: measured before, on 7,500 training images kept apart or the test images" in words(app)
    assert app.button(key="compare/then").disabled
    app.multiselect[1].set_value(["C5"]).run()
    assert list(before(app)) == ["Seven thousand"] and "1998" not in alts(app)[0]
    app.button(key="compare/then").click().run()
    assert app.multiselect[1].value == ["E1", "C5"]
    assert not app.exception and list(before(app)) == ["LeNet-5 of 1998", "Seven thousand"]
    app.multiselect[1].set_value([]).run()
    assert not app.exception and not alts(app) and not before(app)


def test_finished_trainings_are_there_without_any_network_that_is_compared(app, measured_before):
    mine(app).state(StudyState).chosen = ()
    opened(app, "compare")
    assert "Choose at least one network." in words(app)
    assert len(alts(app)) == 1 and len(before(app)) == 2


def test_finished_trainings_stand_beside_a_run_only_when_they_are_added(app, measured_before):
    run = trained(app, name="Seven thousand (measured before)")
    opened(app, "compare")
    assert alts(app) == [f"Accuracy over epochs; at the end: {run.name} {run.snapshot.evaluations[-1].accuracy:.4f}."]
    app.multiselect[1].set_value(["C5"]).run()
    assert not app.exception
    assert alts(app)[0].endswith("Seven thousand (measured before) (2) 0.9400.")
    app.button_group(key="compare/unit").set_value("second").run()
    assert not app.exception and "were timed on another machine" in words(app)


def test_presets_without_a_curve_are_not_offered(app, monkeypatch):
    monkeypatch.setattr("core.study.finished.reproduced", lambda: {})
    opened(app, "compare")
    assert len(app.multiselect) == 1 and not alts(app)
