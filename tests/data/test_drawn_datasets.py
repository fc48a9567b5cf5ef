"""Drawings as a dataset: what is learned from, what is tested on, and who can come to it."""

import gc
from dataclasses import replace

import numpy as np
import pytest

from core.data import DIGITS, SOURCES, Collection, DatasetError, DrawnDataset, about, load
from core.data.drawn_datasets import REHEARSED, is_drawn, why_not_taught
from tests.drawn import digits, shapes


def rows(images) -> set[bytes]:
    return {image.tobytes() for image in images}


def test_of_classes_of_ones_own_nothing_that_is_tested_is_learned_from():
    drawn = shapes(12)
    data = DrawnDataset(drawn).dataset()
    assert rows(data.x_test) == rows(drawn.images[drawn.kept_apart]) and len(data.x_test) == 9
    assert rows(data.x_train) == rows(drawn.images[~drawn.kept_apart])
    assert not rows(data.x_train) & rows(data.x_test) and data.x_held_out is None
    said = {image.tobytes(): label for image, label in zip(drawn.images, drawn.labels)}
    for images, labels in ((data.x_train, data.y_train), (data.x_test, data.y_test)):
        assert all(said[image.tobytes()] == label for image, label in zip(images, labels))
    assert np.ptp(np.bincount(data.y_train)) <= 9  # each drawing as often as any other, but for the last round


def test_digits_come_among_mnist_and_those_kept_apart_are_judged_on_their_own(mnist):
    drawn = digits(4)
    data = DrawnDataset(drawn).dataset()
    assert data.x_test is mnist.x_test and data.y_test is mnist.y_test
    own = rows(drawn.images)
    learned = [image.tobytes() in own for image in data.x_train]
    assert sum(learned) == 2_000 and len(learned) - sum(learned) == REHEARSED
    assert rows(data.x_held_out) == rows(drawn.images[drawn.kept_apart]) and data.y_held_out.tolist() == list(
        range(10)
    )
    assert not rows(data.x_held_out) & rows(data.x_train)
    known = {(image.tobytes(), label) for image, label in zip(mnist.x_train, mnist.y_train)}
    assert all(
        (image.tobytes(), label) in known
        for image, label, ours in zip(data.x_train, data.y_train, learned)
        if not ours
    )


def test_a_single_digit_does_not_drown_the_others_and_none_is_kept_apart():
    data = DrawnDataset(Collection("One", DIGITS).added(np.eye(28), 3)).dataset()
    assert len(data.x_train) == REHEARSED + 100 and data.x_held_out is None


def test_equal_drawings_give_equal_datasets():
    one, two = DrawnDataset(digits(2)).dataset(), DrawnDataset(digits(2)).dataset()
    assert one.name == two.name and (one.x_train == two.x_train).all() and (one.y_train == two.y_train).all()


def test_it_is_found_by_name_for_as_long_as_somebody_holds_it():
    drawn = DrawnDataset(shapes(7))  # nobody else's
    name = drawn.name
    assert is_drawn(name) and len(name) <= 40 and not any(is_drawn(source) for source in SOURCES)
    assert about(name).class_names == load(name).class_names == ("circle", "cross", "triangle")
    assert about(name).title == "Shapes"
    held = load(name)
    assert drawn.dataset() is held  # one copy for all who use it
    del drawn, held
    gc.collect()
    for look in (about, load):
        with pytest.raises(DatasetError, match="gone"):
            look(name)


def test_the_same_drawings_under_another_title_are_another_dataset_with_the_same_images():
    mine, others = DrawnDataset(shapes(9)), DrawnDataset(replace(shapes(9), name="Not for you to read"))
    assert about(mine.name).title == "Shapes" and about(others.name).title == "Not for you to read"
    assert (mine.dataset().x_train == others.dataset().x_train).all()


def test_a_sound_copy_serves_where_another_is_damaged():
    drawn = shapes(8)  # nobody else's

    def lost() -> Collection:
        raise OSError("the disk is gone")

    damaged = DrawnDataset(drawn, lost)
    with pytest.raises(DatasetError, match="the disk is gone"):
        load(damaged.name)
    sound = DrawnDataset(drawn)
    assert (load(damaged.name).x_test == sound.dataset().x_test).all()


def test_drawings_that_have_become_others_are_refused():
    changed = DrawnDataset(shapes(4), lambda: shapes(5))
    with pytest.raises(DatasetError, match="damaged"):
        changed.dataset()


def test_too_few_drawings_are_refused_with_what_is_missing():
    assert "triangle" in why_not_taught(shapes(4).removed(2)) and "circle" not in why_not_taught(shapes(4).removed(2))
    assert why_not_taught(Collection("None", DIGITS)) and why_not_taught(digits(1)) is None
    assert why_not_taught(shapes(4)) is None
    with pytest.raises(DatasetError, match="needs 4"):
        DrawnDataset(shapes(3)).dataset()


def test_what_is_kept_apart_must_be_there_and_not_be_all():
    drawn = shapes(4)
    for apart in (np.zeros(12, bool), np.ones(12, bool)):
        odd = Collection("Odd", drawn.class_names, drawn.images, drawn.labels, apart)
        assert "one more “circle”" in why_not_taught(odd)


def test_datasets_that_come_with_the_project_are_as_before(mnist):
    assert load("mnist") is mnist and about("mnist") is SOURCES["mnist"]
    for look in (about, load):
        with pytest.raises(KeyError):
            look("nothing")


def test_of_few_drawings_an_epoch_has_as_many_images_as_is_said():
    alone = DrawnDataset(shapes(12)).dataset()
    assert len(alone.x_train) == 1_200 and REHEARSED == 6_000
    assert len(DrawnDataset(digits(4)).dataset().x_train) == 6_000 + 2_000
    assert len(DrawnDataset(Collection("Five", DIGITS).added(np.eye(28), 3)).dataset().x_train) == 6_000 + 100


def test_it_is_said_on_which_images_it_is_tested():
    own, mnists = DrawnDataset(shapes(4)), DrawnDataset(digits(4))
    assert (own.title, own.tested_on) == ("Shapes", "Shapes, held out")
    assert mnists.tested_on == SOURCES["mnist"].title == SOURCES["mnist"].tested_on


@pytest.mark.parametrize(("drawings", "taught"), [(3, False), (4, True)])
def test_a_class_can_be_taught_from_as_many_drawings_on_as_is_said(drawings, taught):
    problem = why_not_taught(shapes(drawings))
    assert (problem is None) is taught
    assert taught or problem == (
        "Each class needs 4 drawings at least, a dozen is better; more are needed of circle, cross, triangle."
    )
