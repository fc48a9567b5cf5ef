"""What the panels of a kernel say and give away: each weight, image and number is the one that is named."""

import re

import numpy as np
import pytest

from core.data import load
from core.insight import Pruned
from core.insight.maximisation import Excited
from core.network import Conv2D, Dense, Flatten, Network
from core.training import build_model
from core.ui.pages.kernels import exciting, matrix, without
from core.ui.pages.kernels.exciting import EXCITING
from core.ui.pages.kernels.gallery import GALLERY
from core.ui.pages.kernels.matrix import MATRIX
from core.ui.pages.kernels.one_kernel import OneKernel
from core.ui.pages.kernels.patches import PATCHES
from core.ui.pages.kernels.spread import SPREAD
from core.ui.pages.kernels.weights import WEIGHTS
from core.ui.shell.session import Session
from core.ui.widgets.model_view import ModelView
from tests.ui.drawn_page import charts, drawn, html, said, tables_given_away

NETWORK = Network(
    (28, 28, 1),
    (Conv2D(8, (2, 3), strides=(4, 3), activation="tanh"), Conv2D(3, (3, 2)), Flatten(), Dense(10, "softmax")),
    "Uneven",
)
MODEL = build_model(NETWORK, seed=1)
KERNELS = MODEL.layers[2].get_weights()[0]  # (3, 2, 8, 3)


def one(path=(1,), channel=2, mine=None):
    return OneKernel(mine or Session(), ModelView("It", NETWORK, MODEL, "mnist", False, "it"), path, channel)


def page(panel, **which):
    about = one(**which)
    return drawn(lambda: panel.show(about))


@pytest.mark.parametrize("panel", [WEIGHTS, GALLERY])
def test_every_weight_stands_in_the_table_at_its_place(monkeypatch, panel):
    table = tables_given_away(monkeypatch)
    page(panel)
    lines = table("kernel" if panel is WEIGHTS else "weights")
    assert len(lines) == KERNELS[..., 2].size * (1 if panel is WEIGHTS else 3)
    for line in lines:
        numbers = {name: int(float(value)) for name, value in line.items() if name != "weight"}
        output = numbers.pop("kernel", 3)
        row, column = numbers.pop("row"), numbers.pop("column")
        (arriving,) = numbers.values()
        assert float(line["weight"]) == pytest.approx(float(KERNELS[row - 1, column - 1, arriving - 1, output - 1]))


def test_the_inputs_that_are_written_out_are_those_with_the_largest_weights():
    sizes = np.abs(KERNELS[..., 2]).sum(axis=(0, 1))
    largest = sorted(np.argsort(-sizes)[:6] + 1)
    app = page(WEIGHTS)
    written = dict.fromkeys(re.findall(r"(?:map|channel) (\d+)\b", html(app)))
    assert list(written) == [str(number) for number in largest]
    assert "the 6 with the largest weights" in said(app)


def test_the_matrix_is_that_of_the_kernel_and_of_the_input_that_are_open(monkeypatch):
    drawings = []
    cells = matrix.matrix_cells
    monkeypatch.setattr(matrix, "matrix_cells", lambda *given: drawings.append(given) or cells(*given))
    app = page(MATRIX)
    app.selectbox[0].select_index(4).run()
    values, which, wide, columns, kernel_wide = drawings[-1][:5]
    kernel = KERNELS[:, :, 4, 2]
    np.testing.assert_allclose(sorted({*values[which >= 0].ravel().tolist()}), sorted(kernel.ravel().tolist()))
    assert kernel_wide == 2 and columns == wide - 1  # a 3×2 kernel with stride 1
    rows = values.shape[0]
    assert f"as {rows} rows and {values.shape[1]} columns: each row makes one output number" in said(app)


def test_the_counts_of_the_picture_and_of_the_layer_stand_in_their_columns():
    table = page(MATRIX).table[0].value
    # 7×9×8 numbers arrive, 5×8×3 leave, each by 3×2×8 weights.
    whole = [7 * 9 * 8 * 5 * 8 * 3, 5 * 8 * 3 * 3 * 2 * 8, 3 * 2 * 8 * 3]
    assert list(table["The whole layer"]) == [f"{number:,}" for number in whole]
    assert list(table["This picture"])[2] == "6"


