"""Names of networks, runs, imported models and classes that would like to be more, on every page that shows them."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from core.data import Collection
from core.network import Conv2D, Dense, Flatten, MaxPooling2D, Network
from core.network.names import END, ISOLATE, clean, plain
from core.training import Recipe, build_model
from core.training.trained import Trained
from core.ui.shell.pages import PAGES
from core.ui.shell.session import Session
from tests.nasty import NASTY
from tests.pages.conftest import mine, opened

MARK = "Qz"  # begins every name here, and no word of ours
LAYERS = (MaxPooling2D(4), Conv2D(2, 3), Flatten(), Dense(10, "softmax"))
TEXTS = {  # elements whose texts Streamlit reads as Markdown → the fields with these texts
    "markdown": ("body", "help"),
    "alert": ("body", "title"),
    "toast": ("body",),
    "button": ("label", "help"),
    "download_button": ("label", "help"),
    "checkbox": ("label", "help"),
    "selectbox": ("label", "help"),
    "multi_select": ("label", "help"),
    "text_input": ("label", "help"),
    "text_area": ("label", "help"),
    "number_input": ("label", "help"),
    "file_uploader": ("label", "help"),
    "slider": ("label", "help"),
    "metric": ("label", "help", "body", "delta"),
    "progress": ("text",),
    "heading": ("body", "help"),
    "button_group": ("label", "help"),
    "spinner": ("text",),
    "expandable": ("label",),
    "tab": ("label",),
}


def elements(block):
    """All elements of a page."""
    for child in block.children.values():
        if child.proto is not None:
            yield child.proto
        if hasattr(child, "children"):
            yield from elements(child)


def markdown(app) -> list[str]:
    """All texts on the page that the browser reads as Markdown."""
    found = []
    for proto in elements(app._tree):
        kind = re.sub(r"(?<!^)(?=[A-Z])", "_", proto.DESCRIPTOR.name).lower()
        if kind == "block":
            found.append(proto.popover.label)
        for field in TEXTS.get(kind, ()):
            found.append(str(getattr(proto, field, "")))
        if kind == "button_group":
            found += [option.content for option in proto.options]
    return [text for text in found if text]


def raw_html(app) -> list[str]:
    return [element.proto.body for element in app.get("html")]


def settled(app, name):
    """A visitor whose network, run, imported model and class are all called so."""
    session: Session = mine(app)
    workspace = session.workspace
    for run in workspace.runs:
        workspace.delete(run)
    network = Network((28, 28, 1), LAYERS, name)
    drawings = Collection("Mine", (name[:24].strip(), "other", "third"))
    dice = np.random.default_rng(0)
    for number in range(15):
        drawings = drawings.added(dice.random((28, 28)).astype(np.float32), number % 3)
    workspace.collect("own", lambda _: drawings)
    three = Network((28, 28, 1), (*LAYERS[:-1], Dense(3, "softmax")), name)
    run = workspace.start(three, drawings, Recipe(epochs=1, batch_size=16), (), name)
    assert run.wait(60) and run.snapshot.evaluations, run.snapshot.message
    session.editor.open(network)
    trained = Trained(network, build_model(network, seed=1).get_weights(), "mnist", remark=f"It is {name}.")
    session.take_imported(trained)
    session.choose_run(run)
    session.notice = f"“{name}” is there."
    session.editor.link_problem = f"“{name}” cannot be."
    workspace.problem = f"“{name}” is not kept."
    return session


def tags(text: str) -> set[str]:
    """What a browser takes for tags in this HTML."""
    found = set()
    parser = HTMLParser()
    parser.handle_starttag = parser.handle_startendtag = lambda tag, _: found.add(tag)
    parser.feed(text)
    return found


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("core.ui.widgets.evaluation.affordable_images", lambda network, there, *_: min(there, 60))


HERE = {  # several in one, as long as a name may be
    "html": NASTY["html"],
    "markdown": f"{NASTY['image']} *a* _b_ `c` [e](f) **g",
    "latex": f"{NASTY['latex']} {NASTY['colour']}"[:56],
    "found later": ":material/home: :smile: www.example.org a -> b",
    "quotes": NASTY["quotes"],
    "code": NASTY["code"],
    "format": NASTY["format"],
    "persian": NASTY["persian"],
}


@pytest.mark.parametrize("name", [f"{MARK} {name}" for name in HERE.values()], ids=HERE)
def test_a_name_is_nothing_but_a_name_on_every_page(app, quick, name):
    session = settled(app, name)
    name = clean(name)
    seen = 0
    for page in PAGES:
        for subject in ("run", "imported"):
            if subject == "imported" and page not in ("feature_maps", "why"):
                continue
            session.focus.subject = subject
            opened(app, page)
            assert not app.exception, (page, app.exception)
            for text in markdown(app):
                seen += text.count(MARK)
                text = text.replace(ISOLATE, "").replace(END, "")  # around the name, or the whole sentence
                for known in (name, name[:24].strip()):
                    text = text.replace(plain(known).strip(ISOLATE + END), "")
                assert MARK not in text, (page, text)
            for text in raw_html(app):
                assert not tags(text) & {"script", "b", "a", "qz"}, (page, text)
    assert seen > 20  # there was something to see
