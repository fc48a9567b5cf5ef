"""The benchmarks that need no browser, once and small: that each measures something."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.data import load
from core.study.contender import LabelledImages
from tools import benchmark, playground_benchmark, study_benchmark

ROOT = Path(__file__).parents[2]


def test_an_edit_is_measured():
    """In a process of its own, as it checks that nothing has imported Keras."""
    code = "from tools.benchmark import editing; print(*editing(2))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [float(seconds) > 0 for seconds in answer.stdout.split()] == [True, True]


def test_looking_inside_is_measured():
    measured = benchmark.looking_inside(1)
    assert len(measured) == 7
    assert all(len(seconds) == 1 and seconds[0] > 0 for seconds in measured.values())


def test_recognising_is_measured():
    measured = benchmark.recognising(images=50, rows=3)
    assert measured["LeNet-5 on 50 test images as they are"] == "100.00%"
    assert len(measured) == 6


def until_it_moves(step):
    """In place of a pace over some seconds: the first difference between two numbers of steps."""
    first = step()
    while (now := step()) == first:
        pass
    return now - first


@pytest.mark.parametrize("what", ["ours", "bare", "fit"])
def test_a_training_is_measured(what, monkeypatch):
    monkeypatch.setattr(benchmark, "_pace", until_it_moves)
    monkeypatch.setattr(benchmark, "SECONDS", 0.1)
    assert benchmark.MEASURES[what](benchmark.Case("A1", 128)) > 0


def test_the_playground_is_measured():
    found = playground_benchmark.live(stretches=1, seconds=1.5)
    assert found.updates > 1 and found.bytes_an_update < 80_000
    assert found.pace_watched > 0 and found.pace_alone > 0 and found.seconds_to_move > 0
    assert len(playground_benchmark.one_update(2)) == 2


def test_a_study_is_measured():
    data = load("mnist")
    images = LabelledImages("MNIST digits", data.x_test[:300], data.y_test[:300], data.class_names)
    networks = study_benchmark.contenders()
    assert len(networks) == 3
    coarse, whole, click = study_benchmark.curves("noise", networks, images, (250, 300))
    assert 0 < coarse < whole and click > 0
    assert study_benchmark.comparison(networks, images) > 0 and study_benchmark.scatter() > 0


def test_the_networks_of_the_articles_are_trained_and_turned(small_mnist):
    head, _, *lines, empty, recipes = study_benchmark.articles(small_mnist, epochs=1)
    assert head == "| 500 test images | A1, Dense 512 | A2, LeNet-5, 3×3 kernels |"
    assert [line.split(" | ")[0].strip("| ") for line in lines] == [
        "as they are", "Rotation, 10°", "Rotation, 20°", "Rotation, 30°", "Shift to the right, 2 px",
        "Shift to the right, 4 px", "Scale, 0.8", "Scale, 1.2",
    ]  # fmt: skip
    cells = [re.findall(r"(\d+\.\d\d) % \((\d+\.\d\d) – (\d+\.\d\d) %\)", line) for line in lines]
    assert all(len(row) == 2 for row in cells)
    shares = [[float(share) for share, _, _ in row] for row in cells]
    assert all(float(low) < float(share) < float(high) for row in cells for share, low, high in row)
    assert empty == "" and recipes.count("1 epoch") == recipes.count("seed 1") == 2
    for still, turned in zip(shares[0], shares[3]):
        assert turned < still and still > 50
