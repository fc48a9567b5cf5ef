"""The Playground in a real browser: what a first visitor sees, does and hands on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from core.network import LENET5, PRESETS, Conv2D, Dense, GlobalAveragePooling2D, Network, to_token, trace
from core.network.recipe import Recipe
from core.ui.shell.links import LINK
from tests.browser.test_drawing import DIGITS, by_mouse, on
from tests.browser.test_journey import clean, visit
from tests.browser.test_phone import by_finger, opened, scaled
from tools.screenshots import settled

LAPTOP = (1366, 768)
PAINTED = """one => {
  const { width, height } = one;
  const levels = one.getContext('2d').getImageData(0, 0, width, height).data;
  let sum = 0;
  for (let i = 0; i < levels.length; i += 1) sum = (sum * 31 + levels[i]) % 4294967291;
  return sum;
}"""


@pytest.fixture
def playground(chromium, server):
    """A first visit, when the network of the page answers."""
    with visit(chromium, server, *LAPTOP, permissions=["clipboard-read", "clipboard-write"]) as page:
        awake(page)
        yield page


def awake(page: Page) -> None:
    expect(page.locator(".stage .node .grid").first).to_be_visible()
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    expect(page.get_by_text("TensorFlow is waking up")).to_have_count(0)
    settled(page)


def maps(page: Page, layer: str) -> Locator:
    return page.locator(f'.stage .node[data-layer="{layer}"] .grid')


def shape(page: Page, layer: str) -> Locator:
    return page.locator(f'.stage .node[data-layer="{layer}"] .shape')


def head(page: Page, layer: str) -> Locator:
    return page.locator(f'.stage .node[data-layer="{layer}"] .head')


def picture(page: Page, layer: str) -> int:
    """A number that another picture of a layer's maps would hardly have."""
    return maps(page, layer).locator("canvas").first.evaluate(PAINTED)


def changes(page: Page, layer: str, before: int) -> None:
    """Wait until a layer's maps are painted otherwise."""
    find = f"""([layer, before]) => {{
      const host = [...document.querySelectorAll('*')].find((one) => one.shadowRoot?.querySelector('.stage'));
      const canvas = host?.shadowRoot.querySelector(`.node[data-layer="${{layer}}"] .grid canvas`);
      return canvas && ({PAINTED})(canvas) !== before;
    }}"""
    page.wait_for_function(find, arg=[layer, before])


def said(page: Page) -> Locator:
    return page.locator(".st-key-playground-said")


def bar(page: Page) -> Locator:
    return page.locator(".st-key-playground-bar")


def figures(page: Page) -> Locator:
    return bar(page).locator(".playground-figures")


def test_from_the_first_visit_to_a_training_that_is_watched_changed_and_handed_on(chromium, server):
    with visit(chromium, server, *LAPTOP) as page:
        awake(page)
        expect(said(page)).to_contain_text("7 ·")  # the first test image, by the network that ships
        everything = (".st-key-playground-bar", "canvas.upper-canvas", ".stage", ".st-key-playground-said")
        for part in (*everything, ".st-key-playground-progress", ".st-key-playground-below"):
            expect(page.locator(part)).to_be_in_viewport(ratio=0.9 if part != ".st-key-playground-below" else 0.5)
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0

        before = {layer: picture(page, layer) for layer in ("0", "2")}
        bar(page).get_by_role("button", name="Start", exact=True).click()
        expect(figures(page)).to_contain_text("/s")
        for layer, one in before.items():
            changes(page, layer, one)
        for layer in before:  # and again: they move
            changes(page, layer, picture(page, layer))

        # A layer is changed in its place: the run starts anew with it.
        head(page, "2").click()
        filters = page.locator(".stage .panel input[name=filters]")
        expect(filters).to_have_value("16")
        filters.fill("12")
        filters.press("Enter")
        expect(shape(page, "2")).to_have_text("10×10×12")
        page.keyboard.press("Escape")
        expect(figures(page)).to_contain_text("/s")
        changes(page, "2", picture(page, "2"))
        bar(page).get_by_role("button", name="Pause", exact=True).click()
        expect(bar(page).get_by_role("button", name="Resume", exact=True)).to_be_visible()

        # Somebody else opens the address and sees the same network, image and number.
        maps(page, "2").click(position={"x": 20, "y": 20})
        page.wait_for_function("location.search.includes('unit=2')")
        chosen = page.locator(".stage").get_attribute("data-unit")
        row, column = (int(n) + 1 for n in chosen.split("|")[2:])
        expect(page.locator(".st-key-playground-below")).to_contain_text(f"map 1, row {row}, column {column}")
        with visit(chromium, page.url, *LAPTOP) as stranger:
            expect(shape(stranger, "2")).to_have_text("10×10×12")
            expect(stranger.locator(f'.stage[data-unit="{chosen}"]')).to_have_count(1)
            expect(figures(stranger)).not_to_contain_text("/s")  # but not the run of another
        page.go_back()
        page.wait_for_function("!location.search.includes('unit=2')")
        clean(page)


