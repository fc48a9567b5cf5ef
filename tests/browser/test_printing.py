"""Pages on paper: black on white, in the paper's width, without what can only be pressed."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.ui.shell.pages import PAGES
from tools.screenshots import settled

PAPER = {"width": 718, "height": 1000}  # px of an A4 sheet within its margins
PRESSED = [
    "stSidebar",
    "stHeader",
    "stTopNav",
    "stToolbar",
    "stButton",
    "stDownloadButton",
    "stPopover",
    "stPageLink",
]
SHOWN = {
    "convolution": 1,
    "feature_maps": 4,
    "gradients": 2,
    "glossary": 4,
    "size": 4,
    "playground": 4,
}  # at most so many sheets

# What is too far to the right for the sheet, and words that are not dark.
FAULTS = """() => {
  const faults = [], right = document.documentElement.clientWidth + 3; // a frame about a cell
  const walk = (root) => { for (const one of root.querySelectorAll('*')) {
    if (one.shadowRoot) walk(one.shadowRoot);
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const said = `${one.tagName} ${one.textContent.trim().slice(0, 40)}`;
    if (one.matches('canvas, img, svg, p, td, th, h1, h2, h3, label, text') && box.right > right && !one.closest('.stage, .st-key-unseen'))
      faults.push(`${said} ends at ${Math.round(box.right)}`);
    if (one.matches('p, td, th, h1, h2, h3, label') && one.textContent.trim()) {
      const ink = getComputedStyle(one).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
      if (Math.max(...ink) > 110) faults.push(`${said} is ${ink}`);
    }
  } };
  walk(document.querySelector('[data-testid=stMain]'));
  return faults;
}"""


@pytest.fixture(params=["light", "dark"])
def reader(request, chromium, server) -> Page:
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, color_scheme=request.param)
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_fits_the_paper_is_dark_on_white_and_has_no_buttons(reader, server, name):
    reader.goto(f"{server}/{PAGES[name].address}")
    expect(reader.get_by_role("button", name="What is this page?")).to_be_visible()
    settled(reader)
    reader.emulate_media(media="print")
    reader.set_viewport_size(PAPER)
    settled(reader)
    for kind in PRESSED:
        for one in reader.get_by_test_id(kind).all():
            expect(one).to_be_hidden()
    grounds = reader.evaluate(
        "['stApp', 'stMain'].map(id => getComputedStyle(document.querySelector(`[data-testid=${id}]`)).backgroundColor)"
    )
    assert grounds == ["rgb(255, 255, 255)"] * 2
    assert not reader.evaluate(FAULTS)
    sheets = len(re.findall(rb"/Type\s*/Page\b", reader.pdf(format="A4")))
    assert 1 <= sheets <= SHOWN[name]


def test_all_of_a_long_page_is_printed(page, server):
    """On the screen it scrolls within the window: on paper it goes on, on the next sheet."""
    page.goto(f"{server}/glossary")
    expect(page.get_by_role("row", name="weight decay")).to_be_visible()
    settled(page)
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    height = page.evaluate("document.documentElement.scrollHeight")
    last = page.get_by_role("row", name="weight decay").bounding_box()
    assert PAPER["height"] < last["y"] + last["height"] <= height
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) >= 2


def test_where_a_whole_lesson_stands_only_that_is_printed(page):
    """The container is put there by hand: the page that has it belongs to lessons."""
    settled(page)
    page.evaluate(
        """() => {
          const whole = Object.assign(document.createElement('div'), { className: 'st-key-lesson-whole', textContent: 'The lesson' });
          document.querySelector('[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock]').append(whole);
        }"""
    )
    title = page.get_by_role("heading", name="Build", exact=True)
    expect(title).to_be_visible()
    page.emulate_media(media="print")
    expect(title).to_be_hidden()
    expect(page.get_by_text("The lesson", exact=True)).to_be_visible()


def test_charts_for_a_dark_page_are_turned_for_paper_and_others_are_not(reader, server):
    reader.goto(f"{server}/size")
    chart = reader.get_by_test_id("stVegaLiteChart").locator("svg, canvas").first
    expect(chart).to_be_visible()
    settled(reader)
    dark = reader.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    expect(chart).to_have_css("filter", "none")
    reader.emulate_media(media="print", color_scheme="dark" if dark else "light")
    expect(chart).to_have_css("filter", re.compile("invert") if dark else "none")
