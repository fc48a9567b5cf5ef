"""What the browser is given to draw and to frame is what the network computes and reads."""

import base64
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from PIL import Image

from core.insight import activations
from core.insight.explanation import explain
from core.network import (
    LENET5,
    PRESETS,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GroupNormalization,
    Network,
    residual_block,
    trace,
)
from core.training import build_model
from core.ui.widgets.maps import Unit, read_unit
from core.views.explanation import heading, parts, strongest_terms, table
from core.views.images import captioned_png
from core.views.maps import layer_file, layer_table, maps_data, range_words, stage_id
from tests.strategies import networks

GROUPED = Network(
    (6, 5, 4),
    (Conv2D(8, 3, groups=2), GroupNormalization(4), GroupNormalization(1), Flatten(), GroupNormalization(2)),
)


def data_of(network, random, most_maps=32):
    model = build_model(network, 1)
    image = random.random(network.input_shape, np.float32)
    values = activations(model, network, image)
    below = {path: network.sources(path) for path in values}
    return model, image, values, maps_data(network, image, values, below, values, most_maps, "0123456789")


def numbers(stage):
    """As the browser reads them: (maps, rows, columns)."""
    levels = np.frombuffer(base64.b64decode(stage["values"]), "<u2").astype(np.float64)
    found = stage["low"] + levels / 65535 * (stage["high"] - stage["low"])
    return found.reshape(stage["maps"], stage["rows"], stage["columns"])


def test_the_browser_has_every_number_to_four_digits_of_the_layers_scale(random):
    _, image, values, data = data_of(LENET5, random)
    assert [stage["id"] for stage in data["stages"]] == ["", *map(stage_id, values)]
    np.testing.assert_allclose(numbers(data["stages"][0])[0], image[..., 0], atol=1e-5)
    for stage, found in zip(data["stages"][1:], values.values()):
        maps = found.reshape(1, 1, -1) if found.ndim == 1 else found
        np.testing.assert_allclose(numbers(stage), np.moveaxis(maps, -1, 0), atol=2e-5 * np.abs(maps).max())
    assert data["stages"][-1]["names"] == list("0123456789")
    assert not any("names" in stage for stage in data["stages"][:-1])  # other rows of units have none


def test_many_maps_are_cut_and_the_browser_knows_how_many_there_are(random):
    network = Network((12, 12, 1), (Conv2D(40, 3), Flatten(), Dense(10, "softmax")))
    _, _, _, data = data_of(network, random, most_maps=8)
    assert (data["stages"][1]["maps"], data["stages"][1]["channels"]) == (8, 40)


def box_of(spans, row, column, width):
    if "boxes" in spans:
        return tuple(spans["boxes"][row * width + column])
    (top, bottom), (left, right) = (
        spans[name][min(at, len(spans[name]) - 1)] for name, at in (("rows", row), ("columns", column))
    )
    return top, left, bottom, right