def test_a_digit_is_drawn_answered_and_followed_into_the_network(playground):
    page = playground
    before = picture(page, "0")
    samples = page.locator(".st-key-playground-samples")
    place = samples.bounding_box()
    by_mouse(page, [on(stroke, 60, 40, 150, 200) for stroke in DIGITS["3"]])
    expect(said(page)).to_contain_text("3 ·")
    changes(page, "0", before)
    settled(page)
    assert samples.bounding_box() == place  # nothing has jumped
    ways = page.get_by_role("radio", name="Test image").bounding_box()
    assert ways["x"] + ways["width"] <= page.get_by_role("button", name="Undo").first.bounding_box()["x"]
    traced, grid = trace(LENET5), maps(page, "2")
    settled(page)
    cell, corner = float(grid.get_attribute("data-cell")), grid.bounding_box()
    for row, column in ((0, 0), (3, 7), (9, 9)):
        page.mouse.move(corner["x"] + (column + 0.5) * cell, corner["y"] + (row + 0.5) * cell)
        lit = page.locator(".stage").get_attribute("data-box")
        assert [int(n) for n in lit.split(",")] == list(traced.row((2,)).receptive_field.region(row, column))
    page.mouse.down()
    page.mouse.up()
    below = page.locator(".st-key-playground-below")
    expect(below).to_contain_text("map 1, row 10, column 10")
    expect(below).to_contain_text("Activation: relu")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(said(page)).to_contain_text("7 ·")


def test_by_keyboard_a_sample_is_chosen_a_number_explained_and_a_layer_changed(playground):
    page = playground
    page.locator(".st-key-playground-samples").get_by_role("radio", name="4").focus()
    page.keyboard.press("Space")
    expect(said(page)).to_contain_text("4 ·")
    settled(page)
    maps(page, "2").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".st-key-playground-below")).to_contain_text("map 1, row 2, column 2")
    head(page, "0").focus()
    page.keyboard.press("Enter")
    size = page.locator(".stage .panel input[name=kernel_size]")
    size.fill("3")
    expect(page.locator(".stage .panel .sum")).to_have_text("⌊(28 + 2·1 − 3)/1⌋ + 1 = 28")
    size.press("Enter")
    page.keyboard.press("Escape")
    expect(head(page, "0")).to_contain_text("3×3")
    page.locator(".stage .undo").press("Enter")
    expect(head(page, "0")).to_contain_text("5×5")


def deep() -> Network:
    ends = (GlobalAveragePooling2D(), Dense(10, "softmax"))
    return Network(
        (28, 28, 1), (*[Conv2D(4, (3, 3), padding="same", activation="relu")] * 30, *ends), "thirty-two layers"
    )


@pytest.mark.parametrize("network", [PRESETS["ResNet"].network, deep()], ids=["branches", "32 layers"])
def test_networks_with_branches_and_of_32_layers_fit_and_are_alive(chromium, server, network):
    with visit(chromium, f"{server}/?{LINK}={to_token(network)}", *LAPTOP) as page:
        awake(page)
        fold = page.locator(".stage .fold")
        expect(fold).to_be_visible()
        board = page.locator(".stage .board")
        assert board.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
        last = page.locator(".stage .node:visible").last
        expect(last.locator(".shape")).to_have_text("10")
        first = page.locator(".stage .node:visible .grid").nth(1)
        first.hover(position={"x": 12, "y": 12})
        expect(page.locator(".stage .said")).to_contain_text("row")
        assert page.locator(".stage").get_attribute("data-box").count(",") == 3
        fold.click()
        expect(page.locator(".stage .node:visible")).to_have_count(1 + len(list(network.walk())))


