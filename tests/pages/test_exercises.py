"""Exercises, as a visitor does them."""

from core.learn.exercises import KINDS, answer_words, from_json
from core.study import predictions
from core.ui.pages.exercises.measured import asked_of
from core.ui.pages.exercises.state import FIXED, MEASURED, ExercisesState
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import button, mine, opened, studied, words


def own(app) -> ExercisesState:
    return mine(app).state(ExercisesState)


def progress(app):
    return from_json(mine(app).workspace.exercises())


def check(app, text: str):
    fields = app.text_area if own(app).exercise.form.kind == "matrix" else app.text_input
    fields(key=f"exercises/answer/{own(app).fields}").set_value(text)
    button(app, "Check").click().run()
    assert not app.exception
    return app


def right(app) -> str:
    return answer_words(own(app).exercise.answer, own(app).exercise.form)


def test_not_tried_wrong_because_and_right_each_kind(app):
    opened(app, "exercises")
    for number, kind in enumerate(KINDS):
        if kind != own(app).kind:
            app.selectbox(key="exercises/kind").set_value(kind).run()
        exercise = own(app).exercise
        assert exercise.name.startswith(kind) and exercise.text in [one.value for one in app.markdown]
        assert [one.value for one in app.info] == ["Not tried yet."]
        wrong, cause = exercise.wrong[0]
        typed = f"{wrong:.4f}" if exercise.form.kind == "decimal" else answer_words(wrong, exercise.form)
        check(app, typed)
        assert [one.value.replace("\\", "") for one in app.warning] == [f"Not right. {cause}"]
        check(app, right(app))
        assert [one.value for one in app.success] == ["Right."]
        assert (progress(app).right, progress(app).tried, progress(app).row) == (number + 1, number + 1, 0)


def test_a_row_grows_with_answers_that_are_right_at_once_and_a_look_breaks_it(app):
    opened(app, "exercises")
    app.segmented_control(key="exercises/level").set_value(3).run()
    assert "/3/" in own(app).exercise.name
    for _ in range(2):
        check(check(app, right(app)), right(app))  # twice is once
        button(app, "Another one").click().run()
    assert "Your progress: **2 right of 2, 2 in a row**" in words(app)
    button(app, "Solution").click().run()
    check(app, right(app))
    assert app.success and "Your progress: **2 right of 3**" in words(app)


def test_hint_and_solution_step_by_step(app):
    opened(app, "exercises")
    exercise = own(app).exercise
    assert exercise.hint not in words(app)
    button(app, "Hint").click().run()
    assert exercise.hint in words(app) and progress(app).tried == 0
    for number in range(1, len(exercise.solution) + 1):
        button(app, "Next step" if number > 1 else "Solution").click().run()
        shown = words(app)
        assert [step in shown for step in exercise.solution] == [
            place < number for place in range(len(exercise.solution))
        ]
    assert button(app, "Next step").disabled
    name = exercise.name
    button(app, "Another one").click().run()
    assert own(app).exercise.name != name and exercise.hint not in [one.value for one in app.markdown]


def test_what_cannot_be_read_is_told_what_is_expected_and_counts_as_nothing(app):
    opened(app, "exercises")
    check(app, "**10^9** :red[x]")
    assert "cannot be read" in app.info[0].value and "\\*" in app.info[0].value
    assert progress(app).tried == 0 and app.text_input(key=f"exercises/answer/{own(app).fields}").value.startswith(
        "**10"
    )


def test_the_first_set_with_its_true_or_false_and_what_is_solved(app):
    opened(app, "exercises")
    app.selectbox(key="exercises/kind").set_value(FIXED).run()
    check(app, "196608000")
    assert app.warning[0].value.endswith("You forgot the bias.")
    check(app, "196 609 000")
    for _ in range(3):
        button(app, "Another one").click().run()
    assert "True or false?" in words(app) and "Exercise 4 of 15, 1 of them solved" in words(app)
    button(app, "False").click().run()
    assert app.warning and own(app).exercise.wrong[0].cause.split(":")[0] in app.warning[0].value.replace("\\", "")
    button(app, "True").click().run()
    assert app.success and progress(app).solved == ("fixed/1", "fixed/4")


def test_an_exercise_is_there_again_after_a_visit_to_another_page(app):
    opened(app, "exercises")
    check(app, right(app))
    name = own(app).exercise.name
    opened(app, "pooling")
    opened(app, "exercises")
    assert own(app).exercise.name == name and app.success
    assert app.text_input(key=f"exercises/answer/{own(app).fields}").value == right(app)


def measured(app, choice: int):
    """Predict a side, measure, and wait for the end."""
    app.radio(key=f"exercises/side/{own(app).fields}").set_value(choice).run()
    button(app, "Measure").click().run()
    assert not app.exception
    return studied(app, "exercises/measured")


def test_a_prediction_is_chosen_first_and_then_measured(app, monkeypatch):
    monkeypatch.setattr(predictions, "TEST_IMAGES", 500)
    monkeypatch.setattr(predictions, "NETWORKS", ("lenet5", "dense-128"))
    monkeypatch.setattr(predictions, "STRENGTHS", {"noise": (0.5,)})  # far apart, whatever is drawn
    opened(app, "exercises")
    own(app).seed = 3 * 7 - 1  # the next one is of the first kind
    app.selectbox(key="exercises/kind").set_value(MEASURED).run()
    assert own(app).measured_kind == "robust" and button(app, "Measure").disabled
    assert [one.value for one in app.info] == ["Not measured yet: nobody knows the answer before."]
    measured(app, 0)
    asked = asked_of(own(app))
    found = mine(app).state(StudyState).studies["exercises/measured"][1].latest
    assert found.images == 500 and found.better is not None
    (rows,) = [table.value for table in app.table]
    assert list(rows["right"]) == [f"{count} of 500" for count in found.right]
    won = found.better == 0
    assert bool(app.success) == won and bool(app.warning) != won
    assert (progress(app).right, progress(app).tried) == (int(won), 1)
    app.run()
    assert progress(app).tried == 1  # counted once
    button(app, "Another one").click().run()
    assert asked_of(own(app)) != asked and own(app).choice is None and button(app, "Measure").disabled


def test_what_is_too_close_to_tell_counts_for_nothing(app, monkeypatch):
    monkeypatch.setattr(predictions, "FEWS", (250,))
    monkeypatch.setattr(predictions, "NETWORKS", ("lenet5", "seven-thousand"))  # both know the training images
    opened(app, "exercises")
    own(app).seed = 3 * 7
    app.selectbox(key="exercises/kind").set_value(MEASURED).run()
    assert own(app).measured_kind == "mistakes"
    measured(app, 1)
    assert "Too close to tell" in words(app) and progress(app).tried == 0
