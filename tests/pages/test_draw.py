"""The Draw page: what is drawn or sent is read, step by step, by one network or several."""

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from core.data import STEPS, from_pixels, from_strokes, load
from core.network import Dense, Flatten, Network
from core.training import build_model
from core.training.trained import Trained
from core.ui.pages.draw.state import DrawState
from tests.pages.conftest import components, mine, opened, words

ONE = [(0, 0), (0, 100)]
SEVEN = [(0, 0), (60, 0), (20, 100)]


def moved(stroke, x, y, size=1.0):
    return [(x + size * a, y + size * b) for a, b in stroke]


def draw(app: AppTest, *strokes) -> None:
    objects = [
        {"type": "path", "path": [["M", *stroke[0]], *(["L", *point] for point in stroke[1:])], "strokeWidth": 18}
        for stroke in strokes
    ]
    app.session_state[f"canvas/{mine(app).state(DrawState).board.number}"] = {
        "drawing": {"raw": {"objects": objects}, "data": None}
    }
    app.run()
    assert not app.exception


def answers(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def choice(app: AppTest, label: str):
    return next(one for one in (*app.segmented_control, *app.pills, *app.multiselect) if one.label == label)


def send(app: AppTest, message) -> None:
    """What a browser, or somebody else, sends as the canvas."""
    app.session_state[f"canvas/{mine(app).state(DrawState).board.number}"] = message
    app.run()
    assert not app.exception


@pytest.fixture
def page(app):
    opened(app, "draw")
    return app


def test_digits_side_by_side_are_read_in_order_and_each_can_be_looked_at(page):
    draw(page, moved(SEVEN, 180, 60), moved(ONE, 50, 60))  # the right one first
    assert "Reads **1 7**" in words(page)
    assert answers(page)["Prediction"] == "7"
    choice(page, "Look at the").set_value(0).run()
    assert answers(page)["Prediction"] == "1"
    np.testing.assert_array_equal(mine(page).image.drawing, from_strokes([np.array(moved(ONE, 50, 60))], 18))


def test_what_is_drawn_apart_can_be_said_to_be_one_digit(page):
    strokes = [moved(ONE, 50, 60), moved(ONE, 200, 60)]
    draw(page, *strokes)
    assert "Reads **1 1**" in words(page)
    next(one for one in page.toggle if one.label == "It is one digit").set_value(True).run()
    assert "Reads" not in words(page)
    np.testing.assert_array_equal(mine(page).image.drawing, from_strokes([np.array(one) for one in strokes], 18))
    next(one for one in page.button if one.label == "Clear").click().run()
    assert not page.exception and mine(page).image.drawing is None


def test_each_step_can_be_left_out_and_the_network_gets_what_comes_of_it(page):
    draw(page, moved(SEVEN, 20, 20, 0.5))
    whole = mine(page).image.drawing
    steps = list(choice(page, "Steps").value)
    assert set(steps) == set(STEPS) - {"ink"}
    for left_out in steps:
        choice(page, "Steps").set_value([name for name in steps if name != left_out]).run()
        assert not page.exception
        assert ", left out" in words(page)
        assert not np.array_equal(mine(page).image.drawing, whole), left_out
    choice(page, "Steps").set_value(steps).run()
    assert ", left out" not in words(page)
    np.testing.assert_array_equal(mine(page).image.drawing, whole)


def test_other_networks_read_the_same_drawing(page):
    draw(page, moved(ONE, 140, 60))
    assert list(answers(page)) == ["Prediction"]
    choice(page, "Ask other networks too").set_value(["lenet5", "seven-thousand"]).run()
    assert not page.exception
    assert list(answers(page)) == ["Prediction", "LeNet-5, already trained", "Seven thousand"]
    assert answers(page)["LeNet-5, already trained"] == "1"
    opened(page, "train")
    opened(page, "draw")  # what was asked stays asked
    assert "Seven thousand" in answers(page)


def test_a_photo_is_read_like_a_drawing(app):
    paper = Image.new("RGB", (400, 300), (200, 190, 170))
    ImageDraw.Draw(paper).line([(150, 60), (250, 60), (190, 240)], (30, 30, 90), 14)
    picture = np.asarray(paper.convert("RGBA"))
    mine(app).image.upload, mine(app).state(DrawState).way = picture, "Photo"
    opened(app, "draw")
    assert answers(app)["Prediction"] == "7"
    assert "Ink found" in words(app)
    np.testing.assert_array_equal(mine(app).image.drawing, from_pixels(picture))
    mine(app).image.upload = np.full((50, 50, 4), 255, np.uint8)
    opened(app, "draw")
    assert "Nothing stands out" in app.warning[0].value and answers(app)["Prediction"] == "–"


def test_the_very_next_stroke_has_the_width_that_was_chosen(page):
    page.slider(key="draw/brush").set_value(33).run()
    (canvas,) = components(page, "streamlit-drawable-canvas.streamlit_drawable_canvas")
    assert canvas["strokeWidth"] == 33


def test_who_must_choose_one_of_its_classes_says_so_where_it_is_sure(page):
    draw(page, moved(ONE, 140, 90))
    assert "**Confident**. (It counts as confident from 93 %.)" in words(page)
    choice(page, "Network").set_value("lenet5").run()
    assert "if it is one of these 10: it knows nothing else" in words(page)


@pytest.mark.parametrize(
    "message",
    [
        {"drawing": 5},
        {"drawing": [1]},
        {"drawing": "x"},
        {"drawing": {"raw": 5}},
        {"drawing": {"raw": [1]}},
        {"drawing": {"raw": {"objects": 5}}},
        {"drawing": {"raw": {"objects": [5, None, {"path": 5}, {"path": [5, [], ["M", []]]}]}}},
        {"backgroundFit": {}},
        {"backgroundFit": 5},
    ],
)
def test_what_no_canvas_sends_is_an_empty_canvas(page, message):
    draw(page, moved(ONE, 140, 60))
    send(page, message)
    assert mine(page).image.drawing is None and not page.warning
    opened(page, "train")
    opened(page, "draw")
    assert not page.exception
    draw(page, moved(ONE, 140, 60))
    assert answers(page)["Prediction"] == "1"


def test_a_drawing_that_is_too_long_is_read_as_far_as_it_goes_and_that_is_said(page):
    draw(page, moved(ONE, 140, 60), [(n % 280, 200) for n in range(20_000)])
    assert "No more than 1 stroke of 2 can be read" in page.warning[0].value
    assert answers(page)["Prediction"] == "1"
    assert len(mine(page).state(DrawState).board.content["objects"]) == 1
    draw(page, [(n % 280, 200) for n in range(20_001)])
    assert "The first stroke is too long" in page.warning[0].value
    assert mine(page).image.drawing is None and not mine(page).state(DrawState).board.content["objects"]
    draw(page, *[moved(ONE, 140, 60)] * 401)
    assert "No more than 400 strokes of 401 can be read" in page.warning[0].value
    assert len(mine(page).state(DrawState).board.content["objects"]) == 400
    draw(page, *[moved(ONE, 140, 60)] * 400)
    assert not page.warning and answers(page)["Prediction"] == "1"


def photo(of="digit") -> tuple[str, bytes, str]:
    """A file as the browser sends it."""
    paper = Image.new("RGB", (200, 150), (220, 220, 210))
    if of == "digit":
        ImageDraw.Draw(paper).line([(75, 30), (125, 30), (95, 120)], (30, 30, 90), 8)
    file = io.BytesIO()
    paper.save(file, "PNG")
    return "paper.png", file.getvalue() if of == "digit" else file.getvalue()[:60], "image/png"


def test_what_was_wrong_with_a_photo_is_said_until_another_one_comes(app):
    mine(app).state(DrawState).way = "Photo"
    opened(app, "draw")
    app.file_uploader[0].set_value(photo("half")).run()
    assert "PNG" in app.error[0].value
    app.run()
    assert "PNG" in app.error[0].value and mine(app).image.upload is None
    app.file_uploader[0].set_value(photo()).run()
    assert not app.error and not app.exception and answers(app)["Prediction"] == "7"
    app.file_uploader[0].set_value(photo("half")).run()
    assert mine(app).image.upload is None and answers(app)["Prediction"] == "–"
    app.file_uploader[0].set_value(None).run()
    assert not app.error and not mine(app).image.upload_problem


def test_a_photo_that_is_taken_away_is_forgotten_but_not_by_going_to_another_page(app):
    mine(app).state(DrawState).way = "Photo"
    opened(app, "draw")
    app.file_uploader[0].set_value(photo()).run()
    assert answers(app)["Prediction"] == "7"
    opened(app, "train")
    opened(app, "draw")
    assert answers(app)["Prediction"] == "7"  # the field is empty, but nobody has taken the photo away
    app.file_uploader[0].set_value(photo()).run()
    app.file_uploader[0].set_value(None).run()
    assert mine(app).image.upload is None and mine(app).image.drawing is None and not mine(app).image.upload_id
    assert answers(app)["Prediction"] == "–" and not app.exception


def test_a_picture_on_the_other_pages_is_complained_of_and_forgotten_too(app):
    opened(app, "feature_maps")
    choice(app, "Image").set_value("upload").run()
    app.file_uploader[0].set_value(photo("half")).run()
    app.run()
    assert "PNG" in app.error[0].value
    app.file_uploader[0].set_value(photo()).run()
    assert not app.error and "Input: your picture" in words(app)
    app.file_uploader[0].set_value(None).run()
    assert mine(app).image.upload is None and "Input: your picture" not in words(app) and not app.exception


def test_what_was_drawn_stays_as_thick_as_it_was_drawn(page):
    draw(page, moved(SEVEN, 90, 60))
    before = mine(page).image.drawing.copy()
    page.slider(key="draw/brush").set_value(40).run()
    choice(page, "Steps").set_value([]).run()  # the picture of the drawing itself, made small
    thick = mine(page).image.drawing.copy()
    page.slider(key="draw/brush").set_value(4).run()
    assert (mine(page).image.drawing == thick).all() and 0 < thick.sum() < 2 * before.sum()


@pytest.mark.parametrize("label", range(10))
def test_who_cannot_draw_chooses_a_sample_of_each_digit(page, label):
    choice(page, "Your digit").set_value("Sample").run()
    assert mine(page).image.drawing is None
    choice(page, "A test image of").set_value(label).run()
    assert not page.exception
    number = int(re.search(r"Test image (\d+) of MNIST digits, “(\d)”, read as a photo", words(page))[1])
    data = load("mnist")
    assert data.y_test[number] == label and mine(page).image.source == "drawing"
    picture = np.full((28, 28, 4), 255, np.uint8)
    picture[..., :3] = data.x_test[number]
    np.testing.assert_array_equal(mine(page).image.drawing, from_pixels(picture))
    assert answers(page)["Prediction"] == str(label)


def test_a_sample_is_there_still_after_another_page_and_can_be_put_away(page):
    choice(page, "Your digit").set_value("Sample").run()
    choice(page, "A test image of").set_value(4).run()
    opened(page, "why")
    assert "your drawing" in words(page)
    opened(page, "draw")
    assert choice(page, "A test image of").value == 4 and mine(page).image.drawing is not None
    choice(page, "A test image of").set_value(None).run()
    assert not page.exception and mine(page).image.drawing is None


def test_what_was_said_of_one_photo_is_not_said_of_the_next(app):
    def two_ones(colour):
        paper = Image.new("RGB", (200, 150), (220, 220, 210))
        for x in (50, 150):
            ImageDraw.Draw(paper).line([(x, 30), (x, 120)], colour, 8)
        file = io.BytesIO()
        paper.save(file, "PNG")
        return "paper.png", file.getvalue(), "image/png"

    mine(app).state(DrawState).way = "Photo"
    opened(app, "draw")
    for colour in ((30, 30, 90), (90, 30, 30)):
        app.file_uploader[0].set_value(two_ones(colour)).run()
        assert "Reads **1 1**" in words(app) and choice(app, "Look at the").value == 1
        choice(app, "Look at the").set_value(0).run()
        next(one for one in app.toggle if one.label == "It is one digit").set_value(True).run()
        assert "Reads" not in words(app) and not app.exception


def test_the_sample_of_a_digit_is_no_sample_of_clothes(page):
    choice(page, "Your digit").set_value("Sample").run()
    choice(page, "A test image of").set_value(4).run()
    network = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Plain")
    mine(page).imported = Trained(network, build_model(network).get_weights(), "fashion_mnist")
    mine(page).focus.subject = "imported"
    opened(page, "draw")
    assert choice(page, "A test image of").value is None and "Choose one with the mouse" in words(page)
    choice(page, "Network").set_value("lenet5").run()
    assert choice(page, "A test image of").value == 4 and not page.exception
