"""What `tools.sweep` keeps in its folder: files, figures of the trials, and what they say in the end."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from core.network.words import counted, joined
from core.study.proportions import wilson
from core.study.sweeps.domains import value_text
from core.study.sweeps.importances import FEWEST, importances
from core.study.sweeps.results import Findings, Result
from core.study.sweeps.sharing import sweep_from_json, sweep_to_json
from core.study.sweeps.sweep import MOST_TRIALS, Sweep
from core.study.sweeps.trials import FAILED, Trial, trials_from_json, trials_to_json
from core.views.wording import percent, range_text

SWEEP, TRIALS, TABLE, FIGURES, FINDINGS, MODEL = (
    "sweep.json", "trials.json", "trials.csv", "figures.json", "findings.json", "best.keras",
)  # fmt: skip
MOST_NAMED = 8  # settings that are as good as the best


class Refused(ValueError):
    """What was asked cannot be done; the sentence says why."""


class Figures(NamedTuple):
    """What is kept of a trial beside the trial itself.

    Attributes:
        seconds: of work.
        loss: mean on the validation images, of the evaluation that counts; None without any.
    """

    seconds: float
    loss: float | None


class Reading(NamedTuple):
    """One reading of the test images.

    Attributes:
        setting: its number.
        name: of the setting.
        seed: of the training.
        right, images: how many of the test images.
        validation_accuracy: of this training, 0…1; that of the trial, where the machine repeats itself.
    """

    setting: int
    name: str
    seed: int
    right: int
    images: int
    validation_accuracy: float

    def sentence(self) -> str:
        """How many are right, with the 95 % interval."""
        ends = range_text(*wilson(self.right, self.images))
        return (
            f"Test images: “{self.name}”, trained once more from seed {self.seed}, has {self.right:,} of "
            f"{self.images:,} right, {percent(self.right / self.images)} (95 % interval {ends})."
        )


class Folder:
    """The folder of one sweep's results. Each file is replaced whole, so that a kill leaves the one before.

    Args:
        path: made where it is not there.
        sweep: the one that it is for.

    Raises:
        Refused: where it cannot be written to, another process has it, or it has another sweep or damaged files.
    """

    def __init__(self, path: Path, sweep: Sweep) -> None:
        self._path, self._sweep = path, sweep
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise Refused(f"The folder {path} cannot be made: {problem.strerror}.") from None
        self._lock = self._locked()
        there = self._read(SWEEP)
        if there is None and self._read(TRIALS) is not None:
            raise Refused(f"The folder {path} has trials of a sweep that is not known. Choose another folder.")
        if there is not None and not _same(self._understood(SWEEP, sweep_from_json, there), sweep):
            raise Refused(f"The folder {path} has the results of another sweep. Choose another folder.")
        self.write(SWEEP, sweep_to_json(sweep))

    def trials(self) -> tuple[Trial, ...]:
        """Those of before."""
        text = self._read(TRIALS)
        return () if text is None else self._understood(TRIALS, lambda own: trials_from_json(own, self._sweep), text)

    def figures(self) -> dict[int, Figures]:
        """Those of before, by the number of the trial."""
        text = self._read(FIGURES)
        return {} if text is None else self._understood(FIGURES, _read_figures, text)

    def readings(self) -> list[Reading]:
        """Those of before."""
        text = self._read(FINDINGS)
        return [] if text is None else self._understood(FINDINGS, _read_readings, text)

    def keep(self, trials: Sequence[Trial], figures: dict[int, Figures]) -> None:
        """Write the trials, as JSON and as a table. What `trials.json` has, the others have as well, at any moment."""
        self.write(FIGURES, json.dumps({number: one._asdict() for number, one in figures.items()}))
        self.write(TABLE, table(self._sweep, trials, figures))
        self.write(TRIALS, trials_to_json(trials))

    def write(self, name: str, content: str | bytes) -> None:
        """Replace a file by this content, or leave it as it is; raises `Refused` where that does not work."""
        part = self._path / f".{name}.part"
        try:
            with part.open("wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._path / name)
        except OSError as problem:
            raise Refused(f"The folder {self._path} cannot be written to: {problem.strerror}.") from None

    def close(self) -> None:
        """Let another process work on it."""
        self._lock.close()

    def _locked(self) -> BinaryIO:
        """A file that one process has at a time; the system gives it back when that ends, however it ends."""
        try:
            file = (self._path / ".lock").open("ab")
        except OSError as problem:
            raise Refused(f"The folder {self._path} cannot be written to: {problem.strerror}.") from None
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Windows has no such locks
            pass
        except OSError:
            file.close()
            raise Refused(f"Another process trains into the folder {self._path}. Choose another folder.") from None
        return file

    def _read(self, name: str) -> str | None:
        try:
            return (self._path / name).read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise Refused(f"The file {self._path / name} cannot be read. Choose another folder.") from None

    def _understood(self, name: str, read: Callable[[str], Any], text: str) -> Any:
        try:
            return read(text)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Refused(f"The file {self._path / name} is damaged. Choose another folder.") from None


def table(sweep: Sweep, trials: Sequence[Trial], figures: dict[int, Figures]) -> str:
    """The trials as CSV: name, a column for each dimension, and what came of it."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    known = ("seed", "epochs trained", "validation accuracy", "validation loss", "seconds", "state", "why")
    rows.writerow(["name", *sweep.titles(), *known])
    for trial in trials:
        seconds, loss = figures.get(trial.number, (None, None))
        values = [value_text(value) if isinstance(value, tuple) else value for value in trial.values]
        facts = (trial.seed, len(trial.curve), trial.accuracy, loss, seconds, trial.state, trial.reason)
        rows.writerow([name_of(sweep, trial), *values, *facts])
    return text.getvalue()


