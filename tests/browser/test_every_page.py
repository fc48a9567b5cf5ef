"""Every page, with all that it shows, at all sizes of window and in both themes: nothing is cut, and axe finds nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.network import LENET5, Recipe, to_token
from core.ui.shell.pages import PAGES
from tests.browser.test_drawing import DIGITS, by_mouse, on, prediction
from tests.browser.test_journey import clean, go
from tools.screenshots import settled

WITH_SIDEBAR = ((1366, 768), (1024, 768), (844, 390))  # laptop, projector, phone on its side
WITHOUT = (*WITH_SIDEBAR, (683, 384), (390, 844))  # laptop at 200 %, phone; the sidebar would lie over the page
GROUNDS = {"light": "rgb(252, 252, 253)", "dark": "rgb(15, 17, 23)"}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

# A colour on its way from one theme to the other has a contrast of its own.
STILL = "Object.assign(document.createElement('style'), { textContent: '* { transition: none !important }' })"

# Waits until nothing on the page changes its size.
AT_REST = """async () => {
  const parts = () => [...document.querySelectorAll('[data-testid=stMain] *')];
  const sizes = () => parts().map((one) => `${one.offsetWidth ?? one.clientWidth}x${one.clientHeight}`).join();
  for (let same = 0, before = ''; same < 3;) {
    await new Promise((done) => setTimeout(() => requestAnimationFrame(done), 40));
    const now = sizes();
    same = now === before ? same + 1 : 0;
    before = now;
  }
}"""

# What is wrong with the page as it stands: shadow roots are looked into; what can be scrolled by itself is not cut.
FAULTS = """() => {
  const faults = [];
  const main = document.querySelector('[data-testid=stMain]');
  const page = main.getBoundingClientRect();
  const named = (one) => `${one.tagName.toLowerCase()} “${one.textContent.trim().slice(0, 40)}”`;
  function* within(root) {
    for (const one of root.querySelectorAll('*')) {
      yield one;
      if (one.shadowRoot) yield* within(one.shadowRoot);
    }
  }
  const parent = (one) => one.parentElement ?? one.getRootNode().host ?? null;
  const hidden = (one) => {
    let { left, right, width } = one.getBoundingClientRect();
    for (let box = parent(one); box && box !== main; box = parent(box)) {
      const kind = getComputedStyle(box).overflowX;
      if (kind === 'visible') continue;
      const edges = box.getBoundingClientRect();
      if (/auto|scroll/.test(kind) && box.scrollWidth > box.clientWidth) return 0;
      left = Math.max(left, edges.left);
      right = Math.min(right, edges.right);
    }
    return width - Math.max(0, Math.min(right, page.right) - Math.max(left, page.left));
  };
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the document scrolls sideways');
  if (main.scrollWidth > main.clientWidth) faults.push(`the page is ${main.scrollWidth - main.clientWidth} px too wide`);
  for (const one of within(main)) {
    const { width, height } = one.getBoundingClientRect();
    if (!width || !height || !one.checkVisibility({ visibilityProperty: true })) continue;
    if (one.matches('canvas, img, svg, text, button, a, p, td, th, li, label, h1, h2, h3') && hidden(one) > 3)
      faults.push(`${Math.round(hidden(one))} of ${Math.round(width)} px of ${named(one)} are cut`);
    if (one.matches('a *, button *') && getComputedStyle(one).textOverflow === 'ellipsis' && one.scrollWidth > one.clientWidth + 1)
      faults.push(`${named(one)} ends in dots`);
    if (one.matches('[data-testid=stVegaLiteChart]') && width < 200) faults.push(`a chart is ${width} px wide`);
    if (one.matches('canvas.upper-canvas') && width < 280) faults.push(`the canvas is ${width} px wide`);
  }
  return faults;
}"""


@pytest.fixture(scope="module")
def visitor(chromium, server) -> Page:
    """Somebody with a network that has learned a little."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => document.head.append({STILL}))")
    page.goto(f"{server}/build?n={to_token(LENET5, Recipe(epochs=1, training_images=500), 'mnist')}")
    expect(page.get_by_role("heading", name="Build", exact=True)).to_be_visible()
    go(page, "Train")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_test_id("stProgress").first.get_by_text("Finished")).to_be_visible(timeout=120_000)
    yield page
    context.close()


def _draw(page: Page) -> None:
    expect(page.locator("canvas.upper-canvas")).to_have_count(1)
    settled(page)
    by_mouse(page, [on(stroke, 60, 40, 150, 200) for stroke in DIGITS["3"]])
    expect(prediction(page)).to_have_text("3")


def _explain_a_number(page: Page) -> None:
    first = page.locator(".layers .grid").first
    first.scroll_into_view_if_needed()
    first.click(position={"x": 60, "y": 60})
    expect(page.get_by_text("The model itself has")).to_have_count(1)


def _open_a_pair(page: Page) -> None:
    page.get_by_role("button", name="gets right").first.click()
    expect(page.get_by_text("Open it with")).to_be_visible()


