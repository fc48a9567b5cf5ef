"""The Runs page: each button of a run does what it says, whatever another window has done meanwhile."""

import pytest
from streamlit.testing.v1 import AppTest

from core.network import LENET5, Dense, Flatten, Network
from core.training import Recipe, State
from core.ui.pages.runs.state import RunsState
from tests.drawn import shapes
from tests.pages.conftest import button, mine, opened, went_to, words

PLAIN = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
OF_THE_PAGE = ("-runs/whole", "-runs/words")  # and of no run
DELETED = "“Plain” was deleted in another window."


@pytest.fixture
def page(app) -> AppTest:
    """Two runs; the page is about the newer one, other pages and the editor about another."""
    workspace = mine(app).workspace
    for network in (LENET5, PLAIN):
        run = workspace.start(network, "mnist", Recipe(epochs=1, training_images=500, learning_rate=0.002))
        assert run.wait(60) and run.snapshot.evaluations
    newer, older = workspace.runs
    assert (newer.name, older.name) == ("Plain", "LeNet-5")
    mine(app).choose_run(older)
    mine(app).editor.open(LENET5, Recipe())
    mine(app).focus.subject = "lenet5"
    return opened(app, "runs")


def found(page: AppTest, key: str):
    """The button with a key that begins so; its end is the run's."""
    return next(one for one in page.button if one.key.startswith(f"runs/{key}/"))


def pressed(page: AppTest, key: str) -> AppTest:
    found(page, key).click().run()
    assert not page.exception
    return page


def toasts(page: AppTest) -> list[str]:
    return [toast.value for toast in page.toast]


def test_a_run_is_opened_on_train(page):
    newer, _ = mine(page).workspace.runs
    pressed(page, "open")
    assert went_to(page) == "train" and mine(page).run is newer
    assert mine(page).focus.subject == "lenet5" and mine(page).editor.network == LENET5


def test_a_run_is_looked_into(page):
    newer, _ = mine(page).workspace.runs
    pressed(page, "inside")
    assert went_to(page) == "feature_maps" and mine(page).run is newer and mine(page).focus.subject == "run"
    assert mine(page).editor.network == LENET5


def test_a_runs_network_is_edited_with_its_recipe(page):
    newer, older = mine(page).workspace.runs
    mine(page).editor.dataset = "fashion_mnist"
    pressed(page, "edit")
    editor = mine(page).editor
    assert went_to(page) == "build"
    assert (editor.network, editor.recipe, editor.dataset) == (PLAIN, newer.recipe, "mnist")
    assert mine(page).run is older  # its curves are still those that were being watched


@pytest.mark.parametrize("key", ["open", "inside"])
def test_a_run_that_another_window_has_deleted_is_not_opened(page, key):
    newer, older = mine(page).workspace.runs
    mine(page).workspace.delete(newer)
    pressed(page, key)
    assert toasts(page) == [DELETED]
    assert went_to(page) is None and mine(page).run is older and mine(page).focus.subject == "lenet5"
    assert "**LeNet-5**" in words(page)


def test_the_only_run_is_deleted_in_another_window(page):
    for run in mine(page).workspace.runs:
        mine(page).workspace.delete(run)
    mine(page).choose_run(None)
    pressed(page, "open")
    assert toasts(page) == [DELETED] and went_to(page) is None
    assert mine(page).run is None and "not trained anything yet" in words(page)


def test_the_network_of_a_run_that_another_window_has_deleted_can_be_edited_still(page):
    mine(page).workspace.delete(mine(page).workspace.runs[0])
    pressed(page, "edit")
    assert went_to(page) == "build" and mine(page).editor.network == PLAIN


def name_field(page: AppTest):
    return next(field for field in page.text_input if field.label == "Name")


def test_a_run_is_renamed(page):
    newer, _ = mine(page).workspace.runs
    name_field(page).set_value("  Softmax alone ").run()
    assert not page.exception and newer.name == "Softmax alone"
    assert "**Softmax alone**" in words(page) and name_field(page).value == "Softmax alone"
    name_field(page).set_value("  ").run()
    assert not page.exception and newer.name == "Softmax alone"


