"""What the three kinds of dropout do to a map, on a network that comes trained."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import streamlit as st

from core.data import load
from core.insight import activations
from core.insight.dropping import Dropped, dropped
from core.network import Dropout, GaussianDropout, Layer, SpatialDropout2D
from core.study.background import Study
from core.training import card, pretrained
from core.ui.pages.cures.state import CuresState
from core.ui.shell.frame import plain
from core.ui.shell.session import Session
from core.ui.widgets.dropping import DroppingState, shown_draws
from core.ui.widgets.lesson.controls import tell
from core.ui.widgets.studies import studied, watch

KINDS: dict[str, type[Dropout] | type[SpatialDropout2D] | type[GaussianDropout]] = {
    "Dropout": Dropout,
    "Spatial dropout": SpatialDropout2D,
    "Gaussian dropout": GaussianDropout,
}
RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
NETWORK = "lenet5"


def dropping(mine: Session) -> None:
    """A choice of the kind and the rate, and what it does to the first maps of LeNet-5."""
    own = mine.state(CuresState)
    st.markdown("**What dropout does to a map** while a network trains, in five steps:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        own.kind = st.segmented_control(
            "Kind", list(KINDS), default=own.kind, required=True, key="cures/kind", label_visibility="collapsed"
        )
        own.rate = st.select_slider("Rate", RATES, own.rate, key="cures/rate", width=240)
    tell(mine, "cures", dropout=own.kind, rate=own.rate)
    layer = KINDS[own.kind](own.rate)
    study = _drawn(mine, layer)
    watch(study, (), lambda: _shown(mine, study))


def _drawn(mine: Session, layer: Layer) -> Study[Dropped]:
    seed, number = mine.state(DroppingState).seed, mine.image.test_index

    def steps() -> Iterator[Dropped]:
        image = load("mnist").x_test[number].astype(np.float32) / 255
        network = card(NETWORK).network
        yield dropped(layer, activations(pretrained(NETWORK), network, image)[0,], seed=seed)

    return studied(mine, "dropping", (layer, seed, number), steps)


def _shown(mine: Session, study: Study[Dropped]) -> None:
    """The newest draws; until they are there, those before, so that nothing jumps."""
    own = mine.state(CuresState)
    own.drawn = study.latest or own.drawn
    shown_draws(mine, own.drawn, "cures/roll")
    words = (
        f"Maps of the first layer of {card(NETWORK).network.name}, trained, for test image {mine.image.test_index:,}."
    )
    st.caption(plain(words))
