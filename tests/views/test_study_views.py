"""Comparisons of networks in words and charts."""

import pytest
from scipy.stats import binomtest

from core.network import LENET5, Dense, Flatten, Network
from core.study.comparison import Score
from core.training.snapshot import Point, Snapshot, State
from core.views.charts import compared
from core.views.study import fact_words, interval_text


@pytest.mark.parametrize(("right", "images"), [(9929, 10_000), (0, 12), (12, 12), (1, 3), (700, 1000)])
def test_an_accuracy_has_its_interval_beside_it(right, images):
    low, high = binomtest(right, images).proportion_ci(0.95, "wilson")
    expected = f"{100 * right / images:.2f} % ({100 * low:.2f} – {100 * high:.2f} %)"
    assert interval_text(Score(right, images)) == expected


def test_the_costs_of_lenet_5_in_words():
    assert fact_words(LENET5) == {
        "Parameters": "61,706",
        "Multiply-adds": "416,520",
        "Memory": "284 kB",  # 4·(61,706 + 784 + 4704 + 1176 + 1600 + 400 + 400 + 120 + 84 + 10)
        "Last map sees": "16×16 px",
    }


def test_a_network_without_maps_says_so_and_a_large_one_counts_in_megabytes():
    plain = Network((28, 28, 1), (Flatten(), Dense(1000), Dense(10, "softmax")), "Plain")
    assert fact_words(plain)["Last map sees"] == "no maps"
    assert fact_words(plain)["Memory"] == "3.2 MB"


def curve(seconds: float, step: int = 30) -> Snapshot:
    """Three epochs of ten steps each, as far as they are done."""
    points = tuple(Point(float(epoch), 1 / (epoch + 1), epoch / 4, 100) for epoch in range(step // 10 + 1))
    return Snapshot(State.TRAINING, epochs=3, step=step, steps=30, evaluations=points, seconds=seconds)


def test_curves_by_second_show_the_slower_run_as_the_longer_one():
    chart = compared([("quick", curve(6.0)), ("slow", curve(20.0, step=20))], "accuracy", False, by_second=True)
    at = {(row["run"], row["epoch"]): row["at"] for row in chart["datasets"]["evaluations"]}
    assert at == {
        ("quick", 0.0): 0.0, ("quick", 1.0): 2.0, ("quick", 2.0): 4.0, ("quick", 3.0): 6.0,
        ("slow", 0.0): 0.0, ("slow", 1.0): 10.0, ("slow", 2.0): 20.0,
    }  # fmt: skip
    (ends,) = chart["datasets"]["frame"]
    assert ends["right"] == pytest.approx(30 * 61 / 60)  # where the slow one will end
    titles = {
        layer["encoding"]["x"]["title"] for layer in chart["layer"] if "title" in layer["encoding"].get("x", {})
    }
    assert titles == {"seconds"}


def test_a_run_that_has_not_begun_has_no_length_yet():
    waiting = Snapshot(State.QUEUED, epochs=3, steps=30)
    assert waiting.seconds_an_epoch is None
    chart = compared([("waiting", waiting)], "accuracy", False, by_second=True)
    assert chart["datasets"]["frame"][0]["right"] > 0
