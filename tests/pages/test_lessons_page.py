"""The page Lessons: cards, and a lesson of one's own."""

from dataclasses import replace

import pytest

from core.learn.lessons import EXAMPLE, own_name, shipped_lessons, shipped_text
from core.ui.pages.lessons.state import LessonsState
from core.ui.pages.lessons.whole import written
from core.ui.widgets.lesson.opening import LessonState, read
from tests.pages.conftest import button, components, mine, opened, went_to, words

TEXT = shipped_text(EXAMPLE)


def own(app) -> LessonsState:
    return mine(app).state(LessonsState)


def typed(app, text):
    app.text_area(key=f"lessons/text/{own(app).fields}").set_value(text).run()
    button(app, "Check").click().run()
    assert not app.exception
    return app


def test_each_lesson_that_ships_has_its_card_and_starts(app):
    opened(app, "lessons")
    for name in shipped_lessons():
        lesson = read(shipped_text(name)).lesson
        assert lesson.title in words(app).replace("\\", "")
    if shipped_lessons():
        name = shipped_lessons()[0]
        app.button(key=f"lessons/start/{name}").click().run()
        assert not app.exception and mine(app).course.running == name
        assert went_to(app) == read(shipped_text(name)).lesson.begin


def test_a_lesson_that_goes_on_cannot_be_started_and_one_that_has_ended_can(app):
    name = shipped_lessons()[0]
    opened(app, "lessons")
    app.button(key=f"lessons/start/{name}").click().run()
    opened(app, "lessons")
    start = app.button(key=f"lessons/start/{name}")
    assert start.disabled and start.label == "Go on"
    mine(app).change_course(lambda course: course.moved(replace(course.place, ended=True)))
    app.run()
    start = app.button(key=f"lessons/start/{name}")
    assert not start.disabled and start.label == "Begin again"
    start.click().run()
    assert not mine(app).course.place.ended and mine(app).course.place.step == 0


def test_problems_are_said_with_their_lines_and_nothing_is_lost(app):
    opened(app, "lessons")
    typed(app, TEXT.replace("@page kernels", "@page kernel").replace("minutes: 20", "minutes: many"))
    said = app.error[0].value.replace("\\", "")
    assert "2 problems" in said and "Line 3: “minutes” is a whole number" in said
    assert "There is no page “kernel”; did you mean “kernels”?" in said
    assert not [one for one in app.button if one.label == "Preview"] and "minutes: many" in own(app).text
    app.text_area(key=f"lessons/text/{own(app).fields}").set_value("other").run()
    assert "changed since it was checked" in app.info[-1].value


def test_a_lesson_without_problems_is_tried_and_handed_on(app):
    opened(app, "lessons")
    typed(app, TEXT)
    [data] = components(app, "receptive_copy")
    assert "/?lesson=1" in data["text"] and data["text"] in [one.value for one in app.code]
    button(app, "Preview").click().run()
    assert mine(app).course.running == own_name(TEXT) and went_to(app) == "build"
    opened(app, "lessons")
    assert "Step 1 of 5" in words(app)


@pytest.mark.parametrize("notes", [False, True])
def test_a_whole_lesson_has_every_step_and_notes_only_for_the_teacher(app, notes):
    opened(app, "lessons")
    typed(app, TEXT)
    app.button(key="lessons/own/whole").click().run()
    if notes:
        app.checkbox(key="lessons/notes").check().run()
    shown = words(app)
    lesson = read(TEXT).lesson
    assert written(lesson, notes) in shown
    for step in lesson.steps:
        assert step.title in shown
    assert ("Collect the predictions" in shown) is notes and ("100,480 parameters" in shown) is notes
    assert ("☑" in shown) is notes and "](#" not in written(lesson, notes)


def test_a_bad_link_is_explained_here(app):
    app.query_params["lesson"] = "1abc"
    app.run()
    opened(app, "lessons")
    assert mine(app).state(LessonState).problem
    assert any("All that you had is still there" in one.value for one in app.error)
