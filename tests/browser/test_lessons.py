"""A lesson's link leaves out parts of the interface: nothing that is left leads there.

Only a real server shows it: what AppTest takes for another page raises in Streamlit itself.
"""

from playwright.sync_api import Page, expect

from core.network import LENET5, Recipe, to_token
from tests.browser.test_drawing import DIGITS, by_mouse, on, prediction
from tests.browser.test_journey import clean, go


def lesson(page: Page, server: str, *hidden: str) -> None:
    """The app as opened through a link that leaves out these parts; one quick epoch is set for Train."""
    page.goto(f"{server}/?n={to_token(LENET5, Recipe(epochs=1, training_images=500), 'mnist', hidden)}")
    expect(page.get_by_role("heading", name="Build", exact=True)).to_be_visible()


def offered(page: Page) -> list[str]:
    """The titles of the pages in the menus at the top."""
    titles = []
    for section in page.get_by_test_id("stTopNavSection").all():
        section.click()
        menu = page.get_by_test_id("stTopNavPopover")
        expect(menu).to_be_visible()
        titles += menu.get_by_role("menuitem").locator("p").all_inner_texts()
        page.keyboard.press("Escape")
        expect(menu).to_have_count(0)
    return titles


def test_a_click_on_a_map_stays_on_draw_where_looking_inside_is_left_out(page, server):
    lines = []
    page.on("websocket", lambda line: lines.append(line))
    lesson(page, server, "inside")
    expect(page.get_by_test_id("stTopNavSection")).to_have_count(4)  # all but Look inside
    assert not {"Feature maps", "Compare"} & set(offered(page))
    go(page, "Draw")
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    clean(page)
    by_mouse(page, [on(stroke, 60, 40, 150, 200) for stroke in DIGITS["3"]])
    expect(prediction(page)).to_have_text("3")
    expect(page.get_by_text("see what each one sees of your drawing.", exact=False)).to_have_count(1)
    expect(page.get_by_text("click one to see how it comes about")).to_have_count(0)
    first = page.locator(".layers .grid").first
    first.scroll_into_view_if_needed()
    with lines[-1].expect_event("framereceived"):  # the server has heard of the click
        first.click(position={"x": 30, "y": 30})
    clean(page)
    expect(page.get_by_role("heading", name="Draw", exact=True)).to_be_visible()
    expect(prediction(page)).to_have_text("3")


def test_runs_cannot_be_looked_into_where_that_is_left_out(page, server):
    lesson(page, server, "inside")
    go(page, "Train")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_test_id("stProgress").first.get_by_text("Finished")).to_be_visible(timeout=120_000)
    go(page, "Runs")
    clean(page)
    expect(page.get_by_role("button", name="Look inside", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Open on Train", exact=True).click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    clean(page)


def test_what_a_lesson_leaves_out_stays_away_after_a_reload_and_in_a_new_tab_until_it_is_ended(page, server):
    lesson(page, server, "inside", "train")
    go(page, "Draw")  # the address has lost the link
    clean(page)
    page.reload()
    expect(page.get_by_test_id("stTopNavSection")).to_have_count(4)
    assert not {"Playground", "Train", "Kernels", "Equal price"} & set(offered(page)) and "Draw" in offered(page)
    expect(page.get_by_test_id("stSidebar").get_by_text("This lesson leaves out Playground, Teach")).to_be_visible()
    go(page, "Accuracy against size")  # of Study, what needs neither
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()
    clean(page)
    tab = page.context.new_page()
    tab.goto(server)
    expect(tab.get_by_test_id("stTopNavSection")).to_have_count(4)
    assert "Build" in offered(tab) and "Kernels" not in offered(tab)
    tab.get_by_role("button", name="End the lesson").click()
    expect(tab.get_by_test_id("stTopNavSection")).to_have_count(5)
    assert {"Playground", "Kernels"} <= set(offered(tab))
    clean(tab)
    page.reload()
    expect(page.get_by_test_id("stTopNavSection")).to_have_count(5)
    assert "Kernels" in offered(page)
    expect(page.get_by_role("button", name="End the lesson")).to_have_count(0)
