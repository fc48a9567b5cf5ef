"""Steering a training, losing the browser or the server in the midst of it, and looking back: in a real browser."""

import os
import re
import signal

from playwright.sync_api import Page, expect

from core.network import LENET5, Recipe, to_token
from tests.browser.conftest import serving
from tests.browser.test_journey import clean, go, metric, number


def main(page: Page):
    return page.get_by_test_id("stMain")


def press(page: Page, name: str) -> None:
    main(page).get_by_role("button", name=name, exact=True).click()


def steps(page: Page) -> int:
    expect(metric(page, "Steps")).to_have_text(re.compile(r"\d"))
    return int(metric(page, "Steps").text_content().replace(",", ""))


FEW = Recipe(training_images=2_000)  # where what is looked at comes after a training


def opened(page: Page, server: str, recipe: Recipe) -> None:
    page.goto(f"{server}/build?n={to_token(LENET5, recipe, 'mnist')}")
    expect(page.get_by_text("LeNet-5").first).to_be_visible()


def begun(page: Page, epochs: str = "200") -> None:
    go(page, "Train")
    number(page, "Epochs", epochs)
    expect(page.get_by_label("Epochs", exact=True)).to_have_value(epochs)
    press(page, "Start")
    expect(metric(page, "Steps")).to_have_text(re.compile(r"\d"))


def test_a_training_is_paused_stepped_resumed_and_rewound(page):
    begun(page)
    press(page, "Pause")
    expect(main(page).get_by_role("button", name="Resume", exact=True)).to_be_visible()
    expect(main(page).get_by_text(re.compile("Paused in epoch"))).to_be_visible()
    clean(page)
    rested = steps(page)
    press(page, "One batch")
    expect(metric(page, "Steps")).to_have_text(f"{rested + 1:,}")
    press(page, "Resume")
    expect(main(page).get_by_role("button", name="Pause", exact=True)).to_be_enabled()
    expect(metric(page, "Steps")).not_to_have_text(f"{rested + 1:,}")
    press(page, "Rewind")
    expect(metric(page, "Steps")).to_have_text("–")
    expect(main(page).get_by_role("button", name="Resume", exact=True)).to_be_visible()
    press(page, "Stop")
    expect(main(page).get_by_role("button", name="Start anew")).to_be_enabled()
    clean(page)


def test_a_reload_in_mid_run_finds_it_again_still_going_and_the_desk_too(page):
    page.get_by_role("button", name="3 · Conv2D 16 @ 5×5, relu").click()
    expect(page.get_by_role("spinbutton", name="Filters")).to_have_value("16")
    number(page, "Filters", "12")
    expect(page.get_by_text("10×10×12").first).to_be_visible()
    begun(page)
    before = steps(page)
    page.reload()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("LeNet-5, changed").first).to_be_visible()
    expect(metric(page, "Steps")).not_to_have_text(f"{before:,}")
    assert steps(page) > before
    expect(page.get_by_label("Epochs", exact=True)).to_have_value("200")
    press(page, "Stop")
    expect(page.get_by_text("What it has learned so far is kept")).to_be_visible()


def test_another_browser_does_not_see_it_whatever_its_link_says(page, chromium):
    begun(page)
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "receptive")
    stranger = chromium.new_context().new_page()
    stranger.goto(f"{page.url}?receptive={token}")
    expect(stranger.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    expect(stranger.get_by_text("Nothing has been trained yet")).to_be_visible()
    stranger.context.close()
    press(page, "Stop")
    expect(page.get_by_text("What it has learned so far is kept")).to_be_visible()


def test_the_slider_replays_the_epochs(page, server):
    opened(page, server, FEW)
    begun(page, "3")
    expect(main(page).get_by_role("button", name="Continue")).to_be_visible(timeout=120_000)
    page.get_by_role("radio", name="Look inside").click()
    expect(page.get_by_role("img", name="kernel 1", exact=True).first).to_be_visible()
    clean(page)
    picture = page.get_by_role("img", name="kernel 1", exact=True).first
    newest = picture.get_attribute("src")
    slider = page.get_by_role("slider", name="Epoch")
    seen, before = {newest}, newest
    for epoch in ("3", "2", "1", "0"):
        slider.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuetext", epoch)
        if epoch != "3":  # the weights after the last epoch are the newest
            expect(picture).not_to_have_attribute("src", before)
        clean(page)
        before = picture.get_attribute("src")
        seen.add(before)
    assert len(seen) == 4  # four moments, four pictures
    go(page, "Kernels")  # the other pages look at the same epoch
    expect(page.get_by_role("slider", name="Epoch")).to_have_attribute("aria-valuetext", "0")
    clean(page)


def test_runs_are_listed_compared_renamed_and_deleted(page, server):
    opened(page, server, FEW)
    begun(page, "1")
    expect(main(page).get_by_role("button", name="Continue")).to_be_visible(timeout=120_000)
    press(page, "Start anew")
    expect(main(page).get_by_text(re.compile(r"LeNet-5 \(2\).*Finished"))).to_be_visible(timeout=120_000)
    go(page, "Runs")
    expect(page.get_by_role("graphics-document").or_(page.get_by_test_id("stVegaLiteChart")).first).to_be_visible()
    clean(page)
    name = page.get_by_label("Name", exact=True)
    name.fill("The second")
    name.press("Enter")
    expect(page.get_by_text("The second").filter(visible=True).first).to_be_visible()  # the table has it too, unseen
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("The second")).to_have_count(0)
    clean(page)


def test_after_kill_nine_of_the_server_the_run_is_there_and_goes_on(chromium, tmp_path, monkeypatch):
    monkeypatch.setenv("RECEPTIVE_DATA_DIR", str(tmp_path / "data"))
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    with serving(tmp_path / "first.txt") as url:
        page.goto(f"{url}/build")
        begun(page)
        expect(page.get_by_text(re.compile("What it confuses, after epoch 1"))).to_be_visible(timeout=120_000)
        (process,) = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _serves(pid, url)]
        os.kill(process, signal.SIGKILL)
    with serving(tmp_path / "second.txt") as url:
        page.goto(f"{url}/train")
        expect(page.get_by_text("The server was restarted")).to_be_visible(timeout=60_000)
        expect(page.get_by_text(re.compile("What it confuses, after epoch [1-9]"))).to_be_visible()
        clean(page)
        before = steps(page)
        press(page, "Resume")
        expect(metric(page, "Steps")).not_to_have_text(f"{before:,}", timeout=60_000)
        assert steps(page) > before
        press(page, "Stop")
        expect(page.get_by_text("What it has learned so far is kept")).to_be_visible()
    context.close()


def _serves(pid: str, url: str) -> bool:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return url.split(":")[-1].encode() in file.read().split(b"\0")
    except OSError:
        return False
