"""The saliency maps on Why this answer?: their colours say what the words below them, and in their file, say."""

import pytest

from core.ui.pages.why import saliency_maps
from core.ui.shell.session import Session
from core.ui.widgets.input_image import InputImage
from tests.ui.drawn_page import drawn
from tests.ui.sides import LEFT, RIGHT, colour, inked, pictures, sides


@pytest.fixture
def explained(monkeypatch):
    """The page about an image with ink on both sides, and the caption of its file."""
    captions = []
    monkeypatch.setattr(
        saliency_maps, "download_tiles", lambda tiles, scales, caption, file, key: captions.append(caption)
    )
    picture = InputImage(inked(LEFT, RIGHT), "ink on both sides")
    app = drawn(lambda: saliency_maps.explained(Session(), sides(), picture, saliency_maps.ALL))
    return app, captions[-1]


def test_the_colours_of_every_method_are_named_as_they_are(explained):
    app, of_the_file = explained
    (caption,) = (words.value for words in app.caption if "speaks for the class" in words.value)
    for method in ("Occlusion", "Gradient × input", "Integrated gradients"):
        (picture,) = (
            pixels for words, pixels in pictures(app) if words.startswith(f"{method} for 3; strongest at row")
        )
        speaks_for, against = colour(picture, LEFT), colour(picture, RIGHT)
        assert {speaks_for, against} == {"orange", "blue"}, method
        assert f"{speaks_for.capitalize()} speaks for the class, {against} against it" in caption
        assert f"{speaks_for} speaks for the class, {against} against it" in of_the_file
