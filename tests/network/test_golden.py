"""What was shared once opens for ever: a failure here means that the format has changed and needs a new version."""

import json

import numpy as np
import pytest

from core.data import SOURCES
from core.data.collection import Collection
from core.network import LAYERS, Recipe
from core.network.presets import PRESETS
from core.network.settings import settings_of
from core.network.sharing import HIDEABLE, shared_from_json, shared_from_token
from core.training import build_model
from core.training.foreign import read_model
from tests.network.golden import FILES, FILES_DESCRIBED, TEXTS, described, missing
from tests.network.golden.make import images

CASES = {case["case"]: case for case in map(json.loads, TEXTS.read_text("utf-8").splitlines())}
STORED = json.loads(FILES_DESCRIBED.read_text("utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_a_link_opens_to_what_was_shared(name):
    shared = shared_from_token(CASES[name]["link"])
    found = described(shared.network, shared.recipe, shared.dataset, shared.hidden)
    assert missing(CASES[name]["opens"], found) == []


@pytest.mark.parametrize("name", CASES)
def test_a_json_text_opens_to_what_was_shared(name):
    shared = shared_from_json(CASES[name]["json"])
    found = described(shared.network, shared.recipe, shared.dataset, ())
    assert missing({**CASES[name]["opens"], "hidden": []}, found) == []


def test_every_kind_setting_preset_and_hidden_part_is_written_down():
    """`python -m tests.network.golden.make` adds what is not."""
    wanted = {f"preset {name}" for name in PRESETS} | {f"hidden, {part}" for part in HIDEABLE}
    wanted |= {f"{name}, {setting}" for name, kind in LAYERS.items() for setting in ("at first", *settings_of(kind))}
    wanted |= {f"recipe, {setting}" for setting in settings_of(Recipe)} | {"branches in branches"}
    assert wanted <= {name.partition(": ")[2] for name in CASES}
    assert set(SOURCES) <= {case["opens"]["dataset"] for case in CASES.values()}


def test_a_difference_is_found():
    stored = {"a": [1, {"b": 2.5}], "c": None}
    assert missing(stored, {"a": [1, {"b": 2.5, "later": 3}], "c": None}) == []
    assert missing(stored, {"a": [1, {"b": 2.0}], "c": None}) == [".a[1].b: 2.5 is read as 2.0"]
    assert missing(stored, {"a": [1], "c": None}) == [".a: [1, {'b': 2.5}] is read as [1]"]
    assert missing(stored, {"a": [1, {}], "c": None}) == [".a[1].b is no more"]


@pytest.mark.parametrize("name", [name for name in STORED if name.startswith("weights")])
def test_a_file_of_weights_opens_and_answers_as_then(name):
    foreign, stored = read_model((FILES / name).read_bytes(), name), STORED[name]
    assert missing(stored["opens"], described(foreign.network, None, None, ())) == []
    assert list(foreign.class_names) == stored["class_names"]
    assert foreign.weights is not None
    assert [round(float(array.sum(dtype=np.float64)), 3) for array in foreign.weights] == stored["sums"]
    model = build_model(foreign.network)
    model.set_weights(foreign.weights)
    np.testing.assert_allclose(np.asarray(model(images())), stored["answers"], atol=1e-5)


@pytest.mark.parametrize("name", [name for name in STORED if name.startswith("drawings")])
def test_a_file_of_drawings_opens_to_the_same_drawings(name):
    collection, stored = Collection.from_bytes((FILES / name).read_bytes()), STORED[name]
    assert (collection.name, list(collection.class_names)) == (stored["name"], stored["class_names"])
    assert collection.labels.tolist() == stored["labels"]
    assert collection.kept_apart.tolist() == stored["kept_apart"]
    assert collection.images.sum((1, 2, 3), dtype=np.int64).tolist() == stored["sums"]
