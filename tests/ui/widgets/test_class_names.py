"""The names that a visitor gives to the classes of an imported model."""

import pytest

from core.network import Conv2D, Dense, Flatten, Network
from core.training import Workspace
from core.training.trained import Trained
from core.ui.shell.session import Session
from core.ui.widgets.class_names import name_classes
from tests.drawn import shapes
from tests.ui.drawn_page import drawn


def visitor(classes=3, input_shape=(28, 28, 1), dataset="", names=()):
    network = Network(input_shape, (Flatten(), Dense(classes, "softmax")), "Theirs")
    mine = Session(workspace=Workspace())
    mine.imported = Trained(network, [], dataset, class_names=names)
    mine.workspace.imported.keep(mine.imported)
    return mine


def page(mine):
    return drawn(lambda: name_classes(mine, "here"))


def typed(mine, text):
    """Type these names; returns what is said against them, or None."""
    app = page(mine)
    app.text_area[0].set_value(text).run()
    assert not app.exception
    return app.error[0].value if app.error else None


def called(mine):
    return mine.imported.own_classes.class_names


def test_the_names_that_there_are_stand_in_the_field_one_a_line():
    (field,) = page(visitor(names=("ring", "cross", "line"))).text_area
    assert field.value == "ring\ncross\nline"
    assert field.label == "One a line, all 3 in the order of its outputs"
    assert page(visitor()).text_area[0].value == "Class 0\nClass 1\nClass 2"


def test_typed_names_are_taken_and_cleaned():
    mine = visitor()
    assert typed(mine, "  ring \ncross\u202e\n the   line\n\n") is None
    assert called(mine) == ("ring", "cross", "the line")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ring", "It tells 3 classes apart, but there is 1 line. Write one name a line."),
        ("ring\ncross", "It tells 3 classes apart, but there are 2 lines. Write one name a line."),
        ("a\nb\nc\nd", "It tells 3 classes apart, but there are 4 lines. Write one name a line."),
        ("ring\n \nline", "Each name needs 1 to 40 characters."),
        ("ring\n\u200b\nline", "Each name needs 1 to 40 characters."),
        ("ring\n" + "x" * 41 + "\nline", "Each name needs 1 to 40 characters."),
        ("ring\nline\nring", "Two classes are called “ring”. Give each a name of its own."),
        ("ring\nline\n ring ", "Two classes are called “ring”. Give each a name of its own."),
    ],
)
def test_names_that_do_not_fit_are_refused_with_the_reason_and_change_nothing(text, sentence):
    mine = visitor(names=("a", "b", "c"))
    assert typed(mine, text) == sentence
    assert called(mine) == ("a", "b", "c")


def test_forty_characters_are_not_too_many():
    mine = visitor()
    assert typed(mine, "x" * 40 + "\nb\nc") is None
    assert called(mine)[0] == "x" * 40


def test_what_was_said_against_one_models_names_is_not_said_against_anothers():
    mine = visitor()
    assert typed(mine, "ring") is not None
    other = Network((28, 28, 1), (Flatten(), Dense(3, "softmax")), "Another")
    mine.imported = Trained(other, [], "")
    mine.workspace.imported.keep(mine.imported)
    assert not page(mine).error


def test_a_model_whose_classes_a_dataset_names_has_no_field():
    assert not page(visitor(10, dataset="mnist")).text_area
    mine = Session(workspace=Workspace())
    assert not page(mine).text_area  # nothing was imported


@pytest.mark.parametrize(
    ("classes", "input_shape", "offered"),
    [
        (10, (28, 28, 1), ["digits"]),
        (10, (32, 32, 3), ["digits", "CIFAR-10"]),
        (26, (28, 28, 1), ["letters"]),
        (36, (28, 28, 1), ["digits and letters"]),
        (47, (28, 28, 1), ["EMNIST Balanced"]),
        (3, (28, 28, 1), []),
    ],
)
def test_names_of_well_known_datasets_with_so_many_classes_are_offered(classes, input_shape, offered):
    app = page(visitor(classes, input_shape))
    labels = [one.label for one in app.button if not one.key.endswith("/drawn")]
    assert labels == [f"Take those of {title}" for title in offered]


def test_offered_names_are_taken_by_a_button_which_is_then_done():
    mine = visitor(10, (32, 32, 3))
    app = page(mine)
    app.button(key="here/classes/CIFAR-10").click().run()
    assert called(mine)[:3] == ("airplane", "automobile", "bird") and called(mine)[-1] == "truck"
    assert app.text_area[0].value.startswith("airplane\nautomobile")
    assert app.button(key="here/classes/CIFAR-10").disabled
    assert not app.button(key="here/classes/digits").disabled


def test_the_names_of_drawings_with_as_many_classes_are_offered():
    mine = visitor(3)
    mine.workspace.collect("own", lambda _: shapes(1))
    app = page(mine)
    button = app.button(key="here/classes/drawn")
    assert button.label == "Take those of “Shapes”"
    assert button.help.startswith("circle, cross and triangle: then your drawings on the page Teach are its test")
    button.click().run()
    assert called(mine) == ("circle", "cross", "triangle")
    assert "here/classes/drawn" not in [one.key for one in app.button]


def test_a_network_for_coloured_images_is_named_as_well():
    network = Network((32, 32, 3), (Conv2D(2, 3), Flatten(), Dense(2, "softmax")), "RGB")
    mine = Session(workspace=Workspace())
    mine.imported = Trained(network, [], "")
    mine.workspace.imported.keep(mine.imported)
    assert typed(mine, "day\nnight") is None and called(mine) == ("day", "night")
