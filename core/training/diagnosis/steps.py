"""Findings about the length of the steps, read from how the loss went from one stretch to the next."""

from __future__ import annotations

import itertools

from core.training.diagnosis.curves import SURE, Curves, change, first_lasting_epoch
from core.training.diagnosis.finding import Finding, warning
from core.training.diagnosis.remedies import against_standstill
from core.training.snapshot import DeadUnits, Point, mean

ENOUGH_STEPS = 100  # a good recipe has left the level of guessing by then, or is about to
GROWN = 1.1  # times the loss before training: worse than knowing nothing
OVERSHOT = 1.3  # times that, in single stretches of training
FLAT_RATE = 100.0  # times the usual rate: too high if nothing is learned, even where the loss shows no trace of it
DEAD_RATE = 10.0  # times the usual rate: enough to kill units
JUMP = 0.05  # of the loss before training, upwards from one stretch to the next
JUMP_ACCURACY = 0.05  # and accuracy falls by five points: over-fitting raises the loss alone
JUMP_IMAGES = 2000  # in a stretch: smaller ones jump by what happened to be in them
JUMPS = 2  # one may be an accident
COLLAPSE = 0.2  # accuracy lost since the best epoch, on its own images too
KNEW = 0.4  # accuracy at the best epoch: with less there was little to lose
SLOW_FALL = 0.25  # of the loss before training: a run that has done more than this is under way
SLOW_PACE = 0.02  # of it per epoch: at this pace half of it takes 25 epochs
SLOWING = 0.75  # of the mean pace so far: rather a network that can do no more than one that takes small steps
STEADY = 0.75  # of the evaluations are better than the one before
FEW_STEPS = 20  # in an epoch: smaller batches would make more

# Dead units
ALL = 0.995  # and not 1, as shares may have been rounded
MOST_UNITS = 0.5  # more are dead than alive: the network is smaller than it looks


def collapsed(curves: Curves, _: DeadUnits | None) -> Finding | None:
    """It knew more before, about its own images too."""
    best = max(curves.stages, key=lambda stage: stage.accuracy)
    own = max(stage.train_accuracy for stage in curves.stages)
    now = curves.stages[-1]
    lost = now.accuracy <= best.accuracy - COLLAPSE and now.train_accuracy <= own - COLLAPSE
    if not lost or best.accuracy < KNEW:
        return None
    since = first_lasting_epoch(curves.stages, lambda stage: stage.accuracy <= best.accuracy - COLLAPSE)
    if now.train_loss < best.train_loss and curves.penalties:
        return penalties(since)  # nothing else makes the loss smaller with fewer right answers
    return warning(
        "rate-too-high",
        f"By epoch {since:.3g} it had lost what it knew: the learning rate is too high. "
        f"Start again with {curves.lower_rate}.",
        since,
    )


def penalties(since: float | None = None) -> Finding:
    """The loss is made small by small weights, not by right answers."""
    return warning(
        "penalties",
        "The training loss falls, but only because the penalties on the weights do: they count for more than the "
        "images. Make them smaller.",
        since,
    )


def blocked(curves: Curves, dead: DeadUnits | None) -> bool:
    """Nothing gets through a layer any more, whatever was learned until then."""
    return dead is not None and dead.share >= ALL and curves.stages[-1].accuracy <= curves.chance


def nothing_learned(curves: Curves, dead: DeadUnits | None) -> Finding | None:
    """No better than guessing: because of steps that are too long, or for a reason that the curves do not tell."""
    if not (curves.at_chance or blocked(curves, dead)):
        return None
    now = curves.stages[-1]
    start = curves.start
    grown = now.loss > GROWN * curves.before
    overshot = start is not None and any(point.loss > OVERSHOT * start for point in curves.snapshot.train)
    killed = dead is not None and dead.share >= MOST_UNITS and curves.rate >= DEAD_RATE
    long_enough = curves.snapshot.step >= ENOUGH_STEPS or (curves.ended and curves.stages[-1].epoch >= 1)
    if grown or overshot or killed or (curves.rate >= FLAT_RATE and long_enough):
        return warning(
            "rate-too-high",
            "It learns nothing: no more answers are right than by guessing. The learning rate is too high, so "
            f"each step overshoots. Try {curves.lower_rate}.",
        )
    if curves.penalised:
        return penalties()
    if not long_enough or too_slow(curves, dead) is not None or blocked(curves, dead):
        return None
    if len(curves.stages) < 2 and not curves.ended:
        return None
    rate = curves.lower_rate if curves.rate >= 1 else curves.higher_rate
    rate = rate if "rates" in rate else f"a learning rate of {rate}"
    ways = against_standstill(curves.network)
    return warning(
        "stuck",
        "It learns nothing: no more answers are right than by guessing, and the loss stays flat. Try "
        f"{rate}{f' first, then {ways}' if ways else ''}.",
    )


def jumps(curves: Curves, _: DeadUnits | None) -> Finding | None:
    """The loss goes up by leaps again and again."""
    since = curves.stages[-1].epoch / 2  # what happened in the first half may be over
    leaps = [epoch for epoch in _leaps(curves) if epoch > since]
    if len(leaps) < JUMPS:
        return None
    return warning(
        "rate-too-high",
        "The loss jumps up and down instead of falling: the learning rate is too high, so steps overshoot. "
        f"Try {curves.lower_rate}.",
        leaps[0],
    )


def _leaps(curves: Curves) -> list[float]:
    """Epochs at which the loss had leapt upwards, on its own images or on those that it is evaluated on."""
    found = set()
    for one, other in itertools.pairwise(_stretches(curves.snapshot.train)):
        error = max(one.loss, 0.3 * curves.before) * (1 / one.images + 1 / other.images) ** 0.5
        if other.loss - one.loss > max(JUMP * curves.before, SURE * error):
            found.add(other.epoch)
    for one, other in itertools.pairwise(curves.stages):
        drop = one.accuracy - other.accuracy
        if other.loss - one.loss > JUMP * curves.before and drop > max(JUMP_ACCURACY, SURE * other.error):
            found.add(other.epoch)
    return sorted(found)


def _stretches(train: tuple[Point, ...]) -> list[Point]:
    """The training curve in stretches of at least `JUMP_IMAGES` images."""
    found, held = [], []
    for point in train:
        held.append(point)
        if sum(one.images for one in held) >= JUMP_IMAGES:
            found.append(mean(held))
            held = []
    return found


def too_slow(curves: Curves, dead: DeadUnits | None) -> Finding | None:
    """The loss falls from evaluation to evaluation, but it would take forever."""
    stages = curves.stages
    if len(stages) < 2 or curves.rate_rises or blocked(curves, dead):
        return None
    losses = [curves.before, *(stage.loss for stage in stages)]
    fall = (losses[0] - losses[-1]) / curves.before
    pace = -change(curves.recent, "loss") / curves.before / (curves.recent[-1].epoch - curves.recent[0].epoch)
    better = sum(after < before for before, after in itertools.pairwise(losses)) / len(stages)
    slowing = pace < SLOWING * fall / stages[-1].epoch
    if not (0 < fall < SLOW_FALL and 0 < pace < SLOW_PACE and better >= STEADY and not slowing):
        return None
    few = curves.snapshot.steps / curves.snapshot.epochs < FEW_STEPS and curves.recipe.batch_size > 1
    batches = " Smaller batches would make more steps." if few else ""
    return warning(
        "rate-too-low",
        "The loss falls steadily, but hardly at all: the learning rate is too low. "
        f"Try {curves.higher_rate}.{batches}",
    )
