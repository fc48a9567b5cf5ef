"""Train a sweep without the app: `python -m tools.sweep sweep.json --out results/`.

Trials are trained one after another, as runs of the app are, and judged by validation images alone. After each one
`trials.json` and `trials.csv` are written anew; at the end `findings.json`, with the best setting. That is trained once
more, from its first seed, and then only are test images read, by it; `best.keras` is that model.

Called again with the same folder it goes on: what is trained is kept, with `--trials` or `--minutes` it may be more.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from tqdm import tqdm

from core.data import Dataset, DatasetError, load
from core.network.settings import InvalidSetting
from core.network.words import counted
from core.study.sweeps.domains import InvalidSweep
from core.study.sweeps.ready import ready_sweeps
from core.study.sweeps.results import Result, findings
from core.study.sweeps.search import Search
from core.study.sweeps.sharing import sweep_from_json
from core.study.sweeps.sweep import Sweep
from core.study.sweeps.trials import FAILED, FINISHED, LONGEST_REASON, PRUNED, Trial
from core.training import Snapshot, State
from core.training.priority import one_core_an_operation
from core.training.report import without_paths
from core.views.wording import duration, percent
from tools.sweep_results import FINDINGS, MODEL, Figures, Folder, Reading, Refused, name_of, spoken, written

REFUSED, INTERRUPTED = 2, 130  # exit codes
BAR_SECONDS = 0.2  # from one drawing of the bar to the next, where somebody sees it move
FILE_COLUMNS = 160  # of a bar that goes into a file, a line a trial


class Sweeping:
    """A sweep that is trained here, one trial after another.

    Args:
        folder: for its results, with those of before.
        sweep: the sweep.
        data: its images.
        most: trainings in all, for a grid too; None for as many as the sweep has.
    """

    def __init__(self, folder: Folder, sweep: Sweep, data: Dataset, most: int | None = None) -> None:
        self.sweep, self._folder, self._most = sweep, folder, most
        self.search = Search(sweep, folder.trials())
        self._figures = folder.figures()
        self._data = data
        self._unseen = without_tests(self._data)
        self._drawn = 0.0  # when the bar was drawn

    @property
    def _seconds(self) -> list[float]:
        return [self._figures[one.number].seconds for one in self.search.trials if one.number in self._figures]

    def ended(self) -> str | None:
        """Why no further trial begins, in a sentence; None as long as one may."""
        if self._most is not None and self._trained() >= self._most:
            return f"{counted(self._trained(), 'trial')} {'is' if self._trained() == 1 else 'are'} trained, as asked."
        why = self.search.ended(sum(self._seconds) / 60)
        return why if why is None or self.search.to_come else "All its trials are done."

    def train_all(self) -> None:
        """Train what is left, and write down each trial as it ends."""
        columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else FILE_COLUMNS
        form = "{percentage:3.0f} % |{bar:20}| {desc}"
        # Of a terminal that does not tell its size, tqdm would draw nothing.
        with tqdm(total=1, bar_format=form, leave=False, ncols=columns, nrows=20) as bar:
            for trial in self.search.unfinished:
                self._train(self.search.again(trial.number), bar)
            while self.ended() is None and (trial := self.search.ask(sum(self._seconds) / 60)) is not None:
                self._train(trial, bar)

    def _train(self, trial: Trial, bar: tqdm) -> None:
        begun = time.perf_counter()
        before = self._best()

        def watch(now: Snapshot | None) -> None:
            moves = sys.stderr.isatty() and time.perf_counter() - self._drawn > BAR_SECONDS
            if moves or now is None:
                self._drawn = time.perf_counter()
                self._draw(bar, trial, now, before)

        watch(None)
        loss = train_trial(self.search, trial, self._unseen, watch)
        self._figures[trial.number] = Figures(time.perf_counter() - begun, loss)
        self._folder.keep(self.search.trials, self._figures)
        bar.write(self._line(self.search.trials[trial.number]))
        gc.collect()  # graphs and models refer to one another

    def _draw(self, bar: tqdm, trial: Trial, now: Snapshot | None, best: Result | None) -> None:
        ended, to_come = self._trained() - 1, self._to_come()
        bar.total, bar.n = ended + 1 + to_come, ended + (now.progress if now is not None else 0.0)
        left = seconds_left(self._seconds, now, to_come, self._minutes_left())
        words = [
            f"trial {ended + 1} of {bar.total}",
            "time left not known" if left is None else f"{duration(left)} left",
        ]
        words += [f"best {percent(best.mean)} ({best.name})"] if best is not None else []
        bar.set_description_str(" · ".join([*words, f"now {name_of(self.sweep, trial)}"]))

    def _line(self, trial: Trial) -> str:
        took = duration(self._figures[trial.number].seconds)
        name = f"{name_of(self.sweep, trial)}:"
        if trial.state == FAILED:
            return f"{name} failed. {trial.reason}"
        how = f", ended early after {counted(len(trial.curve), 'epoch')}" if trial.state == PRUNED else ""
        return f"{name} {percent(trial.accuracy)}{how}, in {took}"

    def _best(self) -> Result | None:
        return findings(self.sweep, self.search.trials).best

    def _trained(self) -> int:
        return sum(one.trained for one in self.search.trials)

    def _to_come(self) -> int:
        most = self.search.to_come
        return most if self._most is None else min(most, max(self._most - self._trained(), 0))

    def _minutes_left(self) -> float | None:
        minutes = self.sweep.plan.minutes
        return max(minutes - sum(self._seconds) / 60, 0.0) if minutes else None

    def conclude(self) -> str:
        """Read the test images for the best setting, unless that was done; write and return what came of it all."""
        trials, readings = self.search.trials, self._folder.readings()
        found = findings(self.sweep, trials)
        if found.best is not None:
            seed = next(one.seed for one in trials if one.setting == found.best.setting and one.state == FINISHED)
            if not readings or (readings[-1].setting, readings[-1].seed) != (found.best.setting, seed):
                reading = self._tested(found.best, seed or 0)
                readings = [*(one for one in readings if one[:3] != reading[:3]), reading]
        value = written(self.sweep, trials, found, self.ended() or "", readings)
        self._folder.write(FINDINGS, json.dumps(value, ensure_ascii=False, indent=2) + "\n")
        return "\n".join(spoken(self.sweep, trials, found, readings))

    def _tested(self, best: Result, seed: int) -> Reading:
        """Train the best setting once more, keep the model, and let it read the test images."""
        from core.study.contender import Contender
        from core.study.evaluating import Evaluator
        from core.training.straight import train
        from core.training.trained import keras_file

        network, recipe = self.sweep.built(best.values, seed)
        end = train(network, self._unseen, recipe)
        accuracy = end.snapshot.evaluated_accuracy
        assert accuracy is not None  # of a trial that has finished
        self._folder.write(MODEL, keras_file(end.model))
        data = self._data
        judged = Contender(best.name, network, end.model.get_weights(), data.class_names, data.name, recipe)
        predicted = Evaluator(judged).answers(data.x_test).predicted
        right = int((predicted == data.y_test).sum())
        return Reading(best.setting, best.name, seed, right, len(data.y_test), accuracy)


def without_tests(data: Dataset) -> Dataset:
    """The dataset without its test images: a run reads them at its end, and no trial is to. One training image is in their place."""
    return replace(data, x_test=data.x_train[-1:], y_test=data.y_train[-1:])


def train_trial(search: Search, trial: Trial, data: Dataset, watch: Callable[[Snapshot], None]) -> float | None:
    """Train a trial and tell the search: each epoch, and how it has ended.

    Args:
        search: that asks for the trial.
        trial: of it, running.
        data: without test images.
        watch: receives every snapshot.

    Returns:
        The loss on the validation images that counts; None where it failed.
    """
    from core.network import InvalidNetwork
    from core.training.controls import Controls
    from core.training.loop import Loop

    network, recipe = search.sweep.built(trial.values, trial.seed)
    try:
        told = 0
        for now in Loop(network, data, recipe).snapshots(Controls()):
            watch(now)
            for point in [one for one in now.evaluations if one.epoch > 0][told:]:  # that before training is no epoch
                told += 1
                if search.report(trial.number, point.accuracy):
                    search.prune(trial.number)
                    return point.loss
    except InvalidNetwork as problem:
        search.fail(trial.number, str(problem)[:LONGEST_REASON])
        return None
    except Exception as problem:  # a trial may fail, a night of them may not
        first = without_paths(str(problem)).strip().partition("\n")[0]
        search.fail(trial.number, f"It ended by an error, {type(problem).__name__}: {first}"[:LONGEST_REASON])
        return None
    if now.state is State.FAILED or now.evaluated is None:
        search.fail(trial.number, now.message[:LONGEST_REASON])
        return None
    search.finish(trial.number, now.evaluated.accuracy)
    return now.evaluated.loss


def seconds_left(
    seconds: Sequence[float], now: Snapshot | None, to_come: int, minutes_left: float | None
) -> float | None:
    """How long a sweep still takes, as a trial takes as long as those before did; None as long as nothing is known.

    Args:
        seconds: of the trials that have ended.
        now: of the one that runs.
        to_come: how many may begin after it.
        minutes_left: after which none begins, from the start of this trial; None without a limit.
    """
    own = now.seconds + now.seconds_left if now is not None and now.seconds_left is not None else None
    usual = fmean(seconds) if seconds else own
    if usual is None:
        return None
    rest = now.seconds_left if own is not None and now is not None else None
    rest = usual * (1 - (now.progress if now is not None else 0.0)) if rest is None else rest
    further = usual * to_come
    if minutes_left is not None:
        further = min(further, max(60 * minutes_left - (own or usual), 0.0))
    return rest + further


def chosen_sweep(file: str | None, ready: str | None) -> Sweep:
    """The sweep of a file, or a ready one by its name; raises `Refused` or `InvalidSweep`."""
    if (file is None) == (ready is None):
        raise Refused("Say which sweep: a file, or one that is ready with --ready. --list names those.")
    if ready is not None:
        found = [one.sweep for one in ready_sweeps() if one.sweep.name.casefold() == ready.strip().casefold()]
        if not found:
            names = ", ".join(f"“{one.sweep.name}”" for one in ready_sweeps())
            raise Refused(f"No ready sweep is called “{ready}”. There are {names}.")
        return found[0]
    assert file is not None
    try:
        return sweep_from_json(Path(file).read_text("utf-8"))
    except UnicodeDecodeError:
        raise Refused(f"The file {file} is no text, so it is no sweep.") from None
    except OSError as problem:
        raise Refused(f"The file {file} cannot be read: {problem.strerror}.") from None


def dataset_of(sweep: Sweep) -> Dataset:
    """The images of a sweep; raises `Refused` or `DatasetError`."""
    try:
        return load(sweep.dataset)
    except KeyError:
        raise Refused(f"There is no dataset “{sweep.dataset}” here: choose another one.") from None


def start_tensorflow() -> None:
    """Let TensorFlow say what it has to say of this machine, before a bar is drawn that it would write over."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    tf.constant(0)


