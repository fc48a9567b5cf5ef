"""Teach: drawings become a collection, a network learns them, every page can look at it; others see nothing of it."""

import re

import numpy as np
from streamlit.testing.v1 import AppTest

from core.data import DIGITS, SOURCES, Collection, about, from_strokes
from core.network import LENET5, to_token
from core.store import Store
from core.training import Recipe, State, fine_tuning
from core.ui.pages.teach.state import TeachState
from core.ui.widgets.canvas import BRUSH
from core.views.wording import accuracy_text
from tests.drawn import SHAPES, digit, digits, shape, shapes
from tests.pages.conftest import ROOT, button, components, mine
from tests.pages.test_pages import opened, words

LOOKING = ["train", "draw", "runs", "kernels", "feature_maps", "receptive_fields", "why", "mistakes", "build"]


def put(app, key, strokes):
    """Let the canvas with this key hold these strokes, as the browser would send them."""
    paths = [[["M", *map(float, line[0])], *(["L", *map(float, point)] for point in line[1:])] for line in strokes]
    objects = [{"type": "path", "path": path} for path in paths]
    app.session_state[key] = {"drawing": {"raw": {"version": "1", "objects": objects}, "data": ""}}


def class_button(app, label):
    """The button that says that what is drawn is of this class."""
    which = mine(app).state(TeachState).which
    return app.button(key=f"teach/class/{which}/{mine(app).workspace.collection(which).class_names[label]}")


def look_at(app, number):
    """Open a drawing by its place; returns what it is called from then on."""
    state = mine(app).state(TeachState)
    state.opened = mine(app).workspace.collection(state.which).identities[number]
    app.run()
    return state.opened


def teach_one(app, strokes, label):
    put(app, f"teach/canvas/{mine(app).state(TeachState).which}/{mine(app).state(TeachState).canvas_key}", strokes)
    app.run()
    class_button(app, label).click().run()


def keep(app, which, collection):
    mine(app).workspace.collect(which, lambda _: collection)


def taught(app):
    """Press the button, and wait for the end of the run."""
    button(app, "Teach it").click().run()
    run = mine(app).run
    assert run is not None and run.wait(120)
    assert run.snapshot.state is State.FINISHED, run.snapshot.message
    return app.run()


def test_a_drawing_is_kept_with_what_it_is_and_the_canvas_is_empty_for_the_next(app, random):
    opened(app, "teach")
    assert not app.exception
    assert class_button(app, 7).disabled  # nothing is drawn yet
    strokes = digit(7, random)
    teach_one(app, strokes, 7)
    assert not app.exception
    found = mine(app).workspace.collection("digits")
    assert found.labels.tolist() == [7]
    assert (found.images[0, ..., 0] == np.round(from_strokes(strokes, BRUSH) * 255)).all()
    assert class_button(app, 7).disabled  # the next canvas is empty
    assert "**1 drawing**" in words(app)


def test_classes_of_ones_own_are_named_drawn_taught_and_every_page_can_look_at_them(app, random):
    opened(app, "teach")
    app.segmented_control(key="teach/which").set_value("own").run()
    name = next(widget for widget in app.text_input if widget.value == "circle")
    name.set_value("ring").run()
    assert mine(app).workspace.collection("own").class_names == ("ring", "cross", "triangle")
    assert button(app, "Teach it").disabled and "Each class needs 4 drawings" in words(app)
    for label, kind in enumerate(SHAPES):
        teach_one(app, shape(kind, random), label)
    keep(app, "own", Collection("My drawings", ("ring", *SHAPES[1:])).joined(renamed(shapes(8))))
    app.run()
    taught(app)
    assert not app.exception
    run = mine(app).run
    assert run.snapshot.evaluations[-1].accuracy > 0.9
    assert about(run.dataset_name).class_names == ("ring", "cross", "triangle")
    assert "Your drawings, held out (6)" in words(app)
    for page in ("draw", "why", "games"):  # which speak of digits
        opened(app, page)
        assert mine(app).focus.subject != "run", page
    for page in LOOKING:
        mine(app).focus.subject = "run"
        opened(app, page)
        assert not app.exception, page
    assert mine(app).editor.dataset == "mnist"  # no link and no export speaks of the drawings
    opened(app, "runs")
    button(app, "Edit its network").click().run()
    assert not app.exception and mine(app).editor.dataset in SOURCES
    assert run.dataset_name not in str([code.value for code in app.code])


