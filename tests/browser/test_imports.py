"""A model file of somebody else in a real browser: opened, looked into, found again after a reload, trained on."""

import re

import numpy as np
from playwright.sync_api import Page, expect

from core.network import Dense, Flatten, Network
from core.training import card, pretrained
from core.training.foreign import weights_file
from tests.browser.test_journey import clean, go
from tests.browser.test_training import main, press


def imported(page: Page, name: str, content: bytes) -> None:
    """A file handed in through Import."""
    main(page).get_by_role("button", name="Import", exact=False).click()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def test_a_model_trained_on_other_pixels_is_there_after_a_reload_and_trained_on(page):
    kernel, *others = pretrained("lenet5").get_weights()
    imported(page, "x.npz", weights_file(card("lenet5").network, [kernel / 255, *others], ()))
    expect(
        page.get_by_text(re.compile("Predicts 99.* of 400 test images of MNIST digits right, on pixels 0…255"))
    ).to_be_visible()
    page.get_by_role("button", name="Open “LeNet-5” with its weights").click()
    expect(page.get_by_role("button", name="1 · Rescaling ×255")).to_be_visible()
    clean(page)
    page.reload()
    expect(page.get_by_role("button", name="1 · Rescaling ×255")).to_be_visible()
    go(page, "Train")
    expect(main(page).get_by_text(re.compile("Train on from these weights"))).to_be_visible()
    press(page, "Start")
    expect(main(page).get_by_text(re.compile("LeNet-5, trained on")).first).to_be_visible()
    press(page, "Stop")
    clean(page)


def test_letters_are_looked_into_with_a_picture_and_get_their_names(page, tmp_path):
    network = Network((28, 28, 1), (Flatten(), Dense(26, "softmax")), "Letters")
    weights = [np.zeros((784, 26), np.float32), 9 * np.eye(26, dtype=np.float32)[7]]
    imported(page, "letters.npz", weights_file(network, weights, ()))
    page.get_by_role("button", name="Open “Letters” with its weights").click()
    go(page, "Feature maps")
    expect(main(page).get_by_text("Class 7").first).to_be_visible()
    main(page).get_by_role("button", name="Class names").click()
    field = page.get_by_role("textbox", name="One a line, all 26")
    field.fill("\n".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    field.blur()
    expect(main(page).get_by_text(re.compile("The network predicts H"))).to_be_visible()
    clean(page)
