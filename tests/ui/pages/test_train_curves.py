"""The learning curves on Train: what is said of them."""

from types import SimpleNamespace

import pytest

from core.training import Snapshot, State
from core.training.snapshot import Point
from core.ui.pages.train import live
from core.views.theme import LIGHT
from core.views.zooming import ZOOM

CURVE = tuple(Point(epoch, 1 / (1 + epoch), epoch / 10, 500) for epoch in range(9))


class Column:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.fixture
def curves(monkeypatch):
    """Draws the curves; returns the caption, and the text alternative of each chart by its key."""

    def drawn(now):
        captions, alternatives = [], {}

        def chart(_, spec, key, alt):
            alternatives[key] = alt

        streamlit = SimpleNamespace(
            session_state={},
            columns=lambda count: [Column() for _ in range(count)],
            container=lambda **_: Column(),
            markdown=str,
            toggle=lambda *_, **__: None,
            caption=captions.append,
        )
        monkeypatch.setattr(live, "st", streamlit)
        monkeypatch.setattr(live, "look", lambda: LIGHT)
        monkeypatch.setattr(live, "curve_chart", chart)
        monkeypatch.setattr(live, "curve_switches", lambda *_, **__: None)
        live.curves(None, now)
        return captions[0], alternatives

    return drawn


def test_the_kept_epoch_is_named_under_the_curves_and_for_those_who_do_not_see_them(curves):
    caption, alternatives = curves(Snapshot(State.FINISHED, epochs=8, evaluations=CURVE, kept_epoch=6.0))
    assert caption.startswith("The ring marks epoch 6, whose weights were kept. " + ZOOM)
    assert alternatives["train/accuracy"].endswith("to 0.800 in 8.0 epochs. Kept: epoch 6, with 0.600.")
    assert alternatives["train/loss"].endswith("Kept: epoch 6, with 0.143.")


def test_of_no_kept_epoch_nothing_is_said(curves):
    caption, alternatives = curves(Snapshot(State.FINISHED, epochs=8, evaluations=CURVE))
    assert caption.startswith(ZOOM) and not any("ept" in words for words in alternatives.values())
