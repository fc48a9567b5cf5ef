"""The card of a lesson beside the pages, as a visitor uses it."""

from dataclasses import replace

from core.learn.lessons import EXAMPLE, own_name, shipped_text, to_token
from core.network import LENET5, PRESETS
from core.ui.widgets.lesson.opening import LessonState, begin, read
from tests.pages.conftest import button, mine, opened, went_to, words

TEXT = shipped_text(EXAMPLE)


def begun(app):
    begin(mine(app), own_name(TEXT), TEXT, read(TEXT).lesson)
    app.run()
    assert not app.exception
    return app


def press(app, label):
    button(app, label).click().run()
    assert not app.exception
    return app


def place(app):
    return mine(app).course.place


def test_a_question_is_checked_with_mistake_hint_and_solution(app):
    begun(app)
    assert "**1/5 · What you see**" in words(app)
    assert app.get("progress")[0].text == "Fewer weights, more tries · Step 1 of 5"
    app.text_input(key=f"lesson/answer/{own_name(TEXT)}/0").set_value("100,352")
    press(app, "Check")
    assert app.warning[0].value == "Not right. You forgot the biases: each of the 128 units has one."
    press(app, "Hint")
    assert "Each unit has a weight for each pixel" in words(app) and "= 100{,}480" not in words(app)
    app.text_input(key=f"lesson/answer/{own_name(TEXT)}/0").set_value("100480")
    press(app, "Check")
    assert "Right." in [one.value for one in app.success] and "100{,}480" in words(app)
    assert place(app).right == (0,)


def test_what_is_to_be_done_is_noticed_on_any_page_and_stays_noticed(app):
    press(begun(app), "Next")
    assert "**To do:** a Conv2D layer in the network" in words(app) and button(app, "Next").proto.type == "secondary"
    press(app, "Open LeNet-5")
    assert mine(app).editor.network == LENET5
    assert "**Done:** a Conv2D layer in the network" in words(app) and button(app, "Next").proto.type == "primary"
    mine(app).editor.open(PRESETS["A1"].network)
    opened(app, "pooling")
    assert "**Done:** a Conv2D layer in the network" in words(app) and place(app).done == (1,)
    press(app, "Open Build")
    assert went_to(app) == "build"


def test_a_prediction_is_kept_and_told_when_the_thing_was_done(app):
    press(press(begun(app), "Next"), "Next")
    radio = app.radio(key=f"lesson/option/{own_name(TEXT)}/2")
    assert button(app, "Keep this prediction").disabled
    radio.set_value(0).run()
    press(app, "Keep this prediction")
    assert "Kept. Now do it, and see." in [one.value for one in app.info]
    assert app.radio(key=f"lesson/option/{own_name(TEXT)}/2").disabled
    mine(app).change_course(lambda course: course.moved(course.place.with_done(2)))
    app.run()
    assert app.warning[0].value.startswith("It is another one: Above 85 %. Digits are easy:")
    assert place(app).answers == {2: "0"} and place(app).right == ()


def test_nobody_is_forced_and_the_end_tells_the_result(app):
    begun(app)
    assert button(app, "Back").disabled
    for _ in range(4):
        press(app, "Next")
    press(app, "Back")
    press(app, "Next")
    press(app, "Finish")
    assert mine(app).hidden == () and mine(app).course.places[own_name(TEXT)].ended
    assert "0 of 3 things done, 0 of 2 questions answered right, 0 of 1 prediction came true." in words(app)
    press(app, "Close")
    assert mine(app).course.running == ""
    assert not [one for one in app.button if one.label == "Next"]


def test_the_next_lesson_begins_from_the_end_of_one(app):
    begun(app)
    mine(app).change_course(lambda course: course.moved(replace(course.place, ended=True)))
    app.run()
    press(app, "Next lesson: Dense or convolutional?")
    assert mine(app).course.running == "dense-or-convolutional"


def test_who_does_not_want_to_do_it_is_told_the_answer_too(app):
    press(press(begun(app), "Next"), "Next")
    app.radio(key=f"lesson/option/{own_name(TEXT)}/2").set_value(0).run()
    press(press(app, "Keep this prediction"), "Tell me now")
    assert app.warning[0].value.startswith("It is another one: Above 85 %.")
    assert place(app).done == ()


def test_a_folded_card_is_one_line_and_an_ended_lesson_is_gone(app):
    press(begun(app), "Fold")
    assert "**1/5 · What you see**" in words(app) and not [one for one in app.button if one.label == "Next"]
    press(app, "Show")
    assert button(app, "Next")
    button(app, "End the lesson").click().run()
    assert "Fewer weights" not in words(app) and mine(app).hidden == ()


def test_hidden_settings_are_not_shown_and_keep_their_values(app):
    mine(app).editor.recipe = mine(app).editor.recipe.replaced(label_smoothing=0.25)
    opened(app, "train")
    assert "Label smoothing" in [one.label for one in app.number_input]
    opened(begun(app), "train")
    assert not [one for one in app.number_input if one.label == "Label smoothing"]
    begun(app)


def test_a_link_opens_a_lesson_once_and_a_bad_one_is_explained(app):
    app.query_params["lesson"] = to_token(TEXT)
    app.run()
    assert mine(app).course.running == own_name(TEXT) and went_to(app) == "build"
    mine(app).end_lesson()
    app.query_params["lesson"] = to_token(TEXT)
    app.run()
    assert mine(app).course.running == ""
    app.query_params["lesson"] = "1abc"
    app.run()
    assert mine(app).state(LessonState).problem and mine(app).course.running == ""
