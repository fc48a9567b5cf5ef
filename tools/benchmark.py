"""Measure what the README claims about speed: `make bench`; `python -m tools.benchmark calibration` about certainty.

Every figure is taken in this one run; between machines only the ratios mean something.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tools.drawings.calibration import fresh_table
from tools.serving import ROOT, serving

if TYPE_CHECKING:
    from core.network import Layer, Network


def first_page(rounds: int = 5) -> list[float]:
    """Seconds from the server's being healthy to the first page, with the maps of its network, on the screen of a fresh browser."""
    from playwright.sync_api import sync_playwright

    from tools.chromium import ARGUMENTS, find

    seconds = []
    with sync_playwright() as playwright:
        for _ in range(rounds):
            browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
            page = browser.new_page()
            with serving() as server:
                before = time.perf_counter()
                page.goto(server.url)
                page.locator(".stage .node canvas").first.wait_for()
                seconds.append(time.perf_counter() - before)
            browser.close()
    return seconds


def editing(edits: int = 20) -> list[float]:
    """Seconds that the server takes from a changed field to the whole Build page, for 32 layers with branches."""
    from streamlit.testing.v1 import AppTest

    from core.network import Conv2D, Dense, Flatten, Network, residual_block

    layers = [Conv2D(8, (3, 3), padding="same", activation="relu")] * 12 + [residual_block(8)] * 6
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).switch_page("pages/build.py").run()
    app.session_state["receptive"].editor.edit(Network((28, 28, 1), (*layers, Flatten(), Dense(10, "softmax"))))
    app.run()
    key = next(field.key for field in app.number_input if field.key and field.key.endswith("/1/filters"))
    seconds = []
    for number in range(edits):
        field = app.number_input(key=key).set_value(9 + number)  # a network never seen: nothing is cached
        before = time.perf_counter()
        field.run()
        seconds.append(time.perf_counter() - before)
        assert app.session_state["receptive"].editor.network.at((0,)).filters == 9 + number
    assert "keras" not in sys.modules  # no model was built for it
    return seconds


class Case(NamedTuple):
    """A training to be measured: a preset's network with Adam and this batch size."""

    preset: str
    batch_size: int


CASES = (
    Case("E2", 1), Case("E2", 32), Case("E2", 128), Case("A1", 1), Case("A1", 32), Case("A1", 128),
    Case("C5", 128), Case("VGG", 128), Case("ResNet", 128), Case("MobileNet", 128), Case("C1", 128),
)  # fmt: skip
COSTS = {
    "a dropout of 0.2 after each dense layer": "E2 with dropout",
    "batch normalisation after each convolution": "E2 with batch normalisation",
    "counting the right answers of each batch": "E2 without counting",
}
SECONDS = 5.0  # that are measured, after as many to get going
ROUNDS = 3


def ours(case: Case, bare: bool = False) -> float:
    """Images per second of a run as the pages see it: kept on disk, its weights copied, a reader polling.

    Args:
        case: network and batch size.
        bare: the loop alone instead, with nothing published to anybody.
    """
    import threading

    import tensorflow as tf

    from core.data import load
    from core.network import PRESETS, BatchNormalization, Dropout
    from core.store import Store
    from core.training import Recipe, State, Workspace, steps
    from core.training.controls import Controls
    from core.training.loop import Loop
    from core.training.priority import one_core_an_operation

    one_core_an_operation()
    tf.add(tf.constant(0), 1)  # its threads start here at normal priority: so do those of `fit`
    network = PRESETS[case.preset.split(" ")[0]].network
    if case.preset.endswith("with dropout"):
        network = _after_each(network, ("Dense",), Dropout(0.2))
    elif case.preset.endswith("with batch normalisation"):
        network = _after_each(network, ("Conv2D",), BatchNormalization())
    elif case.preset.endswith("without counting"):
        steps.number_right = lambda labels, predictions: tf.constant(0.0)
    recipe = Recipe(epochs=200, batch_size=case.batch_size)
    if bare:
        done = (snapshot.step for snapshot in Loop(network, load("mnist"), recipe).snapshots(Controls()))
        return _pace(lambda: next(done)) * case.batch_size
    with tempfile.TemporaryDirectory() as folder:
        run = Workspace(Store(folder).visitor("benchmark")).start(network, "mnist", recipe)
        ended = threading.Event()

        def read() -> int:
            ended.wait(0.05)  # twenty times a second: more often than any page
            run.heartbeat()
            run.weights()
            return run.snapshot.step

        while run.snapshot.state is not State.TRAINING:
            read()
        pace = _pace(read) * case.batch_size
        run.stop()
        run.wait()
    return pace


