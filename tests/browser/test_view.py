"""What an action brings comes into view, what was acted on stays where it is, and both name the same thing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.network import LENET5, Recipe, to_token
from tests.browser.test_drawing import DIGITS, by_mouse, on, prediction
from tests.browser.test_every_page import AT_REST
from tests.browser.test_journey import clean, row
from tools.screenshots import settled

LAPTOP, PHONE = (1366, 768), (390, 844)
HEADER = 60  # px of Streamlit's own bar
LEAST = 8  # px that what was acted on may move


@pytest.fixture(scope="module", params=[LAPTOP, PHONE], ids=["laptop", "phone"])
def visitor(request, chromium, server) -> Page:
    """Somebody with a laptop, or a phone."""
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{server}/build")
    yield page
    context.close()


def opened(page: Page, path: str) -> Page:
    page.goto(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/{path}")
    settled(page)
    return page


def at_rest(page: Page) -> None:
    settled(page)
    page.evaluate(AT_REST)


def place(part: Locator) -> dict:
    found = part.bounding_box()
    assert found
    return found


def in_view(page: Page, part: Locator) -> bool:
    box = place(part)
    return box["y"] >= HEADER and box["y"] + box["height"] <= page.viewport_size["height"]


def scrolled(page: Page, part: Locator, top: float) -> dict:
    """Scroll until a part begins so far below the window's top; where it is then."""
    move = "(one, top) => document.querySelector('[data-testid=stMain]').scrollBy(0, one.getBoundingClientRect().top - top)"
    part.evaluate(move, top)
    return place(part)


def clicked(page: Page, x: float, y: float) -> None:
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.up()


def test_a_number_is_explained_in_view_and_no_map_moves(visitor):
    page = opened(visitor, "feature_maps")
    maps, explanation, mark = (page.locator(name) for name in (".maps", ".st-key-docked-explanation", ".explained"))
    expect(maps.locator(".grid[data-layer]")).not_to_have_count(0)
    at_rest(page)
    height = page.viewport_size["height"]
    grid = maps.locator('.grid[data-layer="2"]')
    narrow = page.viewport_size["width"] < 700
    for top in (height - 60, 400 if narrow else 100):  # at the lower edge of the window, and near the upper
        before = scrolled(page, grid, top)
        clicked(page, before["x"] + 36, before["y"] + 20)
        expect(explanation.get_by_text("there: the same.")).to_have_count(1)
        at_rest(page)
        assert abs(place(grid)["y"] - before["y"]) < LEAST and place(grid)["height"] == before["height"]
        box, number = place(explanation), place(mark)
        assert in_view(page, explanation)
        assert box["y"] + box["height"] <= number["y"] or number["y"] + number["height"] <= box["y"]
        _, channel, down, right = maps.get_attribute("data-unit").split("|")
        named = f"map {int(channel) + 1}, row {int(down) + 1}, column {int(right) + 1}"
        expect(explanation.get_by_text(named).first).to_be_in_viewport()
        assert abs(number["y"] + 4 - before["y"] - 20) < 8 and abs(number["x"] + 4 - before["x"] - 36) < 8
        explanation.get_by_role("button", name="Close").click()
        expect(explanation).to_have_count(0)
        at_rest(page)
        assert abs(place(grid)["y"] - before["y"]) < LEAST
    clean(page)


def test_a_number_clicked_on_draw_is_in_view_with_its_explanation_and_named_in_the_panel(visitor):
    page = opened(visitor, "draw")
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    at_rest(page)
    by_mouse(page, [on(stroke, 60, 40, 150, 200) for stroke in DIGITS["3"]])
    expect(prediction(page)).to_have_text("3")
    grid = page.locator('.maps .grid[data-layer="2"]')
    expect(grid).to_have_count(1)
    at_rest(page)
    before = scrolled(page, grid, 500)
    clicked(page, before["x"] + 36, before["y"] + 20)
    explanation, mark = page.locator(".st-key-docked-explanation"), page.locator(".explained")
    expect(page.get_by_role("heading", name="Feature maps", exact=True)).to_have_count(1)
    expect(explanation.get_by_text("there: the same.")).to_have_count(1)
    expect(mark).to_be_in_viewport()
    at_rest(page)
    assert in_view(page, explanation) and in_view(page, mark)
    box, number = place(explanation), place(mark)
    assert box["y"] + box["height"] <= number["y"] or number["y"] + number["height"] <= box["y"]
    layer, channel, down, right = page.locator(".maps").get_attribute("data-unit").split("|")
    assert layer == "2"
    named = f"map {int(channel) + 1}, row {int(down) + 1}, column {int(right) + 1}"
    expect(explanation.get_by_text(named).first).to_be_visible()
    expect(page.locator(".maps .said")).to_contain_text(named)
    clean(page)


