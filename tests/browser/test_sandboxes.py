"""The sandboxes of Learn in a real browser: type a number, see what follows and what belongs to it; also on a phone."""

import pytest
from playwright.sync_api import Page, expect

from core.ui.shell.pages import PAGES
from tools.screenshots import settled


def cell(page: Page, name: str):
    return page.locator(f'.grids [data-cell="{name}"]')


@pytest.fixture
def visitor(page, server):
    """Opens a sandbox."""

    def opened(name: str) -> Page:
        page.goto(f"{server}/{PAGES[name].address}")
        expect(page.locator(".grids .cell").first).to_be_visible()
        settled(page)
        return page

    return opened


def test_a_typed_number_is_pooled_and_its_gradient_comes_back_to_it(visitor):
    page = visitor("pooling")
    cell(page, "input:0,0").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(cell(page, "output:0,0")).to_have_text("9")
    expect(cell(page, "back:0,1")).to_have_text("1")
    cell(page, "gradient:0,0").fill("-7")
    cell(page, "gradient:0,0").press("Enter")
    expect(cell(page, "back:0,1")).to_have_text("−7")
    expect(page.get_by_text("Σ at the output = 2 = 2 = Σ at the input")).to_be_visible()
    cell(page, "output:0,0").hover()
    expect(cell(page, "input:0,1")).to_contain_class("picked")
    expect(cell(page, "back:0,1")).to_contain_class("picked")
    expect(cell(page, "input:1,1")).to_contain_class("lit")
    cell(page, "input:0,0").fill("1e9")
    cell(page, "input:0,0").press("Enter")
    expect(page.get_by_text("1e9 is too large. Numbers go from −1,000 to 1,000. It stays 1.")).to_be_visible()


def test_a_typed_weight_changes_the_output_and_either_side_lights_up(visitor):
    page = visitor("convolution")
    cell(page, "kernel/0/0:1,1").focus()
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    expect(cell(page, "output/0:0,0")).to_have_text("5")
    cell(page, "output/0:3,3").hover()
    expect(page.locator(".grids .said")).to_have_text(
        "output, row 4, column 4 = 0·1 + 0·0 + 0·(−1) + 0·1 + 0·0.5 + 0·(−1) + 0·1 + 0·0 + 0·(−1) + bias 0 = 0"
    )
    inputs = page.locator('.grids .lit[data-cell^="input"]')
    expect(inputs).to_have_count(9)
    expect(inputs.first).to_have_attribute("data-cell", "input/0:3,3")
    cell(page, "input/0:5,5").hover()
    expect(page.locator('.grids .lit[data-cell^="output"]')).to_have_count(1)
    page.get_by_role("button", name="Transposed").click()
    expect(cell(page, "output/0:6,6")).to_be_visible()
    cell(page, "input/0:1,1").hover()
    expect(page.locator('.grids .lit[data-cell^="output"]')).to_have_count(9)


def test_a_stack_is_built_by_the_keyboard_its_fan_follows_and_the_task_is_reached(page, server):
    page.goto(f"{server}/{PAGES['stacking'].address}")
    expect(page.get_by_role("img", name="Unit 5 of 8 of the last layer has a field of 13 cells")).to_be_visible()
    settled(page)
    kernel = page.get_by_role("spinbutton", name="3 · Kernel k")
    kernel.fill("5")
    kernel.press("Enter")
    expect(page.get_by_role("img", name="has a field of 21 cells")).to_be_visible()
    slider = page.get_by_role("slider", name="Unit of the last layer")
    slider.focus()
    slider.press("ArrowLeft")
    expect(page.get_by_role("img", name="Unit 2 of 4")).to_be_visible()
    page.get_by_text("Solution", exact=True).click()
    page.get_by_role("button", name="Open it above").click()
    expect(page.get_by_text("Reached: 20×20 is covered with 5,200 parameters")).to_be_visible()


def test_a_ticked_connection_is_priced_by_keyboard_and_by_finger(page, server, chromium):
    page.goto(f"{server}/{PAGES['s2_c3'].address}")
    expect(page.get_by_text("= 1,516 (1998: 1,516")).to_be_visible()
    settled(page)
    page.get_by_role("checkbox", name="S2 map 1 feeds C3 map 1", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("= 1,491 (1998: 1,516")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_text("= 1,466 (1998: 1,516")).to_be_visible()
    page.get_by_role("button", name="Full").click()
    expect(page.get_by_text("= 2,416 (1998: 1,516")).to_be_visible()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(96)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone = context.new_page()
    phone.goto(f"{server}/{PAGES['s2_c3'].address}")
    box = phone.get_by_role("checkbox", name="S2 map 6 feeds C3 map 1", exact=True)
    box.tap()
    expect(phone.get_by_text("= 1,541 (1998: 1,516")).to_be_visible()
    place = box.bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= 390 and place["width"] >= 22
    context.close()


def test_what_dropout_draws_is_drawn_again_and_a_typed_number_is_normalised(visitor):
    page = visitor("dropout")
    before = cell(page, "factor/0/0:0,0").get_attribute("aria-label"), page.locator(".grids .unread").count()
    cell(page, "output/0/0:0,0").hover()
    expect(cell(page, "factor/0/0:0,0")).to_contain_class("lit")
    page.get_by_role("button", name="Draw again").click()
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("1")
    settled(page)
    assert before != (
        cell(page, "factor/0/0:0,0").get_attribute("aria-label"),
        page.locator(".grids .unread").count(),
    )
    page.get_by_text("Batch normalisation", exact=True).click()
    expect(cell(page, "gamma/0:0,0")).to_be_visible()
    cell(page, "beta/0:0,0").fill("100")
    cell(page, "beta/0:0,0").press("Enter")
    cell(page, "output/0/0:0,0").hover()
    expect(page.locator(".grids .said")).to_contain_text("+ 100 = ")
    page.get_by_text("Inference", exact=True).click()
    expect(page.locator(".grids .said")).to_contain_text("√(1 + 0.001) + 100 = ")
    cell(page, "input/0/0:0,0").fill("much")
    cell(page, "input/0/0:0,0").press("Enter")
    expect(page.get_by_text("“much” is no number.")).to_be_visible()


def test_on_a_phone_a_tap_pins_and_nothing_is_wider_than_the_page(chromium, server):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server}/{PAGES['pooling'].address}")
    cell(page, "output:1,1").tap()
    expect(page.locator(".grids .place")).to_have_text("position 4 of 4")
    expect(cell(page, "back:3,3")).to_contain_class("picked")
    box = cell(page, "input:0,0").bounding_box()
    assert box["width"] >= 32 and box["height"] >= 32
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    context.close()