def test_a_link_that_names_somebodys_drawings_opens_on_digits(app):
    run = mine(app).workspace.start(LENET5, shapes(4), Recipe(epochs=1))
    assert run.wait(60) and about(run.dataset_name)
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    other.query_params["n"] = to_token(LENET5, None, run.dataset_name)
    other.run()
    assert not other.exception and mine(other).editor.dataset == "mnist" and mine(other).workspace.runs == []


def renamed(collection):
    return collection.with_class_name(0, "ring")


def test_digits_are_taught_and_the_page_says_how_it_was_before_and_is_after(app, monkeypatch):
    monkeypatch.setattr(fine_tuning, "DIGITS_RECIPE", fine_tuning.DIGITS_RECIPE.replaced(epochs=2))
    keep(app, "digits", digits(4))
    opened(app, "teach")
    assert "All your drawings" in words(app)  # the trained LeNet-5 is asked at once
    taught(app)
    assert not app.exception
    run, said = mine(app).run, words(app)
    before, after = run.snapshot.held_out[0].accuracy, run.snapshot.held_out[-1].accuracy
    assert after >= before
    assert (
        f"Your digits, held out (10): {accuracy_text(before, 10)} before, {accuracy_text(after, 10)} after." in said
    )
    assert "MNIST’s test images (10,000): 99.29 % before" in said
    labels = [metric.label for metric in app.metric]
    assert any(label.startswith("New to it: ") and label.endswith(" of 10") for label in labels), labels
    assert any(label.startswith("Learned from: ") and label.endswith(" of 30") for label in labels), labels
    opened(app, "train")
    assert not app.exception and "Your drawings" in [metric.label for metric in app.metric]


def test_a_drawing_can_be_deleted_and_can_be_said_to_be_something_else(app):
    keep(app, "digits", digits(1))
    opened(app, "teach")
    session = mine(app)
    look_at(app, 3)
    first = session.workspace.collection("digits")
    next(box for box in app.selectbox if box.label == "Drawing 4 is").set_value(8).run()
    assert session.workspace.collection("digits").labels[3] == 8
    button(app, "Delete it").click().run()
    left = session.workspace.collection("digits")
    assert len(left) == 9 and left.find(first.images[3] / 255) is None
    app.button(key="teach/all/yes").click().run()
    assert len(session.workspace.collection("digits")) == 0 and not app.exception


def test_to_delete_all_drawings_keeps_the_names_of_the_classes(app):
    keep(app, "own", shapes(1).with_class_name(0, "sun"))
    opened(app, "teach")
    app.segmented_control(key="teach/which").set_value("own").run()
    assert "Delete all 3 drawings?" in words(app)
    assert sum(b.label == "Remove it with its 1 drawing" for b in app.button) == 1
    app.button(key="teach/all/yes").click().run()
    assert sum(b.label == "Remove it" for b in app.button) == 1
    keep(app, "own", shapes(1).with_class_name(0, "sun").removed(2).removed(1))
    app.run()
    assert "Delete the only drawing?" in words(app)
    app.button(key="teach/all/yes").click().run()
    left = mine(app).workspace.collection("own")
    assert len(left) == 0 and left.class_names == ("sun", "cross", "triangle") and not app.exception


