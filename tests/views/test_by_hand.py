"""The drawing of a small network, and its loss in words."""

import re
from itertools import pairwise
from xml.etree import ElementTree

from core.learn.back_propagation import HandNetwork
from core.learn.written_out import lines, shown
from core.views.by_hand import NEGATIVE, POSITIVE, hand_alt, hand_svg, lines_table, losses_chart, losses_sentence

NETWORK = HandNetwork((((0.1, -0.8), (0.4, 0.6)), ((0.3,), (-0.9,))), ((0.25, 0.0), (0.0,)))
INPUTS, TARGETS = (0.35, 0.9), (0.5,)
STEP = lines(NETWORK, INPUTS, TARGETS, 1.0)


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_before_the_first_press_it_shows_weights_inputs_and_targets_and_no_output():
    found = texts(hand_svg(NETWORK, INPUTS, TARGETS, {}))
    assert {"0.1000", "−0.8000", "0.4000", "0.6000", "0.3000", "−0.9000", "0.3500", "0.9000"} <= set(found)
    assert {"bias 0.2500", "target 0.5000"} <= set(found) and not any("Err" in one for one in found)
    assert hand_alt(NETWORK, {}).endswith("Nothing is worked out yet.")


def test_after_all_presses_it_shows_outputs_errors_and_the_new_weights():
    known = {one.name: one.value for one in STEP}
    found = set(texts(hand_svg(NETWORK, INPUTS, TARGETS, known)))
    assert {shown(known["O(o1)"]), f"Err {shown(known['Err(h2)'])}", shown(known["w(h2→o1)"])} <= found
    assert "−0.9000" not in found
    assert f"Err(o1) = {shown(known['Err(o1)'])}" in hand_alt(NETWORK, known)


def test_positive_weights_are_orange_negative_ones_blue():
    svg = ElementTree.fromstring(hand_svg(NETWORK, INPUTS, TARGETS, {}))
    strokes = [one.get("stroke") for one in svg.iter("{http://www.w3.org/2000/svg}line")]
    assert strokes == [POSITIVE, NEGATIVE, POSITIVE, POSITIVE, POSITIVE, NEGATIVE]


def test_labels_of_weights_stand_clear_of_each_other_at_every_size():
    for sizes in ((2, 2, 1), (2, 3, 1), (3, 3, 2), (3, 4, 2)):
        weights = tuple(tuple((-0.12345,) * to for _ in range(at)) for at, to in pairwise(sizes))
        network = HandNetwork(weights, tuple((0.0,) * to for to in sizes[1:]))
        svg = hand_svg(network, (0.0,) * sizes[0], (0.0,) * sizes[-1], {})
        boxes = [tuple(map(float, one)) for one in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="(\d+)"', svg)]
        assert len(boxes) == sizes[0] * sizes[1] + sizes[1] * sizes[2]
        for at, (x, y, width) in enumerate(boxes):
            for x2, y2, width2 in boxes[at + 1 :]:
                assert abs(y - y2) >= 15 or x + width <= x2 or x2 + width2 <= x, (sizes, (x, y), (x2, y2))


def test_the_table_has_a_row_for_each_line():
    assert lines_table(STEP).count("<tr>") == len(STEP) + 1


def test_what_a_rate_does_is_said():
    curves = {
        "a": [1.0, 0.5, 0.25],
        "b": [1.0, 2.0, 3.0],
        "c": [1.0, 9e9],
        "d": [2.0, 2.0, 2.0],
        "e": [1.0, 1.5, 0.5],
    }
    assert losses_sentence(curves) == (
        "With a: the loss falls from 1.0000 to 0.2500 in 2 steps. "
        "With b: the loss rises from 1.0000 to 3.0000 in 2 steps: the steps are too long. "
        "With c: the loss bursts within 1 step, as each step overshoots by more than the one before. "
        "With d: the loss stays at 2.0000: every gradient is 0. "
        "With e: the loss falls from 1.0000 to 0.5000 in 2 steps, but rises 1 time on the way: the steps are long for this ground."
    )
    drawn = losses_chart({"a": [1.0, 0.0]})["datasets"]["losses"]
    assert [row["step"] for row in drawn] == [0, 1] and min(row["loss"] for row in drawn) > 0
