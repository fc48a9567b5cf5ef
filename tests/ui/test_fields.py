"""What people type into a field becomes its value, or a sentence."""

import tracemalloc

import pytest

from core.data.pen import MAX_POINTS
from core.network import Conv2D, MaxPooling2D
from core.network.layers import penalty_text
from core.network.settings import InvalidSetting, Pair, settings_of
from core.ui.shell.frame import certainty, duration, percent, plain
from core.ui.widgets.canvas import strokes
from core.ui.widgets.diagram import _path
from core.ui.widgets.forms import _pair_options, _read

KERNEL = settings_of(Conv2D)["kernel_size"]
PENALTY = settings_of(Conv2D)["kernel_regularizer"]
STRIDES = settings_of(MaxPooling2D)["strides"]


@pytest.mark.parametrize(
    ("typed", "value"), [("3×3", (3, 3)), ("1 x 7", (1, 7)), ("5", (5, 5)), (" 2 , 4 ", (2, 4)), ("(3, 5)", (3, 5))]
)
def test_sizes_can_be_typed_in_many_ways(typed, value):
    assert KERNEL.checked(_read(KERNEL, typed)) == value


@pytest.mark.parametrize("typed", ["ninety", "0", "400×3", "3×3×3", "", "-1×-1×-1", "９9999999"])
def test_sizes_that_make_no_sense_get_a_sentence(typed):
    with pytest.raises(InvalidSetting, match="Kernel size must be"):
        KERNEL.checked(_read(KERNEL, typed))


@pytest.mark.parametrize(
    ("typed", "value"),
    [("none", (0, 0)), ("L2 0.0001", (0, 1e-4)), ("l1 1e-5 + l2 1e-4", (1e-5, 1e-4)), ("L1=0.5", (0.5, 0))],
)
def test_penalties_can_be_typed(typed, value):
    assert PENALTY.checked(_read(PENALTY, typed)) == value
    assert PENALTY.checked(_read(PENALTY, penalty_text(value))) == value


@pytest.mark.parametrize("typed", ["L3 1", "much", "L2", "L2 7", "0.1", "L1 1e-5 times L2 1"])
def test_penalties_that_make_no_sense_get_a_sentence(typed):
    with pytest.raises(InvalidSetting):
        PENALTY.checked(_read(PENALTY, typed))


def test_the_default_of_a_pair_has_a_name():
    assert _read(STRIDES, "as the pool size") is None
    assert _pair_options(STRIDES, None)[0] == "as the pool size"
    assert "9×4" in _pair_options(Pair("x", "y"), (9, 4))


@pytest.mark.parametrize("hostile", [None, 7, "a", "1.-2", "1..2", "1" * 50, "²", [1]])
def test_a_click_that_names_no_path_is_none(hostile):
    assert _path(hostile) is None


def test_a_click_names_a_path():
    assert _path("2.0.1") == (2, 0, 1)


def test_a_stroke_that_was_moved_turned_or_resized_is_where_it_is_seen():
    path = {"path": [["M", 50, 60], ["L", 150, 60], ["L", 150, 160]], "left": 100, "top": 110}

    def ends(**changed):
        ((line,), _) = strokes([path | changed])
        return line.round(6).tolist()

    assert ends() == [[50, 60], [150, 60], [150, 160]]
    assert ends(left=130, top=100) == [[80, 50], [180, 50], [180, 150]]
    assert ends(scaleX=2) == [[0, 60], [200, 60], [200, 160]]
    assert ends(flipX=True) == [[150, 60], [50, 60], [50, 160]]
    assert ends(angle=90) == [[150, 60], [150, 160], [50, 160]]  # clockwise on the screen
    assert ends(angle="x") == ends(left=None) == ends(scaleY=float("nan")) == ends()


def test_curves_of_the_canvas_become_points_on_the_curve():
    path = {"path": [["M", 0, 0], ["Q", 10, 0, 10, 10], ["L", 20, 10]]}
    ((line,), _) = strokes([path])
    assert line[0].tolist() == [0, 0] and line[-1].tolist() == [20, 10]
    assert [7.5, 2.5] in line.tolist()  # the middle of the quadratic curve


def test_no_more_is_unpacked_of_a_drawing_than_it_has_room_for():
    short = {"path": [["M", 1, 1], ["L", 9, 9]]}
    endless = {"path": [["M", 0, 0]] + [["Q", 1, 1, 2, 2]] * 3_000_000}
    tracemalloc.start()
    found, _ = strokes([short, endless, short])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == 1 and most < 100_000
    dense = {"path": [["M", 0, 0]] + [["Q", 1, 1, 2, 2]] * 2000}  # 8001 points
    assert len(strokes([dense] * 9)[0]) == MAX_POINTS // 8001
    assert strokes([{"path": [7] * (MAX_POINTS + 1)}, short])[0] == []  # nothing, but a lot of it
    assert len(strokes([short] * 500)[0]) == 400
    assert strokes([{"path": [["M", *[1] * 5000]]}])[0] == []


def _rates_page(typed):
    """A page with one long field, on which something was typed."""
    from streamlit.testing.v1 import AppTest

    def page():
        import streamlit as st

        from core.training import Recipe
        from core.ui.widgets.forms import edit_fields

        recipe = st.session_state.setdefault("recipe", Recipe(schedule="table"))

        def apply(name, value):
            st.session_state["recipe"] = recipe.with_setting(name, value)

        edit_fields(recipe, "key", apply, st.toast, ("rates",))

    app = AppTest.from_function(page).run()
    return app.text_input[0].set_value(typed).run()


def test_a_table_of_rates_that_makes_no_sense_stays_to_be_mended_beside_what_is_wrong():
    app = _rates_page("2 × much")
    before = app.session_state["recipe"].rates
    assert app.text_input[0].value == "2 × much" and len(app.error) == 1
    assert "Until then it is" in app.error[0].value
    app.text_input[0].set_value("0.5 × 2, 0.1 × 1").run()
    assert app.session_state["recipe"].rates == ((2, 0.5), (1, 0.1)) != before
    assert not app.error


def test_certainty_is_never_quite_certain():
    said = [certainty(p) for p in (0.4, 0.9949, 0.9951, 0.99985, 0.99995, 1.0)]
    assert said == ["40 %", "99 %", "99.51 %", "99.98 %", "over 99.99 %", "over 99.99 %"]


def test_what_is_less_than_a_bound_does_not_read_like_it():
    assert [certainty(p) for p in (0.9299, 0.93, 0.9899, 0.99, 0.29, 0.57)] == [
        "92 %",
        "93 %",
        "98 %",
        "99 %",
        "29 %",
        "57 %",
    ]
    assert certainty(float("nan")) == "–"


@pytest.mark.parametrize(
    "name", ["![](//example.org/p)", "www.example.org", "&lt;b&gt;", "`a` *b* _c_ $d$ :red[e]", "#1 + 2"]
)
def test_a_visitors_words_stay_words_in_markdown(name):
    import re

    escaped = re.compile(r"\\(.)")
    assert escaped.sub(r"\1", plain(name)) == name  # nothing is lost
    bare = escaped.sub("", plain(name))  # what Markdown may still take for its own
    assert not set(bare) & set("`*_[]()!#$:|~<>^&") and "www." not in bare


def test_words_for_durations_and_shares():
    assert [duration(s) for s in (7.6, 125, 4200)] == ["8 s", "2 min 05 s", "1 h 10 min"]
    assert percent(0.99123) == "99.12 %" and percent(None) == "–"
