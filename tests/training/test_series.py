"""Runs one after another: each begins when the one before has ended and somebody has looked."""

import pytest

from core.network import Dense, Flatten, MaxPooling2D, Network
from core.training import Recipe, State, StoreError, Workspace
from core.training.series import Planned
from tests.runs import end_all
from tests.waiting import until

TINY = Network((28, 28, 1), (MaxPooling2D(4), Flatten(), Dense(10, "softmax")), "Tiny")
SHORT = Recipe(epochs=1, batch_size=50)
LONG = Recipe(epochs=200, batch_size=1)


def plans(*recipes: Recipe) -> tuple[Planned, ...]:
    return tuple(
        Planned(str(number), f"Cure {number}", f"Tiny: {number}", TINY, one) for number, one in enumerate(recipes)
    )


@pytest.fixture
def workspace(small_mnist):
    there = Workspace(loader=lambda _name: small_mnist)
    yield there
    end_all([there])


def ended(run) -> None:
    until(lambda: not run.active and run.wait(0.01))


def test_each_begins_once_the_one_before_has_ended_and_somebody_looks(workspace):
    series = workspace.start_series(plans(SHORT, SHORT), "mnist", "Cures")
    assert workspace.series is series and [run.name for run in workspace.runs] == ["Tiny: 0"]
    ended(series.current)
    assert series.going and len(workspace.runs) == 1  # nobody has looked
    second = series.advance()
    assert second is series.current and second.name == "Tiny: 1"
    assert series.advance() is None  # it trains
    ended(second)
    assert series.advance() is None
    assert series.over and not series.going and not series.waiting
    assert [run.snapshot.state for run in series.runs.values()] == [State.FINISHED] * 2
    assert list(series.runs) == ["0", "1"]


def test_a_run_that_was_given_more_epochs_is_waited_for(workspace):
    series = workspace.start_series(plans(SHORT, SHORT), "mnist", "Cures")
    ended(series.current)
    series.current.more(200)
    assert series.advance() is None and series.current.name == "Tiny: 0"


def test_a_stop_between_two_runs_starts_no_other(workspace):
    series = workspace.start_series(plans(SHORT, SHORT), "mnist", "Cures")
    ended(series.current)
    series.stop()
    assert series.advance() is None and not series.going
    assert series.current.snapshot.state is State.FINISHED  # what has ended stays as it is


def test_to_look_tells_the_run_at_work_that_somebody_is_there(workspace):
    series = workspace.start_series(plans(LONG), "mnist", "Cures")
    heard = []
    series.current.heartbeat = lambda: heard.append(True)
    series.advance()
    assert heard


def test_a_stop_ends_the_run_at_work_and_starts_no_other_until_it_goes_on(workspace):
    series = workspace.start_series(plans(LONG, SHORT), "mnist", "Cures")
    series.stop()
    ended(series.current)
    assert series.current.snapshot.state is State.STOPPED
    assert series.advance() is None and not series.going and not series.over
    series.go_on()
    assert series.going and series.current.name == "Tiny: 1"
    ended(series.current)
    assert series.over


def test_a_run_that_is_stopped_by_hand_starts_no_other(workspace):
    series = workspace.start_series(plans(LONG, SHORT), "mnist", "Cures")
    series.current.stop()
    ended(series.current)
    assert series.advance() is None and not series.going


def test_a_paused_run_holds_it_up_and_goes_on_where_it_was(workspace):
    series = workspace.start_series(plans(LONG, SHORT), "mnist", "Cures")
    until(lambda: series.current.snapshot.step)
    series.current.suspend()
    ended(series.current)
    assert series.current.snapshot.state is State.PAUSED
    assert series.advance() is None and not series.going and not series.over
    series.go_on()
    assert series.going and series.current.name == "Tiny: 0"


def test_a_run_that_fails_does_not_keep_the_next_one_from_starting(workspace):
    diverging = Recipe(epochs=3, batch_size=50, optimizer="SGD", learning_rate=1000.0, loss="mse")
    unfit = Planned("0", "Wild", "Wild", Network((8, 8, 3), (Flatten(), Dense(10, "softmax")), "Wild"), diverging)
    series = workspace.start_series((unfit, plans(SHORT)[0]._replace(key="1")), "mnist", "Cures")
    ended(series.current)
    assert series.current.snapshot.state is State.FAILED
    assert series.advance().name == "Tiny: 0"


def test_a_run_that_was_deleted_is_left_out(workspace):
    series = workspace.start_series(plans(LONG, SHORT), "mnist", "Cures")
    workspace.delete(series.current)
    assert series.runs == {} and series.going
    assert series.advance().name == "Tiny: 1"
    ended(series.current)
    assert series.over


def test_another_series_stops_the_one_before(workspace):
    first = workspace.start_series(plans(LONG, SHORT), "mnist", "Cures")
    second = workspace.start_series(plans(SHORT), "mnist", "Cures")
    ended(first.current)
    assert not first.going and first.advance() is None and workspace.series is second


def test_without_room_for_all_nothing_is_started(workspace, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "2")
    assert workspace.why_no_room(2) is None
    with pytest.raises(StoreError, match="You have 0 runs, and 2 are kept at most: 3 more would be 1 too many"):
        workspace.start_series(plans(SHORT, SHORT, SHORT), "mnist", "Cures")
    assert workspace.runs == [] and workspace.series is None


def test_where_the_next_one_finds_no_room_the_series_says_so_and_goes_on_after_a_deletion(workspace, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_MOST_RUNS", "2")
    series = workspace.start_series(plans(SHORT, SHORT), "mnist", "Cures")
    ended(series.current)
    other = workspace.start(TINY, "mnist", SHORT)
    assert series.advance() is None and not series.going
    assert "the most that is kept" in series.problem
    ended(other)
    workspace.delete(other)
    series.go_on()
    assert series.problem == "" and series.current.name == "Tiny: 1"


def test_each_page_keeps_its_own_and_what_goes_on_again_is_looked_after(workspace):
    cures = workspace.start_series(plans(LONG, SHORT), "mnist", "Cures", "cures")
    price = workspace.start_series(plans(SHORT), "mnist", "Equal price", "price")
    assert (workspace.series_of("cures"), workspace.series_of("price"), workspace.series) == (cures, price, price)
    assert workspace.series_of("compare") is None and (cures.page, price.page) == ("cures", "price")
    ended(price.current)
    ended(cures.current)
    cures.go_on()
    assert workspace.series is cures and cures.going


def test_a_run_that_waits_is_taken_out_and_one_that_has_begun_is_not(workspace):
    series = workspace.start_series(plans(SHORT, SHORT, SHORT), "mnist", "Cures")
    assert not series.leave_out("0") and not series.leave_out("9") and len(series.plans) == 3
    assert series.leave_out("1") and not series.leave_out("1")
    assert [plan.key for plan in series.waiting] == ["2"]
    ended(series.current)
    assert series.advance().name == "Tiny: 2"
    ended(series.current)
    assert series.over and list(series.runs) == ["0", "2"]


def test_each_run_learns_from_the_images_of_its_own_plan(workspace):
    first, second = plans(SHORT, SHORT)
    series = workspace.start_series((first, second._replace(dataset="fashion_mnist")), "mnist", "Anew")
    ended(series.current)
    series.advance()
    ended(series.current)
    assert [run.dataset_name for run in series.runs.values()] == ["mnist", "fashion_mnist"]
