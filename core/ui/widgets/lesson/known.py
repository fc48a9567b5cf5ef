"""What lessons may name: pages, networks, datasets, and what can be hidden."""

from __future__ import annotations

from functools import lru_cache

from core.data import SOURCES
from core.learn.lessons import Known, Offered
from core.network import LAYERS, PRESETS, Recipe
from core.network.settings import settings_of
from core.network.sharing import HIDEABLE
from core.training.pretrained import NAMES, PretrainedError, card
from core.ui.shell.pages import PAGES
from core.ui.widgets.lesson.controls import controls


@lru_cache(maxsize=1)
def known() -> Known:
    """All of it."""
    presets = [Offered(key, preset.network, preset.recipe, None, key) for key, preset in PRESETS.items()]
    fields = dict.fromkeys(name for kind in (Recipe, *LAYERS.values()) for name in settings_of(kind))
    return Known(
        pages={page.id: page.title for page in PAGES.values()},
        networks=(*presets, *_shipped()),
        weights=NAMES,
        datasets=tuple(SOURCES),
        parts=HIDEABLE,
        fields=tuple(fields),
        belongs={page.id: page.hidden_by for page in PAGES.values()},
        controls=controls(),
    )


def _shipped() -> list[Offered]:
    found: list[Offered] = []
    for name in NAMES:
        try:
            found.append(Offered(name, card(name).network, None, card(name).dataset))
        except PretrainedError:  # the page that needs it says what is wrong
            continue
    return found
