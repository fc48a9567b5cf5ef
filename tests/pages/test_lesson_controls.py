"""What lessons notice of the pages' controls: each is set on its page as a visitor does it, and the card says that it is done."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from streamlit.testing.v1 import AppTest

from core.learn.lessons import own_name
from core.ui.pages.pooling.state import PoolingState
from core.ui.widgets.lesson.controls import Told, controls
from core.ui.widgets.lesson.known import known
from core.ui.widgets.lesson.opening import begin, read
from core.ui.widgets.studies import StudyState
from tests.pages.conftest import button, mine, opened, studied, words

HEADER = "---\ntitle: T\nminutes: 5\naim: A\nbegin: build\n---\n## Step\n@do set "


class Case(NamedTuple):
    """A fact, what makes it true, and the widget that it is about, which says what it can be set to."""

    fact: str
    act: Callable[[AppTest], object]
    widget: Callable[[AppTest], object] | None = None


def labelled(kind: str, label: str) -> Callable[[AppTest], object]:
    return lambda app: next(one for one in getattr(app, kind) if one.label.startswith(label))


def setting(kind: str, label: str, value: object, fact: str) -> Case:
    """A widget with this label that is set to a value."""
    find = labelled(kind, label)
    return Case(fact, lambda app: find(app).set_value(value).run(), find)


def pressing(*labels: str) -> Callable[[AppTest], object]:
    return lambda app: [button(app, label).click().run() for label in labels]


def chosen(kind: str, label: str, shown: str, fact: str) -> Case:
    """An option with these words that is chosen."""
    find = labelled(kind, label)

    def act(app: AppTest) -> object:
        return find(app).select_index([*find(app).options].index(shown)).run()

    return Case(fact, act, find)


def typed(app: AppTest) -> object:
    return mine(app).state(PoolingState).take({("input", 1, 1): 5.0})


def moved(app: AppTest) -> object:
    chosen("selectbox", "Change the images by", "Shift to the right", "").act(app)
    return studied(app, "robustness")


def unfolded(app: AppTest) -> object:
    app.session_state["fields/stacks"] = True
    app.run()
    return labelled("number_input", "3×3 layers")(app).set_value(3).run()


BY_HAND = ("1 · Forward", "2 · Error", "3 · Backward", "4 · Update")
CASES = {
    "back_propagation": [Case("presses = 4", pressing(*BY_HAND))],
    "convolution": [
        chosen("selectbox", "Kernel", "Horizontal edges", "kernel = horizontal edges"),
        setting("number_input", "Kernel k", 5, "size > 4"),
        setting("segmented_control", "Padding", "number", "padding = zeros p"),
        setting("number_input", "Dilation d", 2, "dilation = 2"),
    ],
    "cost": [Case("example = C1 of LeNet-5", pressing("C1 of LeNet-5"))],
    "cures": [
        setting("segmented_control", "Kind", "Spatial dropout", "dropout = Spatial dropout"),
        setting("select_slider", "Rate", 0.5, "rate = 0.5"),
    ],
    "equivariance": [setting("slider", "To the right", -2, "right < 0")],
    "kernels": [
        setting("number_input", "Kernel, 1 to", 4, "kernel = 4"),
        Case("evaluated = 1", pressing("Evaluate on 2,000 test images")),
        setting("segmented_control", "More", "matrix", "view = As a dense matrix"),
        Case("layer = 3", lambda app: labelled("selectbox", "Layer")(app).select_index(1).run()),
    ],
    "pooling": [Case("corner = 5", typed)],
    "receptive_fields": [Case("stack >= 3", unfolded, labelled("number_input", "3×3 layers"))],
    "robustness": [Case("curve = Shift to the right", moved, labelled("selectbox", "Change the images by"))],
}


def asked(app: AppTest, page: str, fact: str) -> None:
    """The page beside a lesson that asks for this."""
    text = f"{HEADER}{page} {fact}\n"
    found = read(text)
    assert not found.problems
    begin(mine(app), own_name(text), text, found.lesson, anew=True)
    app.run()
    opened(app, page)
    assert not app.exception
    if page == "equivariance":
        studied(app, "equivariance/models")


@pytest.mark.parametrize("page", CASES)
def test_what_is_set_on_a_page_is_noticed(app, page):
    mine(app).state(StudyState).chosen = ("dense-128",)  # quick to measure
    for case in CASES[page]:
        asked(app, page, case.fact)
        assert "**To do:** on " in words(app) and mine(app).course.place.done == (), case.fact
        case.act(app)
        app.run()
        assert not app.exception
        assert "**Done:** on " in words(app) and mine(app).course.place.done == (0,), case.fact
        offered(app, page, case)
    assert set(mine(app).state(Told).settings[page]) <= {one.name for one in controls() if one.page == page}


def offered(app: AppTest, page: str, case: Case) -> None:
    """What a lesson may ask for is what the widget offers."""
    control = known().control(page, case.fact.split()[0])
    if case.widget is None:
        return
    widget = case.widget(app)
    if control.values:
        assert set(control.values) <= set(widget.options)
    elif getattr(widget, "options", None):
        assert (f"{control.least:g}", f"{control.most:g}") == (widget.options[0], widget.options[-1])
    else:
        assert control.least == widget.min
        assert control.most == widget.max or (page == "kernels" and control.most > widget.max)


def test_every_control_is_tried():
    tried = {(page, case.fact.split()[0]) for page, cases in CASES.items() for case in cases}
    assert tried == {(one.page, one.name) for one in controls()}


def test_the_examples_of_cost_are_its_buttons(app):
    opened(app, "cost")
    assert set(known().control("cost", "example").values) <= {one.label for one in app.button}
    for label in known().control("cost", "example").values:
        button(app, label).click().run()
        assert mine(app).state(Told).settings["cost"]["example"] == label


def test_what_was_set_counts_on_its_page_only(app):
    opened(app, "pooling")
    typed(app)
    app.run()
    asked(app, "pooling", "corner = 5")
    assert mine(app).course.place.done == (0,)
    asked(app, "pooling", "corner = 6")
    mine(app).state(PoolingState).take({("input", 1, 1): 6.0})
    opened(app, "cost")
    assert mine(app).course.place.done == ()
