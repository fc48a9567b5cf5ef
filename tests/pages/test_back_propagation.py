"""Back-propagation by hand, as a visitor does it."""

import re

import pytest

from core.learn.back_propagation import forward, loss, step
from core.learn.written_out import PRESSES, lines, shown
from core.ui.pages.back_propagation.state import BackPropagationState
from tests.pages.conftest import mine, opened


def own(app) -> BackPropagationState:
    return mine(app).state(BackPropagationState)


def press(app, number: int):
    return app.button(key=f"by-hand/press/{PRESSES[number]}").click().run()


def field(app, name: str):
    return app.text_input(key=f"by-hand/numbers/{name}/{own(app).fields}")


def page_html(app) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


def rows(app) -> dict[str, str]:
    """Name of a number → its value, as they stand in the table."""
    return dict(re.findall(r'<th scope="row">([^<]*)</th><td>([^<]*)</td>', page_html(app)))


def test_four_presses_show_each_number_when_it_is_due_and_the_fifth_goes_on_with_the_new_weights(app):
    opened(app, "back_propagation")
    begun = own(app).network
    expected = lines(begun, own(app).inputs, own(app).targets, 1.0)
    assert rows(app) == {}
    for number, name in enumerate(PRESSES):
        due = [one.label for one in app.button if one.key.startswith("by-hand/press") and not one.disabled]
        assert due == [f"{number + 1} · {name}"]
        press(app, number)
        known = [one for one in expected if one.press in PRESSES[: number + 1]]
        # A weight has its old value in the fields and its new one in the table.
        assert rows(app) == {one.name: shown(one.value) for one in known}
    assert own(app).network == begun
    press(app, 0)
    new = step(begun, own(app).inputs, own(app).targets, 1.0)
    assert own(app).network == new
    assert field(app, "o1").value == "  ".join(
        f"{one:.6g}" for one in (*(row[0] for row in new.weights[1]), new.biases[1][0])
    )


def test_a_typed_number_begins_the_step_anew_and_leaves_the_digits_of_the_others(app):
    opened(app, "back_propagation")
    app.button(key="by-hand/repeat/10").click().run()
    before = own(app).network
    press(app, 0)
    text = field(app, "h1").value.split()
    field(app, "h1").set_value(f"{text[0]}, −2.5; {text[2]}").run()
    now = own(app).network
    assert own(app).pressed == 0 and now.weights[0][1][0] == -2.5
    assert now.weights[0][0][0] == before.weights[0][0][0] and now.biases == before.biases
    assert now == before.with_unit(0, 0, (before.weights[0][0][0], -2.5), before.biases[0][0])
    field(app, "inputs").set_value("1 2").run()
    field(app, "targets").set_value("0.25").run()
    assert own(app).inputs == (1.0, 2.0) and own(app).targets == (0.25,)


@pytest.mark.parametrize(
    "text, words",
    [
        ("0.1 abc 0", "h1: “abc” is no number. Type 3 numbers, such as 0.1  0.4  0."),
        ("0.1 0.4", "h1: 2 numbers where 3 are needed, such as 0.1  0.4  0."),
        ("0.1 1e9 0", "h1: 1e9 is too large. Numbers go from −1,000,000 to 1,000,000."),
        ("nan 0 0", "h1: nan is too large."),
        ("", "h1: 0 numbers where 3 are needed"),
    ],
)
def test_what_is_no_number_is_said_at_the_field_and_changes_nothing(app, text, words):
    opened(app, "back_propagation")
    before = own(app).network
    field(app, "h1").set_value(text).run()
    assert own(app).network == before and not app.exception
    said = " ".join(one.value for one in app.caption).replace("\\", "")
    assert " ".join(words.split()) in " ".join(said.split())


def test_repeated_the_loss_is_counted_and_told(app):
    opened(app, "back_propagation")
    network = own(app).network
    expected = [loss(forward(network, own(app).inputs).outputs[-1], own(app).targets)]
    for _ in range(10):
        network = step(network, own(app).inputs, own(app).targets, 1.0)
        expected.append(loss(forward(network, own(app).inputs).outputs[-1], own(app).targets))
    app.button(key="by-hand/repeat/10").click().run()
    assert own(app).losses == pytest.approx(expected) and own(app).network == network
    assert any(f"Steps made: **10** · loss E = **{shown(expected[-1])}**" in one.value for one in app.markdown)
    press(app, 0), press(app, 1), press(app, 2), press(app, 3)
    assert any("Steps made: **11**" in one.value for one in app.markdown)
    app.button(key="by-hand/repeat/1").click().run()
    assert len(own(app).losses) == 13, "a step whose update was seen is not made twice"


def test_another_rate_takes_the_update_back_and_counts_its_step_once(app):
    opened(app, "back_propagation")
    for number in range(4):
        press(app, number)
    assert any("Steps made: **1**" in one.value for one in app.markdown)
    app.number_input(key="by-hand/rate").set_value(0.5).run()
    assert any("Steps made: **0**" in one.value for one in app.markdown)
    press(app, 3)
    after = loss(
        forward(step(own(app).network, own(app).inputs, own(app).targets, 0.5), own(app).inputs).outputs[-1],
        own(app).targets,
    )
    assert any(f"Steps made: **1** · loss E = **{shown(after)}**" in one.value for one in app.markdown)


def test_sizes_activations_and_random_weights(app):
    opened(app, "back_propagation")
    app.segmented_control(key="by-hand/sizes").set_value("3–4–2").run()
    assert own(app).network.sizes == (3, 4, 2) and field(app, "h4").value and field(app, "targets").value == "0.5  1"
    app.segmented_control(key="by-hand/activation").set_value("relu").run()
    before = own(app).network
    assert before.activation == "relu"
    app.button(key="by-hand/random").click().run()
    assert own(app).network.sizes == (3, 4, 2) and own(app).network != before
    assert not app.exception
    for number in range(4):
        press(app, number)
    assert "max(0, net)" in page_html(app)


def test_a_rate_that_is_too_high_is_said_to_be(app):
    opened(app, "back_propagation")
    app.segmented_control(key="by-hand/activation").set_value("relu").run()
    field(app, "inputs").set_value("3 5").run()
    field(app, "targets").set_value("900").run()
    app.number_input(key="by-hand/rate").set_value(5.0).run()
    assert any("With l = 5: the loss bursts" in one.value for one in app.markdown)
    app.button(key="by-hand/repeat/100").click().run()
    assert not app.exception and len(own(app).losses) < 101
