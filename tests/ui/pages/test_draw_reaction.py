"""What the network makes of a drawing on Draw: the colours say what the words beside them say, of this very drawing."""

import numpy as np
import pytest

from core.ui.pages.draw import reaction as piece
from core.ui.shell.session import Session
from tests.ui.drawn_page import drawn
from tests.ui.sides import LEFT, RIGHT, colour, inked, pictures, sides


@pytest.fixture(autouse=True)
def without_links(monkeypatch):
    """A page of one call is in no navigation."""
    monkeypatch.setattr(piece, "link_to", lambda *_: None)


@pytest.fixture(scope="module")
def subject():
    return sides()


def reacted(subject, pixels, mine=None):
    """The page, and the attribution of the prediction to the ink: its text alternative and its pixels."""
    said = np.asarray(subject.model(pixels[np.newaxis]))[0]
    app = drawn(lambda: piece.reaction(mine or Session(), subject, pixels, said))
    return app, *pictures(app)[0]


def test_the_colours_are_named_as_they_are(subject):
    app, alternative, picture = reacted(subject, inked(LEFT, RIGHT))
    assert any(words.value.startswith("What spoke for **3**, the prediction") for words in app.markdown)
    speaks_for, against = colour(picture, LEFT), colour(picture, RIGHT)
    assert {speaks_for, against} == {"orange", "blue"} and colour(picture, (0, 0)) == "grey"
    (caption,) = (words.value for words in app.caption if "spoke for it" in words.value)
    assert caption.startswith(f"{speaks_for.capitalize()} spoke for it, {against} against it")
    assert f"{speaks_for} spoke for 3, {against} against it" in alternative


def test_after_another_stroke_the_colours_are_of_the_new_drawing(subject):
    mine = Session()
    _, _, before = reacted(subject, inked(LEFT), mine)
    _, _, after = reacted(subject, inked(RIGHT), mine)
    assert (colour(before, LEFT), colour(before, RIGHT)) == ("orange", "grey")
    assert (colour(after, LEFT), colour(after, RIGHT)) == ("grey", "blue")
