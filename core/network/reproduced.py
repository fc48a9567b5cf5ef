"""Accuracy of the published networks as reproduced here: the table that `make reproduce` writes."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.network.network import Network
from core.network.presets import PRESETS
from core.network.recipe import Recipe
from core.network.sharing import to_json
from core.network.words import counted

FILE = Path(__file__).resolve().parents[2] / "assets" / "reproduced.json"


def fingerprint(network: Network, recipe: Recipe | None) -> str:
    """Hash of network and recipe; figures with another hash are out of date."""
    return hashlib.sha256(to_json(network.renamed("x"), recipe).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def reproduced() -> dict[str, dict[str, Any]]:
    """Preset → row, for the presets that are as they were when they were measured; empty without the file."""
    try:
        rows = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: current for key, row in rows.items() if (current := _current(key, row)) is not None}


def _current(key: str, row: dict[str, Any]) -> dict[str, Any] | None:
    """The parts of a row whose fingerprint is still current."""
    preset = PRESETS.get(key)
    if preset is None or row["fingerprint"] != fingerprint(preset.network, preset.recipe):
        return None
    improved = row.get("improved")
    if improved and improved["fingerprint"] != fingerprint(preset.network, preset.improved):
        return {name: part for name, part in row.items() if name != "improved"}
    return row


def ours(key: str) -> str:
    """Sentence with the accuracy reproduced for a preset; empty if it has not been measured."""
    row = reproduced().get(key)
    if row is None:
        return ""
    chosen, whole, improved = row.get("selected"), row.get("all_images"), row.get("improved")
    if chosen is not None:
        words = (
            f"Here: {chosen['test_accuracy'] * 100:.2f} % of the test images, with the epoch chosen on images kept "
            f"apart (epoch {chosen['epoch']}), {chosen['minutes']:g} min."
        )
    elif whole is not None:
        words = (
            f"Here: {whole['test_accuracy'] * 100:.2f} % of the test images after {counted(whole['epochs'], 'epoch')}, "
            f"{whole['train_accuracy'] * 100:.2f} % in training, {whole['minutes']:g} min."
        )
    else:
        return ""
    recipe = PRESETS[key].improved
    if improved is None or recipe is None:
        return words
    return f"{words} With {recipe.describe()}: {improved['test_accuracy'] * 100:.2f} %."


def table() -> list[str]:
    """The rows as Markdown, published beside ours."""
    lines = [
        "| preset | parameters published | ours | published accuracy | ours, epoch chosen on images kept apart "
        "| ours on all 60,000: at the end, best epoch "
        "| our recipe, all 60,000, at the end | reached |",
        "|---|--:|--:|---|--:|--:|--:|---|",
    ]
    for key, row in reproduced().items():
        chosen, whole = row.get("selected"), row.get("all_images")
        there = f"{row['published_parameters']:,}" if row["published_parameters"] else "–"
        kept = "–"
        if chosen:
            kept = f"{chosen['test_accuracy'] * 100:.2f} % (epoch {chosen['epoch']}{_training(row, chosen)})"
        lines.append(
            f"| {key}, {PRESETS[key].network.name} | {there} | {row['parameters']:,} | {row['published'] or '–'} | {kept} "
            f"| {_whole(whole)} | {_improved(key, row)} | {_reached(row)} |"
        )
    return lines


def _whole(part: dict[str, Any] | None) -> str:
    if part is None:
        return "–"
    best = f"{part['best_test_accuracy'] * 100:.2f} % (epoch {part['best_epoch']})"
    return f"{part['test_accuracy'] * 100:.2f} %, {best}"


def _improved(key: str, row: dict[str, Any]) -> str:
    part, recipe = row.get("improved"), PRESETS[key].improved
    return (
        f"{part['test_accuracy'] * 100:.2f} % ({recipe.describe()}{_training(row, part)})" if part and recipe else "–"
    )


def _training(row: dict[str, Any], part: dict[str, Any]) -> str:
    """The training accuracy as text, if it is the published figure."""
    return f"; {part['train_accuracy'] * 100:.2f} % training" if row["published_on"] == "training" else ""


def _reached(row: dict[str, Any]) -> str:
    """`yes`, `with our recipe` or `no`: the published accuracy was reached here without selection by test images."""
    there, on = row["published_accuracy"], row["published_on"]
    if there is None:
        return "–"
    parts = [row[name] for name in ("selected", "all_images") if name in row]
    name = "train_accuracy" if on == "training" else "test_accuracy"
    if max(part[name] for part in parts) >= there:
        return "yes"
    improved = row.get("improved")
    return "with our recipe" if improved and improved[name] >= there else "no"
