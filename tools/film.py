"""Make the README's moving picture, `assets/receptive.gif`: `python -m tools.film`.

A server of its own is driven in Chromium as a visitor would; each frame is a screenshot.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect, sync_playwright

from tools.chromium import ARGUMENTS, find
from tools.screenshots import settled
from tools.serving import ROOT, serving

TARGET = ROOT / "assets" / "receptive.gif"
VIEW: ViewportSize = {"width": 1366, "height": 768}
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


def stage(film: Film, layer: str) -> Locator:
    """The maps of a layer on the Playground."""
    return film.page.locator(f'.stage .node[data-layer="{layer}"] .grid')


def draw(film: Film) -> None:
    """A digit is drawn and read, and every layer reacts."""
    page = film.page
    canvas = page.locator("canvas.upper-canvas")
    expect(canvas).to_have_count(1)
    expect(page.get_by_text("TensorFlow is waking up")).to_have_count(0)
    settled(page)
    film.frame(1200)
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + STROKE[0][0], box["y"] + STROKE[0][1])
    page.mouse.down()
    for x, y in STROKE[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        film.frame(90)
    page.mouse.up()
    expect(page.locator(".st-key-playground-said")).to_contain_text("3 ·")
    settled(page)
    film.frame(1600)


def look_inside(film: Film) -> None:
    """Frames show what a number sees, and the kernel works on its patch."""
    maps = stage(film, "2")
    for x, y in ((6, 8), (14, 12), (36, 10), (34, 40)):
        maps.hover(position={"x": x, "y": y})
        film.frame(550)
    film.page.mouse.move(5, 5)


def edit(film: Film) -> None:
    """A layer is opened in its place and gets more filters; what its window does stands beside it."""
    page = film.page
    page.locator('.stage .node[data-layer="2"] .head').click()
    filters = page.locator(".stage .panel input[name=filters]")
    expect(filters).to_have_value("16")
    settled(page)
    film.frame(1300)
    filters.fill("12")
    filters.press("Enter")
    expect(page.locator('.stage .node[data-layer="2"] .shape')).to_contain_text("10×10×12")
    settled(page)
    film.frame(1300)
    page.keyboard.press("Escape")


def train(film: Film) -> None:
    """Maps, kernels, bars and curves while it learns."""
    page = film.page
    page.get_by_role("button", name="Start", exact=True).click()
    page.mouse.move(5, 5)  # no tooltip in the picture
    expect(page.locator(".playground-figures").first).to_contain_text("/s")
    for _ in range(TRAINING_FRAMES):
        film.frame(240)
        page.wait_for_timeout(450)  # the film's own time
    film.frame(2000)


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
        for scene in (draw, look_inside, edit, train):
            scene(film)
        browser.close()
    film.save(TARGET)
    print(f"{TARGET.relative_to(ROOT)}: {len(film.frames)} frames, {TARGET.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
