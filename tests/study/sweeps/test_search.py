"""The search: Optuna drives it, the same seed gives the same trials, and what was stopped goes on as it would have."""

import hashlib
import itertools
import json
import math
import subprocess
import sys
from dataclasses import replace

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import LENET5, PRESETS, Dense, Recipe
from core.study.sweeps.domains import InvalidSweep, Listed, Span
from core.study.sweeps.impossible import preview, previews, without_effect
from core.study.sweeps.search import Search
from core.study.sweeps.sweep import Dimension, Plan, Sweep
from core.study.sweeps.targets import OfLayers, OfRecipe
from core.study.sweeps.trials import DRAWN_BEFORE, Trial, trials_from_json, trials_to_json

UNITS = OfLayers("Dense", "units", ((5,),))
KERNEL = OfLayers("Conv2D", "kernel_size", ((2,),))
RATE = OfRecipe("learning_rate")
EPOCHS = 5
RANGES = Sweep(
    LENET5,
    dimensions=(
        Dimension(RATE, Span(1e-5, 1e-1, log=True)),
        Dimension(UNITS, Span(8, 512)),
        Dimension(OfRecipe("optimizer"), Listed(("Adam", "SGD"))),
    ),
    plan=Plan(method="tpe", trials=30, seed=4),
)
SPACE = {
    "learning rate": optuna.distributions.FloatDistribution(1e-5, 1e-1, log=True),
    "units": optuna.distributions.IntDistribution(8, 512),
    "optimiser": optuna.distributions.CategoricalDistribution(["Adam", "SGD"]),
}


def with_plan(sweep, **changes):
    return replace(sweep, plan=sweep.plan.replaced(**changes))


def curve_of(values, seed):
    """Accuracies that some training might have: a best rate, more units are better, Adam is, and some noise."""
    rate, units, optimizer = values
    best = 0.9 - 0.05 * abs(math.log10(rate) + 3) + units / 10_000 - (optimizer == "SGD") * 0.05
    noise = int.from_bytes(hashlib.sha256(repr((values, seed)).encode()).digest()[:2]) / 65_536 / 50
    return [best + noise - 0.2 / epoch for epoch in range(1, EPOCHS + 1)]


def train(search, trial):
    for accuracy in curve_of(trial.values, trial.seed)[len(trial.curve) :]:
        if search.report(trial.number, accuracy):
            return search.prune(trial.number)
    return search.finish(trial.number, accuracy)


def run(search, most=10**6):
    for _ in range(most):
        trial = search.ask()
        if trial is None:
            break
        train(search, trial)
    return search


