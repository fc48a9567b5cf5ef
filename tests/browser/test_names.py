"""What the browser really shows of a name that would like to be more: its characters, and nothing else."""

import json

import pytest
from playwright.sync_api import Page, expect

from core.network import LENET5, to_json, to_token
from core.network.names import END, ISOLATE, JOINER
from tests.browser.test_journey import clean, go
from tests.nasty import NASTY

UNSEEN = str.maketrans("", "", JOINER + ISOLATE + END)
WITHOUT = "element => [element.querySelectorAll('a, img, svg, span[role=img], code, em, del, sup, .katex').length, element.textContent]"


def shown(locator) -> str:
    """The text of an element that holds nothing but text."""
    parts, text = locator.evaluate(WITHOUT)
    assert parts == 0, f"{text} has become more than text: {locator.inner_html()}"
    return text.translate(UNSEEN)


def imported(page: Page, name: str) -> None:
    """Hand in a network of this name as JSON, and open it."""
    go(page, "Build")
    clean(page)
    page.get_by_role("button", name="Import", exact=True).click()
    content = json.dumps(json.loads(to_json(LENET5)) | {"name": name}).encode()
    field = page.get_by_test_id("stFileUploader").locator("input")
    field.set_input_files({"name": "net.json", "mimeType": "application/json", "buffer": content})


HERE = ["html", "image", "entity", "latex", "icon", "emoji", "colour", "addresses", "arrows", "persian"]


@pytest.fixture(scope="module")
def visitor(chromium) -> Page:
    """Somebody who gets one link after the other."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def asked(visitor) -> list[str]:
    """The addresses that the browser asks for."""
    urls = []

    def note(request) -> None:
        urls.append(request.url)

    visitor.on("request", note)
    yield urls
    visitor.remove_listener("request", note)


@pytest.mark.parametrize("name", [NASTY[one] for one in HERE], ids=HERE)
def test_the_browser_shows_a_name_as_it_is(visitor, asked, server, name):
    page = visitor
    page.goto(f"{server}/train?n={to_token(LENET5.renamed(name))}")
    beside = page.get_by_test_id("stSidebarUserContent").locator("strong").first
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    clean(page)
    said = " ".join(name.split())
    assert shown(beside) == said
    assert shown(page.get_by_text("learn; you can look inside").locator("strong")) == said
    imported(page, name)
    button = page.get_by_role("button").filter(has_text="Open “")
    assert shown(button.locator("p")) == f"Open “{said}”"
    button.click()
    toast = page.get_by_test_id("stToast")
    expect(toast).to_be_visible()
    assert f"Imported “{said}”." in shown(toast.locator("p").first)
    clean(page)
    assert asked and not [url for url in asked if "example.org" in url]
