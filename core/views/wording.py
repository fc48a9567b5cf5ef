"""Format numbers, sizes and states for the pages."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.network import Network, trace
from core.network.names import plain as plain
from core.network.percentages import FEW
from core.network.percentages import percent as two_digits
from core.network.words import counted, joined
from core.network.words import told_apart as told_apart
from core.study.proportions import wilson
from core.training.snapshot import Point, Snapshot, State


def listed(names: Sequence[str], most: int = 12) -> str:
    """`red, green and blue`; of many only the first and the last: `A, B, C … Z`, with their number."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} … {names[-1]} ({len(names):,} in all)"
    return joined(names)


def percent(share: float | None) -> str:
    """`99.12 %`; a dash where there is no number."""
    return "–" if share is None else two_digits(share)


def range_text(low: float, high: float) -> str:
    """`99.11 – 99.44 %`, the ends of an interval."""
    return f"{percent(low).removesuffix(' %')} – {percent(high)}"


def few_range(accuracy: float, images: int) -> str:
    """The 95 % confidence interval of an accuracy of fewer than 100 images; empty for more."""
    return "" if images >= FEW or not images else range_text(*wilson(round(accuracy * images), images))


def accuracy_text(accuracy: float, images: int) -> str:
    """`99.12 %`; of fewer than 100 images with its 95 % confidence interval: `86.67 % (75.83 – 93.09 %)`."""
    ends = few_range(accuracy, images)
    return f"{percent(accuracy)} ({ends})" if ends else percent(accuracy)


def point_text(point: Point | None) -> str:
    """The accuracy of an evaluation, as above; a dash where there is none."""
    return "–" if point is None else accuracy_text(point.accuracy, point.images)


def certainty(probability: float) -> str:
    """`97.31 %`, in sentences as beside bars; nothing computed is quite certain: at most `over 99.99 %`."""
    if not math.isfinite(probability):
        return "–"
    if probability >= 0.9999:
        return "over 99.99 %"
    return f"{math.floor(probability * 1e4 + 1e-5) / 100:.2f} %"  # rounded down: less than 99 % never reads 99.00 %


def duration(seconds: float) -> str:
    """`8 s`, `2 min 05 s`, `1 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def exact_text(number: int) -> str:
    """`61,706`; where more digits would not be read, as `count_text`."""
    return f"{number:,}" if number < 1e8 else count_text(number)


def count_text(number: int) -> str:
    """`416,520`, `7.34 M` (millions), `9.22 G` (billions)."""
    if number < 1e6:
        return f"{number:,}"
    return f"{number / 1e6:.2f} M" if number < 999.995e6 else f"{number / 1e9:.2f} G"  # never 1000.00 M


def memory_text(size: int) -> str:
    """Bytes as `3.4 MB`, `1.2 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 999.95e6 else f"{size / 1e6:.1f} MB"  # never 1000.0 MB


def parameter_words(network: Network) -> str:
    """`61,706 parameters`; `cannot work yet` for a network with problems."""
    traced = trace(network)
    return "cannot work yet" if traced.problems else counted(traced.parameters, "parameter")


def progress_words(now: Snapshot) -> str:
    """State and progress of a run, in one line."""
    epoch = f"Epoch {now.epoch} of {now.epochs}"
    if now.state in (State.TRAINING, State.EVALUATING):
        return epoch + ("" if now.seconds_left is None else f" · {duration(now.seconds_left)} left")
    if now.state is State.QUEUED:
        first = f"{counted(now.queue_position, 'run')} {'goes' if now.queue_position == 1 else 'go'}"
        left = "" if now.seconds_left is None else f" · about {duration(now.seconds_left)} left with the wait"
        return "Waiting for its turn" + (f": {first} first" if now.queue_position else "") + left
    if now.state is State.PAUSED and now.step:
        return f"Paused in epoch {now.epoch} of {now.epochs}"
    return now.state.value.capitalize()


def untrained_words(now: Snapshot) -> str:
    """Why there is nothing to see yet of a run without any finished epoch, in words that follow its name."""
    if now.state is State.QUEUED:
        return "it waits for its turn"
    if now.state is State.STARTING:
        return "it is getting ready to train"
    if now.state in (State.TRAINING, State.EVALUATING):
        return "it is training, and has no finished epoch yet"
    return "it has learned nothing yet"
