"""Exercises, as a visitor does them."""

from core.learn.exercises import KINDS, answer_words, from_json
from core.ui.pages.exercises.state import FIXED, ExercisesState
from tests.pages.conftest import button, mine, opened, words


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
