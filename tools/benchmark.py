"""Measure what the README claims about speed: `make bench`.

Every figure is taken in this one run; between machines only the ratios mean something.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def first_page(rounds: int = 5) -> list[float]:
    """Seconds from the server's being healthy to the first page on the screen of a fresh browser."""
    from playwright.sync_api import sync_playwright

    from tools.chromium import ARGUMENTS, find

    seconds = []
    with sync_playwright() as playwright:
        for _ in range(rounds):
            browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
            page = browser.new_page()
            with _server() as url:
                before = time.perf_counter()
                page.goto(url)
                page.get_by_role("button", name="8 · Dense 10, softmax").wait_for()
                seconds.append(time.perf_counter() - before)
            browser.close()
    return seconds


class _server:
    """A server of our own, healthy when entered."""

    def __enter__(self) -> str:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        self._process = subprocess.Popen(
            [*command, "--server.headless", "true"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        url = f"http://127.0.0.1:{port}"
        while True:
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                return url
            except OSError:
                if self._process.poll() is not None:
                    raise RuntimeError("The server did not start.") from None
                time.sleep(0.02)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def editing(edits: int = 20) -> list[float]:
    """Seconds that the server takes from a changed field to the whole Build page, for 32 layers with branches."""
    from streamlit.testing.v1 import AppTest

    from core.network import Conv2D, Dense, Flatten, Network, residual_block

    layers = [Conv2D(8, 3, padding="same", activation="relu")] * 12 + [residual_block(8)] * 6
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.session_state["receptive"].edit(Network((28, 28, 1), (*layers, Flatten(), Dense(10, "softmax"))))
    app.run()
    key = next(field.key for field in app.number_input if field.key.endswith("/1/filters"))
    seconds = []
    for number in range(edits):
        field = app.number_input(key=key).set_value(9 + number)  # a network never seen: nothing is cached
        before = time.perf_counter()
        field.run()
        seconds.append(time.perf_counter() - before)
        assert app.session_state["receptive"].network.at((0,)).filters == 9 + number
    assert "keras" not in sys.modules  # no model was built for it
    return seconds


def training(images: int = 60_000) -> tuple[float, float]:
    """LeNet-5, batch 128: images per second of our loop, snapshots and all, and of Keras' fit."""
    import keras
    import numpy as np

    from core.data import load
    from core.network import LENET5
    from core.training import Recipe, build_model, train

    data = load("mnist")
    speeds = []
    train(
        LENET5,
        data,
        Recipe(epochs=2, batch_size=128),
        lambda snapshot: speeds.append((snapshot.seconds, snapshot.step)) if snapshot.epoch == 2 else None,
    )
    steps = [pair for pair in speeds if pair[1] < 2 * -(-images // 128)]
    ours = (steps[-1][1] - steps[0][1]) * 128 / (steps[-1][0] - steps[0][0])
    model = build_model(LENET5, 1)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = data.x_train.astype(np.float32) / 255
    times: list[float] = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            times.append(time.perf_counter())

        def on_epoch_end(self, epoch, logs=None):
            times.append(time.perf_counter())

    model.fit(x, data.y_train, 128, epochs=2, verbose=0, callbacks=[Clock()])
    return ours, images / (times[3] - times[2])


def main() -> None:
    """Print the table."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    pages = sorted(first_page())
    edits = sorted(editing())
    ours, keras_fit = training()
    print("| what | measured |\n|---|---|")
    print(
        f"| first page on the screen, server just healthy, fresh browser | median {pages[len(pages) // 2]:.2f} s, worst of {len(pages)} {pages[-1]:.2f} s |"
    )
    print(
        f"| an edit of a 32-layer network with branches, server time | median {edits[10] * 1000:.0f} ms, worst of 20 {edits[-1] * 1000:.0f} ms |"
    )
    print(f"| LeNet-5, batch 128, our loop with live snapshots | {ours:,.0f} images/s |")
    print(
        f"| the same with Keras' `fit` | {keras_fit:,.0f} images/s, so ours is {ours / keras_fit:.1f} times as fast |"
    )


if __name__ == "__main__":
    main()