def test_the_name_that_another_window_has_given_stays(page):
    newer, _ = mine(page).workspace.runs
    newer.rename("From elsewhere")
    page.run()
    page.run()
    assert not page.exception and newer.name == "From elsewhere" == name_field(page).value


def test_a_run_that_another_window_has_deleted_is_not_renamed(page):
    newer, _ = mine(page).workspace.runs
    field = name_field(page)
    mine(page).workspace.delete(newer)
    field.set_value("Softmax alone").run()
    assert not page.exception and newer.name == "Plain" and toasts(page) == [DELETED]


def test_a_run_is_deleted_and_one_that_is_gone_already_is_no_fault(page):
    newer, older = mine(page).workspace.runs
    mine(page).workspace.delete(newer)
    button(page, "Delete it").click().run()
    assert not page.exception and mine(page).workspace.runs == [older]
    button(page, "Delete it").click().run()
    assert not page.exception and not mine(page).workspace.runs and mine(page).run is None


def test_in_a_lesson_without_the_page_the_visitor_stays_and_is_told(page):
    mine(page).hidden = ("train",)
    pressed(page, "open")
    assert toasts(page) == ["This lesson leaves out the page Train."] and went_to(page) is None


def chooser(page: AppTest):
    return next(box for box in page.selectbox if box.label == "Run")


def test_of_two_runs_with_one_name_the_chosen_one_is_meant(page):
    newer, older = mine(page).workspace.runs
    newer.rename("LeNet-5")
    page.run()
    assert chooser(page).options == ["LeNet-5 · 7,850 parameters", "LeNet-5 · 61,706 parameters"]
    chooser(page).select_index(1).run()
    assert not page.exception
    pressed(page, "edit")
    assert mine(page).editor.network == older.network == LENET5
    opened(page, "runs")
    assert chooser(page).value == f"run/{older.created}"  # also after another page
    chooser(page).select_index(0).run()
    pressed(page, "edit")
    assert mine(page).editor.network == newer.network == PLAIN


def test_the_chosen_run_stays_chosen_where_another_begins_or_is_renamed(page):
    newer, older = mine(page).workspace.runs
    chooser(page).select_index(1).run()
    newest = mine(page).workspace.start(PLAIN, "mnist", Recipe(epochs=1, training_images=500))
    assert newest.wait(60)
    newer.rename("Called otherwise")
    page.run()
    assert not page.exception and name_field(page).value == older.name


def test_the_name_in_a_field_that_has_gone_does_not_take_back_what_another_window_has_called_it(page):
    newer, _ = mine(page).workspace.runs
    field = name_field(page)
    late = field.set_value(f" {newer.name}")
    newer.rename("From elsewhere")
    late.run()
    assert not page.exception and newer.name == "From elsewhere"


def test_nothing_that_is_pressed_or_typed_for_one_run_can_reach_another(page):
    """Another run may take its place between a press and its arrival: its buttons, downloads and name are others."""
    seen = []
    for place in (0, 1):
        chooser(page).select_index(place).run()
        assert not page.exception
        controls = (*page.button, *page.get("download_button"), *page.text_input)
        seen.append({one.proto.id for one in controls if not one.proto.id.endswith(OF_THE_PAGE)})
    assert len(seen[0]) == len(seen[1]) >= 7 and not seen[0] & seen[1]


def test_a_training_waits_in_line_with_four_other_seeds(page):
    newer, _ = mine(page).workspace.runs
    pressed(page, "seeds")
    series = mine(page).workspace.series
    assert [plan.recipe.seed for plan in series.plans] == [2, 3, 4, 5] and len(series.waiting) == 3
    assert series.current is mine(page).run and series.current.recipe == newer.recipe.replaced(seed=2)
    assert found(page, "seeds").disabled  # they go on
    series.stop()
    assert series.current.wait(60)


def ticked(page: AppTest, *runs) -> AppTest:
    mine(page).state(RunsState).ticked = frozenset(run.created for run in runs)
    page.run()
    assert not page.exception
    return page


