"""What a lesson sees of the app, and how it begins and ends."""

import re
from pathlib import Path
from time import time
from types import SimpleNamespace

import pytest

from core.learn.lessons import (
    EXAMPLE,
    Course,
    Fact,
    Facts,
    Place,
    own_name,
    read_lesson,
    shipped_lessons,
    shipped_text,
)
from core.learn.lessons.facts import KINDS
from core.network import LENET5, PRESETS, Recipe
from core.training import Workspace
from core.ui.shell.pages import PAGES, navigation, open_to
from core.ui.shell.session import Session
from core.ui.widgets.lesson.card import task_words
from core.ui.widgets.lesson.controls import controls
from core.ui.widgets.lesson.ending import left_open, next_lesson, result_words
from core.ui.widgets.lesson.known import known
from core.ui.widgets.lesson.noticing import digest, facts_now
from core.ui.widgets.lesson.opening import begin, lesson_of, read
from core.ui.widgets.studies import StudyState

TEXT = shipped_text(EXAMPLE)
LESSON = read(TEXT).lesson
NAME = own_name(TEXT)


@pytest.fixture
def mine(monkeypatch):
    one = Session(workspace=Workspace())
    monkeypatch.setattr("core.ui.shell.pages.session", lambda: one)
    return one


def test_a_lesson_lays_its_network_out_and_undo_brings_the_former_back(mine):
    theirs = PRESETS["C5"].network
    mine.editor.open(theirs)
    begin(mine, NAME, TEXT, LESSON)
    assert mine.editor.network == PRESETS["A5"].network and mine.editor.dataset == "mnist"
    assert mine.notice == "“Dense 128” is in the editor now. Undo on Build brings “Seven thousand” back."
    assert mine.next_page == "build" and mine.hidden == ("page games", "field label_smoothing")
    mine.editor.undo()
    assert mine.editor.network == theirs


def test_who_goes_on_finds_the_step_and_the_network_as_they_were(mine):
    begin(mine, NAME, TEXT, LESSON)
    mine.change_course(lambda course: course.moved(course.place.at(3, "")))
    mine.editor.open(LENET5)
    mine.end_lesson()
    assert mine.hidden == () and lesson_of(mine.course) is None
    begin(mine, NAME, TEXT, LESSON)
    assert mine.course.place.step == 3 and mine.editor.network == LENET5
    assert mine.next_page == "kernels"  # on which that step is
    assert lesson_of(mine.course) == LESSON
    begin(mine, NAME, TEXT, LESSON, anew=True)
    assert mine.course.place.step == 0 and mine.editor.network == PRESETS["A5"].network


@pytest.fixture
def bare_pages(monkeypatch):
    """Streamlit's pages need a running script."""
    monkeypatch.setattr("core.ui.shell.pages.st.Page", lambda file, title, **_: SimpleNamespace(title=title))


def test_hidden_pages_are_left_out_and_others_stay(mine, bare_pages):
    begin(mine, NAME, TEXT, LESSON)
    assert not open_to(mine, "games") and open_to(mine, "draw")
    titles = {page.title for pages in navigation(mine.hidden).values() for page in pages}
    assert titles == {page.title for page in PAGES.values()} - {"Games"}
    assert mine.shown_fields(["momentum", "label_smoothing"]) == ["momentum"]


def test_where_every_page_would_be_left_out_none_is(bare_pages):
    everything = tuple(f"page {page}" for page in PAGES)
    assert navigation(everything).keys() == navigation(()).keys()
    assert "Playground" not in [page.title for page in navigation(("page playground",))["Play"]]


def test_what_holds_is_read_from_the_session(mine):
    def now(kind: str = "", page: str = "train") -> Facts:
        return facts_now(mine, page, Place(network=digest(LENET5)), Fact(kind))

    assert (now().page, now().network, now().training_images) == ("train", LENET5, 60_000)
    assert not now("changed").changed and not now().drawn and not now().unit and now().compared == 0
    mine.editor.open(PRESETS["C5"].network, Recipe(training_images=500))
    mine.image.drawing, mine.focus.unit = object(), (1, 2, 3)
    mine.state(StudyState).chosen = ("lenet5", "draw")
    mine.workspace.change_exercises(lambda _: '{"right": 1, "tried": 1, "kinds": ["shape"]}')
    found = now("changed")
    assert found.changed and found.training_images == 500 and found.drawn and found.unit
    assert now("compared", "compare").compared == 0  # as they come trained
    assert now("exercise").exercises == {"shape"}
    assert not facts_now(mine, "train", Place(), Fact("changed")).changed  # as long as it is not known what there was
    assert (now().training, now("runs").runs, now("finished").finished, now().test_accuracy) == (
        False,
        0,
        False,
        None,
    )


