"""Small lessons, and what they may name, without the interface."""

from core.learn.lessons import Control, Known, Offered
from core.network import LENET5, PRESETS

KNOWN = Known(
    pages={"build": "Build", "train": "Train", "kernels": "Kernels", "games": "Games", "lessons": "Lessons"},
    networks=tuple(Offered(key, preset.network, preset.recipe, None, key) for key, preset in PRESETS.items())
    + (Offered("lenet5", LENET5, None, "mnist"),),
    weights=("draw", "lenet5"),
    datasets=("mnist", "fashion_mnist"),
    parts=("edit", "train", "draw", "inside"),
    fields=("momentum", "epochs", "filters"),
    belongs={"kernels": ("inside",), "train": ("train",), "games": ("draw",)},
    controls=(
        Control("kernels", "view", "view", ("Without this kernel", "As a dense matrix")),
        Control("kernels", "layer", "layer", least=1, most=9),
        Control("games", "rate", "rate", least=0.1, most=0.9),
    ),
)
HEADER = "---\ntitle: T\nminutes: 5\naim: A\nbegin: build\n---\n"


def with_step(text: str, header: str = HEADER) -> str:
    """A lesson with one step; its text begins in line 8."""
    return f"{header}## Step\n{text}\n"
