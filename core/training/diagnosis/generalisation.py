"""Findings about what is learned by heart, read from its own images compared with those that it is evaluated on."""

from __future__ import annotations

import numpy as np

from core.training.diagnosis.curves import SURE, Curves, first_lasting_epoch
from core.training.diagnosis.finding import Finding, neutral, warning
from core.training.diagnosis.remedies import against_over_fitting, why_harder
from core.training.diagnosis.statistics import accuracy_tolerance, kendall_tau, noise_deviation

# Over-fitting
LATER = 3  # evaluations after the minimum, before a rise is believed
RISE = 0.05  # of the lowest loss: a smaller rise cannot be seen in the chart
RISE_NOISE = 4.0  # standard deviations of its jitter: the lowest of 50 random ones is 2.3 of them below the mean
UPWARD = 0.3  # Kendall's tau of what follows the minimum; it is 0 for jitter and 1 for a steady rise
GAP = 0.03  # accuracy on its own images above that on new ones; one or two points are usual
SMALL_GAP = 0.005  # worth a word, where it is most of what is still wrong
MOST_OF_THE_REST = 0.5  # of the mistakes on new images
CLOSING = 0.8  # of the gap two evaluations before
LEARNED = 0.995  # accuracy that cannot rise any more

HARDER = 0.01  # training accuracy below the other: less is not seen


def over_fitting(curves: Curves) -> Finding | None:
    """The evaluated loss turns up for good while the network still gets better on its own images."""
    stages = curves.stages
    losses = np.array([stage.loss for stage in stages])
    lowest = int(losses.argmin())
    later = losses[lowest + 1 :]
    if len(later) < LATER:
        return None
    end = later[-max(LATER, len(later) // 2) :]
    # A running median of three, so that a single lucky evaluation is no minimum.
    floor = min(float(np.median(losses[max(i - 1, 0) : i + 2])) for i in range(len(losses)))
    rise = float(np.median(end)) - floor
    jitter = noise_deviation(
        np.log(np.maximum(losses, 1e-9))
    )  # of the logarithm: where the loss is small, so is its jitter
    needed = floor * max(RISE, RISE_NOISE * (1 + 2 / len(later)) * jitter)  # a few are easily high together
    if rise < needed or end[-LATER:].min() < floor + needed / 2 or kendall_tau(later) < UPWARD:
        return None
    then, now = stages[lowest], stages[-LATER:]
    loss_now = float(np.median([stage.train_loss for stage in now]))
    own = float(np.median([stage.train_accuracy for stage in now]))
    if loss_now >= then.train_loss and own <= max(then.train_accuracy, LEARNED):
        return None  # it gets worse on its own images too: something else is wrong
    since = then.epoch
    gap = float(np.median([stage.gap for stage in now]))
    accuracy = float(np.median([stage.accuracy for stage in now]))
    own_images = "while the training loss falls" if loss_now < then.train_loss else "though it knows its own images"
    what = f"Over-fitting since epoch {since:.3g}: the {curves.name} loss rises {own_images}."
    if curves.snapshot.kept_epoch is not None:
        kept = f"The weights of epoch {curves.snapshot.kept_epoch:.3g} were kept, so no harm is done."
        return neutral("over-fitting", f"{what} {kept}", since)
    if gap < GAP and accuracy >= then.accuracy - accuracy_tolerance([stage.accuracy for stage in stages[-LATER:]]):
        sure = "The accuracy holds, but it gets too confident of its mistakes."
        return neutral(
            "over-fitting", f"{what} {sure} {against_over_fitting(curves.recipe, curves.network, turned=True)}", since
        )
    ahead = f"It is {_points(gap)} better on its own images." if gap >= GAP else ""
    sentence = " ".join(filter(None, (what, ahead, against_over_fitting(curves.recipe, curves.network, turned=True))))
    return warning("over-fitting", sentence, since)


def generalisation_gap(curves: Curves) -> Finding | None:
    """It is much better on its own images than on others, whatever the losses do."""
    now = curves.stages[-LATER:]
    gap = float(np.median([stage.gap for stage in now]))
    if len(curves.stages) < LATER or any(stage.gap < max(GAP, SURE * stage.error) for stage in now):
        return None
    if now[-1].gap < CLOSING * now[0].gap:
        return None  # it closes: with batch normalization, answers to new images come late
    since = first_lasting_epoch(curves.stages, lambda stage: stage.gap >= GAP)
    earlier = [stage.gap for stage in curves.stages[:-LATER]]
    grows = not earlier or gap > float(np.median(earlier)) + now[-1].error
    sentence = f"It is {_points(gap)} better on the images it learns from than on new ones"
    sentence += ", and the gap grows: over-fitting." if grows else ": over-fitting."
    return warning("gap", f"{sentence} {against_over_fitting(curves.recipe, curves.network, turned=False)}", since)


def small_gap(curves: Curves) -> str:
    """A word on a gap that is small in points, but most of what is left; empty where there is none."""
    now = curves.stages[-LATER:]
    gap, own = (float(np.median([getattr(stage, name) for stage in now])) for name in ("gap", "train_accuracy"))
    sure = len(now) == LATER and all(stage.gap > SURE * stage.error for stage in now)
    if not sure or not SMALL_GAP <= gap < GAP or gap < MOST_OF_THE_REST * (1 - own + gap):
        return ""
    ways = against_over_fitting(curves.recipe, curves.network, turned=False)
    return f" On the images it learns from, it is {_points(gap)} better, so some of that is learned by heart. {ways}"


def harder(curves: Curves) -> list[Finding]:
    """It does worse on its own images: they are made harder for it."""
    stages = curves.stages[1:][-LATER:]  # in the first, both change too much to be compared
    if len(stages) < 2 or curves.at_chance or any(stage.lag < max(HARDER, SURE * stage.error) for stage in stages):
        return []
    below = _points(float(np.median([stage.lag for stage in stages])))
    why = why_harder(curves.recipe, curves.network, curves.name)
    return [neutral("harder", f"Its training accuracy is {below} below its {curves.name} accuracy. {why}")]


def _points(share: float) -> str:
    """A difference of accuracies: `12 points`."""
    return f"{share * 100:.1f} points" if share < 0.095 else f"{share * 100:.0f} points"
