"""What of a network is in sight on the stage, and what is said beside its maps: names, captions, faults, colours."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from core.network import LENET5, Conv2D, Dense, Flatten, Network, residual_block
from tests.browser.components.test_stage import NAMES, SMALL, acts, deep, kernels_of, node, sent, stage

__all__ = ["stage"]  # a fixture
RGB = re.compile(r"rgb\((\d+), (\d+), (\d+)\)")
FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
WRITTEN = """() => {
  window.written = [];
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (words, x, y, most) {
    const width = this.measureText(words).width;
    window.written.push({ words, most: most ?? null, right: x + width, room: this.canvas.clientWidth || parseFloat(this.canvas.style.width) });
    return write.apply(this, arguments);
  };
}"""


def written(stage, *data):
    """The texts drawn for these data: the words, the most px that they may take, where they end and where they must."""
    stage.page.evaluate(WRITTEN)
    for one in data:
        stage.render(one)
    return stage.page.evaluate("window.written")


def test_names_of_classes_stand_whole_and_no_letter_is_narrowed(stage):
    found = written(stage, sent(LENET5, names=FASHION))
    assert [one["words"] for one in found] == list(FASHION)
    assert all(one["most"] is None and one["right"] <= one["room"] for one in found)


def test_a_name_that_is_too_long_ends_in_an_ellipsis_and_is_said_in_full(stage):
    long = ("A class with a name that no column of a network could hold", *NAMES[1:])
    found = written(stage, sent(deep(), names=long))
    assert found[0]["words"].startswith("A class") and found[0]["words"].endswith("…")
    assert all(one["most"] is None and one["right"] <= one["room"] for one in found)
    grid = stage.find(".node:visible").last.locator(".grid")
    box = grid.bounding_box()
    stage.page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 5)  # on the name
    expect(grid).to_have_attribute("title", long[0])
    expect(stage.find(".said")).to_contain_text(f"“{long[0]}”")
    stage.page.mouse.move(box["x"] + 4, box["y"] + box["height"] - 5)
    expect(grid).to_have_attribute("title", "")  # the name stands there whole


def test_a_short_text_stays_and_a_long_one_keeps_as_much_as_fits(module):
    call = module("stage/pictures")
    shorten = "([words, room]) => window.module.shortened(words, room, (text) => Array.from(text).length)"
    for words, room, shown in [
        ("Ankle boot", 10, "Ankle boot"),
        ("Ankle boot", 9, "Ankle bo…"),
        ("Ankle boot", 7, "Ankle…"),  # no space before it
        ("Ankle boot", 0, "A…"),
        ("😀😀😀", 2, "😀…"),
    ]:
        assert call.page.evaluate(shorten, [words, room]) == shown


def test_all_layers_can_be_shown_only_where_some_are_folded_away(stage):
    unfold = stage.find(".unfold")
    expect(unfold).to_be_hidden()
    stage.render(sent(deep(), first=200))
    unfold.click()
    expect(unfold).to_have_text("Fold the middle")
    expect(stage.find(".fold")).to_have_count(0)
    stage.render(sent(SMALL))
    expect(unfold).to_be_hidden()


def test_that_all_layers_are_shown_stays_with_an_edit_and_goes_with_another_network(stage):
    stage.render(sent(deep(30)))
    stage.find(".unfold").click()
    stage.render(sent(deep(31)))  # one layer more
    expect(stage.find(".fold")).to_have_count(0)
    stage.find(".redo").click()
    stage.render(sent(deep(30), first=200))  # which gives all layers new identities
    expect(stage.find(".fold")).to_have_count(0)
    stage.render(sent(deep(31), first=400))
    expect(stage.find(".fold")).to_be_visible()
    expect(stage.find(".unfold")).to_have_text("Show all layers")


def at_fault(at, layers=30):
    """A network of which one layer does not fit its input."""
    network = deep(layers)
    return network.replaced((at,), Conv2D(2, (11, 11)))


@pytest.mark.parametrize("at", [0, 14, 28])
def test_a_layer_at_fault_is_in_sight_and_says_why(stage, at):
    stage.render(sent(deep(31)))
    stage.render(sent(at_fault(at, 31)))
    one = node(stage, at)
    expect(one.locator(".head")).to_be_in_viewport(ratio=0.9)
    expect(one.locator(".fault")).to_contain_text("needs at least 11×11 pixels")
    expect(one.locator(".fault")).to_be_in_viewport(ratio=0.9)
    sign = "one => getComputedStyle(one.querySelector('strong'), '::before').content"
    assert "⚠" in one.evaluate(sign) and "⚠" not in node(stage, "").evaluate(sign)  # not by its colour alone
    expect(stage.find(".said")).to_contain_text(
        f"{at + 1} Conv2D cannot work: Conv2D 11×11 needs at least 11×11 pixels"
    )
    assert "needs at least 11×11" in one.locator(".head").get_attribute("aria-description")
    stage.render(sent(deep(31)))
    expect(one.locator(".fault")).to_be_hidden()
    expect(stage.find(".said")).to_have_text("Move over any number.")
    assert one.locator(".head").get_attribute("aria-description") is None


def test_nothing_covers_the_name_of_a_layer_at_fault(stage):
    wrong = SMALL.replaced((2,), Conv2D(3, (7, 7)))
    expect(node(stage, "2").locator(".kernels")).to_be_visible()
    stage.render(sent(wrong))
    expect(node(stage, "2").locator(".kernels")).to_have_count(0)
    stage.render(sent(wrong, kernels_of(SMALL)))  # also where they were sent
    expect(node(stage, "2").locator(".kernels")).to_have_count(0)


def many():
    """A network of ten columns, whose maps are more than there is room for."""
    blocks = [Conv2D(48, (3, 3), padding="same")] * 7
    return Network((28, 28, 1), (*blocks, Flatten(), Dense(10, "softmax")))


@pytest.mark.parametrize("network", [many(), residual_block(64)], ids=["in a row", "in branches"])
def test_what_stands_below_maps_overlaps_nothing(stage, network):
    if not isinstance(network, Network):
        network = Network((14, 14, 8), (Conv2D(64, (1, 1)), network, network, Flatten(), Dense(10, "softmax")))
    stage.page.evaluate("document.querySelector('main').style.width = '790px'")
    stage.render(sent(network, kernels_of(network)))
    assert any("more" in words for words in stage.find(".node .more:visible").all_inner_texts())
    boxes = stage.page.evaluate(
        """() => [...document.querySelector('main').shadowRoot.querySelectorAll('.node')].flatMap((node) =>
          [...node.querySelectorAll('.head, .grid, .shape, .more, .kernels, .add')]
            .filter((one) => one.getClientRects().length)
            .map((one) => {
              const range = document.createRange();
              range.selectNodeContents(one);
              const box = (/shape|more/.test(one.className) ? range : one).getBoundingClientRect();
              const { left, right, top, bottom } = box;
              return { name: `${node.dataset.layer} ${one.className}`, left, right, top, bottom };
            }))"""
    )
    meeting = [
        (one, other)
        for one, other in itertools.combinations(boxes, 2)
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]
    assert not meeting


def test_how_many_maps_are_not_drawn_is_said(stage):
    stage.page.evaluate("document.querySelector('main').style.width = '790px'")
    stage.render(sent(many()))
    one = node(stage, "0")
    left_out = int(one.locator(".more").inner_text().split()[0].lstrip("+"))
    assert one.locator(".shape").inner_text() == "28×28×48" and 0 < left_out < 48
    assert one.locator(".more").get_attribute("title") == f"{48 - left_out} of 48 are drawn."
    expect(node(stage, "8").locator(".more")).to_be_hidden()  # all ten classes


@pytest.mark.parametrize("opener", [".head", ".add"])
def test_a_finger_opens_a_panel_without_entering_a_field(stage, opener):
    """In a field a phone would open its keyboard."""
    pressed = node(stage, "2").locator(opener)
    pressed.dispatch_event("pointerdown", {"pointerType": "touch", "bubbles": True})
    pressed.evaluate("one => one.click()")
    expect(stage.find(".panel")).to_be_focused()
    stage.page.keyboard.press("Escape")
    expect(stage.find(".panel")).to_be_hidden()
    pressed.press("Enter")  # by the keyboard one is in it at once
    expect(stage.find(".panel :is(input, button):focus")).to_have_count(1)


def legend(stage):
    """What is said of the colours that are on the stage, and its scales."""
    shown = stage.find(".legend > span:visible")
    scales = [one.locator("i").evaluate("one => getComputedStyle(one).backgroundImage") for one in shown.all()]
    return [" ".join(words.split()) for words in shown.all_inner_texts()], scales


def test_a_legend_says_what_the_colours_mean(stage):
    words, scales = legend(stage)
    assert words == ["Image: 0 1", "Maps: 0 largest of the layer", "Kernels: negative positive"]
    ink, rising, signed = ([tuple(map(int, rgb)) for rgb in RGB.findall(scale)] for scale in scales)
    assert ink == [(0, 0, 0), (255, 255, 255)]
    assert sum(rising[0]) < 20 and sum(rising[-1]) > 650  # from black to nearly white
    assert signed[0][2] > signed[0][0] and signed[-1][0] > signed[-1][2]  # from blue to orange
    assert min(signed[len(signed) // 2]) > 230  # white between
    stage.render(sent(SMALL, below=0.5))
    assert legend(stage)[0] == ["Image: 0 1", "Maps with negative numbers: negative positive"]
    stage.render(sent(SMALL, kernels_of(SMALL), below=0.5))
    assert legend(stage)[0][-1] == "Kernels, and maps with negative numbers: negative positive"
    coloured = Network((8, 8, 3), SMALL.layers)
    stage.render(sent(coloured))
    assert legend(stage)[0] == ["Maps: 0 largest of the layer"]  # its colours are those of the image


def test_the_server_is_told_what_is_out_of_sight_when_the_stage_is_scrolled(stage):
    stage.render(sent(deep(32)))
    stage.find(".unfold").click()
    seen = {one.get_attribute("data-layer") for one in stage.find(".node").all() if in_sight(stage, one)}
    told = acts(stage)[-1]
    ids = told["ids"].split()
    assert told["kind"] == "folded" and not seen & set(ids) and len(ids) > 15
    scrolled(stage, 9999)
    seen = {one.get_attribute("data-layer") for one in stage.find(".node").all() if in_sight(stage, one)}
    ids = acts(stage)[-1]["ids"].split()
    assert "31" in seen and "1" in ids and not seen & set(ids)
    earliest = min(int(layer) for layer in seen)
    assert str(earliest - 1) not in ids  # a kernel at work is shown on what it reads
    node(stage, earliest).locator(".grid").click(position={"x": 3, "y": 3})
    scrolled(stage, 0)
    ids = acts(stage)[-1]["ids"].split()
    assert str(earliest) not in ids and "1" not in ids and "31" in ids  # what is chosen stays explained


def scrolled(stage, left):
    """Scroll the stage to so many px, and let it come to rest."""
    stage.find(".board").evaluate(
        """(one, left) => new Promise((done) => {
          one.addEventListener('scroll', done, { once: true });
          one.scrollTo(left, 0);
        })""",
        left,
    )
    stage.page.clock.run_for(1000)


def in_sight(stage, one):
    box, board = one.bounding_box(), stage.find(".board").bounding_box()
    return box["x"] + box["width"] > board["x"] and box["x"] < board["x"] + board["width"]


def test_a_layer_whose_maps_are_still_to_come_keeps_its_place(stage):
    data = sent(SMALL, kernels_of(SMALL))
    data["stages"][1] |= {"maps": 0, "values": ""}
    data["stages"][4] |= {"maps": 0, "values": ""}
    stage.render(data)
    for layer in ("0", "3"):
        assert node(stage, layer).locator(".grid").bounding_box()["height"] > 3
    node(stage, "0").locator(".grid").hover(position={"x": 5, "y": 5})
    expect(stage.find(".said")).to_have_text("Move over any number.")
    stage.render(sent(SMALL, kernels_of(SMALL)))
    node(stage, "0").locator(".grid").hover(position={"x": 8, "y": 8})
    expect(stage.find(".said")).to_contain_text("map 1, row")
