"""How much each dimension of a sweep matters, by Optuna's own evaluator."""

from __future__ import annotations

from collections.abc import Sequence

from core.study.sweeps.drawing import finished_study, optuna_quiet
from core.study.sweeps.sweep import Sweep
from core.study.sweeps.trials import Trial

FEWEST = 10  # settings; of fewer, nothing is said


def importances(sweep: Sweep, trials: Sequence[Trial]) -> dict[str, float]:
    """Title of each dimension → its share of the importance, most important first; they add up to 1.

    Told by settings that are finished from all their seeds, by the mean over these. PED-ANOVA asks how far the values
    of the better settings are from those of all. A dimension that always had the same value has none, and where no
    dimension has any, all shares are 0.

    Args:
        sweep: the sweep.
        trials: of it, by number.

    Returns:
        Nothing without dimensions, or with fewer than ten such settings.

    Source: Watanabe, Bansal and Hutter, “PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary
    subspaces” (2023), as Optuna has it; its fANOVA needs scikit-learn, which is not here.
    """
    study = finished_study(sweep, trials)
    if not sweep.dimensions or len(study.trials) < FEWEST:
        return {}
    optuna = optuna_quiet()
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))