def test_a_class_is_not_removed_or_renamed_in_place_of_another_that_another_window_has_removed(app):
    keep(app, "own", shapes(1).with_class("square"))
    opened(app, "teach")
    app.segmented_control(key="teach/which").set_value("own").run()
    mine(app).workspace.collect("own", lambda there: there.without_class(1))
    next(b for b in app.button if b.label.startswith("Remove it with")).click().run()
    assert mine(app).workspace.collection("own").class_names == ("circle", "triangle", "square")
    assert "changed in another window" in words(app) and not app.exception
    mine(app).workspace.collect("own", lambda there: there.without_class(0))
    next(field for field in app.text_input if field.value == "square").set_value("box").run()
    assert mine(app).workspace.collection("own").class_names == ("triangle", "box")
    mine(app).workspace.collect("own", lambda there: there.with_class_name(0, "wedge"))
    next(field for field in app.text_input if field.value == "triangle").set_value("three").run()
    assert mine(app).workspace.collection("own").class_names == ("wedge", "box")
    assert "changed in another window" in words(app) and not app.exception


def test_a_drawing_is_not_kept_under_a_class_that_has_the_place_of_another_by_now(app, random):
    """The browser still shows “triangle” as the third class, which another window has made “square”."""
    keep(app, "own", shapes(1).with_class("square"))
    opened(app, "teach")
    app.segmented_control(key="teach/which").set_value("own").run()
    put(app, f"teach/canvas/own/{mine(app).state(TeachState).canvas_key}", shape("triangle", random))
    app.run()
    mine(app).workspace.collect("own", lambda there: there.without_class(1))
    before = mine(app).workspace.collection("own")
    app.button(key="teach/class/own/triangle").click().run()
    assert mine(app).workspace.collection("own") is before
    assert "changed in another window" in words(app) and not app.exception
    assert not app.button(key="teach/class/own/square").disabled  # the drawing is still there, to be labelled


def test_all_that_is_misclassified_is_counted_though_only_a_part_is_shown(app):
    there = digits(12)
    drawn = Collection("Wrongly said", DIGITS, there.images, (there.labels + 1) % 10, there.kept_apart)
    keep(app, "digits", drawn)
    opened(app, "teach")
    right, of = map(
        int, re.search(r"New to it: (\d+) of (\d+)", " ".join(metric.label for metric in app.metric)).groups()
    )
    assert of > 100 and f"**{of - right:,} wrong**" in words(app)


def test_what_is_deleted_is_what_was_shown_though_another_window_has_changed_the_others(app):
    keep(app, "digits", digits(1))
    opened(app, "teach")
    look_at(app, 3)
    first = mine(app).workspace.collection("digits")
    mine(app).workspace.collect("digits", lambda there: there.removed(0))
    button(app, "Delete it").click().run()
    left = mine(app).workspace.collection("digits")
    assert left.find(first.images[3] / 255) is None and left.find(first.images[4] / 255) is not None
    assert len(left) == 8


def test_on_draw_one_can_say_what_it_should_have_been(app, random):
    opened(app, "draw")
    assert app.button(key="teach/say/4").disabled  # nothing is drawn yet
    put(app, "canvas/0", digit(4, random))
    app.run()
    app.button(key="teach/say/4").click().run()
    assert not app.exception
    assert mine(app).workspace.collection("digits").labels.tolist() == [4]
    app.button(key="teach/say/9").click().run()  # the first was a slip of the finger
    assert mine(app).workspace.collection("digits").labels.tolist() == [9]
    assert "Kept among your digits as “9”" in words(app)


def test_a_second_visitor_sees_nothing_of_the_first(app):
    keep(app, "digits", digits(1))
    opened(app, "teach")
    assert "**10 drawings**" in words(app)
    other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    opened(other, "teach")
    assert mine(other).token != mine(app).token
    assert "**0 drawings**" in words(other) and len(mine(other).workspace.collection("digits")) == 0


def test_a_damaged_file_is_said_and_takes_nothing_with_it(app):
    keep(app, "own", shapes(1))
    kept = Store().visitor(mine(app).token)
    kept.save("digits", b"not drawings")
    opened(app, "teach")
    assert "My digits cannot be read" in words(app) and not app.exception
    app.segmented_control(key="teach/which").set_value("own").run()
    assert "**3 drawings**" in words(app)
    app.segmented_control(key="teach/which").set_value("digits").run()
    app.button(key="teach/forget").click().run()
    assert "**0 drawings**" in words(app) and not app.exception
    assert kept.load("digits") is None


