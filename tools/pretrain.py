"""Make the trained weights in assets/pretrained: `python -m tools.pretrain`.

The networks are trained on all 60,000 training images with a fixed seed and a
fixed number of epochs; the test images are judged after each, but nothing is
chosen by that. On one machine the weights come out the same, bit
for bit; another processor may round differently.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from core.data import load
from core.network import LENET5, to_json
from core.training import Recipe, Snapshot, State, train
from core.training.pretrained import FOLDER

RECIPE = Recipe(epochs=30, batch_size=64, learning_rate=0.002, schedule="cosine", seed=1998)


def main() -> None:
    """Train LeNet-5 and write its weights and its card."""
    result = train(LENET5, load("mnist"), RECIPE, _report)
    accuracy = result.snapshot.test.accuracy
    write(FOLDER, "lenet5", result.model, accuracy)
    print(f"lenet5: {accuracy:.2%} of the test images")


def write(folder: Path, name: str, model, accuracy: float) -> None:
    """`name`.npz with the weights in Keras' order, and `name`.json that says what they are."""
    arrays = {str(index): array for index, array in enumerate(model.get_weights())}
    np.savez_compressed(folder / f"{name}.npz", **arrays)
    card = {
        "network": json.loads(to_json(LENET5)),
        "dataset": "mnist",
        "recipe": RECIPE.changed_settings(),
        "test_accuracy": accuracy,
        "made_by": "python -m tools.pretrain",
    }
    (folder / f"{name}.json").write_text(json.dumps(card, indent=2) + "\n", "utf-8")


def _report(snapshot: Snapshot) -> None:
    if snapshot.state is State.TRAINING and snapshot.judged_epoch == snapshot.epoch:
        print(f"epoch {snapshot.epoch}: {snapshot.judged[-1].accuracy:.2%}", flush=True)


if __name__ == "__main__":
    main()