def ended_in_line(page: AppTest):
    """The series, once all its runs have ended while somebody looked."""
    series = mine(page).workspace.series
    while not series.over:
        assert series.current.wait(60)
        series.advance()
    return series


def test_ticked_runs_are_trained_anew_one_after_the_other(page):
    newer, older = mine(page).workspace.runs
    assert not any(one.label.startswith("Train ") and one.key.startswith("runs/") for one in page.button)
    ticked(page, newer, older)
    assert "2 new runs, one after the other, each by its own recipe from fresh weights: about" in words(page)
    button(page, "Train these 2 anew").click().run()
    assert not page.exception
    series = mine(page).workspace.series
    assert [plan.network for plan in series.plans] == [LENET5, PLAIN]  # as they began
    assert mine(page).run is series.current
    ended_in_line(page)
    made = list(series.runs.values())
    assert [(run.network, run.recipe, run.dataset_name) for run in made] == [
        (run.network, run.recipe, run.dataset_name) for run in (older, newer)
    ]
    assert [run.snapshot.state for run in made] == [State.FINISHED] * 2 and len(mine(page).workspace.runs) == 4


def test_each_of_two_equal_runs_gets_a_seed_of_its_own(page):
    newer, older = mine(page).workspace.runs
    equal = mine(page).workspace.start(PLAIN, "mnist", newer.recipe.replaced(seed=2))
    assert equal.wait(60)
    next(one for one in ticked(page, newer, equal, older).toggle if one.label == "With other seeds").set_value(
        True
    ).run()
    button(page, "Train these 3 anew").click().run()
    series = mine(page).workspace.series
    assert [(plan.network, plan.recipe.seed) for plan in series.plans] == [(LENET5, 2), (PLAIN, 3), (PLAIN, 4)]
    series.stop()
    assert series.current.wait(60)


def begun_line(page: AppTest):
    """A series of two: the first would take minutes, the second waits."""
    long = mine(page).workspace.start(LENET5, "mnist", Recipe(epochs=200, training_images=500))
    long.stop()
    short = mine(page).workspace.start(PLAIN, "mnist", Recipe(epochs=1, training_images=500))
    assert long.wait(60) and short.wait(60)
    button(ticked(page, long, short), "Train these 2 anew").click().run()
    assert not page.exception
    return mine(page).workspace.series


def test_what_waits_is_seen_on_runs_and_train_and_can_be_taken_out(page):
    series = begun_line(page)
    for place in ("runs", "train"):
        assert "In line: Trained anew" in words(opened(page, place)) and "1\\. Plain" in words(page)
    late = button(page, "Take out")
    late.click().run()
    assert not page.exception and [plan.network for plan in series.plans] == [LENET5] and not series.waiting
    series.stop()
    assert series.current.wait(60) and len(mine(page).workspace.runs) == 5
    assert "In line" not in words(page.run())


def test_a_line_that_is_stopped_trains_no_other(page):
    series = begun_line(page)
    next(one for one in page.button if one.key == "runs/line/stop").click().run()
    assert not page.exception and series.current.wait(60) and not series.going
    assert len(mine(page).workspace.runs) == 5 and "1\\. Plain" in words(page)


def test_without_room_for_all_it_is_said_before_a_press(page, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "3")
    newer, older = mine(page).workspace.runs
    assert button(ticked(page, newer, older), "Train these 2 anew").disabled
    assert "3 are kept at most: 2 more would be 1 too many" in words(page)


def test_a_run_whose_images_are_not_to_be_had_is_left_out_with_a_word(page):
    _, older = mine(page).workspace.runs
    network = Network((28, 28, 1), (Flatten(), Dense(3, "softmax")), "Own")
    own = mine(page).workspace.start(network, shapes(5), Recipe(epochs=1, batch_size=8))
    assert own.wait(60)
    ticked(page, own, older)
    assert "Left out: “Own”. It learned from your drawings" in words(page)
    button(page, "Train it anew").click().run()
    series = mine(page).workspace.series
    assert [plan.network for plan in series.plans] == [LENET5]
    series.stop()
    assert series.current.wait(60)