def by_hand(method, pruner):
    """The same search with Optuna alone: its ask, report, should_prune and tell, and a seed for each draw."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    pruners = {
        "none": optuna.pruners.NopPruner(),
        "median": optuna.pruners.MedianPruner(),
        "halving": optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
    }
    study = optuna.create_study(direction="maximize", pruner=pruners[pruner])
    sampler = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}[method]
    for number in range(30):
        study.sampler = sampler(seed=int(hashlib.sha256(f"4 {number}".encode()).hexdigest()[:8], 16))
        trial = study.ask(SPACE)
        curve = curve_of(tuple(trial.params.values()), 1)
        for epoch, accuracy in enumerate(curve, 1):
            trial.report(accuracy, epoch)
            if trial.should_prune():
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            study.tell(trial, curve[-1])
    return study.trials


@pytest.mark.parametrize(
    ("method", "pruner"), [("random", "none"), ("tpe", "none"), ("tpe", "median"), ("tpe", "halving")]
)
def test_optuna_drives_it(method, pruner):
    found = run(Search(with_plan(RANGES, method=method, pruner=pruner))).trials
    expected = by_hand(method, pruner)
    assert [trial.values for trial in found] == [tuple(trial.params.values()) for trial in expected]
    assert [trial.curve for trial in found] == [tuple(trial.intermediate_values.values()) for trial in expected]
    states = {"finished": "COMPLETE", "pruned": "PRUNED"}
    assert [states[trial.state] for trial in found] == [trial.state.name for trial in expected]
    assert {trial.state for trial in found} == ({"finished"} if pruner == "none" else {"finished", "pruned"})


def test_guided_search_finds_more_than_it_draws_at_random():
    rates = {}
    for method in ("random", "tpe"):
        found = run(Search(with_plan(RANGES, method=method, trials=60))).trials[30:]
        rates[method] = sum(trial.accuracy for trial in found) / len(found)
    assert rates["tpe"] > rates["random"] + 0.02


def test_another_seed_draws_other_settings():
    first, other = (run(Search(with_plan(RANGES, trials=5, seed=seed))).trials for seed in (1, 2))
    assert not {trial.values for trial in first} & {trial.values for trial in other}
    assert [trial.values for trial in run(Search(with_plan(RANGES, trials=5, seed=1))).trials] == [
        trial.values for trial in first
    ]


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(("random", "tpe", "grid")),
    st.sampled_from(("none", "median", "halving")),
    st.integers(1, 2),
    st.lists(st.integers(0, 30), min_size=1, max_size=4),
    st.integers(0, EPOCHS - 1),
)
def test_what_is_stopped_in_the_middle_goes_on_as_it_would_have(method, pruner, repeats, stops, epochs):
    """After some trials, and in the middle of one; only JSON survives. No finished trial is trained again."""
    sweep = with_plan(RANGES, pruner=pruner, repeats=repeats)
    if method == "grid":
        lists = (
            Dimension(RATE, Listed((1e-4, 1e-3, 1e-2))),
            Dimension(UNITS, Listed((16, 64, 256))),
            RANGES.dimensions[2],
        )
        sweep = replace(sweep, dimensions=lists)
    sweep = with_plan(sweep, method=method)
    whole = run(Search(sweep)).trials
    search, trained = Search(sweep), []
    for stop in stops:
        before = len(search.trials)
        run(search, stop)
        trained += [trial.number for trial in search.trials[before:]]
        trial = search.ask()
        if trial is None:
            break
        for accuracy in curve_of(trial.values, trial.seed)[:epochs]:
            if search.report(trial.number, accuracy):
                break
        search = Search(sweep, trials_from_json(trials_to_json(search.trials), sweep))  # the process was killed
        (left,) = search.unfinished
        assert left.number == trial.number
        train(search, search.again(left.number))
        trained.append(left.number)
    before = len(search.trials)
    run(search)
    trained += [trial.number for trial in search.trials[before:]]
    assert search.trials == whole
    assert trained == [trial.number for trial in whole]


def test_a_trial_may_go_on_from_its_checkpoint():
    sweep = with_plan(RANGES, pruner="median", trials=20)
    whole, search = run(Search(sweep)).trials, run(Search(sweep), 12)
    trial = search.ask()
    for accuracy in curve_of(trial.values, 1)[:1]:
        search.report(trial.number, accuracy)
    search = Search(sweep, search.trials)
    train(search, search.unfinished[0])
    assert run(search).trials == whole


def test_several_at_once_differ_and_are_told_in_any_order():
    search = run(Search(RANGES), 12)
    running = [search.ask() for _ in range(4)]
    assert len({trial.values for trial in running}) == 4
    again = Search(RANGES, search.trials)
    for one in (search, again):
        for trial in reversed(running):
            train(one, trial)
    assert search.ask().values == again.ask().values
    assert run(search).trials == run(again).trials and len(search.trials) == 30


def test_optuna_knows_of_trials_that_run_and_of_the_mean_over_seeds():
    """By hand: settings are asked for while others are open, and told as the mean of two."""
    search = Search(with_plan(RANGES, repeats=2, trials=60))
    study, open_, values = optuna.create_study(direction="maximize"), [], []
    for number in range(30):
        first = search.ask()
        study.sampler = optuna.samplers.TPESampler(
            seed=int(hashlib.sha256(f"4 {number}".encode()).hexdigest()[:8], 16)
        )
        drawn = study.ask(SPACE)
        assert first.values == tuple(drawn.params.values())
        open_.append((drawn, (first, search.ask())))
        if len(open_) == 3:
            drawn, pair = open_.pop(1)
            accuracies = [curve_of(trial.values, trial.seed)[-1] + trial.seed / 10 * (number % 2) for trial in pair]
            for trial, accuracy in zip(pair, accuracies, strict=True):
                search.finish(trial.number, min(accuracy, 1.0))
            study.tell(drawn, sum(min(accuracy, 1.0) for accuracy in accuracies) / 2)
        values.append(first.values)
    assert len(set(values)) == 30 and search.ask() is None


def test_a_grid_is_the_product_of_its_lists_and_the_seeds():
    lists = (
        Dimension(UNITS, Listed((60, 120))),
        Dimension(RATE, Listed((0.1, 0.01, 0.001))),
        Dimension(OfRecipe("optimizer"), Listed(("SGD",))),
    )
    search = run(Search(Sweep(LENET5, Recipe(seed=3), dimensions=lists, plan=Plan(repeats=2))))
    expected = itertools.product((60, 120), (0.1, 0.01, 0.001), ("SGD",), (3, 4))
    assert [(*trial.values, trial.seed) for trial in search.trials] == list(expected)
    assert [trial.setting for trial in search.trials] == [n // 2 for n in range(12)]
    assert search.ended() == "All its trials have begun." and search.to_come == 0
    grid = optuna.samplers.GridSampler({"units": [60, 120], "rate": [0.1, 0.01, 0.001], "optimiser": ["SGD"]}, seed=1)
    study = optuna.create_study(sampler=grid)
    study.optimize(
        lambda t: (
            t.suggest_categorical("units", [60, 120])
            + t.suggest_categorical("rate", [0.1, 0.01, 0.001])
            + len(t.suggest_categorical("optimiser", ["SGD"]))
        )
    )
    assert {trial.values for trial in search.trials} == {
        (t.params["units"], t.params["rate"], t.params["optimiser"]) for t in study.trials
    }


def test_impossible_points_of_a_grid_are_told_before_and_left_out():
    lists = (Dimension(KERNEL, Listed((3, 5, 15))), Dimension(UNITS, Listed((10, 8192))))
    sweep = Sweep(LENET5.replaced((6,), Dense(8192, "relu")), dimensions=lists)
    seen = preview(sweep)
    assert (seen.settings, seen.drawn, seen.possible) == (6, False, ((3, 10), (5, 10)))
    assert [(one.settings, one.reason.split(":")[0].split(" alone")[0]) for one in seen.left_out] == [
        (((3, 8192), (5, 8192)), "Layer 7 (Dense 8192, relu)"),
        (((15, 10), (15, 8192)), "Layer 3"),
    ]
    assert seen.sentence() == "4 of 6 settings cannot be trained and are left out."
    search = Search(sweep)
    assert search.to_come == 6  # at most: nobody has looked at all of them
    assert [search.ask().values, search.ask().values, search.ask()] == [(3, 10), (5, 10), None]
    assert search.to_come == 0 and search.ended() == "All its trials have begun."
    assert Search(sweep, search.trials).ask() is None
    works = preview(replace(sweep, dimensions=(Dimension(UNITS, Listed((10, 20))),)))
    assert works.left_out == () and works.sentence() == ""


def test_impossible_draws_are_replaced_and_told_to_optuna_as_the_worst():
    """Kernels of 14 px and more leave nothing of a map of 14 px that could be pooled."""
    sweep = Sweep(
        LENET5,
        dimensions=(Dimension(KERNEL, Span(3, 15)), Dimension(RATE, Span(0.001, 0.1))),
        plan=Plan(method="tpe", trials=25),
    )
    seen = preview(sweep)
    assert seen.drawn and seen.settings == 100 and 0 < len(seen.possible) < 100
    assert "drawn for a trial cannot be trained" in seen.sentence()
    assert {values[0] for values in seen.possible} <= {*range(3, 14)}
    search = Search(sweep)
    while (trial := search.ask()) is not None:
        search.finish(trial.number, trial.values[1])
    left = [trial for trial in search.trials if not trial.trained]
    assert len(search.trials) - len(left) == 25 and 0 < len(left) < 10
    assert all(trial.seed is None and trial.reason.startswith(("Layer 3", "Layer 4")) for trial in left)
    assert Search(sweep, search.trials).ended() == "All its trials have begun."
    study = optuna.create_study(direction="maximize")
    for number, trial in enumerate(search.trials):
        study.sampler = optuna.samplers.TPESampler(
            seed=int(hashlib.sha256(f"1 {number}".encode()).hexdigest()[:8], 16)
        )
        drawn = study.ask(
            {
                "kernel size": optuna.distributions.IntDistribution(3, 15),
                "learning rate": optuna.distributions.FloatDistribution(0.001, 0.1),
            }
        )
        assert trial.values == (drawn.params["kernel size"], drawn.params["learning rate"])
        assert trial.trained == (trial.values[0] < 14)
        if trial.trained:
            study.tell(drawn, trial.values[1])
        else:
            study.tell(drawn, state=optuna.trial.TrialState.PRUNED)


def test_guided_search_learns_where_trainings_fail():
    """As they do with a high learning rate. TPE does not learn that of trials that are told as failed: it comes back."""
    sweep = with_plan(replace(RANGES, dimensions=(Dimension(RATE, Span(1e-5, 100, log=True)),)), trials=40)
    search = Search(sweep)
    while (trial := search.ask()) is not None:
        if trial.values[0] > 0.1:
            search.fail(trial.number, "The loss is not a number.")
        else:
            search.finish(trial.number, 0.9 - abs(math.log10(trial.values[0]) + 3) / 10)
    failed = [trial.state == "failed" for trial in search.trials]
    assert sum(failed[:10]) >= 2 and sum(failed[20:]) <= 2


def test_a_search_in_which_nothing_works_ends_after_a_bound():
    sweep = Sweep(
        LENET5,
        dimensions=(Dimension(OfLayers("Conv2D", "kernel_size", ((2,),)), Listed((15,))),),
        plan=Plan(method="tpe"),
    )
    search = Search(sweep)
    assert search.ask() is None and len(search.trials) == 50
    assert search.ended().startswith("50 settings in a row that were drawn gave no trial. The last: Layer 3")
    assert Search(sweep, search.trials).ask() is None


def test_no_setting_is_trained_twice_by_a_search_over_few():
    lists = (Dimension(UNITS, Listed((10, 20, 30))), Dimension(OfRecipe("optimizer"), Listed(("Adam", "SGD"))))
    search = Search(Sweep(LENET5, dimensions=lists, plan=Plan(method="random", trials=20)))
    while (trial := search.ask()) is not None:
        search.finish(trial.number, 0.5)
    trained = [trial.values for trial in search.trials if trial.trained]
    assert sorted(trained) == sorted(itertools.product((10, 20, 30), ("Adam", "SGD")))
    assert {trial.reason for trial in search.trials if not trial.trained} == {DRAWN_BEFORE}


def test_a_setting_gets_all_its_seeds_unless_one_of_them_is_pruned():
    sweep = with_plan(RANGES, method="random", repeats=3, trials=9)
    search = Search(sweep)
    first = search.ask()
    search.fail(first.number, "The loss is not a number.")
    second = search.ask()
    assert (second.values, second.seed) == (first.values, 2)
    search.report(second.number, 0.1)
    search.prune(second.number)
    third = search.ask()
    assert third.values != first.values and third.seed == 1
    assert search.trials[0].reason == "The loss is not a number." and search.trials[1].accuracy == 0.1
    assert search.to_come == 2 + 3


def test_the_minutes_end_it_and_more_trials_continue_it():
    search = Search(with_plan(RANGES, minutes=10, trials=20))
    assert search.ask(9.9) is not None
    assert search.ask(10) is None and search.ended(10) == "Its 10 minutes are used."
    short = run(Search(with_plan(RANGES, trials=10)))
    longer = run(Search(RANGES, short.trials))
    assert longer.trials == run(Search(RANGES)).trials


def test_without_validation_images_nothing_is_trained():
    sweep = Sweep(LENET5, dimensions=(Dimension(OfRecipe("training_images"), Listed((0, 1, 100))),))
    (left,) = preview(sweep).left_out
    assert left.settings == ((1,),) and "none is left for validation" in left.reason


def test_a_preview_is_an_experiment_that_gets_better():
    lists = (Dimension(KERNEL, Listed((3, 5, 15))), Dimension(UNITS, Listed(tuple(range(10, 30)))))
    steps = list(previews(Sweep(LENET5, dimensions=lists)))
    assert [step.settings for step in steps] == [25, 50, 60]
    assert [len(step.possible) for step in steps] == [25, 40, 40]
    assert steps[-1] == preview(Sweep(LENET5, dimensions=lists))


def test_dimensions_without_effect_are_named():
    momentum = Dimension(OfRecipe("momentum"), Listed((0.0, 0.9)))
    for others, expected in (((), ("momentum",)), ((RANGES.dimensions[2],), ())):
        sweep = Sweep(LENET5, dimensions=(momentum, *others))
        assert without_effect(sweep, preview(sweep).possible) == expected
    units = Sweep(LENET5, dimensions=(Dimension(UNITS, Listed((10,))),))
    assert without_effect(units, preview(units).possible) == ()


def test_what_cannot_be_told_is_refused():
    search = Search(RANGES)
    trial = search.ask()
    for wrong in (float("nan"), 1.5, -0.1):
        with pytest.raises(ValueError, match=r"0…1"):
            search.report(trial.number, wrong)
    with pytest.raises(ValueError, match="no epoch yet"):
        search.prune(trial.number)
    search.finish(trial.number, 0.5)
    with pytest.raises(ValueError, match="does not run"):
        search.finish(trial.number, 0.5)
    with pytest.raises(InvalidSweep, match="without a gap"):
        Search(RANGES, [replace(trial, number=3)])
    with pytest.raises(InvalidSweep, match="no dataset “letters”"):
        Search(replace(RANGES, dataset="letters"))


@pytest.mark.parametrize(
    "change",
    [
        {"values": [1]}, {"values": [0.1, 10, "Magic"]}, {"state": "lost"}, {"seed": None}, {"seed": "1"}, {"curve": [2]},
        {"curve": [0.5] * 201}, {"curve": "x"}, {"accuracy": float("nan")}, {"accuracy": True}, {"setting": 7},
        {"setting": -1}, {"reason": 5}, {"reason": "x" * 2001}, {"state": "finished"}, {"more": 1},
    ],
)  # fmt: skip
def test_trials_that_cannot_be_are_refused(change):
    good = {"setting": 0, "values": [0.1, 10, "Adam"], "state": "running", "seed": 1}
    assert trials_from_json(json.dumps({"format": 1, "trials": [good]}), RANGES) == (
        Trial(0, 0, (0.1, 10, "Adam"), 1),
    )
    with pytest.raises(InvalidSweep, match=r"^Trial 0.*\.$"):
        trials_from_json(json.dumps({"format": 1, "trials": [good | change]}), RANGES)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "trials": 5}', '{"format": 2, "trials": []}'])
def test_text_without_trials_is_refused(text):
    with pytest.raises(InvalidSweep):
        trials_from_json(text, RANGES)


def test_pairs_survive_a_search_and_json():
    sweep = Sweep(
        PRESETS["LeNet-5"].network,
        dimensions=(Dimension(KERNEL, Listed((3, (1, 5)))),),
        plan=Plan(method="random", trials=2),
    )
    search = Search(sweep)
    while (trial := search.ask()) is not None:
        search.finish(trial.number, 0.5)
    assert {trial.values for trial in search.trials if trial.trained} == {(3,), ((1, 5),)}
    assert trials_from_json(trials_to_json(search.trials), sweep) == search.trials


def test_optuna_is_not_imported_before_somebody_searches():
    """Nor are what it would bring along, and TensorFlow."""
    code = (
        "import sys, core.study.sweeps.search, core.study.sweeps.impossible, core.study.sweeps.trials\n"
        "print([name for name in sys.modules if name in ('optuna', 'tensorflow', 'keras', 'alembic')])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
