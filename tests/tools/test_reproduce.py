"""Curves of the presets, as they are recorded beside their accuracies."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.network import PRESETS
from core.training import Snapshot, State
from core.training.snapshot import Point
from tools.reproduce import as_text, curve, with_curve

END = Snapshot(
    State.FINISHED,
    epochs=2,
    evaluated_on="validation",
    train=(
        Point(0.5, 2.0, 0.2, 100),
        Point(1.0, 1.0, 0.6, 300),
        Point(1.5, 0.5, 0.8, 100),
        Point(2.0, 0.5, 0.9, 100),
    ),
    evaluations=(Point(0, 2.3, 0.1, 50), Point(1, 0.9, 0.7, 50), Point(2, 0.4, 0.912346, 50)),
)


def test_a_curve_has_each_evaluation_and_the_mean_over_the_images_of_each_epoch():
    found = curve(END)
    assert found["evaluated_on"] == "validation"
    assert found["evaluated"] == [[0, 0.1, 2.3], [1, 0.7, 0.9], [2, 0.91235, 0.4]]
    assert [row[0] for row in found["training"]] == [1, 2]
    assert [row[1:] for row in found["training"]] == [pytest.approx([0.5, 1.25]), pytest.approx([0.85, 0.5])]


def test_it_is_written_a_point_a_line_and_read_as_it_was():
    table = {"E2": {"selected": {"curve": curve(END), "epoch": 2}, "published": "no [2] list"}}
    text = as_text(table)
    assert json.loads(text) == table and "[2, 0.91235, 0.4]" in text


def test_a_curve_that_is_missing_is_trained_and_the_time_of_before_stays(monkeypatch):
    ends = []

    def train(network, images, recipe, report):
        ends.append(recipe)
        best = replace(
            END, evaluations=END.evaluations[:2], kept_epoch=1.0, test=Point(1, 1.0, 0.68, 50), seconds=600
        )
        return SimpleNamespace(snapshot=best)

    monkeypatch.setattr("tools.reproduce.train", train)
    monkeypatch.setattr("tools.reproduce.load", lambda name: None)
    row = {"parameters": 3, "selected": {"test_accuracy": 0.5, "minutes": 0.2}, "all_images": {"minutes": 0.1}}
    found = with_curve(row, PRESETS["A5"])
    assert found["selected"]["test_accuracy"] == 0.68 and found["selected"]["curve"]["evaluated"][1] == [1, 0.7, 0.9]
    assert (
        found["selected"]["minutes"] == 0.2 and found["all_images"] == {"minutes": 0.1} and found["parameters"] == 3
    )
    assert [recipe.validation_share for recipe in ends] == [0.125], (
        "the training by which the row is known, and no other"
    )
    found = with_curve({"all_images": {"minutes": 0.1}}, PRESETS["A5"])
    assert "selected" not in found and ends[1].validation_share == PRESETS["A5"].recipe.validation_share
