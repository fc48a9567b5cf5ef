"""What a person does, in a real browser."""

import re
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.browser.line import Line
from tools.screenshots import draw_three, settled, turn_to


def go(page: Page, title: str) -> None:
    """Open a page by the menu at the top."""
    turn_to(page, title)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def current(page: Page, kind: str):
    """Elements of a kind that the last run of the script has drawn: what it replaces stays until it has ended."""
    return page.locator(f"[data-testid=stElementContainer][data-stale=false] [data-testid={kind}]")


def metric(page: Page, label: str):
    return current(page, "stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def clean(page: Page) -> None:
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@contextmanager
def visit(chromium, address: str, width: int, height: int, **more):
    """A visitor's own window, which shows no error when it is left."""
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce", **more)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(address)
    yield page
    clean(page)
    context.close()


def number(page: Page, label: str, value: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(value)
    box.press("Enter")


def test_the_main_job_from_building_to_drawing(page):
    # Build: change a layer, and see what follows change.
    expect(page.get_by_role("heading", name="Build")).to_be_visible()
    page.get_by_role("button", name="3 · Conv2D 16 @ 5×5, relu").click()
    expect(page.get_by_role("spinbutton", name="Filters")).to_have_value("16")
    number(page, "Filters", "12")
    expect(page.get_by_text("10×10×12").first).to_be_visible()
    expect(page.get_by_text("1,812 parameters", exact=True)).to_be_visible()  # 5·5·6·12 + 12
    clean(page)

    # Train on real digits until at least 95 % of the test images are right.
    page.get_by_role("link", name="Train it on real digits").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_test_id("stProgress").first).to_be_visible()
    expect(metric(page, "Images per second")).to_have_text(re.compile(r"[\d,]{4,}"))  # live, before the end
    go(page, "Kernels")  # looking inside does not disturb it
    expect(page.get_by_role("img", name="kernel 1", exact=True).first).to_be_visible()
    clean(page)
    go(page, "Train")
    expect(metric(page, "Test accuracy")).to_have_text(re.compile(r"^(9[5-9]|100)\.\d\d %$"), timeout=120_000)
    expect(page.get_by_text(re.compile("What it confuses, after epoch 1"))).to_be_visible()
    expect(page.get_by_test_id("stProgress").first.get_by_text("Finished")).to_be_visible(timeout=120_000)

    # Look inside one's own network.
    go(page, "Kernels")
    expect(page.get_by_role("radio", name="Your run: LeNet-5, changed")).to_be_checked()
    expect(page.get_by_role("img", name="kernel 6", exact=True).first).to_be_visible()
    clean(page)
    go(page, "Feature maps")
    expect(page.get_by_role("img", name=re.compile("^12 feature maps of 3 · Conv2D 12 @ 5×5, relu"))).to_be_visible()
    clean(page)
    go(page, "Receptive fields")
    expect(page.get_by_role("table")).to_contain_text("14×14")
    clean(page)

    # Draw a digit and read the prediction.
    go(page, "Draw")
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    clean(page)
    draw_three(page)
    expect(metric(page, "Prediction")).to_have_text("3")
    page.get_by_role("link", name="See what every layer makes of your drawing, one by one").click()
    expect(page.get_by_text("Input: your drawing.")).to_be_visible()
    clean(page)


def test_the_first_visitors_of_a_server_may_come_through_any_door_and_together(own_server, chromium):
    """Streamlit would show the page alone, without our navigation, had nobody opened the first page before."""
    contexts = [chromium.new_context() for _ in range(4)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(f"{own_server}/receptive_fields", wait_until="commit")
    for page in pages:
        expect(page.get_by_role("heading", name="Receptive fields", exact=True)).to_be_visible(timeout=60_000)
        expect(page.get_by_test_id("stTopNav").get_by_text("Look inside", exact=True)).to_be_visible()
        clean(page)
    for context in contexts:
        context.close()


def test_a_short_disconnection_changes_nothing(chromium, server):
    """The line is cut while training and comes back: the same run is still there, further on."""
    with Line(server) as line:
        page = chromium.new_page()
        page.goto(f"{line.url}/train")
        number(page, "Epochs", "200")
        page.get_by_role("button", name="Start").click()
        expect(metric(page, "Steps")).to_have_text(re.compile(r"\d"))
        before = int(metric(page, "Steps").text_content().replace(",", ""))
        line.cut()
        expect(page.get_by_test_id("stStatusWidget").get_by_text("Connecting")).to_be_visible()
        line.mend()
        expect(page.get_by_test_id("stStatusWidget").get_by_text("Connecting")).to_have_count(0, timeout=60_000)
        steps = metric(page, "Steps")
        expect(steps).not_to_have_text(f"{before:,}")
        assert int(steps.text_content().replace(",", "")) > before
        expect(page.get_by_label("Epochs", exact=True)).to_have_value("200")
        page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
        expect(page.get_by_text("What it has learned so far is kept")).to_be_visible()
        page.close()


def test_hovering_a_unit_moves_the_frame_to_what_it_sees(page):
    go(page, "Receptive fields")
    page.get_by_role("combobox", name="Layer").click()
    page.get_by_role("option", name="2 · AveragePooling2D 2×2").click()
    chart = page.get_by_test_id("stVegaLiteChart")
    words = chart.get_by_text(re.compile(r"^row \d+, column \d+ sees"))
    middle = "row 7, column 7 sees 6×6 pixels: rows 11–16, columns 11–16"
    expect(words).to_have_text(middle)
    settled(page)
    box = chart.locator("canvas, svg").first.bounding_box()
    seen = set()
    for part in (0.02, 0.3, 0.6):  # three units down the first column of the map
        page.mouse.move(box["x"] + 12, box["y"] + 12 + part * 220, steps=3)
        expect(words).not_to_have_text(middle)
        seen.add(words.text_content())
    assert len(seen) == 3
    assert all("columns 1–4" in text for text in seen)  # cut off at the border


def test_clicking_the_drawing_opens_that_layer(page):
    expect(page.get_by_role("heading", name="Build")).to_be_visible()
    page.get_by_role(
        "button",
        name=re.compile("^Dense 84, relu: 84 out; [(]120 [+] 1[)]·84 = 10,164 parameters; 10,080 multiply-adds"),
    ).click()
    expect(page.get_by_role("spinbutton", name="Units")).to_have_value("84")
    settled(page)
    expect(page.get_by_role("button", name="Blocks", exact=True)).to_be_in_viewport()  # its editor, to the end


def row(page: Page, title: str):
    return page.locator("[class*='st-key-row-']").get_by_role("button", name=title)


def test_the_keyboard_goes_where_an_action_has_led(page):
    """Not back to the top of the page, though the button that was pressed is gone."""
    page.get_by_role("button", name="Down", exact=True).press("Enter")
    expect(row(page, "2 · Conv2D 6 @ 5×5, same, relu")).to_be_focused()
    page.keyboard.press("Shift")  # a person has pressed a key before their focus is elsewhere
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(row(page, "2 · Conv2D 16 @ 5×5, relu")).to_be_focused()
    page.keyboard.press("Shift")
    page.get_by_role("button", name="Convolution", exact=True).press("Enter")
    page.get_by_role("button", name="Conv2D", exact=True).press("Enter")
    expect(row(page, "3 · Conv2D 16 @ 3×3, same, relu")).to_be_focused()
    expect(page.get_by_test_id("stToast")).to_contain_text("Added as layer 3: Conv2D.")
    expect(page.get_by_role("button", name="Conv2D", exact=True)).to_have_count(0)  # the popover is closed
    settled(page)
    number(page, "Filters", "9")
    expect(row(page, "3 · Conv2D 9 @ 3×3, same, relu")).to_be_visible()
    settled(page)
    expect(page.get_by_label("Filters", exact=True)).to_be_focused()  # who types stays in the field


def test_the_drawing_is_walked_and_its_layers_chosen_by_keyboard(page):
    boxes = page.locator(".network g[data-path]")
    expect(boxes).to_have_count(8)
    boxes.nth(3).focus()
    page.keyboard.press("Tab")
    expect(boxes.nth(4)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(row(page, "6 · Dense 120, relu")).to_be_focused()
    expect(page.get_by_role("spinbutton", name="Units")).to_have_value("120")


def test_a_drawing_wider_than_the_page_shows_where_it_goes_on_and_can_be_fitted(page):
    frame, fit = page.locator(".network"), page.get_by_role("button", name="Fit to width")
    expect(frame).not_to_have_class(re.compile("before|beyond"))
    expect(fit).to_be_hidden()
    box = page.get_by_role("combobox", name="Start from a published network")
    box.fill("Small Res")
    box.press("Enter")
    expect(metric(page, "Parameters")).to_have_text("78,426")
    expect(frame).to_have_class(re.compile("beyond"))
    frame.evaluate("(frame) => { frame.scrollLeft = 300; }")
    expect(frame).to_have_class(re.compile("before"))
    fit.click()
    expect(frame).not_to_have_class(re.compile("before|beyond"))
    assert frame.evaluate("(frame) => frame.scrollWidth - frame.clientWidth") == 0
    page.get_by_role("button", name="Full size").click()
    expect(frame).to_have_class(re.compile("beyond"))


def test_no_title_of_a_layer_is_cut_and_its_numbers_stay_beside_it(page):
    box = page.get_by_role("combobox", name="Start from a published network")
    box.fill("Small Res")
    box.press("Enter")
    title = row(page, "8.2.1 · Conv2D 64 @ 1×1, same, stride 2×2")
    expect(title).to_be_visible()
    settled(page)
    words = title.locator("p")
    assert words.evaluate("(p) => p.scrollWidth <= p.clientWidth + 1")
    facts = page.locator(".st-key-row-8-2-1 .facts").bounding_box()
    button = title.bounding_box()
    assert facts["x"] > button["x"] + button["width"] and facts["y"] < button["y"] + button["height"]


def test_a_size_that_makes_no_sense_gets_a_sentence_and_the_old_size_back(page):
    size = page.get_by_role("combobox", name="Kernel size")
    size.fill("ninety")
    size.press("Enter")
    expect(page.get_by_text("Kernel size must be two whole numbers such as 3 × 3")).to_be_visible()
    expect(page.get_by_role("combobox", name="Kernel size")).to_have_value("5×5")
    size = page.get_by_role("combobox", name="Kernel size")
    size.fill("1x7")
    size.press("Enter")
    expect(page.get_by_role("button", name="1 · Conv2D 6 @ 1×7, same, relu")).to_be_visible()


def test_a_network_that_cannot_work_is_explained_where_it_fails_and_not_trained(page):
    page.get_by_role("button", name="3 · Conv2D 16 @ 5×5, relu").click()
    expect(page.get_by_role("spinbutton", name="Filters")).to_have_value("16")  # the layer is open
    size = page.get_by_role("combobox", name="Kernel size")
    size.fill("15")
    size.press("Enter")
    expect(
        page.get_by_text("Conv2D 15×15 needs at least 15×15 pixels, but only 14×14 are left").first
    ).to_be_visible()
    go(page, "Train")
    expect(page.get_by_role("button", name="Start")).to_be_disabled()
    expect(page.get_by_text("This network cannot be trained yet")).to_be_visible()
    go(page, "Build")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("needs at least")).to_have_count(0)


def test_a_run_can_be_stopped_from_any_page(page):
    go(page, "Train")
    number(page, "Epochs", "200")
    page.get_by_role("button", name="Start").click()
    expect(metric(page, "Images per second")).to_have_text(re.compile(r"[\d,]{4,}"))
    go(page, "Build")
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("button", name="Stop").click()
    expect(sidebar.get_by_text("Stopped", exact=True)).to_be_visible()
    expect(sidebar.get_by_text("61,706 parameters").first).to_be_visible()
    go(page, "Train")
    expect(page.get_by_text("What it has learned so far is kept")).to_be_visible()


def test_hovering_frames_what_a_number_sees_and_clicking_explains_it(page):
    go(page, "Feature maps")
    maps = page.locator(".maps")
    grid = maps.locator('.grid[data-layer="2"]')  # the second convolution: 10×10 maps, 8 px a cell
    expect(grid).to_be_visible()
    settled(page)
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    grid.hover(position={"x": 2, "y": 2})
    expect(maps).to_have_attribute("data-unit", "2|0|0|0")
    expect(maps).to_have_attribute("data-box", "0,0,12,12")  # 14×14, less the padding
    grid.hover(position={"x": 8 * 3 + 2, "y": 8 * 4 + 2})
    expect(maps).to_have_attribute("data-unit", "2|0|4|3")
    expect(maps).to_have_attribute("data-box", "6,4,20,18")
    expect(maps.get_by_text("It sees rows 7 to 20 and columns 5 to 18 of the image.")).to_be_visible()
    assert not sent  # all of it in the browser
    grid.click(position={"x": 8 * 3 + 2, "y": 8 * 4 + 2})
    explanation = page.locator(".st-key-docked-explanation")
    expect(explanation.get_by_text("Layer 3 · Conv2D, map 1, row 5, column 4")).to_be_visible()
    expect(explanation.get_by_text("there: the same.")).to_be_visible()
    expect(explanation.locator("table.cells")).to_have_count(18)  # patch, kernel and products of six maps
    clean(page)
    # Down to what weighs most, and away with it.
    explanation.get_by_role("button", name=re.compile("^map ")).first.click()
    expect(explanation.get_by_text("Layer 2 · AveragePooling2D").first).to_be_visible()
    explanation.get_by_role("button", name="Close").click()
    expect(explanation).to_have_count(0)
    expect(maps.locator('.grid[data-layer="7"]')).to_be_visible()
    clean(page)


def test_numbers_can_be_reached_and_explained_by_keyboard_and_a_kernel_be_watched(page):
    go(page, "Feature maps")
    maps = page.locator(".maps")
    grid = maps.locator('.grid[data-layer="1"]')
    expect(grid).to_be_visible()
    settled(page)
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(maps).to_have_attribute("data-unit", "1|0|0|2")
    maps.get_by_role("button", name="Play").click()
    expect(maps).not_to_have_attribute("data-unit", "1|0|0|2")  # it moves by itself
    maps.get_by_role("button", name="Pause").click()
    maps.get_by_role("button", name="Explain this number").click()
    expect(page.locator(".st-key-docked-explanation").get_by_text("Layer 2 · AveragePooling2D")).to_be_visible()
    clean(page)


def pressed(page: Page):
    """The kernel that has the frame."""
    return page.get_by_test_id("stMain").locator("button[aria-pressed=true]")


def test_a_kernel_is_chosen_by_a_click_or_by_keyboard_and_stays_from_page_to_page(page):
    go(page, "Kernels")
    expect(page.get_by_role("img", name="kernel 3", exact=True)).to_be_visible()
    settled(page)
    page.get_by_role("img", name="kernel 3", exact=True).click()
    expect(page.get_by_role("spinbutton", name="Kernel, 1 to 6", exact=True)).to_have_count(
        1
    )  # the field of before is gone
    expect(page.get_by_role("spinbutton", name="Kernel, 1 to 6", exact=True)).to_have_value("3")
    expect(pressed(page)).to_have_text("3")
    choose(page, "Layer", "3 · Conv2D 16 @ 5×5, relu")
    row = page.get_by_role("button", name="kernel 5", exact=True)
    expect(row).to_be_visible()
    settled(page)
    row.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("spinbutton", name="Kernel, 1 to 16", exact=True)).to_have_count(
        1
    )  # the field of before is gone
    expect(page.get_by_role("spinbutton", name="Kernel, 1 to 16", exact=True)).to_have_value("5")
    expect(pressed(page)).to_have_text("5")
    settled(page)
    number(page, "Kernel, 1 to 16", "7")
    expect(pressed(page)).to_have_text("7")
    clean(page)
    go(page, "Receptive fields")
    expect(page.get_by_role("combobox", name="Layer")).to_have_value("3 · Conv2D 16 @ 5×5, relu")
    expect(page.get_by_label("Feature map", exact=True)).to_have_value("7")
    go(page, "Feature maps")
    expect(page.locator('.maps .grid[data-layer="2"]')).to_be_visible()
    expect(page.get_by_role("button", name="Whole network")).to_be_enabled()
    clean(page)


def taken(page: Page, button) -> ElementTree.Element | bytes:
    """The file that a button gives: SVG read, other files as they are."""
    with page.expect_download() as download:
        button.click()
    content = Path(download.value.path()).read_bytes()
    return ElementTree.fromstring(content) if download.value.suggested_filename.endswith(".svg") else content


def test_pictures_are_taken_away_with_their_captions(page):
    go(page, "Receptive fields")
    choose(page, "Layer", "3 · Conv2D 16 @ 5×5, relu")
    expect(page.locator('[aria-label^="Feature map of 3 · "] > svg')).to_be_visible()
    settled(page)
    shown = page.get_by_text(re.compile(r"^row \d+, column \d+ sees")).text_content()
    svg = taken(page, page.locator(".st-key-fields-explorer-svg").get_by_role("button", name="Picture"))
    said = " ".join(text.text or "" for text in svg.iter("{http://www.w3.org/2000/svg}text"))
    assert shown in said  # the very unit that the pointer has framed
    assert "Above, map 1 of layer 3 · Conv2D 16 @ 5×5, relu; below, test image 0" in said
    assert b"http://127" not in ElementTree.tostring(svg)  # nothing that only this server has
    go(page, "Feature maps")
    expect(page.get_by_role("button", name="Whole network")).to_be_enabled()
    settled(page)
    assert taken(page, page.get_by_role("button", name="Picture")).startswith(b"\x89PNG")
    assert taken(page, page.get_by_role("button", name="Table")).startswith(b"\xef\xbb\xbfmap,row,column,value")
    clean(page)


def test_the_canvas_still_shows_the_drawing_when_one_comes_back(page):
    go(page, "Draw")
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    settled(page)
    draw_three(page)
    expect(metric(page, "Prediction")).to_have_text("3")
    go(page, "Feature maps")
    expect(page.get_by_text("Input: your drawing.")).to_be_visible()
    go(page, "Draw")
    expect(metric(page, "Prediction")).to_have_text("3")
    white = "(canvas) => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.filter((v) => v > 200).length"
    opaque = "(canvas) => canvas.width * canvas.height"
    drawn = page.locator("canvas.lower-canvas.dc-canvas")
    assert drawn.evaluate(white) > 1.05 * drawn.evaluate(opaque)  # more than the alpha of an empty canvas
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(metric(page, "Prediction")).to_have_text("–")
    go(page, "Build")
    go(page, "Draw")
    expect(metric(page, "Prediction")).to_have_text("–")


def choose(page: Page, label: str, option: str) -> None:
    settled(page)
    field = page.get_by_role("combobox", name=label, exact=True)
    field.scroll_into_view_if_needed()
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )  # a scroll closes it
    field.click()
    page.get_by_role("option", name=option, exact=True).click()


