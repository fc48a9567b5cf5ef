"""What people type into a field becomes its value, or a sentence."""

import pytest

from core.network import Conv2D, MaxPooling2D
from core.network.layers import penalty_text
from core.network.settings import InvalidSetting, Pair, settings_of
from core.network.typed import pair_options, read_typed

KERNEL = settings_of(Conv2D)["kernel_size"]
PENALTY = settings_of(Conv2D)["kernel_regularizer"]
STRIDES = settings_of(MaxPooling2D)["strides"]


@pytest.mark.parametrize(
    ("typed", "value"), [("3×3", (3, 3)), ("1 x 7", (1, 7)), ("5", (5, 5)), (" 2 , 4 ", (2, 4)), ("(3, 5)", (3, 5))]
)
def test_sizes_can_be_typed_in_many_ways(typed, value):
    assert KERNEL.checked(read_typed(KERNEL, typed)) == value


@pytest.mark.parametrize("typed", ["ninety", "0", "400×3", "3×3×3", "", "-1×-1×-1", "９9999999"])
def test_sizes_that_make_no_sense_get_a_sentence(typed):
    with pytest.raises(InvalidSetting, match="Kernel size must be"):
        KERNEL.checked(read_typed(KERNEL, typed))


@pytest.mark.parametrize(
    ("typed", "value"),
    [("none", (0, 0)), ("L2 0.0001", (0, 1e-4)), ("l1 1e-5 + l2 1e-4", (1e-5, 1e-4)), ("L1=0.5", (0.5, 0))],
)
def test_penalties_can_be_typed(typed, value):
    assert PENALTY.checked(read_typed(PENALTY, typed)) == value
    assert PENALTY.checked(read_typed(PENALTY, penalty_text(value))) == value


@pytest.mark.parametrize("typed", ["L3 1", "much", "L2", "L2 7", "0.1", "L1 1e-5 times L2 1"])
def test_penalties_that_make_no_sense_get_a_sentence(typed):
    with pytest.raises(InvalidSetting):
        PENALTY.checked(read_typed(PENALTY, typed))


def test_the_default_of_a_pair_has_a_name():
    assert read_typed(STRIDES, "as the pool size") is None
    assert pair_options(STRIDES, None)[0] == "as the pool size"
    assert "9×4" in pair_options(Pair("x", "y"), (9, 4))


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


def test_a_table_of_rates_that_makes_no_sense_stays_to_be_corrected_beside_what_is_wrong():
    app = _rates_page("2 × much")
    before = app.session_state["recipe"].rates
    assert app.text_input[0].value == "2 × much" and len(app.error) == 1
    assert "Until then it is" in app.error[0].value
    app.text_input[0].set_value("0.5 × 2, 0.1 × 1").run()
    assert app.session_state["recipe"].rates == ((2, 0.5), (1, 0.1)) != before
    assert not app.error


@pytest.mark.parametrize(
    ("how", "value", "options"),
    [
        (KERNEL, (3, 3), ["1×1", "3×3", "5×5", "7×7"]),
        (KERNEL, (2, 4), ["1×1", "2×4", "3×3", "5×5", "7×7"]),  # its own stands where it belongs
        (KERNEL, (9, 9), ["1×1", "3×3", "5×5", "7×7", "9×9"]),
        (STRIDES, None, ["as the pool size", "1×1", "2×2", "3×3"]),
        (STRIDES, (2, 1), ["as the pool size", "1×1", "2×1", "2×2", "3×3"]),
    ],
)
def test_usual_sizes_are_offered_in_order_with_its_own_among_them(how, value, options):
    assert pair_options(how, value) == options
