"""The panels of the Receptive fields page."""

from __future__ import annotations

import streamlit as st

from core.network import Network, Path, trace
from core.ui.pages.receptive_fields.border import BORDER
from core.ui.pages.receptive_fields.effective import EFFECTIVE
from core.ui.pages.receptive_fields.explorer import EXPLORER
from core.ui.pages.receptive_fields.field import FieldInFocus
from core.ui.pages.receptive_fields.growth import GROWTH
from core.ui.pages.receptive_fields.pixels import PIXELS_READ
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage
from core.ui.widgets.layers import choose_layer
from core.ui.widgets.model_view import ModelView

PARTS = (GROWTH, PIXELS_READ, EFFECTIVE, BORDER)


def choose_field_layer(mine: Session, network: Network, key: str) -> Path:
    """A choice among all layers of a network that works."""
    chosen = choose_layer(mine, network, [row.path for row in trace(network).rows if row.receptive_field], key)
    assert chosen is not None  # a network that was trained has layers
    return chosen


def explorer(mine: Session, subject: ModelView, picture: InputImage, path: Path) -> None:
    """A feature map over the image, to be moved over."""
    EXPLORER.show(FieldInFocus(mine, subject, path, picture), headed=False)


def parts(mine: Session, subject: ModelView, picture: InputImage, path: Path) -> None:
    """The other panels, one at a time; only the one that is open is computed."""
    at = FieldInFocus(mine, subject, path, picture)
    tabs = st.tabs([panel.titled(at) for panel in PARTS], key="fields/part", on_change="rerun")
    for tab, panel in zip(tabs, PARTS):
        if tab.open:
            with tab:
                panel.show(at, headed=False)