def add(page: Page, group: str, kind: str, *, first: int, size: str) -> None:
    """Add a convolution after what is selected, and give it its filters and its size."""
    settled(page)
    popover = page.get_by_role("button", name=group, exact=True)
    expect(popover).to_have_count(1)  # for a moment the editor before is still there
    popover.click()
    page.get_by_role("button", name=kind, exact=True).click()
    page.keyboard.press("Escape")
    opened = page.locator(".facts.open .shape").last  # for a moment the row before is still there
    expect(opened).to_have_text(re.compile("×16$"))
    settled(page)
    number(page, "Filters", str(first))
    expect(opened).to_have_text(re.compile(f"×{first}$"))
    if size != "3×3":
        settled(page)
        choose(page, "Kernel size", size)
        expect(
            page.get_by_role("button", name=re.compile(rf"Conv2D {first} @ {size}, same, relu")).last
        ).to_be_visible()
    settled(page)


@pytest.mark.parametrize("name", ["B2", "B3"])
def test_an_architecture_of_branches_is_built_by_hand_and_handed_on_as_a_link(page, chromium, name):
    """B2 (inception-like) and B3 (residual) of the sources, on MNIST's image with fewer kernels."""
    # From the preset's input: 128×128×3, emptied, then built again layer by layer.
    choose(page, "Start from a published network", "Modern: Sequential")
    expect(page.get_by_text("Three convolutions in a row").first).to_be_visible()
    for left in (2, 1):
        page.get_by_role("button", name="1 · Conv2D 64 @ 3×3, same, relu").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_role("button", name=re.compile(r"^\d · Conv2D"))).to_have_count(left)
    page.get_by_role("button", name="1 · Conv2D 128 @ 3×3, same, relu").click()
    expect(page.get_by_role("spinbutton", name="Filters")).to_have_value("128")
    number(page, "Filters", "8")
    expect(page.get_by_role("button", name="1 · Conv2D 8 @ 3×3, same, relu")).to_be_visible()
    page.get_by_role("button", name="Blocks", exact=True).click()
    page.get_by_role("button", name="Two branches", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="2.2 · branch 2: passes on what arrives")).to_be_visible()
    if name == "B2":
        page.get_by_role("button", name="Add a branch").click()
        expect(page.get_by_role("button", name="2.3 · branch 3: passes on what arrives")).to_be_visible()
        for branch, size in ((1, "3×3"), (2, "5×5"), (3, "7×7")):
            page.get_by_role("button", name=re.compile(f"^2.{branch} · branch {branch}")).click()
            expect(page.get_by_text(f"at the start of branch 2.{branch}")).to_be_visible()
            add(page, "Convolution", "Conv2D", first=8, size=size)
    else:
        choose(page, "Join", "add")
        expect(page.get_by_role("button", name="2 · Branches 2, add, with a skip")).to_be_visible()
        page.get_by_role("button", name=re.compile("^2.1 · branch 1")).click()
        expect(page.get_by_text("at the start of branch 2.1")).to_be_visible()
        for size in ("3×3", "5×5", "7×7"):
            add(page, "Convolution", "Conv2D", first=8, size=size)
    page.get_by_role("button", name=re.compile("^2 · Branches")).click()
    expect(page.get_by_role("combobox", name="Join")).to_be_visible()
    add(page, "Convolution", "Conv2D", first=12, size="3×3")
    total = {"B2": "8,164", "B3": "6,436"}[name]
    expect(metric(page, "Parameters")).to_have_text(total)

    page.get_by_role("button", name="Share", exact=True).click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert "?n=1" in link and len(link) < 600
    other = chromium.new_context().new_page()
    other.goto(link)
    expect(other.locator(".stage .node").first).to_be_visible(timeout=60_000)
    go(other, "Build")
    expect(metric(other, "Parameters")).to_have_text(total)
    rows = "[class*='st-key-row-'] button p"
    expect(other.locator(rows)).to_have_count(page.locator(rows).count())
    assert other.locator(rows).all_inner_texts() == page.locator(rows).all_inner_texts()
    other.context.close()


def test_the_menu_of_a_phone_closes_when_a_page_was_chosen(chromium, server):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(server)
    settled(page)
    page.get_by_test_id("stExpandSidebarButton").tap()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Draw", exact=True).tap()
    expect(page.get_by_role("heading", name="Draw", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    context.close()
