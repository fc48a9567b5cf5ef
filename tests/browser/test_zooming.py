"""Curves are zoomed with the mouse while a network trains, and put back by a double click and by keyboard."""

from playwright.sync_api import Page, expect

from tests.browser.test_journey import clean
from tests.browser.test_training import begun, metric, press

LOSS = "[data-testid=stVegaLiteChart]:has(svg.marks):has-text('loss') svg.marks"
PLOT = """svg => {
  const { left, right, top, bottom } = svg.querySelector(".role-axis-grid").getBoundingClientRect();
  return { left, right, top, bottom };
}"""


def loss(page: Page):
    """The drawing of the loss."""
    return page.locator(LOSS).first


def at(page: Page, across: float, down: float) -> tuple[float, float]:
    """A point of the loss's plot, by shares of its sides from the left and the top."""
    plot = loss(page).evaluate(PLOT)
    return (
        plot["left"] + across * (plot["right"] - plot["left"]),
        plot["top"] + down * (plot["bottom"] - plot["top"]),
    )


def numbers(page: Page) -> list[set[float]]:
    """The numbers along the axes: across, and up the side."""
    axes = loss(page).locator(".role-axis-label").all()
    return [{float(text.replace(",", "")) for text in axis.locator("text").all_text_contents()} for axis in axes]


def zoomed(page: Page) -> list[set[float]]:
    """Drag a rectangle in the lower left of the loss; the numbers along the axes afterwards."""
    loss(page).scroll_into_view_if_needed()
    along = loss(page).locator(".role-axis-label").first
    before = along.text_content()
    page.mouse.move(*at(page, 0.05, 0.45))
    page.mouse.down()
    page.mouse.move(*at(page, 0.55, 0.95), steps=3)
    page.mouse.up()
    expect(along).not_to_have_text(before)
    return numbers(page)


def test_a_rectangle_stays_while_the_run_trains_and_a_double_click_or_a_key_shows_the_whole(page):
    begun(page, "40")
    expect(page.get_by_text("drag a rectangle over a curve")).to_be_visible()
    expect(loss(page)).to_be_visible()
    clean(page)
    across, up = numbers(page)
    part_across, part_up = zoomed(page)
    assert max(part_across) < 0.7 * max(across) and max(part_up) < 0.7 * max(up)

    steps = metric(page, "Steps").text_content()
    line = loss(page).locator(".mark-line path").first
    drawn = line.get_attribute("d")
    expect(metric(page, "Steps")).not_to_have_text(steps)
    expect(line).not_to_have_attribute("d", drawn)  # the curve went on
    assert numbers(page) == [part_across, part_up]

    page.mouse.dblclick(*at(page, 0.5, 0.5))
    assert numbers(page)[0] == across

    zoomed(page)
    button = page.get_by_role("button", name="Whole curves")
    button.focus()
    button.press("Enter")
    expect(loss(page).locator(".role-axis-label").first).to_contain_text(f"{max(across):,.0f}")
    press(page, "Stop")
    clean(page)
