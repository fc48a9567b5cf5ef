"""Make the trained weights in assets/pretrained: `python -m tools.pretrain`, or only those named after it.

LeNet-5, “Seven thousand” and the dense network are trained on all 60,000 training images with a fixed seed and a
fixed number of epochs; the test images are evaluated after each, but nothing is chosen by that. The drawing network is
`tools.drawings.model`'s. On one machine the weights come out the same, bit for bit; another processor may round
differently.

`python -m tools.pretrain measure` trains nothing: it measures anew what the cards say of certainty.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import load
from core.insight.certainty import SURE_FROM
from core.network import LENET5, PRESETS, Network, to_json
from core.training import Recipe, Snapshot, State, train
from core.training.pretrained import FOLDER, NAMES, card, pretrained
from core.training.priority import one_core_an_operation
from tools.drawings import model as drawings
from tools.drawings.calibration import highest_threshold, measured, predict

if TYPE_CHECKING:
    import keras

RECIPE = Recipe(epochs=30, batch_size=64, learning_rate=0.002, schedule="cosine", seed=1998)
C5, A5 = PRESETS["C5"], PRESETS["A5"]
assert C5.recipe is not None and A5.recipe is not None
DENSE = A5.recipe.replaced(seed=1998)
SEVEN_THOUSAND = C5.recipe.replaced(epochs=8, seed=1998)  # of 30: a few minutes, and nearly as good
SURE = 0.975  # of the digits that were kept apart are to be called sure


def main() -> None:
    """Train what is asked for, and write weights and cards."""
    one_core_an_operation()
    for name in sys.argv[1:] or NAMES:
        if name == "measure":
            for known in NAMES:
                measure(FOLDER, known)
        elif name == "draw":
            draw(FOLDER)
        elif name == "lenet5":
            by_recipe(FOLDER, name, LENET5, RECIPE)
        elif name == "dense-128":
            by_recipe(FOLDER, name, A5.network, DENSE)
        elif name == "seven-thousand":
            by_recipe(FOLDER, name, C5.network, SEVEN_THOUSAND)
        else:
            sys.exit(f"There is no {name!r} to train; there are {', '.join(NAMES)}, and “measure”.")


def by_recipe(folder: Path, name: str, network: Network, recipe: Recipe) -> None:
    """Train a network as the Train page would."""
    result = train(network, load("mnist"), recipe, _report)
    test = result.snapshot.test
    assert test is not None, "the training has no end"
    write(folder, name, network, result.model, recipe.changed_settings(), test.accuracy, SURE_FROM)


def draw(folder: Path) -> None:
    """Train the network of the Draw page."""
    data = load("mnist")
    model = drawings.folded(drawings.fit(drawings.pool(data)))
    images, labels = drawings.held_out(data)
    drawings.cooled(model, drawings.temperature(predict(model, images), labels))
    sure_from = highest_threshold(predict(model, images[: drawings.HELD_OUT]), SURE)
    accuracy = float((predict(model, data.x_test[..., 0]).argmax(axis=1) == data.y_test).mean())
    write(folder, "draw", drawings.NETWORK, model, drawings.recipe(), accuracy, sure_from)


def write(
    folder: Path,
    name: str,
    network: Network,
    model: keras.Model,
    recipe: dict[str, Any],
    accuracy: float,
    sure_from: float,
) -> None:
    """`name`.npz with the weights in Keras' order, and `name`.json that says what they are."""
    arrays = {str(index): array for index, array in enumerate(model.get_weights())}
    np.savez_compressed(folder / f"{name}.npz", **arrays)
    known = {
        "network": json.loads(to_json(network)),
        "dataset": "mnist",
        "recipe": recipe,
        "test_accuracy": accuracy,
        "sure_from": sure_from,
        "measured": measured(model, sure_from),
        "made_by": f"python -m tools.pretrain {name}",
    }
    _write_card(folder, name, known)
    print(f"{name}: {accuracy:.2%} of the test images", flush=True)


def measure(folder: Path, name: str) -> None:
    """Put what is measured of its certainty into the card of a network that is there."""
    known = json.loads((folder / f"{name}.json").read_text("utf-8"))
    known["measured"] = measured(pretrained(name), card(name).sure_from)
    _write_card(folder, name, known)


def _write_card(folder: Path, name: str, known: dict[str, Any]) -> None:
    (folder / f"{name}.json").write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _report(snapshot: Snapshot) -> None:
    if snapshot.state is State.TRAINING and snapshot.evaluated_epoch == snapshot.epoch:
        print(f"epoch {snapshot.epoch}: {snapshot.evaluations[-1].accuracy:.2%}", flush=True)


if __name__ == "__main__":
    main()
