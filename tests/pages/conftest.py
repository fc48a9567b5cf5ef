"""AppTest for the whole app."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(monkeypatch) -> AppTest:
    """The app on its first page; TensorFlow is here already, so there is nothing to warm."""
    monkeypatch.chdir(ROOT)
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    yield test.run()
    if "receptive" in test.session_state and test.session_state["receptive"].run:
        test.session_state["receptive"].run.stop()
        test.session_state["receptive"].run.wait(30)


def mine(app: AppTest):
    """The visitor's session object."""
    return app.session_state["receptive"]


def button(app: AppTest, label: str):
    """The button with this label."""
    return next(b for b in app.button if b.label == label)
