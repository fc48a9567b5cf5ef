"""What can be set on pages and is noticed by lessons: pages tell it as they are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from core.learn.convolution import NAMED
from core.learn.lessons import Control
from core.study.transforms import TRANSFORMS
from core.ui.shell.session import Session

PADDINGS = ("valid (none)", "same", "zeros p")
COSTS = ("Torch light: 32×32×3", "C1 of LeNet-5", "Many channels", "1×1: channels only")
VIEWS = ("Without this kernel", "As a dense matrix")
DROPOUTS = ("Dropout", "Spatial dropout", "Gaussian dropout")
MOST_LAYERS, MOST_KERNELS = 200, 10_000


@lru_cache(maxsize=1)
def controls() -> tuple[Control, ...]:
    """All of them; names are those that stand on the page."""
    transforms = tuple(one.title for one in TRANSFORMS.values())
    return (
        Control("back_propagation", "presses", "buttons pressed", most=4),
        Control("convolution", "kernel", "kernel", tuple(NAMED)),
        Control("convolution", "size", "kernel k", least=1, most=5),
        Control("convolution", "padding", "padding", PADDINGS),
        Control("convolution", "dilation", "dilation d", least=1, most=3),
        Control("cost", "example", "example", COSTS),
        Control("cures", "dropout", "kind", DROPOUTS),
        Control("cures", "rate", "rate", least=0.1, most=0.9),
        Control("equivariance", "right", "px to the right", least=-8, most=8),
        Control("kernels", "layer", "layer", least=1, most=MOST_LAYERS),
        Control("kernels", "kernel", "kernel", least=1, most=MOST_KERNELS),
        Control("kernels", "view", "view", VIEWS),
        Control("kernels", "evaluated", "layer evaluated without each kernel", least=1, most=MOST_LAYERS),
        Control("pooling", "corner", "number in row 2, column 2", least=-1e9, most=1e9),
        Control("receptive_fields", "stack", "3×3 layers in the fold at the foot", least=1, most=5),
        Control("robustness", "curve", "whole curve", transforms),
    )


@dataclass
class Told:
    """What pages have told of what is set on them.

    Attributes:
        settings: id of a page → name of a control → what it is set to.
    """

    settings: dict[str, dict[str, str | float]] = field(default_factory=dict)


def tell(mine: Session, page: str, **settings: str | float | None) -> None:
    """Tell lessons what is set on a page now; None where it cannot be seen, or has no name."""
    there = mine.state(Told).settings.setdefault(page, {})
    for name, value in settings.items():
        if value is None:
            there.pop(name, None)
        else:
            there[name] = value