class OfRun:
    """A run, as far as facts look at it."""

    def __init__(self, network, state, evaluated=None, on="test", created=0.0):
        self.network, self.recipe, self.active, self.created = network, Recipe(), state.active, created
        self.snapshot = type("Snapshot", (), {"state": state, "evaluated": evaluated, "evaluated_on": on})()


@pytest.mark.parametrize(
    ("state", "evaluated", "finished", "training"),
    [("FINISHED", 0.98, True, False), ("STOPPED", 0.98, True, False), ("STOPPED", None, False, False),
     ("PAUSED", 0.9, False, False), ("TRAINING", 0.9, False, True), ("FAILED", 0.1, False, False)],
)  # fmt: skip
def test_a_run_counts_when_it_has_ended(monkeypatch, state, evaluated, finished, training):
    from core.training import State

    point = None if evaluated is None else type("Point", (), {"accuracy": evaluated})()
    mine = Session(workspace=Workspace())
    monkeypatch.setattr(Workspace, "runs", property(lambda _: [OfRun(LENET5, State[state], point)]))
    assert facts_now(mine, "", Place(), Fact("finished")).finished is finished
    assert facts_now(mine, "", Place(), Fact("runs")).runs == int(finished)
    found = facts_now(mine, "", Place(), Fact("training"))
    assert found.training is training
    assert found.test_accuracy == (None if evaluated is None else pytest.approx(100 * evaluated))
    mine.editor.open(PRESETS["C5"].network)
    assert facts_now(mine, "", Place(), Fact("finished")).finished is False
    assert facts_now(mine, "", Place(), Fact("finished", network=LENET5)).finished is finished


def test_only_runs_that_were_begun_since_the_lesson_was_count(mine, monkeypatch):
    from core.training import State

    point = type("Point", (), {"accuracy": 0.99})()
    runs = [OfRun(LENET5, State.FINISHED, point, created=at) for at in (30.0, 20.0, 10.0)]
    monkeypatch.setattr(Workspace, "runs", property(lambda _: runs))
    mine.state(StudyState).chosen = ("run/30.0", "run/10.0", "lenet5")

    def now(begun: float, kind: str, page: str = "compare") -> Facts:
        return facts_now(mine, page, Place(begun=begun), Fact(kind))

    assert [now(begun, "runs").runs for begun in (0, 10, 10.5, 25, 31)] == [3, 3, 2, 1, 0]
    assert [now(begun, "compared").compared for begun in (0, 20, 31)] == [2, 1, 0]
    assert now(0, "compared", "build").compared == 0
    assert now(30, "finished").finished and not now(31, "finished").finished
    assert (now(30, "test-accuracy").test_accuracy, now(31, "test-accuracy").test_accuracy) == (99.0, None)
    runs[0] = OfRun(LENET5, State.TRAINING, created=30.0)
    assert now(30, "training").training and not now(31, "training").training
    asked: list[OfRun] = []

    def diagnosed(snapshot, recipe, network):
        asked.append(snapshot)
        return [SimpleNamespace(kind="gap")]

    monkeypatch.setattr("core.ui.widgets.lesson.noticing.diagnose", diagnosed)
    assert now(30, "overfits").overfits and asked == [runs[0].snapshot]
    assert not now(31, "overfits").overfits and len(asked) == 1


