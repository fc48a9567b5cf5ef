"""A sweep without the app: what it writes, that it goes on where it was stopped, and what it refuses."""

import csv
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import tools.sweep
from core.network import Dense, Flatten, Network, Recipe
from core.study.proportions import wilson
from core.study.sweeps.domains import Listed
from core.study.sweeps.ready import ready_sweeps
from core.study.sweeps.sharing import sweep_to_json
from core.study.sweeps.sweep import Dimension, Plan, Sweep
from core.study.sweeps.targets import OfLayers, OfRecipe
from core.study.sweeps.trials import trials_from_json
from core.training import Snapshot, State, train
from tests.waiting import until
from tools.sweep import main, seconds_left

NETWORK = Network((28, 28, 1), (Flatten(), Dense(8, "relu"), Dense(10, "softmax")))
RECIPE = Recipe(epochs=1, batch_size=32, training_images=400, seed=5)
SWEEP = Sweep(
    NETWORK,
    RECIPE,
    dimensions=(Dimension(OfLayers("Dense", "units", ((1,),)), Listed((4, 32))),),
    plan=Plan(repeats=2, validation_share=0.25),
    name="Tiny",
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sweep.json"
    path.write_text(sweep_to_json(SWEEP), "utf-8")
    return str(path)


def spy(monkeypatch):
    """The numbers of the trials that are trained, and the datasets on which, as they come."""
    seen, real = [], tools.sweep.train_trial

    def spied(search, trial, data, watch):
        seen.append((trial.number, data))
        return real(search, trial, data, watch)

    monkeypatch.setattr("tools.sweep.train_trial", spied)
    return seen


@pytest.fixture
def trained(monkeypatch):
    return spy(monkeypatch)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The sweep, trained in one go: its folder, what was said, and what was trained."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "tiny.json").write_text(sweep_to_json(SWEEP), "utf-8")
    said, shown = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(shown):
        seen = spy(patch)
        assert main([str(folder / "tiny.json"), "--out", str(folder / "new" / "results")]) == 0
    return SimpleNamespace(out=folder / "new" / "results", said=said.getvalue(), shown=shown.getvalue(), trained=seen)


def rows(folder):
    with (folder / "trials.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def refusal(arguments, capsys):
    """The sentence with which it ends."""
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert not told.out and told.err.count("\n") == 1
    return told.err.strip()


def test_each_trial_is_the_run_that_it_would_be_alone_and_the_best_is_tested(whole, mnist):
    out = whole.out
    alone = {
        (units, seed): train(
            NETWORK.replaced((1,), Dense(units, "relu")), mnist, RECIPE.replaced(seed=seed, validation_share=0.25)
        ).snapshot
        for units in (4, 32)
        for seed in (5, 6)
    }
    table = rows(out)
    assert [(int(row["units"]), int(row["seed"])) for row in table] == list(alone)
    for row, end in zip(table, alone.values()):
        assert end.evaluated_on == "validation"
        assert float(row["validation accuracy"]) == end.evaluations[-1].accuracy, "bit for bit"
        assert float(row["validation loss"]) == end.evaluations[-1].loss
        assert row["state"] == "finished" and row["epochs trained"] == "1" and float(row["seconds"]) > 0
    assert table[3]["name"] == "units 32 · seed 6" and not table[3]["why"]
    kept = trials_from_json((out / "trials.json").read_text("utf-8"), SWEEP)
    assert [one.curve for one in kept] == [(end.evaluations[-1].accuracy,) for end in alone.values()]

    found = json.loads((out / "findings.json").read_text("utf-8"))
    means = {units: np.mean([alone[units, seed].evaluations[-1].accuracy for seed in (5, 6)]) for units in (4, 32)}
    best = max(means, key=means.__getitem__)
    assert found["best"]["values"] == {"units": best} and found["best"]["mean"] == pytest.approx(means[best])
    (reading,) = found["test_readings"]
    assert reading["seed"] == 5 and reading["images"] == 10_000
    assert reading["right"] == round(alone[best, 5].test_accuracy * 10_000)
    assert reading["validation_accuracy"] == alone[best, 5].evaluations[-1].accuracy
    low, high = wilson(reading["right"], 10_000)
    assert f"95 % interval {100 * low:.2f} – {100 * high:.2f} %" in whole.said and "machine" not in whole.said
    assert "trial 4 of 4" in whole.shown and "left · best" in whole.shown
    assert whole.said.splitlines()[4] == "All its trials are done."
    assert [number for number, _ in whole.trained] == [0, 1, 2, 3]
    assert all(len(data.x_test) == 1 and (data.x_test[0] == mnist.x_train[-1]).all() for _, data in whole.trained), (
        "no trial reads test images"
    )

    import keras

    model = keras.saving.load_model(out / "best.keras")
    predicted = model.predict(mnist.x_test / np.float32(255), verbose=0).argmax(1)
    assert (predicted == mnist.y_test).sum() == reading["right"]


def test_called_again_at_its_end_nothing_is_trained_and_nothing_changes(file, whole, trained, capsys):
    files = {path.name: path.read_bytes() for path in whole.out.iterdir()}
    assert main([file, "--out", str(whole.out)]) == 0
    assert not trained and {path.name: path.read_bytes() for path in whole.out.iterdir()} == files
    assert capsys.readouterr().out.splitlines() == whole.said.splitlines()[4:], "after the lines of the trials"


def test_interrupted_it_goes_on_with_the_trial_that_was_not_finished(
    file, tmp_path, whole, trained, monkeypatch, capsys
):
    out = tmp_path / "out"
    spied = tools.sweep.train_trial

    def interrupted(search, trial, data, watch):
        def stop(now):
            if now is not None and now.state is State.TRAINING and trial.number == 1:
                raise KeyboardInterrupt

        return spied(search, trial, data, stop)

    monkeypatch.setattr("tools.sweep.train_trial", interrupted)
    assert main([file, "--out", str(out)]) == 130
    assert "goes on" in capsys.readouterr().err
    first = rows(out)
    assert len(first) == 1 and not (out / "findings.json").exists()
    monkeypatch.setattr("tools.sweep.train_trial", spied)
    assert main([file, "--out", str(out)]) == 0
    assert [number for number, _ in trained] == [0, 1, 1, 2, 3]
    assert rows(out)[0] == first[0], "its seconds are those of then"
    assert (out / "trials.json").read_bytes() == (whole.out / "trials.json").read_bytes()
    assert json.loads((out / "findings.json").read_text()) == json.loads((whole.out / "findings.json").read_text())


def test_killed_it_goes_on_too_and_its_bar_moves_in_a_terminal(file, tmp_path, trained):
    out, shown = tmp_path / "out", b""
    command = [sys.executable, "-m", "tools.sweep", file, "--out", str(out)]
    screen, terminal = os.openpty()  # that does not tell its size
    os.set_blocking(screen, False)

    def begun():
        nonlocal shown
        with suppress(OSError):  # nothing new
            shown += os.read(screen, 100_000)
        return (out / "trials.json").exists() or process.poll() is not None

    with subprocess.Popen(command, stdout=terminal, stderr=terminal) as process:
        until(begun, 60)
        process.kill()
    for end in (screen, terminal):
        os.close(end)
    bars = [line for line in shown.decode(errors="replace").split("\r") if "trial 1 of 4 · " in line]
    assert len(bars) > 1 and all(len(line.rstrip()) <= 80 for line in bars), bars
    before = rows(out)
    kept = trials_from_json((out / "trials.json").read_text("utf-8"), SWEEP)
    assert kept and all(one.state == "finished" for one in kept)
    assert main([file, "--out", str(out)]) == 0
    assert [number for number, _ in trained] == list(range(len(kept), 4))
    assert rows(out)[: len(kept)] == before[: len(kept)]


def test_so_many_trials_and_later_more(file, tmp_path, trained, capsys):
    out = tmp_path / "out"
    assert main([file, "--out", str(out), "--trials", "1"]) == 0
    assert len(rows(out)) == 1 and "1 trial is trained, as asked." in capsys.readouterr().out
    assert main([file, "--out", str(out), "--trials", "3"]) == 0
    assert [number for number, _ in trained] == [0, 1, 2]


def test_a_trial_is_judged_at_each_epoch_which_may_be_its_last(tmp_path, mnist, capsys):
    rates = Dimension(OfRecipe("learning_rate"), Listed((0.1, 1e-6)))
    recipe = RECIPE.replaced(epochs=3, optimizer="SGD", momentum=0.9)
    plan = Plan(pruner="halving", validation_share=0.25)
    file = tmp_path / "sweep.json"
    file.write_text(sweep_to_json(replace(SWEEP, recipe=recipe, dimensions=(rates,), plan=plan)), "utf-8")
    assert main([str(file), "--out", str(tmp_path / "out")]) == 0
    finished, pruned = json.loads((tmp_path / "out" / "trials.json").read_text("utf-8"))["trials"]
    own = recipe.replaced(learning_rate=0.1, validation_share=0.25)
    end = train(NETWORK, mnist, own).snapshot
    assert finished["curve"] == [point.accuracy for point in end.evaluations[1:]] and len(finished["curve"]) == 3
    assert pruned["state"] == "pruned" and len(pruned["curve"]) == 1
    own = recipe.replaced(learning_rate=1e-6, validation_share=0.25)
    assert pruned["curve"][0] == train(NETWORK, mnist, own).snapshot.evaluations[1].accuracy
    assert "ended early after 1 epoch" in capsys.readouterr().out


def test_a_trial_that_diverges_fails_with_the_reason_of_its_run(tmp_path, mnist, capsys):
    prices = Dimension(OfLayers("Dense", "kernel_regularizer.l2", ((1,),)), Listed((1.0,)))
    recipe = RECIPE.replaced(optimizer="SGD", momentum=0.9, learning_rate=10.0)
    file = tmp_path / "sweep.json"
    file.write_text(sweep_to_json(replace(SWEEP, recipe=recipe, dimensions=(prices,), plan=Plan())), "utf-8")
    assert main([str(file), "--out", str(tmp_path / "out")]) == 0
    (failed,) = rows(tmp_path / "out")
    network, own = replace(SWEEP, recipe=recipe, dimensions=(prices,), plan=Plan()).built((1.0,))
    end = train(network, mnist, own).snapshot
    assert end.state is State.FAILED and failed["state"] == "failed" and failed["why"] == end.message
    assert f"failed. {end.message}" in (said := capsys.readouterr().out) and "No trial has come to its end" in said


def test_an_error_in_one_trial_is_its_reason_and_the_others_are_trained(file, tmp_path, monkeypatch):
    from core.training.loop import Loop

    real = Loop.__init__

    def failing(self, network, dataset, recipe, *others, **more):
        if recipe.seed == 5 and network.layers[1].units == 4:
            raise MemoryError("no room in /home/somebody/there")
        real(self, network, dataset, recipe, *others, **more)

    monkeypatch.setattr(Loop, "__init__", failing)
    assert main([file, "--out", str(tmp_path / "out")]) == 0
    table = rows(tmp_path / "out")
    assert [row["state"] for row in table] == ["failed", "finished", "finished", "finished"]
    assert table[0]["why"] == "It ended by an error, MemoryError: no room in there"


def test_another_sweep_in_that_folder_is_refused(file, tmp_path, capsys):
    out = tmp_path / "out"
    assert main([file, "--out", str(out), "--trials", "1"]) == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    capsys.readouterr()
    other = tmp_path / "other.json"
    other.write_text(sweep_to_json(replace(SWEEP, recipe=RECIPE.replaced(epochs=2))), "utf-8")
    assert "another sweep" in refusal([str(other), "--out", str(out)], capsys)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    (out / "trials.json").write_text('{"format": 1, "trials": [{}]}')
    assert "trials.json is damaged" in refusal([file, "--out", str(out)], capsys)
    (out / "sweep.json").unlink()
    assert "not known" in refusal([file, "--out", str(out)], capsys)


def test_two_at_once_in_a_folder_are_refused(file, tmp_path, capsys):
    folder = tools.sweep.Folder(tmp_path / "out", SWEEP)
    assert "Another process" in refusal([file, "--out", str(tmp_path / "out")], capsys)
    folder.close()


def test_what_cannot_be_is_refused_in_a_sentence(file, tmp_path, capsys):
    out = ["--out", str(tmp_path / "out")]
    (tmp_path / "no.json").write_text("[1, 2]")
    (tmp_path / "no.bin").write_bytes(b"\xff\xfe\x00")
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text(sweep_to_json(replace(SWEEP, dataset="nowhere")), "utf-8")
    cases = {
        (str(tmp_path / "gone.json"), *out): "cannot be read",
        (str(tmp_path / "no.json"), *out): "not a sweep",
        (str(tmp_path / "no.bin"), *out): "no text",
        (str(elsewhere), *out): "no dataset “nowhere”",
        (file, "--out", file): "cannot be made",
        (file, *out, "--trials", "0"): "Trials",
        (file, *out, "--minutes", "-1"): "Minutes",
        (file,): "--out",
        (*out,): "Say which sweep",
        (file, "--ready", "Ten seeds", *out): "Say which sweep",
        ("--ready", "Nine seeds", *out): "“Ten seeds”",
    }
    for arguments, words in cases.items():
        assert words in refusal(list(arguments), capsys), arguments
    assert not (tmp_path / "out").exists(), "what is refused leaves nothing"


def test_a_folder_that_takes_no_files_is_refused(file, tmp_path, capsys):
    (tmp_path / "out" / ".sweep.json.part").mkdir(parents=True)
    assert "cannot be written to" in refusal([file, "--out", str(tmp_path / "out")], capsys)


def test_the_ready_ones_are_listed(capsys):
    assert main(["--list"]) == 0
    said = capsys.readouterr().out
    assert all(one.sweep.name in said and one.summary in said for one in ready_sweeps())


def test_the_time_left_is_that_of_the_trials_before():
    now = Snapshot(State.TRAINING, step=1, steps=4, seconds=5.0, seconds_left=15.0)
    assert seconds_left([], None, 3, None) is None
    assert seconds_left([], now, 3, None) == 15 + 3 * 20
    assert seconds_left([8.0, 12.0], None, 3, None) == 10 + 3 * 10
    assert seconds_left([8.0, 12.0], now, 3, None) == 15 + 3 * 10
    assert seconds_left([8.0, 12.0], replace(now, seconds_left=None), 3, None) == 7.5 + 3 * 10
    assert seconds_left([8.0, 12.0], now, 300, 1.0) == 15 + (60 - 20), "no trial begins after the minutes"
