"""What lessons say of a short training is what was measured and written down for this very training."""

import re
from math import ceil, floor
from pathlib import Path

import pytest

from core.learn.lessons import shipped_text
from core.network import trace
from tools.lesson_figures import SEEDS, Short, line, rows

MEASURED = (Path(__file__).parents[2] / "docs" / "measured.md").read_text("utf-8").splitlines()


def figures(short: Short) -> list[float]:
    """The accuracies in the row of docs/measured.md, %."""
    beginning = line(short, [0.0] * len(SEEDS)).partition("0.0")[0]
    (found,) = [row for row in MEASURED if row.startswith(beginning)]
    return [float(number) for number in re.findall(r"[\d.]+", found.removeprefix(beginning))]


def sayings(found: list[float]) -> list[str]:
    """The ways in which a lesson may say it: all three, or from the worst to the best, with one digit or none or outwards."""
    ways = [f"{floor(found[0])} to {ceil(found[-1])}"]
    for digits in (0, 1):
        first, second, third = (f"{number:.{digits}f}" for number in found)
        ways += [f"{first}, {second} and {third} %", f"{first} to {third}"]
        ways += [f"{first} %"] if first == third else []
    return ways


@pytest.mark.parametrize("short", rows(), ids=lambda short: f"{short.lesson}: {short.words}, {short.recipe.epochs}")
def test_a_lesson_says_what_was_measured(short):
    found = figures(short)
    assert len(found) == len(SEEDS) and found == sorted(found)
    assert any(way in shipped_text(short.lesson) for way in sayings(found)), (
        f"{short.lesson} says none of {sayings(found)}"
    )


def test_every_training_works_and_is_short_enough_for_a_lesson():
    for short in rows():
        assert trace(short.network, 10).works
        assert short.recipe.training_images * short.recipe.epochs <= 150_000


def test_a_row_sorts_its_accuracies():
    short = rows()[0]
    assert line(short, [0.956, 0.954, 0.9541]) == "| A1, Dense 512 | 10,000 | 5 | 95.4, 95.4, 95.6 % |"
