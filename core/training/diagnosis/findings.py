"""Diagnosis of a training: the findings about its learning curves that matter most."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.network.network import Network, layer_label
from core.network.percentages import FEW, percent, rough_percent
from core.network.recipe import Recipe
from core.training.diagnosis.curves import WINDOW, Curves, change, first_lasting_epoch
from core.training.diagnosis.finding import Finding, good, neutral, warning
from core.training.diagnosis.generalisation import GAP, generalisation_gap, harder, over_fitting, small_gap
from core.training.diagnosis.remedies import against_under_fitting
from core.training.diagnosis.statistics import accuracy_tolerance, loss_tolerance, noise_deviation
from core.training.diagnosis.steps import (
    ALL,
    MOST_UNITS,
    blocked,
    collapsed,
    jumps,
    nothing_learned,
    penalties,
    too_slow,
)
from core.training.snapshot import DeadUnits, Snapshot, State

MOST = 3  # more than three findings are not read

# Levels
AROUND = 0.01  # of accuracy: what has settled stays so near its level
LOW = 0.8  # accuracy on its own images: every class of network here gets beyond, on digits and on clothes
HIGH = 0.9  # accuracy that needs no advice
HIGH_RATE = 30.0  # times the usual rate: rather too high than too low

SOME_UNITS = 0.2  # fewer are found in most trained networks


def diagnose(snapshot: Snapshot, recipe: Recipe, network: Network) -> tuple[Finding, ...]:
    """At most three findings, the most important first; none about a run that failed, which says why itself."""
    if snapshot.state is State.FAILED:
        return ()
    curves = Curves.of(snapshot, recipe, network)
    dead = _worst(snapshot.dead_units)
    course = _course(curves, dead)
    kinds = {finding.kind for finding in course}
    found = [*course]
    if dead is not None and curves.stages:
        finding = _dead_units(dead, lower_rate=not kinds & {"rate-too-low", "under-fitting", "stuck"})
        found.insert(0 if dead.share >= ALL else len(found), finding)
    if kinds and kinds <= {"learning", "settled", "open"}:
        found += harder(curves)
    found += _selection(curves)
    found.sort(key=lambda finding: finding.tone != "warning")  # stable: what is more important stays in front
    return tuple(found[:MOST])


def _course(curves: Curves, dead: DeadUnits | None) -> list[Finding]:
    """Course of the run: one finding, or two that belong together."""
    if not curves.stages:
        return [_early(curves)]
    for verdict in (collapsed, nothing_learned, jumps, too_slow):
        finding = verdict(curves, dead)
        if finding is not None:
            return [finding]
    if blocked(curves, dead):
        return []  # that is all there is to say
    turned = over_fitting(curves)
    if turned is not None:
        return [turned]
    gap = generalisation_gap(curves)
    if len(curves.stages) < 2:
        return [_early(curves)]
    trend = _learning(curves, gap is not None) or _settled(curves, gap is not None, dead)
    return [trend] if gap is None or trend.kind == "rate-too-high" else [gap, trend]


def _share(curves: Curves, accuracy: float, written: Callable[[float], str] = percent) -> str:
    """`88.12 % of the test images`; of few, for which a percentage says too much, `44 of the 50 test images`."""
    images = curves.snapshot.evaluations[-1].images
    if images >= FEW:
        return f"{written(accuracy)} of the {curves.name} images"
    return f"{round(accuracy * images)} of the {images} {curves.name} images"


def _early(curves: Curves) -> Finding:
    """Nothing can be said yet; what will come."""
    if curves.ended and not curves.stages:
        return neutral(
            "early", "It ended before the first epoch was over: too early to say. Let it run a few epochs."
        )
    if curves.ended:
        more = "Whether there is more to gain, only more epochs will show."
        more = _spent(curves) if curves.rate_spent else more
        return neutral(
            "early",
            f"{_share(curves, curves.snapshot.evaluations[-1].accuracy)} are right after this. {more}",
        )
    return neutral(
        "early",
        "Too early to say. With each epoch the loss should fall and the accuracy rise, on the images it learns "
        "from and on new ones.",
    )


def _learning(curves: Curves, gap: bool) -> Finding | None:
    """It gets better on its own images and on those that it is evaluated on."""
    recent = curves.recent
    falls = change(recent, "loss") < -loss_tolerance([stage.loss for stage in recent])
    rises = change(recent, "accuracy") > accuracy_tolerance([stage.accuracy for stage in recent])
    trains = change(recent, "train_loss") < 0 or change(recent, "train_accuracy") > 0
    if not (falls or rises) or not trains or curves.at_chance:
        return None
    if curves.rate_spent and curves.nearly_over:
        sentence = f"It was learning to the end of its schedule. {_spent(curves)}{small_gap(curves)}"
    elif gap and curves.nearly_over:
        sentence = "New images still gain a little from it: a few more epochs would do no harm."
    elif gap:
        sentence = "New images still gain from it too, so it may go on for now."
    elif curves.ended:
        sentence = "It was still learning at the end: the curves had not settled. More epochs would help."
    elif curves.nearly_over and curves.rate_falls:
        sentence = "It is still learning, and settles as its learning rate falls."
    elif curves.nearly_over:
        sentence = "It is still learning, and the end is near: more epochs would help."
    else:
        sentence = "It is learning, and what it learns holds for new images too. Let it go on."
    return good("learning", sentence)


def _settled(curves: Curves, gap: bool, dead: DeadUnits | None) -> Finding:
    """Nothing changes any more; at what level, and what may raise it."""
    recent = curves.recent
    losses = [stage.loss for stage in recent]
    moves = abs(change(recent, "loss")) > loss_tolerance(losses)
    drops = abs(change(recent, "accuracy")) > accuracy_tolerance([stage.accuracy for stage in recent])
    if len(recent) < WINDOW or (moves and drops):
        tell = _spent(curves) if curves.rate_spent and curves.nearly_over else "A few more epochs will tell."
        return neutral("open", f"The {curves.name} curves show no clear direction yet. {tell}")
    level = float(np.median([stage.accuracy for stage in recent]))
    own = float(np.median([stage.train_accuracy for stage in recent]))
    near = max(AROUND, recent[-1].error, 3 * noise_deviation(np.array([stage.accuracy for stage in recent])))
    since = first_lasting_epoch(curves.stages, lambda stage: abs(stage.accuracy - level) <= near)
    since = min(since, recent[len(recent) // 2].epoch)
    if own < LOW and level < LOW and (not gap or curves.rate >= HIGH_RATE):
        return _under_fitting(curves, level, since, dead)
    what = f"Since epoch {since:.3g} it has settled: about {_share(curves, level, _whole)} are right."
    if level >= HIGH:
        return good("settled", f"{what} More epochs will add little.{small_gap(curves)}", since)
    if gap or own > level + GAP or (dead is not None and dead.share >= MOST_UNITS):
        return neutral("settled", f"{what} More epochs alone will not help.", since)
    better = "A larger network" if curves.rate < HIGH_RATE else f"A learning rate of {curves.lower_rate}"
    better = "Lower rates" if "rates" in better else better
    return neutral("settled", f"{what} {better} may get further; more epochs alone will not.", since)


def _spent(curves: Curves) -> str:
    """What to do where the learning rate has fallen so far that more epochs would teach nothing."""
    now = curves.snapshot.learning_rate
    return f"Its learning rate has fallen to {now:.2g}: to get further, plan more epochs from the start."


def _under_fitting(curves: Curves, level: float, since: float, dead: DeadUnits | None) -> Finding:
    """It has settled at a level that its own images do not explain."""
    what = f"Since epoch {since:.3g} it has settled: {_share(curves, level)} are right, and it does little better on its own."
    if curves.rate >= HIGH_RATE:
        advice = f"The learning rate is most likely too high: try {curves.lower_rate}."
        return warning("rate-too-high", f"{what} {advice}", since)
    if curves.penalised:
        return penalties(since)
    if dead is not None and dead.share >= MOST_UNITS:
        return warning("under-fitting", f"{what} Too few of its units take part.", since)
    return warning("under-fitting", f"{what} {against_under_fitting(curves.network)}", since)


def _dead_units(dead: DeadUnits, lower_rate: bool) -> Finding:
    where = f"layer {layer_label(dead.path)}"
    remedy = "a smaller learning rate, or elu instead of relu" if lower_rate else "elu instead of relu"
    if dead.share >= ALL:
        return warning(
            "dead-units",
            f"Every unit of {where} answers zero to every image, so nothing gets through it. "
            f"Start again with {remedy}.",
        )
    what = f"{rough_percent(dead.share)} of the units of {where} answer zero to every image"
    if dead.share >= MOST_UNITS:
        return warning("dead-units", f"{what} and learn no more. Start again with {remedy}.")
    return neutral("dead-units", f"{what}. That is common and does little harm.")


def _worst(layers: tuple[DeadUnits, ...]) -> DeadUnits | None:
    """The layer with the largest share worth a word; the first of equals."""
    return max((one for one in layers if one.share >= SOME_UNITS), key=lambda one: one.share, default=None)


def _selection(curves: Curves) -> list[Finding]:
    """Something is decided by looking at the images whose accuracy is then shown."""
    recipe = curves.recipe
    if not recipe.selects or recipe.validation_share or not curves.stages:
        return []
    if recipe.restore_best:
        what = "The best epoch is chosen"
    else:
        what = "When to stop is decided" if recipe.early_stopping else "The learning rate is lowered"
    return [
        neutral(
            "selection",
            f"{what} by looking at the test images, so the test accuracy flatters. Set a validation share for an "
            "honest figure.",
        )
    ]


def _whole(share: float) -> str:
    """A level that curves hover about: without digits that would contradict the newest figure."""
    return f"{share * 100:.0f} %" if share < 0.985 else f"{share * 100:.1f} %"
