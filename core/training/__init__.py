"""Training: models, runs and their records. TensorFlow is imported on use, not with this package."""

from typing import TYPE_CHECKING, Any

from core.network.recipe import Recipe
from core.store import StoreError
from core.training.limits import why_unfit
from core.training.pretrained import PretrainedError, card, pretrained
from core.training.run import Run
from core.training.snapshot import Point, Snapshot, State
from core.training.straight import Result, train
from core.training.workspace import Workspace, Workspaces

if TYPE_CHECKING:
    from core.training.model import build_model

__all__ = [
    "Point", "PretrainedError", "Recipe", "Result", "Run", "Snapshot", "State", "StoreError",
    "Workspace", "Workspaces", "build_model", "card", "pretrained", "train", "why_unfit",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "build_model":  # lives beside Keras, which takes seconds to import
        from core.training.model import build_model

        return build_model
    raise AttributeError(name)
