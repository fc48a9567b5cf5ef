"""Screenshots of every page, wide and phone-narrow, light and dark: `python -m tools.screenshots URL`.

The pictures go to the folder `screenshots`. The README's picture is made the same way.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from core.ui.shell.pages import PAGES
from tools.chromium import ARGUMENTS, find

SIZES = {"wide": (1400, 900), "phone": (390, 844)}


def settled(page: Page) -> None:
    """Wait until the script has ended and its charts are drawn."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')")


def turn_to(page: Page, title: str) -> None:
    """Open a page by the menu at the top."""
    group = next(info.group for info in PAGES.values() if info.title == title)
    page.get_by_test_id("stTopNavSection").filter(has_text=group).click()
    page.get_by_role("menuitem", name=title, exact=True).click()


def draw_three(page: Page) -> None:
    """A 3 with the mouse on the canvas."""
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None, "the canvas is not to be seen"
    points = [(80, 70), (120, 45), (170, 50), (190, 85), (165, 120), (130, 135), (175, 150), (195, 190), (160, 230), (110, 235), (75, 210)]  # fmt: skip
    page.mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--only", default=None, help="one page, e.g. train")
    arguments = parser.parse_args()
    folder = Path("screenshots")
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        for look in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=look)
                page = context.new_page()
                for name, info in PAGES.items():
                    if arguments.only is not None and name != arguments.only:
                        continue
                    page.goto(f"{arguments.url}/{info.address}")
                    settled(page)
                    if name == "draw":
                        page.wait_for_selector("canvas.upper-canvas")
                        draw_three(page)
                        page.wait_for_selector("[data-testid=stMetricValue]:has-text('3')")
                        settled(page)
                    page.wait_for_timeout(600)  # fonts and chart animations; only for the picture
                    # The page scrolls inside its own element: make the window as tall as what it holds.
                    tall = page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight || 900")
                    page.set_viewport_size({"width": width, "height": max(height, min(tall, 5000))})
                    page.wait_for_timeout(300)
                    page.screenshot(path=folder / f"{name}-{size}-{look}.png")
                    page.set_viewport_size({"width": width, "height": height})
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
