"""What trials say in numbers: against SciPy and against Optuna called directly."""

import math
import random
from statistics import fmean, stdev

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.network import LENET5
from core.study.sweeps.domains import Listed, Span
from core.study.sweeps.importances import importances
from core.study.sweeps.results import findings, t_quantile
from core.study.sweeps.sweep import Dimension, Plan, Sweep
from core.study.sweeps.targets import OfLayers, OfRecipe
from core.study.sweeps.trials import Trial

UNITS = Dimension(OfLayers("Dense", "units", ((5,),)), Listed((10, 20, 30)))


def sweep_of(repeats, dimension=UNITS):
    return Sweep(LENET5, dimensions=(dimension,), plan=Plan(repeats=repeats))


def trials_of(*settings_):
    """Each setting: its accuracies; None for a trial that was pruned, a text for one in that state."""
    found = []
    for setting, accuracies in enumerate(settings_):
        for seed, accuracy in enumerate(accuracies, 1):
            state = "finished" if isinstance(accuracy, float) else accuracy
            value = (10 * (setting + 1),)
            found.append(
                Trial(len(found), setting, value, seed, state, (), accuracy if state == "finished" else None)
            )
    return found


@pytest.mark.parametrize("share", [0.6, 0.9, 0.95, 0.975, 0.995, 0.9999])
@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 10, 29, 30, 999])
def test_quantiles_of_students_t_are_scipys(share, freedom):
    assert math.isclose(t_quantile(share, freedom), stats.t.ppf(share, freedom), rel_tol=1e-9)


@pytest.mark.parametrize(("share", "freedom"), [(0.5, 3), (1.0, 3), (0.9, 0), (float("nan"), 3)])
def test_there_is_no_quantile_for_what_is_no_share(share, freedom):
    with pytest.raises(ValueError, match="No quantile"):
        t_quantile(share, freedom)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0.5, 1), min_size=2, max_size=6),
    st.lists(st.floats(0.5, 1), min_size=2, max_size=6),
)
def test_two_settings_differ_where_students_test_says_so(first, other):
    """With two settings, the pooled spread is that of the two-sample t test with equal variances."""
    if stdev([*first, *other]) < 1e-6 or max(stdev(first), stdev(other)) < 1e-9:
        return
    found = findings(sweep_of(6), trials_of(first, other))
    p = stats.ttest_ind(first, other, equal_var=True).pvalue
    if abs(p - 0.05) > 1e-6:
        assert found.differ(*found.results) == (p < 0.05)
    for one, accuracies in zip(found.results, (first, other)):
        assert math.isclose(one.mean, fmean(accuracies)) and math.isclose(one.deviation, stdev(accuracies))
    assert found.best.mean == max(fmean(first), fmean(other))


def test_the_spread_is_pooled_over_all_settings():
    groups = [[0.90, 0.92, 0.91], [0.95, 0.96], [0.93]]
    found = findings(sweep_of(3), trials_of(*groups))
    anova = sum((x - fmean(group)) ** 2 for group in groups for x in group) / (6 - 3)
    assert math.isclose(found.spread.deviation, math.sqrt(anova)) and found.spread.freedom == 3
    least = stats.t.ppf(0.975, 3) * math.sqrt(anova) * math.sqrt(1 / 3 + 1 / 2)
    assert math.isclose(found.spread.least_difference(3, 2), least)
    assert found.best.name == "units 20" and found.best.accuracies == (0.95, 0.96)
    assert [one.name for one in found.as_good] == ["units 30"]  # 0.025 off, with a single seed


def test_with_one_seed_nothing_is_known_of_the_spread():
    found = findings(sweep_of(1), trials_of([0.9], [0.95]))
    assert found.spread is None and found.differ(*found.results) is None and found.as_good == ()
    assert found.best.name == "units 20" and found.best.deviation is None


def test_pruned_and_failed_trials_are_counted_and_in_no_mean():
    found = findings(sweep_of(2), trials_of([0.99, "failed"], [0.9, 0.92], ["pruned"]))
    first, other = found.results
    assert (first.accuracies, first.trials, first.complete) == ((0.99,), 2, False)
    assert found.best == other
    assert findings(sweep_of(2), trials_of([0.99, "running"])).best.running == 1
    assert findings(sweep_of(2), ()) == ((), None, None)


def test_seeds_without_any_spread_tell_every_difference():
    found = findings(sweep_of(2), trials_of([0.9, 0.9], [0.91, 0.91]))
    assert found.spread.deviation < 1e-12 and found.differ(*found.results) is True


def test_importances_are_optunas():
    dimensions = (
        Dimension(OfRecipe("learning_rate"), Span(1e-5, 0.1, log=True)),
        Dimension(OfLayers("Dense", "units", ((5,),)), Span(8, 512)),
        Dimension(OfRecipe("optimizer"), Listed(("Adam", "SGD"))),
    )
    sweep = Sweep(LENET5, dimensions=dimensions, plan=Plan(method="random", trials=120, repeats=2))
    space = {
        "learning rate": optuna.distributions.FloatDistribution(1e-5, 0.1, log=True),
        "units": optuna.distributions.IntDistribution(8, 512),
        "optimiser": optuna.distributions.CategoricalDistribution(["Adam", "SGD"]),
    }
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=7))
    trials = []
    for setting in range(60):
        drawn = study.ask(space)
        values = tuple(drawn.params.values())
        rate, units = values[:2]
        accuracies = [0.9 - 0.1 * abs(math.log10(rate) + 3) + units / 1e4 + seed / 1000 for seed in (1, 2)]
        study.tell(drawn, fmean(accuracies))
        trials += [Trial(len(trials) + n, setting, values, n + 1, "finished", (), accuracies[n]) for n in (0, 1)]
    trials.append(Trial(120, 60, (0.1, 10, "SGD"), 1, "pruned", (0.1,), 0.1))
    trials.append(Trial(121, 61, (0.1, 10, "SGD"), 1, "finished", (), 0.1))  # of two seeds
    found = importances(sweep, trials)
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    assert found == optuna.importance.get_param_importances(study, evaluator=evaluator)
    assert next(iter(found)) == "learning rate" and math.isclose(sum(found.values()), 1)
    assert importances(sweep, trials[:18]) == {}


def test_importances_of_a_grid_and_of_what_never_changes():
    dimensions = (
        Dimension(OfLayers("Dense", "units", ((5,),)), Span(16, 2048, log=True, points=8)),
        Dimension(OfLayers("Conv2D", "kernel_size", ((0,),)), Listed((3, (1, 7)))),
        Dimension(OfRecipe("optimizer"), Listed(("SGD",))),
    )
    sweep = Sweep(LENET5, dimensions=dimensions)
    noise = random.Random(1)
    values = list(sweep.grid())
    trials = [
        Trial(n, n, one, 1, "finished", (), math.log2(one[0]) / 12 + noise.random() / 100)
        for n, one in enumerate(values)
    ]
    found = importances(sweep, trials)
    assert next(iter(found)) == "units" and found["units"] > 0.9 and found["optimiser"] == 0
    alike = importances(sweep, [Trial(n, n, one, 1, "finished", (), 0.5) for n, one in enumerate(values)])
    assert all(math.isfinite(share) for share in alike.values())
