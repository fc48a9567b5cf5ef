"""What the published networks reach here: the table that `make reproduce` writes."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.network.presets import PRESETS, Preset
from core.network.sharing import to_json

FILE = Path(__file__).resolve().parents[2] / "assets" / "reproduced.json"


def fingerprint(preset: Preset) -> str:
    """Changes when the network or its recipe does: then its row has to be measured anew."""
    return hashlib.sha256(to_json(preset.network.renamed("x"), preset.recipe).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def reproduced() -> dict[str, dict[str, Any]]:
    """Preset → row, for the presets that are as they were when they were measured; empty without the file."""
    try:
        rows = json.loads(FILE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {
        key: row for key, row in rows.items() if key in PRESETS and row["fingerprint"] == fingerprint(PRESETS[key])
    }


def ours(key: str) -> str:
    """A sentence with our own figures of a preset; empty where it has not been measured."""
    row = reproduced().get(key)
    if row is None:
        return ""
    chosen = row.get("selected")
    if chosen is not None:
        return (
            f"Here: {chosen['test_accuracy'] * 100:.2f} % of the test images, with the epoch chosen on images kept "
            f"apart (epoch {chosen['epoch']}), {chosen['minutes']:g} min."
        )
    whole = row["all_images"]
    return (
        f"Here: {whole['test_accuracy'] * 100:.2f} % of the test images after {whole['epochs']} epochs, "
        f"{whole['train_accuracy'] * 100:.2f} % in training, {whole['minutes']:g} min."
    )


def table() -> list[str]:
    """The rows as Markdown, published beside ours."""
    lines = [
        "| preset | parameters published | ours | published accuracy | ours, epoch chosen on images kept apart "
        "| ours on all 60,000: at the end, best epoch | reached |",
        "|---|--:|--:|---|--:|--:|---|",
    ]
    for key, row in reproduced().items():
        chosen, whole = row.get("selected"), row["all_images"]
        there = f"{row['published_parameters']:,}" if row["published_parameters"] else "–"
        kept = f"{chosen['test_accuracy'] * 100:.2f} % (epoch {chosen['epoch']})" if chosen else "–"
        lines.append(
            f"| {key}, {PRESETS[key].network.name} | {there} | {row['parameters']:,} | {row['published'] or '–'} | {kept} "
            f"| {whole['test_accuracy'] * 100:.2f} %, {whole['best_test_accuracy'] * 100:.2f} % "
            f"(epoch {whole['best_epoch']}) | {_reached(row)} |"
        )
    return lines


def _reached(row: dict[str, Any]) -> str:
    """Whether the published accuracy came out here, without choosing by the test images; a dash where none is known."""
    there, on = row["published_accuracy"], row["published_on"]
    if there is None:
        return "–"
    parts = [row["all_images"], *([row["selected"]] if "selected" in row else [])]
    name = "train_accuracy" if on == "training" else "test_accuracy"
    return "yes" if max(part[name] for part in parts) >= there else "no"
