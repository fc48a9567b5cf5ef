"""Make the README's moving picture, `assets/receptive.gif`: `python -m tools.film`.

A server of its own is driven in Chromium as a visitor would; each frame is a screenshot.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tools.chromium import ARGUMENTS, find
from tools.screenshots import settled
from tools.serving import ROOT, serving

TARGET = ROOT / "assets" / "receptive.gif"
VIEW: ViewportSize = {"width": 1200, "height": 800}
WIDE_PX = 800
COLOURS = 96
TRAINING_FRAMES = 14
STROKE = [(70, 75), (110, 45), (165, 50), (185, 90), (160, 125), (125, 135), (175, 150), (195, 195), (155, 235), (105, 235), (70, 205)]  # fmt: skip


expect.set_options(timeout=60_000)


class Film:
    """Frames of one page, each with the milliseconds that it stays."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[tuple[Image.Image, int]] = []

    def frame(self, milliseconds: int) -> None:
        """Take what is on the screen now."""
        image = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        height = round(image.height * WIDE_PX / image.width)
        self.frames.append((image.resize((WIDE_PX, height), Image.Resampling.LANCZOS), milliseconds))

    def save(self, path: Path) -> None:
        """As a GIF with one palette for all frames, so that what stays costs nothing."""
        sheet = Image.new("RGB", (WIDE_PX, self.frames[0][0].height * len(self.frames)))
        for number, (image, _) in enumerate(self.frames):
            sheet.paste(image, (0, number * image.height))
        palette = sheet.quantize(COLOURS, dither=Image.Dither.NONE)
        first, *others = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image, _ in self.frames]
        times = [milliseconds for _, milliseconds in self.frames]
        first.save(path, save_all=True, append_images=others, duration=times, loop=0, optimize=True, disposal=1)


def build(film: Film) -> None:
    """A layer is opened and changed; everything after it follows."""
    page = film.page
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Build", exact=True).click()
    expect(page.get_by_role("heading", name="Build", exact=True)).to_be_visible()
    settled(page)
    film.frame(1500)
    page.get_by_role("button", name="3 · Conv2D 16 @ 5×5, relu").click()
    filters = page.get_by_role("spinbutton", name="Filters")
    expect(filters).to_have_value("16")
    filters.scroll_into_view_if_needed()
    settled(page)
    film.frame(900)
    filters.fill("24")
    filters.press("Enter")
    expect(page.get_by_text("10×10×24").first).to_be_visible()
    settled(page)
    film.frame(1500)


def train(film: Film) -> None:
    """Curves and figures while it learns."""
    page = film.page
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Train", exact=True).click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_test_id("stProgress").first).to_be_visible()
    page.mouse.move(5, 5)  # no tooltip in the picture
    page.get_by_text("what training makes small").scroll_into_view_if_needed()
    for _ in range(TRAINING_FRAMES):
        film.frame(220)
        page.wait_for_timeout(700)  # the film's own time
    film.frame(1200)
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()


def draw(film: Film) -> None:
    """A digit is drawn and read, and every layer reacts."""
    page = film.page
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Draw", exact=True).click()
    canvas = page.locator("canvas.upper-canvas")
    expect(canvas).to_have_count(1)
    settled(page)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + STROKE[0][0], box["y"] + STROKE[0][1])
    page.mouse.down()
    for x, y in STROKE[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        film.frame(90)
    page.mouse.up()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("3")
    settled(page)
    film.frame(1600)


def look_inside(film: Film) -> None:
    """Frames show what a number sees."""
    page = film.page
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Feature maps", exact=True).click()
    grid = page.locator(".layers .grid").nth(2)
    grid.scroll_into_view_if_needed()
    settled(page)
    for x, y in ((20, 20), (45, 30), (60, 50), (40, 60)):
        grid.hover(position={"x": x, "y": y})
        film.frame(450)
    grid.click(position={"x": 40, "y": 60})
    expect(page.get_by_text("The model itself has")).to_have_count(1)
    settled(page)
    film.frame(2500)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        serving({"RECEPTIVE_DATA_DIR": folder}) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
        page = browser.new_page(viewport=VIEW, color_scheme="light", reduced_motion="reduce")
        page.set_default_timeout(60_000)
        page.goto(server.url)
        film = Film(page)
        for scene in (draw, look_inside, build, train):
            scene(film)
        browser.close()
    film.save(TARGET)
    print(f"{TARGET.relative_to(ROOT)}: {len(film.frames)} frames, {TARGET.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
