"""What Build says of a preset's accuracy here: the figures that were measured, each in its place."""

import json
import re

import pytest

from core.network import PRESETS
from core.network.reproduced import FILE, ours, table
from core.network.words import counted

ROWS = json.loads(FILE.read_text("utf-8"))


def figures(row) -> list[str]:
    """The percentages that the sentence on this row has, in order."""
    chosen, whole, improved = row.get("selected"), row.get("all_images"), row.get("improved")
    shares = [chosen["test_accuracy"]] if chosen else [whole["test_accuracy"], whole["train_accuracy"]]
    return [f"{share * 100:.2f}" for share in [*shares, *([improved["test_accuracy"]] if improved else [])]]


@pytest.mark.parametrize("key", ROWS)
def test_a_sentence_has_the_figures_that_were_measured(key):
    sentence = ours(key)
    assert re.findall(r"(\d+\.\d\d) %", sentence) == figures(ROWS[key])
    assert ("With " in sentence) == ("improved" in ROWS[key])
    if "improved" in ROWS[key]:
        assert f"With {PRESETS[key].improved.describe()}: {figures(ROWS[key])[-1]} %." in sentence
    about = ROWS[key].get("selected") or ROWS[key]["all_images"]
    if "selected" in ROWS[key]:
        assert f"(epoch {about['epoch']})" in sentence
    else:
        assert f"after {counted(about['epochs'], 'epoch')}," in sentence
    assert f", {about['minutes']:g} min." in sentence


def test_at_least_one_figure_would_be_another_if_it_were_of_training():
    assert any(
        row["improved"]["test_accuracy"] != row["improved"]["train_accuracy"]
        for row in ROWS.values()
        if "improved" in row
    )


def test_of_what_nobody_has_measured_nothing_is_said():
    assert ours("no such preset") == ""


def share(value):
    return f"{value * 100:.2f} %"


@pytest.mark.parametrize("key", ROWS)
def test_a_line_of_the_table_has_each_figure_in_its_column(key):
    row = ROWS[key]
    head, _, *lines = ([cell.strip() for cell in line.strip("|").split("|")] for line in table())
    (line,) = (dict(zip(head, cells, strict=True)) for cells in lines if cells[0].startswith(f"{key}, "))
    assert line["parameters published"] == (
        f"{row['published_parameters']:,}" if row["published_parameters"] else "–"
    )
    assert line["ours"] == f"{row['parameters']:,}" and line["published accuracy"] == (row["published"] or "–")
    chosen, whole, improved = (row.get(part) for part in ("selected", "all_images", "improved"))
    kept = line["ours, epoch chosen on images kept apart"]
    assert (
        kept == "–" if not chosen else kept.startswith(f"{share(chosen['test_accuracy'])} (epoch {chosen['epoch']}")
    )
    both = line["ours on all 60,000: at the end, best epoch"]
    best = whole and f"{share(whole['best_test_accuracy'])} (epoch {whole['best_epoch']})"
    assert both == (f"{share(whole['test_accuracy'])}, {best}" if whole else "–")
    last = line["our recipe, all 60,000, at the end"]
    assert (
        last == "–"
        if not improved
        else last.startswith(f"{share(improved['test_accuracy'])} ({PRESETS[key].improved.describe()}")
    )
    for cell, part in ((kept, chosen), (last, improved)):
        trained = f"; {share(part['train_accuracy'])} training)" if part else ""
        assert not part or cell.endswith(trained) is (row["published_on"] == "training")
    wanted, name = (
        row["published_accuracy"],
        "train_accuracy" if row["published_on"] == "training" else "test_accuracy",
    )
    own = max((part[name] for part in (chosen, whole) if part), default=0)
    reached = (
        "–"
        if wanted is None
        else "yes"
        if own >= wanted
        else "with our recipe"
        if improved and improved[name] >= wanted
        else "no"
    )
    assert line["reached"] == reached
