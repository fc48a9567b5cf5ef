"""How far somebody has come survives the store, and a damaged document is none."""

import json

from hypothesis import given
from hypothesis import strategies as st

from core.learn.lessons import Course, Place, course_from_json, course_to_json, own_name
from core.learn.lessons.course import MOST_PLACES

STEPS = st.integers(0, 59)
PLACES = st.builds(
    Place, STEPS, STEPS, st.lists(STEPS, unique=True).map(tuple), st.dictionaries(STEPS, st.text(max_size=20)),
    st.lists(STEPS, unique=True).map(tuple), st.lists(STEPS, max_size=9).map(tuple), st.text("0123456789abcdef", max_size=16), st.booleans(),
)  # fmt: skip
COURSES = st.builds(
    Course,
    st.text(max_size=20),
    st.text(max_size=99),
    st.booleans(),
    st.dictionaries(st.text(max_size=9), PLACES, max_size=4),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["places", "running", "own", "step", "answers", "done", "a"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(COURSES)
def test_a_document_is_read_back_whole(course):
    assert course_from_json(course_to_json(course)) == course


@given(JSON.map(json.dumps) | st.text(max_size=40) | st.none())
def test_whatever_the_document_is_a_course_comes_of_it(text):
    assert isinstance(course_from_json(text), Course)
    assert course_from_json("[" * 100_000) == course_from_json("{") == Course()


def test_a_lesson_is_gone_on_with_where_it_was_left_and_anew_after_its_end():
    course = Course().begun("a")
    course = course.moved(course.place.at(4, "n").with_done(1)).without().begun("b").begun("a")
    assert course.place == Place(4, 4, (1,), network="n") and list(course.places) == ["b", "a"]
    assert course.begun("a", anew=True).place == Place()
    ended = course.moved(Place(9, 9, ended=True))
    assert ended.begun("a").place == Place()
    assert Course().moved(Place(3)) == Course()  # where none goes on


def test_a_step_back_keeps_what_was_done():
    place = Place().at(5, "n").with_done(5).with_answer(5, "x" * 999, True).at(2, "m")
    assert (place.step, place.furthest, place.done, place.right, len(place.answers[5])) == (2, 5, (5,), (5,), 400)
    assert place.with_look(2, 1).with_look(2, 1).looked == (2,) and place.with_look(2, 2).looked == (2, 2)


def test_the_lessons_taken_least_recently_are_forgotten():
    course = Course()
    for number in range(MOST_PLACES + 5):
        course = course.begun(f"l{number}")
    assert len(course.places) == MOST_PLACES and "l4" not in course.places and "l5" in course.places


def test_lessons_of_ones_own_are_told_apart_by_their_text():
    assert own_name("a") == own_name("a") != own_name("b") and own_name("\ud800").startswith("own-")
