"""How far somebody has come survives the store, and a damaged document is none."""

import json

from hypothesis import given
from hypothesis import strategies as st

from core.learn.lessons import Course, Place, course_from_json, course_to_json, own_name
from core.learn.lessons.course import MOST_PLACES

STEPS = st.integers(0, 59)
DIGESTS = st.text("0123456789abcdef", max_size=16)
PLACES = st.builds(
    Place, STEPS, STEPS, st.lists(STEPS, unique=True).map(tuple), st.dictionaries(STEPS, st.text(max_size=20)),
    st.lists(STEPS, unique=True).map(tuple), st.lists(STEPS, max_size=9).map(tuple), DIGESTS, st.booleans(), DIGESTS,
    st.floats(0, 1e10), st.dictionaries(st.text(max_size=9), st.integers(0, 99), max_size=3),
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
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["places", "running", "own", "step", "answers", "done", "begun", "solved", "a"]), inner, max_size=4),
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


def test_a_lesson_keeps_its_beginning_until_it_is_begun_anew():
    first, second = Place(begun=10.0, solved={"shape": 1}), Place(begun=20.0)
    course = Course().begun("a", beginning=first)
    course = course.moved(course.place.at(3, "n", "u")).without().begun("a", beginning=second)
    assert course.place == Place(3, 3, network="n", unit="u", begun=10.0, solved={"shape": 1})
    assert course.begun("a", anew=True, beginning=second).place == second
    assert course.moved(Place(9, ended=True, begun=10.0)).begun("a", beginning=second).place == second


def test_a_place_that_a_former_version_has_kept_is_read():
    kept = (
        '{"running":"a","own":"","folded":false,"places":{"a":{"step":4,"furthest":5,"done":[1,4],"answers":{"2":"7"},'
        '"right":[2],"looked":[],"network":"0123456789abcdef","ended":false}}}'
    )
    assert course_from_json(kept).place == Place(4, 5, (1, 4), {2: "7"}, (2,), (), "0123456789abcdef")
    for bad in ('"begun":NaN', '"begun":"x"', '"begun":1e999', '"solved":[1]', '"solved":{"shape":"many"}'):
        assert course_from_json(kept.replace('"ended":false', f'"ended":false,{bad}')) == Course(), bad


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