@pytest.mark.parametrize("network", [LENET5, PRESETS["B4"].network, PRESETS["ResNet"].network], ids=lambda n: n.name)
def test_the_frame_on_the_image_is_the_receptive_field(network, random):
    _, _, _, data = data_of(network, random)
    rows = {stage_id(row.path): row for row in trace(network).rows}
    for stage in data["stages"][1:]:
        field = rows[stage["id"]].receptive_field
        high, wide = field.units
        for row, column in {(0, 0), (high // 2, wide // 2), (high - 1, wide - 1)}:
            assert box_of(stage["field"], row, column, wide) == tuple(field.region(row, column))


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(network=networks())
@example(network=GROUPED)
def test_the_frame_below_is_what_the_explanation_reads(network, random):
    assume(network.layers)
    model, image, values, data = data_of(network, random)
    for stage in data["stages"][1:]:
        path = tuple(map(int, stage["id"].split(".")))
        shape = values[path].shape
        for _ in range(3):
            index = tuple(int(random.integers(size)) for size in shape)
            unit = (0, 0, *index) if len(shape) == 1 else index
            found = explain(model, network, image, path, index, values)
            for source in found.sources:
                read = [one for one in stage["reads"] if one["id"] == stage_id(source.path)]
                if not read or source.box.bottom <= source.box.top:
                    continue
                boxes = []
                for window in read:
                    if "flattened" in window:
                        _, wide, deep = window["flattened"]
                        row, column = unit[2] // (deep * wide), unit[2] // deep % wide
                        boxes.append((row, column, row + 1, column + 1))
                        assert source.channels.tolist() == [unit[2] % deep]
                        continue
                    boxes.append(box_of(window, unit[0], unit[1], stage["columns"]))
                    if window["maps"] != "all" and len(read) == 1:
                        which = window["maps"][unit[2]]
                        assert source.channels.tolist() == (
                            list(range(*which)) if isinstance(which, list) else [which]
                        )
                assert tuple(source.box) in boxes, (network.at(path), index)


@pytest.mark.parametrize(
    ("shape", "names", "wide", "drawn"),
    [((10, 10, 16), "", 110, 16), ((1, 1, 512), "", 24, 512), ((10,), "0123456789", 24, 10), ((130, 130, 600), "", 260, 153)],
)  # fmt: skip
def test_a_layers_file_holds_the_image_and_its_maps_on_one_scale(shape, names, wide, drawn, random, monkeypatch):
    given = {}

    def noted(tiles, scale, caption, cells):
        given.update(tiles=tiles, scale=scale, caption=caption, cells=cells)
        return captioned_png(tiles, scale, caption, cells)

    monkeypatch.setattr("core.views.maps.captioned_png", noted)
    values = random.random(shape, np.float32) * 3
    image = Image.open(io.BytesIO(layer_file(values, np.zeros((28, 28, 1)), names, "A caption.")))
    tiles = given["tiles"]
    assert given["scale"].high == values.max() and given["scale"].low == 0
    assert tiles[0].label == "the image" and tiles[0].values.shape == (28, 28, 3)
    assert [tile.label for tile in tiles[1:3]] == (["0", "1"] if names else ["1", "2"])
    assert len(tiles) == 1 + drawn and tiles[1].values.shape[1] * given["cells"][1] == wide
    more = " The first 153 of 600 maps are drawn." if drawn == 153 else ""
    assert given["caption"] == f"A caption.{more}"
    assert image.width * image.height < 16_000_000


def test_a_long_vector_is_drawn_in_rows_and_a_table_holds_every_number(random):
    values = random.random(100, np.float32)
    image = Image.open(io.BytesIO(layer_file(values, np.zeros((4, 4, 3)), (), "")))
    assert image.width < 1000 and image.height < 400
    assert [line["value"] for line in layer_table(values)] == values.tolist()
    maps = random.random((2, 3, 4), np.float32)
    lines = list(layer_table(maps))
    assert lines[7] == {"map": 2, "row": 1, "column": 2, "value": float(maps[0, 1, 1])}
    assert len(lines) == 24


def test_the_table_of_a_number_adds_up_to_it(random):
    model = build_model(LENET5, 1)
    image = random.random((28, 28, 1), np.float32)
    found = explain(model, LENET5, image, (2,), (4, 3, 11))
    lines = table(found)
    *products, total, argument, result = lines
    assert len(products) == 5 * 5 * 6 and products[-1]["map"] == 6
    assert (products[0]["row"], products[0]["column"]) == (5, 4)
    assert sum(line["product"] for line in products) + found.steps[0].bias == pytest.approx(total["number"])
    assert argument["number"] == pytest.approx(total["number"]) and result["number"] == pytest.approx(found.value)
    shares = table(explain(model, LENET5, image, (7,), (3,)))[-11:]
    powers = [line["product"] for line in shares[:10]]
    assert powers[3] / sum(powers) == pytest.approx(shares[-1]["number"])


@pytest.mark.parametrize("name", ["B4", "ResNet", "MobileNet"])
def test_every_kind_of_step_has_a_table(name, random):
    network = PRESETS[name].network
    model, image, values, _ = data_of(network, random)
    for path, output in values.items():
        found = explain(model, network, image, path, tuple(size // 2 for size in output.shape), values)
        assert table(found)[-1]["number"] == found.value


@pytest.mark.parametrize(
    ("sent", "unit"),
    [
        ("2|5|3|4", Unit((2,), 5, 3, 4)), ("2.0.1|0|0|0", Unit((2, 0, 1), 0, 0, 0)),
        (None, None), (7, None), ("", None), ("2", None), ("2|-1|0|0", None), ("a|0|0|0", None),
        ("2|²|0|0", None), ("1" * 99 + "|0|0|0", None), ("2|0|0|0|0", None),
    ],
)  # fmt: skip
def test_a_unit_comes_back_from_the_browser_or_nothing_does(sent, unit):
    assert read_unit(sent) == unit


def test_the_steps_of_a_convolution_are_drawn_with_their_numbers(random):
    network = Network((5, 5, 2), (Conv2D(3, 3, padding="same", activation="relu"),))
    model, image, values, _ = data_of(network, random)
    found = explain(model, network, image, (0,), (0, 0, 1), values)
    steps = parts(found)
    assert heading(network, found) == "Layer 1 · Conv2D, map 2, row 1, column 1"
    assert [step.title for step in steps] == ["Patch × kernel, summed", "Activation: relu"]
    assert steps[0].html.count("<table") == 6  # patch, kernel and products of two channels
    assert "repeating-linear-gradient" in steps[0].html  # the corner reads padding
    assert f"**{found.value:.4g}**" in steps[1].words


def test_what_weighs_most_leads_down_to_that_number(random):
    network = Network((6, 6, 1), (Conv2D(2, 3), Conv2D(3, 3)))
    model, image, values, _ = data_of(network, random)
    found = explain(model, network, image, (1,), (1, 1, 2), values)
    first = strongest_terms(found)[0]
    kernel = model.layers[2].get_weights()[0][..., 2]
    products = values[(0,)][1:4, 1:4] * kernel
    row, column, channel = np.unravel_index(np.abs(products).argmax(), products.shape)
    assert (first.path, first.index) == ((0,), (row + 1, column + 1, channel))


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if name not in ("B1", "B2", "B3")])
def test_every_kind_of_step_of_the_published_networks_can_be_drawn(name, random):
    network = PRESETS[name].network
    model, image, values, _ = data_of(network, random)
    for path, found in values.items():
        index = tuple(size // 2 for size in found.shape)
        explanation = explain(model, network, image, path, index, values)
        assert parts(explanation) and all("nan" not in part.words for part in parts(explanation))
        strongest_terms(explanation)


def test_branches_and_separable_convolutions_are_drawn(random):
    network = Network((6, 6, 3), (DepthwiseConv2D(3, depth_multiplier=2), residual_block(6), Flatten(), Dense(10)))
    model, image, values, data = data_of(network, random)
    depthwise = data["stages"][1]["reads"][0]
    assert depthwise["maps"] == [0, 0, 1, 1, 2, 2]
    for path, found in values.items():
        assert parts(explain(model, network, image, path, tuple(0 for _ in found.shape), values))


@pytest.mark.parametrize(
    ("silent", "partly", "words"),
    [
        (0, 3, "Values from 0 to 2."),  # a zero here and there is no silent map
        (1, 2, "Values from 0 to 2. 25 % of the maps are zero everywhere."),
        (4, 0, "Values from 0 to 0. 100 % of the maps are zero everywhere."),
    ],
)
def test_only_maps_without_any_number_are_called_zero_everywhere(silent, partly, words):
    values = np.full((3, 2, 4), 2, np.float32)
    values[1, 1, :partly] = 0
    values[..., 4 - silent :] = 0
    assert range_words(values) == words


def test_of_a_row_of_numbers_each_zero_counts():
    assert range_words(np.array([0, -1, 3, 0], np.float32)) == "Values from −1 to 3. 50 % of the units are zero."