def test_what_was_solved_and_chosen_before_does_not_count(mine):
    solve = '{{"right": {0}, "tried": {0}, "kinds": ["shape"], "times": [{0}]}}'
    mine.workspace.change_exercises(lambda _: solve.format(2))
    mine.focus.layer, mine.focus.unit = (0,), (1, 2, 3)
    before = time()
    begin(mine, NAME, TEXT, LESSON)
    place = mine.course.place
    assert before <= place.begun <= time() and place.solved == {"shape": 2}

    def now() -> Facts:
        return facts_now(mine, "", mine.course.place, Fact("exercise"))

    assert not now().unit and now().exercises == set()
    mine.workspace.change_exercises(lambda _: solve.format(3))
    mine.focus.unit = (1, 2, 4)
    assert now().unit and now().exercises == {"shape"}
    mine.end_lesson()
    begin(mine, NAME, TEXT, LESSON)  # gone on with
    assert mine.course.place.begun == place.begun and now().exercises == {"shape"}
    begin(mine, NAME, TEXT, LESSON, anew=True)
    assert mine.course.place.begun >= place.begun and now().exercises == set() and not now().unit


def test_a_step_with_a_network_waits_for_a_run_of_that_one():
    step = "---\ntitle: T\nminutes: 5\naim: A\nbegin: build\n---\n## S\n@network A1\n@do finished\n"
    fact = read_lesson(step, known()).lesson.steps[0].do[0]
    assert fact == Fact("finished", network=PRESETS["A1"].network)
    assert task_words([fact, Fact("drawn")]) == "train Dense 512 to the end; draw something"
    assert task_words([Fact("finished")]) == "train the network in the editor to the end"


def test_every_fact_is_asked_for_in_words():
    steps = "".join(f"## S\n@do {fact}\n" for fact in FACTS)
    lesson = read_lesson(f"---\ntitle: T\nminutes: 5\naim: A\nbegin: build\n---\n{steps}", known()).lesson
    words = [task_words(step.do) for step in lesson.steps]
    assert {fact.kind for step in lesson.steps for fact in step.do} == set(KINDS) and len(set(words)) == len(words)
    assert words[-2:] == ["on Convolution, kernel: Blur", "on Shift equivariance, px to the right: less than 0"]
    assert words[0] == "parameters of the network: at most 8,000" and "learning rate: less than 0.1" in words


FACTS = (
    "parameters <= 8000", "learning-rate < 0.1", "page train", "network C5", "changed", "multiply-adds < 9", "receptive-field >= 20",
    "layers > 3", "has Dropout", "has no Dense", "optimizer SGD", "epochs >= 3", "training-images <= 500", "batch-size = 1",
    "augmented", "training", "finished", "test-accuracy >= 98", "overfits", "runs >= 2", "compared >= 2", "drawn", "unit", "exercise shape",
    "set convolution kernel = Blur", "set equivariance right < 0",
)  # fmt: skip


def test_all_controls_stand_in_the_document():
    rows = re.findall(r"^\| `(\w+) ([a-z]+)` \| (.+) \|$", Path("docs/lessons.md").read_text("utf-8"), re.MULTILINE)
    assert {(page, name) for page, name, _ in rows} == {(one.page, one.name) for one in controls()}
    said = {(page, name): words for page, name, words in rows}
    for one in controls():
        short = [value for value in one.values if f"“{value}”" not in said[one.page, one.name]]
        assert not short or one.name in ("kernel", "curve"), one  # which are many


def test_the_result_counts_what_was_done_and_answered():
    place = Course().begun("x").place.with_done(1).with_done(2).with_answer(0, "1", True).with_answer(2, "0", False)
    assert result_words(LESSON, place) == (
        "2 of 3 things done, 1 of 2 questions answered right, 0 of 1 prediction came true."
    )


def test_what_is_worth_another_look_is_what_is_not_done_or_not_right():
    place = Course().begun("x").place.with_done(1).with_answer(0, "1", False).with_answer(2, "1", False)
    assert left_open(LESSON, place) == [
        (0, "another answer"),
        (2, "not done"),
        (3, "not done"),
        (4, "not answered"),
    ]


def test_the_lesson_that_follows_is_one_that_was_not_finished():
    names = shipped_lessons()

    def after(running: str, *ended: str) -> str | None:
        found = next_lesson(Course(running, places={name: Place(ended=True) for name in ended}))
        return found and found[0]

    assert after(names[0]) == names[1] and after(names[0], names[1], names[2]) == names[3]
    assert after(names[-1], names[-1]) == names[0]  # from the last one on to the first
    assert after(NAME) == names[0]  # after one of one's own
    assert after(names[2], *names) is None