def test_on_a_phone_the_answer_stands_above_the_canvas_and_the_maps_follow_each_stroke(chromium, server):
    with opened(chromium, server, 390, 844) as page:
        awake(page)
        scaled(page, 0.8 * 390)
        canvas = page.locator("canvas.upper-canvas")
        places = [one.bounding_box()["y"] for one in (said(page), canvas, page.locator(".stage"))]
        assert places == sorted(places)
        start = bar(page).get_by_role("button", name="Start", exact=True)
        expect(start).to_be_in_viewport(ratio=1)
        expect(page.locator(".stage .board")).to_be_in_viewport(ratio=0.8)
        before = picture(page, "0")
        by_finger(page, [on(stroke, 60, 50, 130, 180) for stroke in DIGITS["3"]])
        expect(said(page)).to_contain_text("3 ·")
        expect(said(page)).to_be_in_viewport()
        changes(page, "0", before)
        settled(page)
        sideways = "document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth"
        assert page.evaluate(sideways)
        page.locator('.stage .node[data-layer="0"] .head').tap()
        expect(page.locator(".stage .panel")).to_be_in_viewport()
        expect(page.locator(".stage .panel")).to_be_focused()  # no field, which would open the keyboard
        page.keyboard.press("Escape")
        maps(page, "0").tap(position={"x": 12, "y": 12})
        sums = page.locator(".st-key-playground-below").get_by_text("Patch × kernel, summed")
        expect(sums).to_be_in_viewport()
        page.get_by_role("link", name="Each layer, larger").scroll_into_view_if_needed()
        expect(start).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("width, height", [(1366, 768), (768, 1024), (767, 600), (390, 844)])
def test_the_tour_leaves_room_for_what_streamlit_says_while_it_runs(chromium, server, width, height):
    with visit(chromium, server, width, height) as page:
        tour = page.get_by_role("button", name="New? Take the tour").bounding_box()
        menu = page.get_by_role("button", name="Main menu").bounding_box()
        if tour["y"] > menu["y"] + menu["height"]:  # below the head, where that is full
            return
        assert menu["x"] - (tour["x"] + tour["width"]) > 80  # a running figure, and Stop
        others = page.locator("header :is(button, img):visible").all()
        for other in (one.bounding_box() for one in others):
            assert other["x"] + other["width"] <= tour["x"] or other["x"] >= tour["x"] + tour["width"]


def test_the_tour_is_led_through_by_what_one_does(playground):
    page = playground
    page.get_by_role("button", name="New? Take the tour").click()
    count = page.locator(".card .count")

    def at(number: int) -> None:
        expect(count).to_have_text(f"{number} of 8")

    at(1)
    by_mouse(page, [on(stroke, 60, 40, 150, 200) for stroke in DIGITS["7"]])
    at(2)
    maps(page, "0").hover(position={"x": 10, "y": 10})
    at(3)
    bar(page).get_by_role("button", name="Start", exact=True).click()
    at(4)
    bar(page).get_by_role("button", name="Pause", exact=True).click()
    at(5)
    maps(page, "2").click(position={"x": 15, "y": 15})
    at(6)
    head(page, "0").click()
    filters = page.locator(".stage .panel input[name=filters]")
    filters.fill("8")
    filters.press("Enter")
    at(7)
    page.keyboard.press("Escape")
    at(7)  # that closed the panel, not the tour
    page.get_by_text("Mistakes", exact=True).click()
    at(8)
    page.locator(".card .copy").click()
    expect(page.locator(".card")).to_be_hidden()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_a_training_that_fails_says_why_in_view_and_moves_nothing(chromium, server):
    recipe = Recipe(optimizer="SGD", learning_rate=1000.0, epochs=3, training_images=1000)
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server}/?{LINK}={to_token(LENET5, recipe)}")
    awake(page)
    settled(page)
    places = [page.locator("canvas.upper-canvas"), maps(page, "0").first]
    before = [place.bounding_box() for place in places]
    page.get_by_role("button", name="Start", exact=True).click()
    expect(said(page)).to_contain_text("its training has failed")
    settled(page)
    assert [place.bounding_box() for place in places] == before
    why = page.locator(".st-key-playground-progress").get_by_text("A learning rate of 1000", exact=False)
    expect(why).to_be_in_viewport(ratio=1)
    context.close()
