"""Accuracy against size as a chart and a table."""

import json
import math
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.study.size import AIM_PARAMETERS, MEASURED, OWN, PUBLISHED, SizePoint, all_points, frontier
from core.training.snapshot import Snapshot, State
from core.views.size import (
    OF_OTHERS,
    OF_TEST,
    aim_words,
    places,
    size_chart,
    size_rows,
    size_table,
    size_words,
    titles,
)


def point(name, accuracy, parameters, kind=MEASURED, on="test", images=10_000, **more):
    return SizePoint(name, kind, accuracy, on, parameters, more.pop("macs", None), None, images, preset=name, **more)


SMALL, LARGE = point("small", 0.98, 1_000, macs=50_000), point("large", 0.995, 100_000, macs=20_000)
VALIDATED = point("validated", 0.999, 500, PUBLISHED, "validation", None)


def rows(chart, name="points"):
    return chart["datasets"][name]


def test_each_network_is_a_point_whose_height_is_its_error_or_its_accuracy():
    for spread, heights in (("stretched", (0.02, 0.005)), ("even", (0.98, 0.995))):
        found = {row["network"]: row for row in rows(size_chart([SMALL, LARGE, VALIDATED], "parameters", spread))}
        assert [found[name]["height"] for name in ("small", "large")] == pytest.approx(heights)
        assert [row["at"] for row in found.values()] == [1_000, 100_000, 500]
        assert [row["of"] for row in found.values()] == [OF_TEST, OF_TEST, OF_OTHERS]


def test_the_better_of_two_is_higher_on_either_axis():
    for spread in ("stretched", "even"):
        chart = size_chart([SMALL, LARGE], "parameters", spread)
        (ends,) = rows(chart, "frame")
        low, high = (row["height"] for row in rows(chart))
        assert (ends["bottom"] - ends["top"]) * (low - high) > 0


def test_no_error_at_all_is_drawn_as_half_an_error():
    chart = size_chart([point("perfect", 1.0, 10, images=250)])
    assert rows(chart)[0]["height"] == pytest.approx(0.5 / 250) and rows(chart)[0]["error"] == 0


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10_000)), min_size=1, max_size=30),
    st.sampled_from(("stretched", "even")),
)
def test_all_points_lie_within_the_axes_and_the_steps_go_on_to_the_end(pairs, spread):
    points = [point(str(number), right / 10_000, size) for number, (size, right) in enumerate(pairs)]
    chart = size_chart(points, "parameters", spread)
    (ends,) = rows(chart, "frame")
    bottom, top = sorted((ends["bottom"], ends["top"]))
    for row in rows(chart):
        assert ends["left"] < row["at"] < ends["right"] and bottom <= row["height"] <= top
    steps = rows(chart, "frontier")
    assert steps[-1] == {"at": ends["right"], "height": steps[-2]["height"]}
    assert len(steps) == len(frontier(points)) + 1


def test_another_size_is_another_frontier():
    words = {axis: size_words([SMALL, LARGE, VALIDATED], axis) for axis in ("parameters", "macs")}
    assert words["parameters"] == (
        "Accuracy over parameters: 3 networks. On the frontier, from small to large: small 98.00 %, large 99.50 %."
    )
    assert words["macs"].endswith("2 networks. On the frontier, from small to large: large 99.50 %.")
    assert places([SMALL, LARGE], "seconds") == [] and "0 networks." in size_words([SMALL], "seconds")
    assert {row["network"]: row["frontier"] for row in size_rows([SMALL, LARGE], "macs")} == {
        "small": "",
        "large": "yes",
    }


def test_the_aims_are_lines_where_they_are_about_these_images_and_this_axis():
    chart = size_chart([SMALL])
    assert [row["at"] for row in rows(chart, "high")] == [15_000] and AIM_PARAMETERS == 15_000
    assert rows(chart, "wide")[0]["at"] == pytest.approx(0.006)
    assert rows(size_chart([SMALL], spread="even"), "wide")[0]["at"] == 0.994
    assert rows(size_chart([SMALL], "macs"), "high") == [] and rows(size_chart([SMALL], "macs"), "wide")
    other = size_chart([SMALL], aims=False)
    assert rows(other, "wide") == rows(other, "high") == []


def test_who_reaches_both_aims_is_named():
    assert aim_words([SMALL, LARGE, VALIDATED]).startswith("Nothing here reaches 99.4 % of the test images")
    both = [point("a", 0.994, 14_999), point("b", 0.996, 15_000), point("c", 0.997, 9)]
    assert aim_words(both).startswith("“a” and “c” reach the articles’ aim")


def test_a_run_says_how_it_is_and_whether_it_flatters_itself():
    now = Snapshot(State.TRAINING, epochs=9, epoch=3)
    run = SimpleNamespace(created=1.5)
    going = point("mine", 0.9, 7, OWN, run=run, snapshot=now, chosen_by_test_images=True)
    (row,) = size_rows([going])
    assert row["state"] == "Epoch 3 of 9; its epoch or rate was chosen by the test images"
    assert row["key"] == "run/1.5" and titles([going]) == {"run/1.5": "mine: your run"}


def test_the_table_has_the_same_figures_the_best_first():
    first, second, third = size_table([SMALL, VALIDATED, LARGE])
    assert [one["Network"] for one in (first, second, third)] == ["validated", "large", "small"]
    assert (second["Accuracy (%)"], second["Parameters"], second["Multiply-adds"]) == (99.5, 100_000, 20_000)
    assert first["Multiply-adds"] is None and first["On the frontier"] == "" and first["Of"] == "validation images"


def test_no_two_points_of_the_project_have_one_key_or_title():
    points = all_points()
    named = titles(points)
    assert len(named) == len(points) == len(set(named.values()))


def test_names_beside_points_hide_neither_points_nor_names():
    crowd = [point(f"network {n}", 0.98 + n / 10_000, 1_000 + 20 * n) for n in range(100)]
    labelled = [row for row in rows(size_chart(crowd)) if row["label"]]
    assert 0 < len(labelled) < 10
    alone = rows(size_chart([SMALL, LARGE]))
    assert [row["label"] for row in alone] == ["small", "large"]
    assert all(math.isfinite(row["height"]) for row in alone)


def test_the_opened_point_has_the_ring():
    assert [row["opened"] for row in rows(size_chart([SMALL, LARGE], opened=LARGE.key))] == [False, True]


def test_what_is_not_known_of_a_point_is_a_dash_where_it_is_pointed_at():
    unknown, known = size_rows([VALIDATED, SMALL])
    assert (unknown["work"], unknown["now"], unknown["time"], unknown["recipe"]) == ("–",) * 4
    assert known["work"] == "50,000"
    tips = re.findall(r'"tooltip": (\[.*?\])', json.dumps(size_chart([VALIDATED])))
    assert any({"work", "now"} <= {tip["field"] for tip in json.loads(one)} for one in tips)