def limited(sweep: Sweep, trials: int | None, minutes: int | None) -> Sweep:
    """The sweep with other limits; raises `InvalidSetting` or `InvalidSweep`."""
    plan = sweep.plan if minutes is None else sweep.plan.replaced(minutes=minutes)
    return replace(sweep, plan=plan if trials is None else plan.replaced(trials=trials))


def ready_list() -> str:
    """The ready sweeps with their numbers of trials and what one learns from them."""
    return "\n".join(
        f"{one.sweep.name} ({counted(one.sweep.most_trials, 'trial')} of "
        f"{counted(one.sweep.recipe.epochs, 'epoch')})\n    {one.summary}"
        for one in ready_sweeps()
    )


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.sweep", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sweep", nargs="?", help="a file with a sweep, as core.study.sweeps.sharing writes it")
    parser.add_argument("--out", type=Path, help="folder for the results; with those of the same sweep it goes on")
    parser.add_argument("--ready", metavar="NAME", help="one of the ready sweeps instead of a file")
    parser.add_argument("--list", action="store_true", help="name the ready sweeps")
    parser.add_argument("--trials", type=int, help="train so many in all, those in the folder counted")
    parser.add_argument("--minutes", type=int, help="begin no trial after so many minutes of work in all")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the sweep and print what it says; 2 where that cannot be, 130 where it was interrupted."""
    options = options_of(arguments)
    if options.list:
        print(ready_list())
        return 0
    try:
        if options.out is None:
            raise Refused("Say with --out into which folder the results go.")
        sweep = limited(chosen_sweep(options.sweep, options.ready), options.trials, options.minutes)
        one_core_an_operation()  # as in the app: the same numbers
        data = dataset_of(sweep)
        with closing(Folder(options.out, sweep)) as folder:
            sweeping = Sweeping(folder, sweep, data, options.trials)
            start_tensorflow()
            sweeping.train_all()
            print(f"{sweeping.ended()}\n{sweeping.conclude()}")
    except (Refused, InvalidSweep, InvalidSetting, DatasetError) as problem:
        print(problem, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("Stopped. What is trained is kept: the same command goes on after it.", file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
