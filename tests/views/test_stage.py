"""The data of the stage: what is sent to the browser, and how much of it."""

import base64
import json

import numpy as np
import pytest

from core.network import LAYERS, LENET5, PRESETS, Branches, Conv2D, Dense, Flatten, Network, Path, residual_block
from core.network.arithmetic import output_sums
from core.network.settings import InvalidSetting, settings_of
from core.network.typed import read_typed
from core.views.stage import (
    LEVELS_OF_KERNELS,
    MOST_SENT,
    MOST_WEIGHTS,
    layer_choices,
    shared_room,
    stage_data,
    stage_kernels,
)

NAMES = tuple("0123456789")


def outputs(network, seed=0) -> dict[Path, np.ndarray]:
    from core.network import trace

    dice, traced = np.random.default_rng(seed), trace(network)
    return {path: dice.random(traced.row(path).output_shape, np.float32) for path, _ in network.walk()}


def data_of(network, folded=(), kernels=None, known="", names=NAMES, identities=lambda path: hash(path) % 1000):
    image = np.zeros(network.input_shape, np.float32)
    return stage_data(network, image, outputs(network), kernels or {}, names, identities, folded, known)


def kernels_of(network, folded=()):
    """Random kernels of the convolutions in sight."""
    from core.network import trace

    traced, dice = trace(network), np.random.default_rng(1)

    def of(path):
        layer, channels = network.at(path), traced.inputs[path][2]
        return dice.normal(size=(getattr(layer, "filters", channels), channels, *layer.kernel_size))

    return stage_kernels(network, of, folded)


def test_every_layer_has_a_place_its_settings_and_what_it_reads():
    nodes = data_of(LENET5)["plan"]["nodes"]
    assert [node["id"] for node in nodes] == [str(n) for n in range(8)]
    first, pool, *_, last = nodes
    assert first["reads"] == [""] and pool["reads"] == ["0"]
    assert (first["first"], first["last"], last["first"], last["last"]) == (True, False, False, True)
    assert first["shape"] == "28×28×6" and first["parameters"] == 156
    fields = {field["name"]: field for field in first["settings"]}
    assert fields["filters"] == {
        **{"name": "filters", "label": "Filters", "kind": "number", "value": 6, "step": 1},
        **{key: fields["filters"][key] for key in ("help", "least", "most")},
    }
    assert fields["kernel_size"]["value"] == "5×5" and fields["padding"]["options"] == ["valid", "same"]
    assert "kernel_initializer" not in fields  # that is for Build
    assert first["slides"] == {"size": "kernel_size", "n": [28, 28]}
    assert pool["slides"] == {"size": "pool_size", "n": [28, 28]} and last["slides"] is None
    assert first["window"] == {"stride": [1, 1], "dilation": [1, 1], "before": [2, 2]} and last["window"] is None


def test_identities_go_with_the_layers_and_not_with_their_places():
    nodes = data_of(LENET5)["plan"]["nodes"]
    assert [node["identity"] for node in nodes] == [hash((n,)) % 1000 for n in range(8)]


def test_a_join_has_its_way_of_joining_and_a_skip_its_line():
    plan = data_of(Network((8, 8, 4), (residual_block(4), Flatten(), Dense(10))))["plan"]
    join = next(node for node in plan["nodes"] if node["id"] == "0")
    assert join["name"] == "add" and join["reads"] == ["0.0.1", ""]
    assert join["settings"][0] | {"help": ""} == {
        **{"name": "merge", "label": "Join", "help": "", "kind": "choice", "value": "add"},
        "options": ["concatenate", "add"],
    }
    assert [(one["id"], one["join"]) for one in plan["bypasses"]] == [("0.1", "0")]
    (branch,) = (node for node in plan["nodes"] if node["id"] == "0.0.0")
    assert branch["bottom"] < plan["bypasses"][0]["middle"] < 1  # below the branch with layers, which comes first


def test_a_layer_that_cannot_work_says_why():
    network = Network((4, 4, 1), (Conv2D(2, (5, 5)), Dense(3)))
    image = np.zeros(network.input_shape, np.float32)
    nodes = stage_data(network, image, {}, {}, NAMES, lambda _: 0)["plan"]["nodes"]
    assert "needs at least 5×5 pixels" in nodes[0]["problem"] and nodes[0]["shape"] == "–"
    assert nodes[1]["problem"] == ""