def test_classes_are_added_and_removed_within_their_bounds(app):
    keep(app, "own", shapes(1))
    opened(app, "teach")
    app.segmented_control(key="teach/which").set_value("own").run()
    for _ in range(7):
        app.button(key="teach/add").click().run()
    names = mine(app).workspace.collection("own").class_names
    assert len(names) == 10 and app.button(key="teach/add").disabled
    app.text_input[0].set_value("cross").run()  # a name that is there already
    assert "same name" in words(app) and mine(app).workspace.collection("own").class_names == names
    next(b for b in app.button if b.label.startswith("Remove it with")).click().run()
    assert mine(app).workspace.collection("own").class_names == names[1:]
    assert "**2 drawings**" in words(app)


def test_a_stroke_that_comes_after_it_was_said_what_it_is_completes_the_drawing_and_is_no_other(app, random):
    opened(app, "teach")
    app.segmented_control(key="teach/which").set_value("own").run()
    cross = shape("cross", random)
    teach_one(app, cross[:1], 1)
    put(
        app, f"teach/canvas/own/{mine(app).state(TeachState).canvas_key}", cross
    )  # the browser is slower than the hand
    app.run()
    assert class_button(app, 0).disabled and not app.exception
    found = mine(app).workspace.collection("own")
    assert found.labels.tolist() == [1] and found.find(from_strokes(cross, BRUSH)) == 0
    teach_one(app, shape("circle", random), 0)
    assert mine(app).workspace.collection("own").labels.tolist() == [1, 0]


def test_the_drawing_that_is_open_stays_open_when_another_window_deletes_the_first(app):
    keep(app, "digits", digits(1))
    opened(app, "teach")
    identity = look_at(app, 3)
    delete = button(app, "Delete it").proto.id
    mine(app).workspace.collect("digits", lambda there: there.removed(0))
    app.run()
    assert next(box for box in app.selectbox if box.label.startswith("Drawing ")).label == "Drawing 3 is"
    (gallery,) = [one for one in components(app, "receptive_gallery") if one["chosen"] is not None]
    (framed,) = [tile for tile in gallery["tiles"] if tile["number"] == gallery["chosen"]]
    assert gallery["chosen"] == identity and framed["alt"].startswith("drawing 3, “3”")
    assert button(app, "Delete it").proto.id == delete  # what is being pressed stays the same button
    mine(app).workspace.collect("digits", lambda there: there.removed(2))
    app.run()
    assert not app.exception and not [b for b in app.button if b.label == "Delete it"]  # and closes with it


def test_a_late_press_does_not_delete_the_drawing_that_was_opened_meanwhile(app):
    keep(app, "digits", digits(1))
    opened(app, "teach")
    buttons = set()
    for number in range(3):
        look_at(app, number)
        buttons.add(button(app, "Delete it").proto.id)
    assert len(buttons) == 3


def test_a_class_that_is_chosen_and_removed_at_once_is_the_one_that_was_chosen(app):
    keep(app, "own", shapes(1))
    opened(app, "teach")
    app.segmented_control(key="teach/which").set_value("own").run()
    next(box for box in app.selectbox if box.label == "Class").set_value(1)
    next(b for b in app.button if b.label.startswith("Remove it with")).click().run()
    assert mine(app).workspace.collection("own").class_names == ("circle", "triangle") and not app.exception


def test_two_classes_are_renamed_at_once_and_what_is_typed_stays_while_another_is_added(app):
    opened(app, "teach")
    app.segmented_control(key="teach/which").set_value("own").run()
    for old, new in (("circle", "ring"), ("cross", "plus")):
        next(field for field in app.text_input if field.value == old).set_value(new)
    app.run()
    assert mine(app).workspace.collection("own").class_names == ("ring", "plus", "triangle")
    fields = {field.value: field.proto.id for field in app.text_input}
    button(app, "Add a class").click().run()
    assert fields.items() <= {field.value: field.proto.id for field in app.text_input}.items()
    assert not app.exception
