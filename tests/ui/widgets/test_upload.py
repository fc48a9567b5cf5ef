"""A picture from the visitor's machine: read once, complained of, and forgotten when it is taken away."""

import io

import numpy as np
import pytest
from PIL import Image

from core.ui.shell.session import Session
from core.ui.widgets import upload
from core.ui.widgets.upload import uploaded
from tests.ui.drawn_page import drawn


def png(colour):
    file = io.BytesIO()
    Image.new("RGB", (9, 6), colour).save(file, "PNG")
    return "paper.png", file.getvalue(), "image/png"


@pytest.fixture
def page():
    """(the visitor, the field's page, whether a new picture had come, each time that it was drawn)."""
    mine, news = Session(), []
    return mine, drawn(lambda: news.append(uploaded(mine, "A picture", "here"))), news


def send(app, file):
    app.get("file_uploader")[0].set_value(file).run()
    assert not app.exception


def test_a_picture_is_news_once(page):
    mine, app, news = page
    send(app, png("red"))
    app.run()
    assert news == [False, True, False]
    assert mine.image.upload.shape == (6, 9, 4) and (mine.image.upload == (255, 0, 0, 255)).all()


def test_it_is_read_once(page, monkeypatch):
    _, app, _ = page
    send(app, png("red"))
    monkeypatch.setattr(upload, "read_picture", None)
    app.run()
    assert not app.exception


def test_another_picture_takes_its_place(page):
    mine, app, news = page
    send(app, png("red"))
    send(app, png("blue"))
    assert news[-1] and (mine.image.upload == (0, 0, 255, 255)).all()


def test_a_damaged_file_is_no_news_and_leaves_no_old_picture(page):
    mine, app, news = page
    send(app, png("red"))
    send(app, ("half.png", png("blue")[1][:40], "image/png"))
    assert not news[-1] and mine.image.upload is None
    assert mine.image.upload_problem.startswith("This is no picture that can be read.")
    send(app, png("blue"))
    assert mine.image.upload is not None and mine.image.upload_problem == ""


def test_what_is_taken_away_is_forgotten(page):
    mine, app, news = page
    send(app, png("red"))
    send(app, None)
    assert mine.image.upload is None and not mine.image.upload_id and not news[-1]


def test_an_empty_field_of_a_page_just_opened_takes_nothing_away():
    mine = Session()
    mine.image.upload, mine.image.upload_id = np.zeros((2, 2, 4), np.uint8), "before"
    assert drawn(lambda: uploaded(mine, "A picture", "there")) and mine.image.upload is not None
