"""AppTest for the whole app."""

import json
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.training.priority import wake_tensorflow
from core.ui.shell.help import HELP
from core.ui.widgets.panels import KEPT_FOR_ALL
from core.ui.widgets.studies import StudyState
from tests.waiting import until

_HELP = {words for told in HELP.values() for words in (told.sentences, told.meanings)}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(monkeypatch) -> AppTest:
    """The app on Build; TensorFlow is here already, so there is nothing to warm."""
    monkeypatch.chdir(ROOT)
    wake_tensorflow()
    KEPT_FOR_ALL.clear()
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    switch = st.switch_page

    def noted(file: str) -> None:
        test.page_asked_for = Path(file).stem
        switch(file)

    monkeypatch.setattr(st, "switch_page", noted)
    test.page_asked_for = None
    yield test.switch_page("pages/build.py").run()
    if "receptive" in test.session_state:  # nothing may compute while the interpreter ends
        for _, study in test.session_state["receptive"].state(StudyState).studies.values():
            study.cancel()
            assert study.wait(60)
    if "receptive" in test.session_state and test.session_state["receptive"].run:
        test.session_state["receptive"].run.stop()
        test.session_state["receptive"].run.wait(30)


def mine(app: AppTest):
    """The visitor's session object."""
    return app.session_state["receptive"]


def opened(app: AppTest, page: str) -> AppTest:
    """The app on another page."""
    return app.switch_page(f"pages/{page}.py").run()


def went_to(app: AppTest) -> str | None:
    """The page that a button has opened last; None where none has."""
    return app.page_asked_for


def studied(app: AppTest, *names: str) -> AppTest:
    """The page, once these studies have ended; to look is to be there, as a browser is."""
    for name in names:
        study = mine(app).state(StudyState).studies[name][1]
        until(lambda study=study: study.latest is not None and not study.going)
        assert study.finished, study.problem
        app.run()
        assert not app.exception
    return app


def words(app: AppTest) -> str:
    """All that the page says, without what its help mark has to say of any network."""
    kinds = ("markdown", "caption", "info", "warning", "error", "success")
    said = (element.value for kind in kinds for element in getattr(app, kind))
    return " ".join(value for value in said if value not in _HELP)


def button(app: AppTest, label: str):
    """The button with this label."""
    return next(b for b in app.button if b.label == label)


def components(app: AppTest, name: str) -> list[dict]:
    """What our components of this name were given to show."""
    return [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == name
    ]


def files(app: AppTest) -> set[str]:
    """The names of all files that can be taken away from the page."""
    made = {element.proto.help for element in app.get("download_button")}
    return made | {data["file"] for data in components(app, "receptive_chart_file")}