def _wait_for_the_curve(page: Page) -> None:
    expect(page.get_by_text("loses half of its accuracy")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("is wrong. Below each frame")).to_be_visible(timeout=120_000)
    expect(page.get_by_test_id("stMain").get_by_test_id("stProgress")).to_have_count(0, timeout=180_000)


def _wait_for_the_temperature(page: Page) -> None:
    expect(page.get_by_text("one number that corrects it")).to_be_visible(timeout=120_000)
    settled(page)


def _wait_for_the_draws(page: Page) -> None:
    expect(page.get_by_text("measured over 10,000 draws")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("epochs that it has just tried")).to_be_visible(timeout=120_000)
    settled(page)


def _wait_for_the_parts(page: Page) -> None:
    expect(page.get_by_text("follows every shift exactly").first).to_be_visible(timeout=120_000)
    expect(page.get_by_text("8 kernels of 5×5")).to_be_visible(timeout=120_000)
    expect(page.get_by_test_id("stMain").get_by_test_id("stProgress")).to_have_count(0, timeout=180_000)


IN_FULL = {
    "draw": _draw,
    "feature_maps": _explain_a_number,
    "compare": _open_a_pair,
    "robustness": _wait_for_the_curve,
    "equivariance": _wait_for_the_parts,
    "calibration": _wait_for_the_temperature,
    "cures": _wait_for_the_draws,
}


@pytest.fixture(scope="module", params=PAGES)
def opened(request, visitor) -> Page:
    """One page after the other, with all that it can show."""
    visitor.set_viewport_size({"width": 1366, "height": 768})
    sidebar(visitor, True)
    go(visitor, PAGES[request.param].title)
    clean(visitor)
    IN_FULL.get(request.param, settled)(visitor)
    clean(visitor)
    return visitor


def sidebar(page: Page, shown: bool) -> None:
    """Open or close it, as a visitor would."""
    menu, opening = page.get_by_test_id("stSidebar"), page.get_by_test_id("stExpandSidebarButton")
    if shown and opening.count():
        opening.click()
    elif not shown and not opening.count():
        menu.hover()
        page.locator("[data-testid=stSidebarCollapseButton] button").click()
    expect(opening).to_have_count(int(not shown))


def test_nothing_is_cut_and_nothing_scrolls_sideways(opened):
    found = {}
    for shown, sizes in ((True, WITH_SIDEBAR), (False, WITHOUT)):
        opened.set_viewport_size({"width": 1366, "height": 768})
        sidebar(opened, shown)
        for width, height in sizes:
            opened.set_viewport_size({"width": width, "height": height})
            opened.evaluate(AT_REST)
            if faults := opened.evaluate(FAULTS):
                found[f"{width}×{height}{', sidebar' * shown}"] = faults
    assert not found


@pytest.mark.parametrize("look", GROUNDS)
def test_axe_finds_nothing(opened, look):
    """WCAG 2.1, levels A and AA; in the dark only what differs there, which is contrast."""
    opened.set_viewport_size({"width": 1366, "height": 768})
    sidebar(opened, True)
    opened.emulate_media(color_scheme=look, reduced_motion="reduce")
    expect(opened.get_by_test_id("stApp")).to_have_css("background-color", GROUNDS[look])
    settled(opened)
    only = {"type": "tag", "values": WCAG} if look == "light" else {"type": "rule", "values": ["color-contrast"]}
    found = Axe().run(opened, options={"resultTypes": ["violations"], "runOnly": only}).response["violations"]
    assert not [
        (one["id"], node["html"], node["failureSummary"])
        for one in found
        for node in one["nodes"]
        if not streamlits_own(opened, one["id"], node)
    ]


def streamlits_own(page: Page, rule: str, node: dict) -> bool:
    """True for the list of pages: Streamlit puts sections into it that are no items, which no style of ours can change."""
    menu = "one => Boolean(document.querySelector(one)?.closest('[data-testid=stTopNav]'))"
    return rule in ("list", "listitem") and page.evaluate(menu, node["target"][0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_popover_says_in_small_can_be_read(chromium, server, scheme):
    """It lies outside of the part of the page that says whether it is dark."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server}/build")
    expect(page.get_by_role("button", name="Variant")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Variant").click()
    caption = page.get_by_test_id("stPopoverBody").get_by_test_id("stCaptionContainer").first
    expect(caption).to_be_visible()
    settled(page)
    ink, opacity, ground = caption.locator("p").first.evaluate(
        """one => [getComputedStyle(one).color, getComputedStyle(one.closest('[data-testid=stCaptionContainer]')).opacity,
          getComputedStyle(one.closest('[data-testid=stPopoverBody]')).backgroundColor]"""
    )
    ink, ground = (np.array([int(part) for part in re.findall(r"\d+", colour)]) for colour in (ink, ground))
    assert len(ink) == len(ground) == 3  # neither is transparent
    mixed = float(opacity) * ink + (1 - float(opacity)) * ground
    darker, lighter = sorted((luminance(mixed), luminance(ground)))
    assert (lighter + 0.05) / (darker + 0.05) > 4.5
    context.close()


def luminance(colour: np.ndarray) -> float:
    """Relative luminance of an sRGB colour, (3,) in 0…255 (WCAG 2.1)."""
    share = colour / 255
    return float(
        np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    )