def test_a_layer_opens_in_view_and_its_row_or_its_node_stays_in_view(visitor):
    page = opened(visitor, "build")
    laptop = page.viewport_size["width"] > 640
    form = page.locator("[class*=st-key-opened-]")
    expect(page.locator("g[data-path]")).to_have_count(8)
    at_rest(page)
    node = page.locator('g[data-path="4"]')
    node.scroll_into_view_if_needed()
    node.click()
    expect(page.locator(".st-key-opened-5").get_by_role("button", name="Duplicate")).to_be_visible()
    expect(form).to_have_count(1)
    at_rest(page)
    expect(form.get_by_role("button", name="Duplicate")).to_be_in_viewport(ratio=1)
    if laptop:
        assert in_view(page, node)
    for title, above in (("4 · AveragePooling2D 2×2", 300), ("8 · Dense 10, softmax", 400), ("5 · Flatten", 300)):
        line = row(page, title)
        before = scrolled(page, line, above)
        line.click()
        expect(form.get_by_text("Add a layer")).to_be_visible()
        expect(page.locator(f".st-key-opened-{title[0]}")).to_have_count(1)
        at_rest(page)
        assert in_view(page, line)
        after, box = place(line), place(form)
        if laptop:
            assert in_view(page, form)
        if before["y"] + before["height"] + box["height"] + 40 < page.viewport_size["height"]:
            assert abs(after["y"] - before["y"]) < LEAST  # there was room
        assert after["y"] - before["y"] < LEAST
    clean(page)


def test_a_size_that_cannot_work_is_explained_in_view_and_the_field_does_not_move(visitor):
    page = opened(visitor, "build")
    line = row(page, "3 · Conv2D 16 @ 5×5, relu")
    at_rest(page)
    line.click()
    expect(page.locator("[class*=st-key-opened-]")).to_have_count(1)
    expect(page.get_by_role("spinbutton", name="Filters")).to_have_value("16")
    at_rest(page)
    size = page.get_by_role("combobox", name="Kernel size")
    before = scrolled(page, size, 300)
    size.fill("15")
    size.press("Enter")
    told = page.get_by_role("alert").get_by_text("Conv2D 15×15 needs at least 15×15 pixels, but only 14×14 are left")
    expect(told).to_be_in_viewport(ratio=1)
    at_rest(page)
    assert in_view(page, told)
    assert abs(place(size)["y"] - before["y"]) < 2
    button = page.get_by_role("button", name="Duplicate", exact=True)
    there = place(button)["y"]
    size.fill("3")
    size.press("Enter")
    expect(told).to_have_count(0)
    at_rest(page)
    assert abs(place(button)["y"] - there) < 2
    # Another layer cannot work now: its row may be far away.
    row(page, "1 · Conv2D 6 @ 5×5, same, relu").click()
    expect(page.locator("[class*=st-key-opened-]")).to_have_count(1)
    filters = page.get_by_role("spinbutton", name="Filters")
    expect(filters.first).to_have_value("6")  # for a moment the one before is there too
    expect(filters).to_have_count(1)
    at_rest(page)
    before = scrolled(page, size, 300)
    strides = page.get_by_role("combobox", name="Strides")
    strides.fill("8")
    strides.press("Enter")
    expect(page.get_by_test_id("stToast").get_by_text(re.compile("^Layer 3 cannot work now"))).to_be_in_viewport()
    at_rest(page)
    assert abs(place(size)["y"] - before["y"]) < 2
    clean(page)


def test_nothing_moves_while_a_network_trains_and_ticked_runs_are_compared_in_view(visitor):
    """Messages and remarks have their room before they come."""
    page = visitor
    link = to_token(LENET5, Recipe(epochs=2, training_images=500), "mnist")
    opened(page, f"train?n={link}")
    bar = page.get_by_test_id("stMain").get_by_role("button", name=re.compile("^Start"))
    heights = []
    for _ in range(2):
        bar.click()
        view = page.get_by_role("radio", name="Hardest mistakes")
        progress = page.get_by_test_id("stProgress").first
        expect(page.get_by_test_id("stMain").get_by_role("button", name="Pause", exact=True)).to_be_enabled()
        expect(view).to_have_count(1)
        before = place(view)["y"] - place(progress)["y"]
        expect(progress.get_by_text("Finished")).to_be_visible(timeout=120_000)
        at_rest(page)
        expect(page.locator(".st-key-remarks p")).not_to_have_count(0)
        heights.append(abs(place(view)["y"] - place(progress)["y"] - before))
    assert max(heights) < LEAST, heights
    before = place(view)["y"] - place(progress)["y"]
    page.add_style_tag(content=".st-key-remarks > *, .st-key-train-messages > * { display: none !important }")
    assert place(view)["y"] - place(progress)["y"] == before
    opened(page, "runs")
    table, shown = page.get_by_test_id("stDataFrame").first, page.locator(".st-key-runs-shown")
    chart = shown.get_by_test_id("stVegaLiteChart").first
    expect(chart).to_be_visible()
    at_rest(page)
    before = scrolled(page, table, page.viewport_size["height"] - 150)
    clicked(page, before["x"] + 14, before["y"] + 35 + 17)  # the box of the first row
    expect(shown.get_by_role("combobox", name="Run")).to_have_count(0)  # one is left, and it is the ticked one
    at_rest(page)
    expect(chart).to_be_in_viewport(ratio=1)
    assert in_view(page, table)
    clean(page)