def test_a_patch_is_told_with_the_class_and_the_place_of_its_image():
    data = load("mnist")
    labels = re.findall(
        r'alt="test image ([\d,]+), “(\d)”, row (\d+), column (\d+): response ([^"]*)"', html(page(PATCHES))
    )
    assert len(labels) == 9
    import keras

    part = keras.Model(MODEL.inputs, MODEL.layers[2].output)
    for number, name, row, column, response in labels:
        index = int(number.replace(",", ""))
        assert int(name) == data.y_test[index]
        values = np.asarray(part(data.x_test[index : index + 1].astype(np.float32) / 255))[0, ..., 2]
        at = np.unravel_index(values.argmax(), values.shape)
        assert (int(row), int(column)) == (at[0] * 4 + 1, at[1] * 3 + 1)
        assert float(response.replace("−", "-")) == pytest.approx(float(values.max()), rel=1e-2)


def test_the_response_to_the_image_that_was_made_is_told_from_before_to_after(monkeypatch):
    found = Excited(np.full((28, 28, 1), 0.5, np.float32), 0.25, 1.5, 0.0, 0.0)
    monkeypatch.setattr(exciting, "most_exciting", lambda *_: found)
    assert "response 0.25 → 1.5" in html(page(EXCITING)) and "its response is 1.5" in html(page(EXCITING))


def test_the_histogram_is_told_from_the_smallest_weight_to_the_largest():
    (words,) = charts(page(SPREAD))
    low, high = (float(text.replace("−", "-")) for text in re.findall(r"between (\S+) and (\S+)\.$", words)[0])
    assert low <= KERNELS.min() * 0.99 and high >= KERNELS.max() * 0.99 and f"of {KERNELS.size} weights" in words


def test_the_prediction_without_a_kernel_is_told_with_its_own_probability():
    import keras

    mine = Session()
    app = drawn(lambda: without.PREDICTION.show(one(mine=mine)))
    image = load("mnist").x_test[:1].astype(np.float32) / 255
    whole = np.asarray(MODEL(image))[0]
    rest = keras.Model(MODEL.layers[3].input, MODEL.output)
    maps = np.array(keras.Model(MODEL.inputs, MODEL.layers[2].output)(image))
    maps[..., 2] = 0
    pruned = np.asarray(rest(maps))[0]
    (words,) = charts(app)
    named = re.findall(r"“(\d)” \(([\d.]+)", words)
    assert [int(name) for name, _ in named] == [whole.argmax(), pruned.argmax()]
    assert [float(percent) for _, percent in named] == pytest.approx([100 * whole.max(), 100 * pruned.max()], abs=0.6)


def test_the_accuracies_without_each_kernel_are_told_as_they_are(monkeypatch):
    pruned = Pruned(np.array([0.8, 0.85, 0.3, 0.7]), np.array([0.5, 0.4, 2.0, 0.6]))
    marked = []
    chart = without.accuracy_without
    monkeypatch.setattr(without, "evaluate_without", lambda *_: pruned)
    monkeypatch.setattr(without, "accuracy_without", lambda *given: marked.append(given[1]) or chart(*given))
    table = tables_given_away(monkeypatch)
    app = page(without.ACCURACY)
    app.button(key="kernels/accuracy/ask").click().run()
    words = said(app)
    assert "The dashed line is the whole network: 80.00 %." in words and "kernel 3 is marked" in words
    assert "Kernel 2 matters most: without it 30.00 %." in words and marked == [2]
    assert [line["without kernel"] for line in table("accuracy-without")] == ["none", "1", "2", "3"]
    assert [float(line["accuracy"]) for line in table("accuracy-without")] == [0.8, 0.85, 0.3, 0.7]
    assert [float(line["loss"]) for line in table("accuracy-without")] == [0.5, 0.4, 2.0, 0.6]