def test_kernels_come_back_to_within_their_levels():
    images = np.random.default_rng(2).normal(size=(6, 3, 5, 5)).astype(np.float32)
    (sent,) = data_of(LENET5, kernels={(0,): images})["kernels"]
    levels = np.frombuffer(base64.b64decode(sent["values"]), "<u2").reshape(images.shape)
    back = (levels.astype(float) - LEVELS_OF_KERNELS) / LEVELS_OF_KERNELS * sent["high"]
    np.testing.assert_allclose(back, images, atol=sent["high"] / LEVELS_OF_KERNELS)
    mean = np.frombuffer(base64.b64decode(sent["mean"]), "<u2").reshape(6, 5, 5).astype(float) - LEVELS_OF_KERNELS
    assert np.corrcoef(mean.ravel(), images.mean(axis=1).ravel())[0, 1] > 0.999


def shapes(*found):
    return {(number,): np.zeros(shape, np.float32) for number, shape in enumerate(found)}


def maps_sent(values, room):
    return [room[path] // (1 if value.ndim == 1 else value[..., 0].size) for path, value in values.items()]


def test_layers_have_several_maps_each_before_small_ones_get_more():
    values = shapes((28, 28, 16), (28, 28, 16), (7, 7, 40), (40,))
    assert maps_sent(values, shared_room(values, most=28 * 784 + 40 * 49 + 40)) == [14, 14, 40, 40]
    assert maps_sent(values, shared_room(values, most=8 * 784 + 4 * 49 + 40)) == [4, 4, 4, 40]
    assert maps_sent(values, shared_room(values, most=8 * 784 + 20 * 49 + 40)) == [4, 4, 20, 40]
    assert maps_sent(values, shared_room(values, most=4 * 784 + 2 * 49 + 40)) == [2, 2, 2, 40]


def test_a_layer_out_of_sight_leaves_its_room_to_the_others():
    values = shapes((28, 28, 16), (28, 28, 16), (40,))
    assert maps_sent(values, shared_room(values, {(0,), (2,)}, 5 * 784)) == [0, 5, 0]
    data = data_of(LENET5, folded={(0,), (5,)})
    assert [stage["maps"] for stage in data["stages"]] == [1, 0, 6, 16, 16, 400, 0, 84, 10]
    assert [bool(stage["values"]) for stage in data["stages"]][:3] == [True, False, True]


def test_a_layer_in_sight_has_its_first_map_however_large():
    values = shapes((200, 200, 3), (200, 200, 3))
    assert maps_sent(values, shared_room(values, most=1000)) == [1, 1]


def test_what_stays_is_left_out_for_a_browser_that_has_it():
    whole = data_of(LENET5)
    again = data_of(LENET5, known=whole["planned"])
    assert set(again) == {"planned", "kernels", "stages"} and again["planned"] == whole["planned"]
    for before, now in zip(whole["stages"], again["stages"], strict=True):
        assert now.items() <= before.items() and not {"title", "rows", "field", "reads", "names"} & set(now)
        assert {"id", "maps", "low", "high", "values"} <= set(now)


@pytest.mark.parametrize(
    "other",
    [
        {"network": LENET5.replaced((0,), Conv2D(6, (3, 3), padding="same"))},
        {"network": LENET5.renamed("Mine")},
        {"names": tuple("abcdefghij")},
        {"identities": lambda path: 7 + hash(path) % 1000},
    ],
    ids=lambda other: next(iter(other)),
)
def test_all_is_sent_where_something_of_it_is_another(other):
    known = data_of(LENET5)["planned"]
    data = data_of(**{"network": LENET5, **other}, known=known)
    assert data["planned"] != known and data["plan"]["nodes"] and all(stage["title"] for stage in data["stages"])


DEEP = Network((28, 28, 1), (*[Conv2D(12, (3, 3), padding="same")] * 30, Flatten(), Dense(10)), "Deep")
FOLDED = {"deep": range(5, 27), "ResNet": (5, 6)}  # as on a wide screen
NETWORKS = {name: preset.network for name, preset in PRESETS.items()} | {"deep": DEEP}


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_sent_of_a_network_that_learns_stays_small(name):
    """The layers in sight have several maps; of networks of 28×28 pixels an update stays well below 80 kB."""
    network = NETWORKS[name]
    values = outputs(network)
    folded = {path for path, _ in network.walk() if path[0] in FOLDED.get(name, ())}
    kernels = kernels_of(network, folded)
    sent = data_of(network, folded, kernels, known=data_of(network, folded, kernels)["planned"])
    seen = {path: value for path, value in values.items() if path not in folded}
    numbers = sum(len(base64.b64decode(stage["values"])) // 2 for stage in sent["stages"][1:])
    numbers += sum(len(base64.b64decode(one["values"])) // 2 for one in sent["kernels"])
    least = sum(min(value.size, 1024) if value.ndim == 1 else value[..., 0].size for value in seen.values())
    assert numbers <= max(MOST_SENT, least + MOST_WEIGHTS)
    if max(value[..., :1].size for value in values.values()) > 28 * 28:
        return
    assert len(json.dumps(sent)) < 71_000
    few = [one["maps"] for one, path in zip(sent["stages"][1:], values, strict=True) if path in seen]
    assert min(maps for maps, value in zip(few, seen.values(), strict=True) if value.shape[-1] > 1) > 1


def test_kernels_are_sent_whole_as_far_as_they_are_few_and_else_as_their_means():
    network = PRESETS["VGG"].network
    asked = []

    def of(path):
        asked.append(path)
        layer = network.at(path)
        return np.zeros((layer.filters, 1 if path == (0,) else 64, 3, 3), np.float32)

    found = stage_kernels(network, of)
    assert asked == [path for path, block in network.walk() if isinstance(block, Conv2D)] == list(found)
    assert (0,) not in stage_kernels(network, of, folded={(0,)})
    sent = {one["id"]: one for one in data_of(network, kernels=found)["kernels"]}
    whole = [one for one in sent.values() if one["values"]]
    assert 0 < sum(one["outputs"] * one["inputs"] * 9 for one in whole) <= MOST_WEIGHTS and sent["0"] in whole
    for one in sent.values():
        assert len(base64.b64decode(one["mean"])) == 2 * 9 * one["outputs"]


def test_every_kind_of_layer_can_be_added():
    from core.network import LAYERS

    assert [kind for _, kinds in layer_choices() for kind, _ in kinds] == list(LAYERS)


def test_the_sums_of_a_window_are_known():
    assert output_sums(LENET5.at((0,)), (28, 28, 1)) == ("⌊(28 + 2·2 − 5)/1⌋ + 1 = 28",)


def test_within_a_branch_the_first_and_the_last_layer_are_those_of_the_branch():
    branches = Branches(((Conv2D(4, 1), Conv2D(4, 1), Conv2D(4, 1)), (Conv2D(4, 1),)))
    nodes = data_of(Network((8, 8, 4), (Conv2D(4, 1), branches, Conv2D(4, 1))))["plan"]["nodes"]
    ends = {node["id"]: (node["first"], node["last"]) for node in nodes}
    assert ends == {
        **{"0": (True, False), "1": (False, False), "2": (False, True)},
        **{"1.0.0": (True, False), "1.0.1": (False, False), "1.0.2": (False, True), "1.1.0": (True, True)},
    }


@pytest.mark.parametrize("kind", LAYERS)
def test_a_form_offers_what_its_layer_accepts_and_nothing_beyond(kind):
    layer = LAYERS[kind]()
    plan = stage_data(Network((28, 28, 8), (layer,)), np.zeros((28, 28, 8)), {}, {}, NAMES, lambda _: 0)["plan"]
    for field in plan["nodes"][0]["settings"]:
        name, how = field["name"], settings_of(layer)[field["name"]]
        assert (field["label"], field["help"]) == (how.label, how.help)
        assert read_typed(how, field["value"]) == getattr(layer, name)
        for value in field.get("options", ()):
            assert layer.replaced(**{name: read_typed(how, value)})
        if field["kind"] == "number":
            least, most = field["least"], field["most"]
            assert least < most and layer.replaced(**{name: least}) and layer.replaced(**{name: most})
            for beyond in (least - 1, most + 1):
                with pytest.raises(InvalidSetting):
                    layer.replaced(**{name: beyond})


def test_the_mean_kernel_has_a_scale_of_its_own_and_numbers_keep_their_sign():
    images = np.array([[[[1.0]], [[-3.0]]], [[[4.0]], [[0.0]]]], np.float32)  # two outputs of two inputs
    (sent,) = data_of(LENET5, kernels={(0,): images})["kernels"]
    values, means = (np.frombuffer(base64.b64decode(sent[name]), "<u2").astype(float) for name in ("values", "mean"))
    assert sent["high"] == 4 and (sent["outputs"], sent["inputs"]) == (2, 2)
    assert ((values - LEVELS_OF_KERNELS) / LEVELS_OF_KERNELS).round(3).tolist() == [0.25, -0.75, 1, 0]
    assert ((means - LEVELS_OF_KERNELS) / LEVELS_OF_KERNELS).round(3).tolist() == [-0.5, 1]


def test_a_window_on_an_uneven_image_has_rows_before_columns():
    layer = Conv2D(2, (3, 5), strides=(1, 2), padding="same")
    node = stage_data(Network((9, 12, 1), (layer,)), np.zeros((9, 12, 1)), {}, {}, NAMES, lambda _: 0)["plan"][
        "nodes"
    ][0]
    assert node["window"] == {"stride": [1, 2], "dilation": [1, 1], "before": [1, 1]}
    assert node["slides"] == {"size": "kernel_size", "n": [9, 12]} and node["shape"] == "9×6×2"
