"""The help mark of a page, by mouse and by keyboard."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from core.ui.shell.help import HELP
from core.views.glossary import term
from tests.browser.test_every_page import WCAG
from tools.screenshots import settled


def test_it_opens_by_keyboard_says_what_the_page_is_and_leads_to_the_glossary(page):
    mark = page.get_by_role("button", name="What is this page?")
    settled(page)
    mark.focus()
    page.keyboard.press("Enter")
    body = page.get_by_test_id("stPopoverBody")
    expect(body.get_by_text(HELP["build"].shows)).to_be_visible()
    expect(body.get_by_text(term("stride"))).to_be_visible()
    settled(page)
    only = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": WCAG}}
    assert not Axe().run(page, context="[data-testid=stPopoverBody]", options=only).response["violations"]
    page.keyboard.press("Escape")
    expect(body).to_have_count(0)
    mark.click()
    body.get_by_role("link", name="All terms: Glossary").click()
    expect(page.get_by_role("heading", name="Glossary", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="stride How far")).to_be_visible()


def test_the_playground_has_it_beside_the_tour_on_a_phone_too(chromium, server):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(server)
    mark = page.get_by_role("button", name="What is this page?")
    expect(mark).to_be_visible(timeout=60_000)
    settled(page)
    mark.click()
    text = page.get_by_test_id("stPopoverBody").get_by_text(HELP["playground"].trying)
    expect(text).to_be_visible()
    box = text.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    context.close()