def _after_each(network: Network, kinds: Sequence[str], layer: Layer) -> Network:
    """The network with this layer after each of these kinds, but for the last layer."""
    from core.network import Network

    blocks = [
        block for one in network.layers[:-1] for block in ((one, layer) if type(one).__name__ in kinds else (one,))
    ]
    return Network(network.input_shape, (*blocks, network.layers[-1]), network.name)


def _pace(step: Callable[[], int]) -> float:
    """Steps per second, after some time to get going. Evaluations in between are included."""
    marks = []
    for seconds in (SECONDS, SECONDS):
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            done = step()
        marks.append((time.perf_counter(), done))
    (began, first), (ended, last) = marks
    return (last - first) / (ended - began)


def keras_fit(case: Case) -> float:
    """Images per second of plain `model.fit`, over whole epochs after the first."""
    import numpy as np

    from core.data import load
    from core.network import PRESETS
    from core.training import build_model

    data = load("mnist")
    model = build_model(PRESETS[case.preset].network, 1)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x = data.x_train.astype(np.float32) / 255

    def seconds(images: int) -> float:
        before = time.perf_counter()
        model.fit(x[:images], data.y_train[:images], case.batch_size, verbose=0)  # pyright: ignore  # 0 is no text, as its default is
        return time.perf_counter() - before

    few = 20 * case.batch_size
    seconds(few)
    pace = few / seconds(few)
    enough = int(min(max(pace * SECONDS // case.batch_size, 1) * case.batch_size, len(x)))
    seconds(enough)
    return enough / seconds(enough)


def torch_loop(case: Case) -> float:
    """Images per second of PyTorch's eager loop for LeNet-5, the whole set in memory."""
    import numpy as np
    import torch  # pyright: ignore[reportMissingImports]  # only in the environment of `torch_python`
    from torch import nn  # pyright: ignore[reportMissingImports]

    from core.data import load

    data = load("mnist")
    x = torch.tensor(data.x_train.transpose(0, 3, 1, 2).astype(np.float32) / 255)
    y = torch.tensor(data.y_train.astype(np.int64))
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    optimizer, loss = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
    state = {"step": 0, "order": torch.randperm(len(x))}

    def step() -> int:
        first = state["step"] * case.batch_size % (len(x) - case.batch_size)
        chosen = state["order"][first : first + case.batch_size]
        optimizer.zero_grad()
        answers = model(x[chosen])
        found = loss(answers, y[chosen])
        found.backward()
        optimizer.step()
        (answers.argmax(1) == y[chosen]).sum().item()
        state["step"] += 1
        return state["step"]

    return _pace(step) * case.batch_size


def to_99_percent() -> float:
    """Seconds from the start of a process to 99 % of the test images, LeNet-5, TensorFlow's import included."""
    from core.data import load
    from core.network import LENET5
    from core.training import Recipe
    from core.training.controls import Controls
    from core.training.loop import Loop
    from core.training.priority import one_core_an_operation

    one_core_an_operation()
    recipe = Recipe(epochs=20, batch_size=64, learning_rate=0.002)
    for snapshot in Loop(LENET5, load("mnist"), recipe).snapshots(Controls()):
        if snapshot.evaluated_accuracy is not None and snapshot.evaluated_accuracy >= 0.99:
            return time.time() - float(os.environ["BEGAN"])
    return float("nan")


MEASURES: dict[str, Callable[..., float]] = {
    "ours": ours,
    "bare": lambda case: ours(case, bare=True),
    "fit": keras_fit,
    "torch": torch_loop,
}


def measured(what: str, case: Case | None = None) -> float:
    """One figure, from a process of its own."""
    arguments = [what] if case is None else [what, case.preset, str(case.batch_size)]
    python = torch_python() if what == "torch" else sys.executable
    assert python is not None, "there is no PyTorch on this machine"
    answer = subprocess.run(
        [python, "-m", "tools.benchmark", "--one", *arguments],
        cwd=ROOT,
        env=os.environ | {"BEGAN": str(time.time()), "TF_CPP_MIN_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(answer.stdout.split()[-1])


@lru_cache(maxsize=1)
def torch_python() -> str | None:
    """A Python on this machine that has PyTorch: this one, or the system's; None without."""
    for python in (sys.executable, shutil.which("python3", path=os.defpath)):
        if python and not subprocess.run([python, "-c", "import torch, numpy, PIL"], capture_output=True).returncode:
            return python
    return None


def trainings(cases: Sequence[Case] = CASES) -> list[str]:
    """Rows of the table: each contender in a process of its own, in turns, the median of some rounds."""
    contenders = ["ours", "fit", *(["torch"] if torch_python() else [])]
    rows = []
    for case in cases:
        here = [who for who in contenders if who != "torch" or case.preset == "E2"]
        found: dict[str, list[float]] = {who: [] for who in here}
        for _ in range(ROUNDS):
            for who in here:
                found[who].append(measured(who, case))
        middle = {who: statistics.median(paces) for who, paces in found.items()}
        others = " | ".join(
            f"{middle[who]:,.0f} | {middle['ours'] / middle[who]:.2f}" if who in middle else "– | –"
            for who in ("fit", "torch")
        )
        rows.append(f"| {case.preset}, batch {case.batch_size} | {middle['ours']:,.0f} | {others} |")
        print(rows[-1], flush=True)
    return rows


def publishing(case: Case) -> float:
    """Overhead of publishing, copying, storing and reading a run, as a share of the bare loop's pace."""
    pairs = [(measured("ours", case), measured("bare", case)) for _ in range(ROUNDS)]
    return 1 - statistics.median(one / bare for one, bare in pairs)


def costs(batch_sizes: Sequence[int] = (1, 32, 128)) -> None:
    """Print the cost of parts of a training, as a share of the time of a batch of LeNet-5."""
    print(
        "| what LeNet-5 pays, of the time of a batch | " + " | ".join(f"batch {size}" for size in batch_sizes) + " |"
    )
    print("|---|" + "--:|" * len(batch_sizes))
    for what, variant in COSTS.items():
        shares = []
        for size in batch_sizes:
            paces = [
                [
                    measured("bare", Case(preset, size))
                    for preset in ("E2", variant)[:: -1 if "without" in variant else 1]
                ]
                for _ in range(ROUNDS)
            ]
            shares.append(f"{statistics.median(less / more - 1 for less, more in paces):+.0%}")
        print(f"| {what} | {' | '.join(shares)} |", flush=True)


def looking_inside(rounds: int = 20) -> dict[str, list[float]]:
    """Seconds of the server for what the Look-inside pages show, mostly of LeNet-5, weights and graphs at hand."""
    import numpy as np

    from core.data import load
    from core.insight import activations, best_patches, effective_field, explain, saliency
    from core.network import Dense, Flatten, Network
    from core.training import build_model, card, pretrained
    from core.views.explanation import parts
    from core.views.maps import maps_data

    model, network, data = pretrained("lenet5"), card("lenet5").network, load("mnist")
    wide = Network((28, 28, 1), (Flatten(), Dense(2000, "relu"), Dense(1000, "softmax")))
    wide_model = build_model(wide, seed=1)
    images = data.x_test[:2000].astype(np.float32) / 255

    def all_maps(image: np.ndarray) -> None:
        values = activations(model, network, image)
        below = {path: network.sources(path) for path in values}
        maps_data(network, image, values, below, values, 32, data.class_names)

    questions: dict[str, Callable[[np.ndarray], object]] = {
        "the maps of all layers for a new image": all_maps,
        "one number explained": lambda image: parts(explain(model, network, image, (2,), (4, 4, 3))),
        "one of 1,000 softmax units explained": lambda image: parts(explain(wide_model, wide, image, (2,), (500,))),
        "effective receptive field over 64 images": lambda _: effective_field(model, network, (2,), images[:64]),
        "integrated gradients": lambda image: saliency("integrated_gradients", model, network, image, 3),
        "occlusion": lambda image: saliency("occlusion", model, network, image, 3),
        "best patches of a layer among 2,000 images": lambda _: best_patches(model, network, (2,), images),
    }
    found: dict[str, list[float]] = {}
    for what, ask in questions.items():
        ask(images[0])  # graphs are made once
        found[what] = []
        for image in images[1 : rounds + 1]:
            before = time.perf_counter()
            ask(image)
            found[what].append(time.perf_counter() - before)
    return found


def recognising(images: int = 10_000, rows: int = 300) -> dict[str, str]:
    """Speed and fidelity of the preprocessing of drawings to 28×28, as text.

    Args:
        images: of MNIST's test images go through the way of pictures.
        rows: of two to four of them side by side are split.
    """
    import numpy as np
    from PIL import Image

    from core.data import digits_from_pixels, from_pixels, from_strokes, load
    from core.training import pretrained

    data, model, random = load("mnist"), pretrained("lenet5"), np.random.default_rng(0)
    originals, labels = data.x_test[:images, ..., 0], data.y_test[:images]

    def right(some: np.ndarray) -> float:
        return float((np.argmax(model(some[..., np.newaxis], training=False), axis=1) == labels[: len(some)]).mean())

    along = np.linspace(0, 6, 150)
    stroke = np.stack([140 + 80 * np.cos(along), 140 + 100 * np.sin(2 * along)], axis=1)
    large = np.zeros((1024, 1024, 4), np.uint8)
    large[..., 3] = 255
    large[176:848, 176:848, :3] = np.kron(originals[0], np.ones((24, 24), np.uint8))[..., np.newaxis]
    seconds: dict[str, list[float]] = {}
    for what, make in {
        "from_strokes, 150 points": lambda: from_strokes([stroke], 18),
        "from_pixels, 1024×1024": lambda: from_pixels(large),
    }.items():
        for _ in range(21):
            before = time.perf_counter()
            make()
            seconds.setdefault(what, []).append(time.perf_counter() - before)
    empty = np.zeros((28, 28), np.float32)
    found = [from_pixels(image) for image in originals]
    made = np.stack([empty if image is None else image for image in found])
    was, now = right(originals / np.float32(255)), right(made)
    single = np.mean([len(digits_from_pixels(image)) == 1 for image in originals])
    counted = []
    for _ in range(rows):
        chosen = originals[random.integers(0, len(originals), random.integers(2, 5))]
        parts = []
        for image in chosen:  # cut out, three to five times as large, with 0.1 to 0.6 of a digit's height between
            columns = np.flatnonzero((image > 50).any(axis=0))
            size = random.uniform(3, 5)
            cut = Image.fromarray(image[:, columns[0] : columns[-1] + 1])
            scaled = np.asarray(cut.resize((max(1, round(size * cut.width)), round(size * 28))))
            above = (150 - len(scaled)) // 2
            beside = int(random.integers(8, 48))
            parts.append(np.pad(scaled, ((above, 150 - len(scaled) - above), (0, beside))))
        row = np.pad(np.concatenate(parts, axis=1), ((0, 0), (20, 20)))
        counted.append(len(digits_from_pixels(row)) == len(chosen))
    return {
        **{what: f"median {statistics.median(times) * 1000:.1f} ms" for what, times in seconds.items()},
        f"LeNet-5 on {len(originals):,} test images as they are": f"{was:.2%}",
        "on the same through from_pixels": f"{now:.2%}",
        "single test images that stay one digit": f"{single:.2%}",
        f"rows of two to four test images, counted right, of {rows}": f"{np.mean(counted):.1%}",
    }


def strokes(rounds: int = 60) -> dict[str, list[float]]:
    """Seconds that the Draw page takes for a stroke, with the network that it begins with.

    Returns:
        Of the server, from the request to the new answer and to the end of the page, which shows all layers too;
        and as seen in a browser, from the end of the stroke to the new answer, of which 0.2 s are the canvas's own
        wait.
    """
    import asyncio
    import json

    from playwright.sync_api import sync_playwright

    from tools.chromium import ARGUMENTS, find
    from tools.screenshots import settled
    from tools.visitor import Visitor

    async def answered(url: str) -> tuple[list[float], list[float]]:
        bars, pages = [], []
        async with Visitor(url, "draw") as visitor:
            (key,) = visitor.keys("canvas/")
            for number in range(rounds + 3):
                path = [["M", 90, 60], ["L", 190, 62], ["L", 100 + number, 220]]
                drawn = {"drawing": {"raw": {"objects": [{"type": "path", "path": path}]}, "data": None}}
                pages.append(await visitor.send_json(key, json.dumps(drawn)))
                bars.append(next(at for at, one in visitor.arrived if one.WhichOneof("type") == "vega_lite_chart"))
            assert not visitor.problems
        return bars[3:], pages[3:]

    with serving() as server:
        bars, pages = asyncio.run(answered(server.url))
        seen = []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=list(ARGUMENTS))
            page = browser.new_page()
            page.goto(f"{server.url}/draw")
            page.locator("canvas.upper-canvas").wait_for()
            value = "document.querySelector('[data-testid=stMetricValue]')?.innerText.trim()"
            for _ in range(rounds // 3):
                page.wait_for_function(f"{value} === '–'")
                settled(page)
                corner = page.locator("canvas.upper-canvas").bounding_box()
                assert corner is not None, "the canvas is not to be seen"
                page.mouse.move(corner["x"] + 140, corner["y"] + 50)
                page.mouse.down()
                page.mouse.move(corner["x"] + 140, corner["y"] + 230, steps=10)
                page.mouse.up()
                before = time.perf_counter()
                page.wait_for_function(f"{value} === '1'")
                seen.append(time.perf_counter() - before)
                page.get_by_role("button", name="Clear", exact=True).click()
            browser.close()
    return {
        "until the server has sent the new answer": bars,
        "until it has sent all layers": pages,
        "until the answer is seen in a browser": seen,
    }


def main() -> None:
    """Print the tables."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if sys.argv[1:2] == ["--one"]:
        what, *rest = sys.argv[2:]
        print(to_99_percent() if what == "99" else MEASURES[what](Case(rest[0], int(rest[1]))))
        return
    if sys.argv[1:] in (["inside"], ["costs"]):
        (costs if sys.argv[1] == "costs" else _print_looking_inside)()
        return
    if sys.argv[1:] == ["calibration"]:
        print("\n".join(fresh_table()))
        return
    if sys.argv[1:] == ["drawing"]:
        _print_recognising()
        return
    print("| network | ours, images/s | Keras fit | ratio | PyTorch | ratio |\n|---|---|---|---|---|---|", flush=True)
    trainings([case for case in CASES if not sys.argv[1:] or case.preset in sys.argv[1:]])
    if sys.argv[1:]:
        return
    pages, edits = sorted(first_page()), sorted(editing())
    print("\n| what | measured |\n|---|---|")
    print(
        f"| publishing, keeping and reading a run, LeNet-5, batch 32 | {publishing(Case('E2', 32)):.1%} of its pace |"
    )
    print(f"| from the start of a process to 99 % of the test images | {measured('99'):.0f} s |")
    print(
        f"| first page with the maps of its network on the screen, server just healthy, fresh browser | "
        f"median {pages[len(pages) // 2]:.2f} s, worst of {len(pages)} {pages[-1]:.2f} s |"
    )
    print(
        f"| an edit of a 32-layer network with branches, server time | "
        f"median {edits[10] * 1000:.0f} ms, worst of 20 {edits[-1] * 1000:.0f} ms |"
    )
    _print_looking_inside()
    _print_recognising()


def _print_recognising() -> None:
    print("\n| drawings and pictures | measured |\n|---|--:|")
    for what, answer in recognising().items():
        print(f"| {what} | {answer} |")
    for where, seconds in strokes().items():
        middle, most = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        print(f"| a stroke, {where} | median {middle * 1000:.0f} ms, 95 of 100 within {most * 1000:.0f} ms |")


def _print_looking_inside() -> None:
    print("\n| looking into LeNet-5, server time | median | worst of 20 |\n|---|--:|--:|")
    for what, seconds in looking_inside().items():
        print(f"| {what} | {statistics.median(seconds) * 1000:.0f} ms | {max(seconds) * 1000:.0f} ms |")


if __name__ == "__main__":
    main()
