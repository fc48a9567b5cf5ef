"""Under a base path, as behind a reverse proxy: pages, links, components, the cookie and downloads work there."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.network import LENET5, to_token
from tests.browser.conftest import serving
from tests.browser.test_drawing import DIGITS, by_mouse, on, prediction
from tests.browser.test_journey import clean, go

BASE = "demo"


@pytest.fixture
def based(tmp_path):
    """A server whose app is at /demo."""
    with serving(tmp_path / "log.txt", BASE) as url:
        yield url


def test_everything_works_below_a_base_path(chromium, based):
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    outside, refused = [], []
    page.on(
        "request",
        lambda sent: outside.append(sent.url) if not sent.url.startswith((based, "data:", "blob:")) else None,
    )
    # Streamlit itself looks for its server at more than one place.
    page.on(
        "response", lambda got: refused.append(got.url) if got.status >= 400 and "/_stcore/" not in got.url else None
    )
    page.goto(f"{based}/")
    expect(page.locator(".stage .node canvas").first).to_be_visible(timeout=60_000)
    page.goto(f"{based}/build")
    expect(page.get_by_role("heading", name="Build", exact=True)).to_be_visible()

    # The cookie brings the visitor's draft back.
    name = page.get_by_label("Name", exact=True)
    name.fill("Based")
    name.press("Enter")
    expect(page.get_by_test_id("stSidebarUserContent").get_by_text("Based")).to_be_visible()
    clean(page)
    (cookie,) = (one for one in context.cookies() if one["name"] == "receptive")
    page.reload()
    expect(page.get_by_test_id("stSidebarUserContent").get_by_text("Based")).to_be_visible()
    assert [one["value"] for one in context.cookies() if one["name"] == "receptive"] == [cookie["value"]]

    # A shared link leads back to the same place, also from another browser.
    page.get_by_role("button", name="Share", exact=True).click()
    link = page.get_by_test_id("stCode").get_by_text(re.compile("^http")).text_content()
    assert link.startswith(f"{based}/?n=")
    page.keyboard.press("Escape")
    stranger = chromium.new_context().new_page()
    stranger.goto(link)
    expect(stranger.locator(".stage")).to_have_attribute("aria-label", re.compile("^Based"))
    stranger.context.close()

    # A download, and a component of ours.
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON", exact=True).click()
    assert json.loads(download.value.path().read_text("utf-8"))["name"] == "Based"
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^Dense 84, relu")).click()
    expect(page.get_by_role("spinbutton", name="Units")).to_have_value("84")
    clean(page)

    # Links between the pages, the canvas, and pictures.
    page.get_by_role("link", name="Train it on real digits").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    assert page.url.startswith(f"{based}/train")
    go(page, "Draw")
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    clean(page)
    by_mouse(page, [on(stroke, 60, 40, 150, 200) for stroke in DIGITS["3"]])
    expect(prediction(page)).to_have_text("3")
    expect(page.locator(".layers .grid").first).to_be_visible()
    page.goto(f"{based}/kernels")
    expect(page.get_by_role("img", name="kernel 1", exact=True).first).to_be_visible()
    page.goto(f"{based}/?n={to_token(LENET5.renamed('Linked'))}")
    expect(page.locator(".stage")).to_have_attribute("aria-label", re.compile("^Linked"))
    clean(page)
    assert not outside and not refused
    context.close()
