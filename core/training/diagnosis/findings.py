"""Findings about learning curves, as sentences for beginners."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from core.network.network import layer_label
from core.network.percentages import percent, rough_percent
from core.network.recipe import Recipe
from core.training.diagnosis.curves import WINDOW, Curves, change, first_lasting_epoch
from core.training.diagnosis.statistics import accuracy_tolerance, kendall_tau, loss_tolerance, noise_deviation
from core.training.snapshot import DeadUnits, Point, Snapshot, State, mean

MOST = 3  # more than three findings are not read

AROUND = 0.01  # of accuracy: what has settled stays so near its level

# Over-fitting
LATER = 3  # evaluations after the minimum, before a rise is believed
RISE = 0.05  # of the lowest loss: a smaller rise cannot be seen in the chart
RISE_NOISE = 4.0  # standard deviations of its jitter: the lowest of 50 random ones is 2.3 of them below the mean
UPWARD = 0.3  # Kendall's tau of what follows the minimum; it is 0 for jitter and 1 for a steady rise
GAP = 0.03  # accuracy on its own images above that on new ones; one or two points are usual
SMALL_GAP = 0.005  # worth a word, where it is most of what is still wrong
MOST_OF_THE_REST = 0.5  # of the mistakes on new images
CLOSING = 0.8  # of the gap two evaluations before
SURE = 3.0  # standard errors: by chance once in 700
LEARNED = 0.995  # accuracy that cannot rise any more

# Learning nothing, too little, or by leaps
IGNORANT = 0.99  # times the loss of one who knows nothing
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

# Levels
LOW = 0.8  # accuracy on its own images: every class of network here gets beyond, on digits and on clothes
HIGH = 0.9  # accuracy that needs no advice
HARDER = 0.01  # training accuracy below the other: less is not seen
HIGH_RATE = 30.0  # times the usual rate: rather too high than too low

# Dead units
ALL = 0.995  # and not 1, as shares may have been rounded
MOST_UNITS = 0.5  # more are dead than alive: the network is smaller than it looks
SOME_UNITS = 0.2  # fewer are found in most trained networks


class Finding(NamedTuple):
    """One thing that the curves show.

    Attributes:
        kind: a stable key: `early`, `learning`, `settled`, `open`, `over-fitting`, `gap`, `under-fitting`,
            `rate-too-high`, `rate-too-low`, `penalties`, `stuck`, `dead-units`, `harder`, `selection`.
        tone: `good`, `neutral` or `warning`.
        sentence: what is seen, and what to try.
        since: the epoch from which on it is seen, where there is one.
    """

    kind: str
    tone: str
    sentence: str
    since: float | None = None


def diagnose(snapshot: Snapshot, recipe: Recipe) -> tuple[Finding, ...]:
    """At most three findings, the most important first; none about a run that failed, which says why itself."""
    if snapshot.state is State.FAILED:
        return ()
    curves = Curves.of(snapshot, recipe)
    dead = _worst(snapshot.dead_units)
    course = _course(curves, dead)
    kinds = {finding.kind for finding in course}
    found = [*course]
    if dead is not None and curves.stages:
        finding = _dead_units(dead, lower_rate=not kinds & {"rate-too-low", "under-fitting", "stuck"})
        found.insert(0 if dead.share >= ALL else len(found), finding)
    if kinds and kinds <= {"learning", "settled", "open"}:
        found += _harder(curves)
    found += _selection(curves)
    found.sort(key=lambda finding: finding.tone != "warning")  # stable: what is more important stays in front
    return tuple(found[:MOST])


def _good(kind: str, sentence: str, since: float | None = None) -> Finding:
    return Finding(kind, "good", sentence, since)


def _neutral(kind: str, sentence: str, since: float | None = None) -> Finding:
    return Finding(kind, "neutral", sentence, since)


def _warning(kind: str, sentence: str, since: float | None = None) -> Finding:
    return Finding(kind, "warning", sentence, since)


def _course(curves: Curves, dead: DeadUnits | None) -> list[Finding]:
    """Course of the run: one finding, or two that belong together."""
    if not curves.stages:
        return [_early(curves)]
    for verdict in (_collapsed, _nothing_learned, _jumps, _too_slow):
        finding = verdict(curves, dead)
        if finding is not None:
            return [finding]
    if _blocked(curves, dead):
        return []  # that is all there is to say
    turned = _over_fitting(curves)
    if turned is not None:
        return [turned]
    gap = _gap(curves)
    if len(curves.stages) < 2:
        return [_early(curves)]
    trend = _learning(curves, gap is not None) or _settled(curves, gap is not None, dead)
    return [trend] if gap is None or trend.kind == "rate-too-high" else [gap, trend]


def _early(curves: Curves) -> Finding:
    """Nothing can be said yet; what will come."""
    if curves.ended and not curves.stages:
        return _neutral(
            "early", "It ended before the first epoch was over: too early to say. Let it run a few epochs."
        )
    if curves.ended:
        right = percent(curves.stages[-1].accuracy)
        more = "Whether there is more to gain, only more epochs will show."
        more = _spent(curves) if curves.rate_spent else more
        return _neutral(
            "early",
            f"{right} of the {curves.name} images are right after this. {more}",
        )
    return _neutral(
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
    if not (falls or rises) or not trains or _at_chance(curves):
        return None
    if curves.rate_spent and curves.nearly_over:
        sentence = f"It was learning to the end of its schedule. {_spent(curves)}{_small_gap(curves)}"
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
    return _good("learning", sentence)


def _settled(curves: Curves, gap: bool, dead: DeadUnits | None) -> Finding:
    """Nothing changes any more; at what level, and what may raise it."""
    recent = curves.recent
    losses = [stage.loss for stage in recent]
    moves = abs(change(recent, "loss")) > loss_tolerance(losses)
    drops = abs(change(recent, "accuracy")) > accuracy_tolerance([stage.accuracy for stage in recent])
    if len(recent) < WINDOW or (moves and drops):
        tell = _spent(curves) if curves.rate_spent and curves.nearly_over else "A few more epochs will tell."
        return _neutral("open", f"The {curves.name} curves show no clear direction yet. {tell}")
    level = float(np.median([stage.accuracy for stage in recent]))
    own = float(np.median([stage.train_accuracy for stage in recent]))
    near = max(AROUND, recent[-1].error, 3 * noise_deviation(np.array([stage.accuracy for stage in recent])))
    since = first_lasting_epoch(curves.stages, lambda stage: abs(stage.accuracy - level) <= near)
    since = min(since, recent[len(recent) // 2].epoch)
    if own < LOW and level < LOW and (not gap or curves.rate >= HIGH_RATE):
        return _under_fitting(curves, level, since, dead)
    what = f"Since epoch {since:.3g} it has settled: about {_whole(level)} of the {curves.name} images are right."
    if level >= HIGH:
        return _good("settled", f"{what} More epochs will add little.{_small_gap(curves)}", since)
    if gap or own > level + GAP or (dead is not None and dead.share >= MOST_UNITS):
        return _neutral("settled", f"{what} More epochs alone will not help.", since)
    better = "A larger network" if curves.rate < HIGH_RATE else f"A learning rate of {curves.lower_rate}"
    better = "Lower rates" if "rates" in better else better
    return _neutral("settled", f"{what} {better} may get further; more epochs alone will not.", since)


def _spent(curves: Curves) -> str:
    """What to do where the learning rate has fallen so far that more epochs would teach nothing."""
    now = curves.snapshot.learning_rate
    return f"Its learning rate has fallen to {now:.2g}: to get further, plan more epochs from the start."


def _small_gap(curves: Curves) -> str:
    """A word on a gap that is small in points, but most of what is left; empty where there is none."""
    now = curves.stages[-LATER:]
    gap, own = (float(np.median([getattr(stage, name) for stage in now])) for name in ("gap", "train_accuracy"))
    sure = len(now) == LATER and all(stage.gap > SURE * stage.error for stage in now)
    if not sure or not SMALL_GAP <= gap < GAP or gap < MOST_OF_THE_REST * (1 - own + gap):
        return ""
    ways = _against_over_fitting(curves.recipe, False)
    return f" On the images it learns from, it is {_points(gap)} better, so some of that is learned by heart. {ways}"


def _under_fitting(curves: Curves, level: float, since: float, dead: DeadUnits | None) -> Finding:
    """It has settled at a level that its own images do not explain."""
    what = f"Since epoch {since:.3g} it has settled at {percent(level)}, and it does little better on its own images."
    if curves.rate >= HIGH_RATE:
        advice = f"The learning rate is most likely too high: try {curves.lower_rate}."
        return _warning("rate-too-high", f"{what} {advice}", since)
    if curves.penalised:
        return _penalties(since)
    if dead is not None and dead.share >= MOST_UNITS:
        return _warning("under-fitting", f"{what} Too few of its units take part.", since)
    advice = "The network is too small, or its learning rate too low: try more units or a higher rate."
    return _warning("under-fitting", f"{what} {advice}", since)


def _over_fitting(curves: Curves) -> Finding | None:
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
        return _neutral("over-fitting", f"{what} {kept}", since)
    if gap < GAP and accuracy >= then.accuracy - accuracy_tolerance([stage.accuracy for stage in stages[-LATER:]]):
        sure = "The accuracy holds, but it gets too confident of its mistakes."
        return _neutral("over-fitting", f"{what} {sure} {_against_over_fitting(curves.recipe, True)}", since)
    ahead = f"It is {_points(gap)} better on its own images." if gap >= GAP else ""
    sentence = " ".join(filter(None, (what, ahead, _against_over_fitting(curves.recipe, True))))
    return _warning("over-fitting", sentence, since)


def _gap(curves: Curves) -> Finding | None:
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
    return _warning("gap", f"{sentence} {_against_over_fitting(curves.recipe, False)}", since)


def _collapsed(curves: Curves, _: DeadUnits | None) -> Finding | None:
    """It knew more before, about its own images too."""
    best = max(curves.stages, key=lambda stage: stage.accuracy)
    own = max(stage.train_accuracy for stage in curves.stages)
    now = curves.stages[-1]
    lost = now.accuracy <= best.accuracy - COLLAPSE and now.train_accuracy <= own - COLLAPSE
    if not lost or best.accuracy < KNEW:
        return None
    since = first_lasting_epoch(curves.stages, lambda stage: stage.accuracy <= best.accuracy - COLLAPSE)
    if now.train_loss < best.train_loss:
        return _penalties(since)  # nothing else makes the loss smaller with fewer right answers
    return _warning(
        "rate-too-high",
        f"By epoch {since:.3g} it had lost what it knew: the learning rate is too high. "
        f"Start again with {curves.lower_rate}.",
        since,
    )


def _penalties(since: float | None = None) -> Finding:
    return _warning(
        "penalties",
        "The training loss falls, but only because the penalties on the weights do: they count for more than the "
        "images. Make them smaller.",
        since,
    )


def _at_chance(curves: Curves) -> bool:
    """No better than guessing, on its own images too."""
    now = curves.stages[-1]
    lucky = now.loss >= IGNORANT * curves.ignorance  # a single good evaluation, with nothing behind it
    return now.train_accuracy <= curves.chance and (now.accuracy <= curves.chance or lucky)


def _blocked(curves: Curves, dead: DeadUnits | None) -> bool:
    """Nothing gets through a layer any more, whatever was learned until then."""
    return dead is not None and dead.share >= ALL and curves.stages[-1].accuracy <= curves.chance


def _nothing_learned(curves: Curves, dead: DeadUnits | None) -> Finding | None:
    """No better than guessing: because of steps that are too long, or for a reason that the curves do not tell."""
    if not (_at_chance(curves) or _blocked(curves, dead)):
        return None
    now = curves.stages[-1]
    start = curves.start
    grown = now.loss > GROWN * curves.before
    overshot = start is not None and any(point.loss > OVERSHOT * start for point in curves.snapshot.train)
    killed = dead is not None and dead.share >= MOST_UNITS and curves.rate >= DEAD_RATE
    long_enough = curves.snapshot.step >= ENOUGH_STEPS or (curves.ended and curves.stages[-1].epoch >= 1)
    if grown or overshot or killed or (curves.rate >= FLAT_RATE and long_enough):
        return _warning(
            "rate-too-high",
            "It learns nothing: no more answers are right than by guessing. The learning rate is too high, so "
            f"each step overshoots. Try {curves.lower_rate}.",
        )
    if curves.penalised:
        return _penalties()
    if not long_enough or _too_slow(curves, dead) is not None or _blocked(curves, dead):
        return None
    if len(curves.stages) < 2 and not curves.ended:
        return None
    rate = curves.lower_rate if curves.rate >= 1 else curves.higher_rate
    rate = rate if "rates" in rate else f"a learning rate of {rate}"
    return _warning(
        "stuck",
        "It learns nothing: no more answers are right than by guessing, and the loss stays flat. Try "
        f"{rate} first, then relu as activation or fewer layers.",
    )


def _jumps(curves: Curves, _: DeadUnits | None) -> Finding | None:
    """The loss goes up by leaps again and again."""
    since = curves.stages[-1].epoch / 2  # what happened in the first half may be over
    leaps = [epoch for epoch in _leaps(curves) if epoch > since]
    if len(leaps) < JUMPS:
        return None
    return _warning(
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


def _too_slow(curves: Curves, dead: DeadUnits | None) -> Finding | None:
    """The loss falls from evaluation to evaluation, but it would take forever."""
    stages = curves.stages
    if len(stages) < 2 or curves.rate_rises or _blocked(curves, dead):
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
    return _warning(
        "rate-too-low",
        "The loss falls steadily, but hardly at all: the learning rate is too low. "
        f"Try {curves.higher_rate}.{batches}",
    )


def _dead_units(dead: DeadUnits, lower_rate: bool) -> Finding:
    where = f"layer {layer_label(dead.path)}"
    remedy = "a smaller learning rate, or elu instead of relu" if lower_rate else "elu instead of relu"
    if dead.share >= ALL:
        return _warning(
            "dead-units",
            f"Every unit of {where} answers zero to every image, so nothing gets through it. "
            f"Start again with {remedy}.",
        )
    what = f"{rough_percent(dead.share)} of the units of {where} answer zero to every image"
    if dead.share >= MOST_UNITS:
        return _warning("dead-units", f"{what} and learn no more. Start again with {remedy}.")
    return _neutral("dead-units", f"{what}. That is common and does little harm.")


def _worst(layers: tuple[DeadUnits, ...]) -> DeadUnits | None:
    """The layer with the largest share worth a word; the first of equals."""
    return max((one for one in layers if one.share >= SOME_UNITS), key=lambda one: one.share, default=None)


def _harder(curves: Curves) -> list[Finding]:
    """It does worse on its own images: they are made harder for it."""
    stages = curves.stages[1:][-LATER:]  # in the first, both change too much to be compared
    if len(stages) < 2 or _at_chance(curves) or any(stage.lag < max(HARDER, SURE * stage.error) for stage in stages):
        return []
    below = _points(float(np.median([stage.lag for stage in stages])))
    if curves.recipe.augments:
        why = f"That is normal: the training images are changed, the {curves.name} images are not."
    else:
        why = "That is normal with layers such as Dropout, which make it harder only while it learns."
    return [_neutral("harder", f"Its training accuracy is {below} below its {curves.name} accuracy. {why}")]


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
        _neutral(
            "selection",
            f"{what} by looking at the test images, so the test accuracy flatters. Set a validation share for an "
            "honest figure.",
        )
    ]


def _against_over_fitting(recipe: Recipe, turned: bool) -> str:
    """Remedies against over-fitting that the recipe does not use yet, at most three."""
    ways = []
    if turned and not recipe.early_stopping and not recipe.restore_best:
        ways.append("stopping early")
    if recipe.training_images:
        ways.append("more training images")
    ways.append("dropout")
    if not recipe.augments:
        ways.append("augmentation")
    *others, last = ways[:3]
    return f"Try {', '.join(others)} or {last}." if others else f"Try {last}."


def _whole(share: float) -> str:
    """A level that curves hover about: without digits that would contradict the newest figure."""
    return f"{share * 100:.0f} %" if share < 0.985 else f"{share * 100:.1f} %"


def _points(share: float) -> str:
    """A difference of accuracies: `12 points`."""
    return f"{share * 100:.1f} points" if share < 0.095 else f"{share * 100:.0f} points"
