"""The slider that makes a block deep, and a browser that reports its value late."""

from types import SimpleNamespace

import streamlit as st

from core.network import Conv2D, Dense, Flatten, Network
from core.ui.pages.build import layer_editing
from core.ui.shell.session import Session
from tests.ui.drawn_page import drawn

ALIKE = Network((28, 28, 1), (Conv2D(2, 3), Conv2D(2, 3), Flatten(), Dense(10, "softmax")), "Alike")


def test_what_the_slider_has_shown_is_no_wish_though_the_browser_reports_it_after_an_edit(monkeypatch):
    """Two layers alike are a depth of 2; one of them is changed, and what is told of the slider that was there is old."""
    mine, sliders = Session(), []
    mine.editor.open(ALIKE)
    monkeypatch.setattr(st, "slider", lambda *given, **rest: sliders.append(SimpleNamespace(shown=given[3], **rest)))
    identity = mine.editor.identity_at((1,))
    drawn(lambda: layer_editing.repeat_slider(mine, (1,), identity, "layer"))
    (slider,) = sliders
    assert slider.shown == 2
    mine.editor.edit(ALIKE.replaced((1,), Conv2D(5, 3)))
    edited = mine.editor.network
    for value, repeated in ((2, False), (3, True)):
        monkeypatch.setattr(st, "session_state", {slider.key: value})
        slider.on_change()
        assert (mine.editor.network != edited) == repeated