def name_of(sweep: Sweep, trial: Trial) -> str:
    """`dropout 0.4 · seed 2`."""
    return sweep.setting_name(trial.values) if trial.seed is None else sweep.trial_name(trial.values, trial.seed)


def written(
    sweep: Sweep, trials: Sequence[Trial], found: Findings, ended: str, readings: Sequence[Reading]
) -> dict[str, Any]:
    """What came of a sweep, as JSON has it."""
    best = found.best
    return {
        "sweep": sweep.name,
        "ended": ended,
        "trials": dict(Counter(one.state for one in trials)),
        "best": None if best is None else _result(sweep, best),
        "seed_deviation": None if found.spread is None else found.spread.deviation,
        "as_good": [_result(sweep, one) for one in found.as_good],
        "importances": importances(sweep, trials),
        "test_readings": [one._asdict() for one in readings],
    }


def spoken(sweep: Sweep, trials: Sequence[Trial], found: Findings, readings: Sequence[Reading]) -> list[str]:
    """The same in sentences."""
    best = found.best
    if best is None:
        failed = [one.reason for one in trials if one.state == FAILED]
        return ["No trial has come to its end." + (f" The last that failed: {failed[-1]}" if failed else "")]
    which = f"Best on the validation images: {best.name}," if sweep.dimensions else "On the validation images:"
    lines = [f"{which} {_mean_text(best)}."]
    if found.spread is None:
        lines.append("From one seed each, nothing says which differences are more than chance.")
    else:
        lines.append(f"The seed alone changes a trial by {_points(found.spread.deviation)} (standard deviation).")
        lines += [_as_good_text(found)] if len(found.results) > 1 else []
    shares = importances(sweep, trials)
    if len(shares) > 1:
        lines.append(f"What matters: {joined([f'{title} {share:.0%}' for title, share in shares.items()])}.")
    elif len(sweep.dimensions) > 1:
        lines.append(f"What matters most is told from {FEWEST} finished settings on.")
    if readings:
        reading = readings[-1]
        lines.append(reading.sentence())
        trial = [one.accuracy for one in trials if (one.setting, one.seed) == (reading.setting, reading.seed)]
        if reading.validation_accuracy not in trial:
            lines.append(
                f"This training came to {percent(reading.validation_accuracy)} of the validation images, its trial did not: "
                "the machine, or its libraries, are others than then."
            )
    if len(readings) > 1:
        lines.append(
            f"Test images were read for {len(readings)} settings in turn, as the best one changed when trials were added."
        )
    return lines


def _as_good_text(found: Findings) -> str:
    others, names = len(found.results) - 1, [one.name for one in found.as_good]
    if not names:
        return f"It differs from all {counted(others, 'other setting')} by more than the seeds do."
    more = len(names) - MOST_NAMED
    named = "; ".join(names[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
    return f"Not told apart from it by the seeds: {len(names)} of {counted(others, 'other setting')}: {named}."


def _mean_text(result: Result) -> str:
    if result.deviation is None:
        return f"{percent(result.mean)} from one seed"
    return f"{percent(result.mean)} ± {_points(result.deviation)} over {counted(len(result.accuracies), 'seed')}"


def _points(share: float) -> str:
    return f"{100 * share:.2f} points"


def _result(sweep: Sweep, result: Result) -> dict[str, Any]:
    return {
        "setting": result.setting,
        "name": result.name,
        "values": dict(zip(sweep.titles(), result.values, strict=True)),
        "mean": result.mean,
        "deviation": result.deviation,
        "accuracies": result.accuracies,
    }


def _same(one: Sweep, other: Sweep) -> bool:
    """Whether two sweeps are the same but for how long they go on."""
    first, second = (replace(own, plan=own.plan.replaced(trials=MOST_TRIALS, minutes=0)) for own in (one, other))
    return first == second


def _read_figures(text: str) -> dict[int, Figures]:
    found = {int(number): Figures(**one) for number, one in json.loads(text).items()}
    if not all(isinstance(one.seconds, (int, float)) for one in found.values()):
        raise ValueError("seconds are numbers")
    return found


def _read_readings(text: str) -> list[Reading]:
    return [Reading(**one) for one in json.loads(text)["test_readings"]]
