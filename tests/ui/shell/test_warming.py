"""What is done in the background."""

import gc

import pytest

from core.ui.shell import warming


def test_garbage_is_collected_again_and_again_after_what_stays_was_set_aside(monkeypatch):
    done = []

    class Enough(Exception):
        pass

    def collect():
        done.append("collect")
        if len(done) > 4:
            raise Enough

    monkeypatch.setattr(warming, "_import", lambda: done.append("import"))
    monkeypatch.setattr(warming, "GARBAGE_SECONDS", 0.0)
    monkeypatch.setattr(gc, "collect", collect)
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    with pytest.raises(Enough):
        warming._attend()
    assert done == ["import", "collect", "freeze", "collect", "collect"]
