"""Links and texts: short, exact, and harmless whatever they hold."""

import base64
import contextlib
import gc
import json
import random
import re
import time
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import (
    LENET5,
    PRESETS,
    Conv2D,
    Dense,
    Flatten,
    InvalidNetwork,
    Network,
    Recipe,
    from_json,
    from_token,
    shared_from_json,
    shared_from_token,
    to_json,
    to_token,
)
from core.network.sharing import HIDEABLE, MAX_TEXT, MAX_TOKEN
from tests.strategies import networks, recipes


@given(networks(), recipes(), st.sampled_from(("mnist", "fashion_mnist")), st.sets(st.sampled_from(HIDEABLE)))
@settings(deadline=None, max_examples=150)
def test_a_link_brings_back_all_of_it(network, recipe, dataset, hidden):
    token = to_token(network, recipe, dataset, tuple(sorted(hidden)))
    shared = shared_from_token(token)
    assert (shared.network, shared.recipe, shared.dataset) == (network, recipe, dataset)
    assert set(shared.hidden) == hidden
    assert from_token(token) == network
    assert shared_from_json(to_json(network, recipe, dataset)).recipe == recipe


def recipe_text(**settings) -> str:
    return json.dumps({"format": 1, "input_shape": [28, 28, 1], "layers": [], "recipe": settings})


@pytest.mark.parametrize("count", [1, 20])
def test_a_table_of_rates_may_have_up_to_twenty_stages_within_bounds(count):
    rates = [[200, 1e-9], *[[1, 1000]] * (count - 1)]
    shared = shared_from_json(recipe_text(schedule="table", rates=rates))
    assert shared.recipe == Recipe(schedule="table", rates=((200, 1e-9), *[(1, 1000.0)] * (count - 1)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("rates", value) for value in (
            [], [[1, 0.1]] * 21, [[0, 0.1]], [[201, 0.1]], [[1.5, 0.1]], [[True, 0.1]], [[1, 0]], [[1, -0.1]],
            [[1, 1001]], [[1, float("nan")]], [[1, float("inf")]], [[1, "0.1"]], [[1]], [[1, 0.1, 2]], [1, 0.1],
            [[[1, 0.1]]], [None], "0.1 × 2", "ab", {"1": 0.1}, [{"1": 0.1, "2": 0.2}], 0.1, None, [[1, 10**400]],
        )),
        ("nesterov", 1), ("restore_best", "yes"), ("schedule", "linear"), ("schedule", ["cosine"]), ("loss", "mae"),
        ("monitor", "loss"), ("momentum", 1.0), ("weight_decay", -0.1), ("label_smoothing", 0.6),
        ("clip_norm", float("inf")), ("stage_epochs", 0), ("factor", 1.0), ("factor", 0), ("cycle_epochs", 0),
        ("plateau_patience", 0), ("lowest_rate", -1e-9), ("warm_up", 51), ("training_images", 60_001),
        ("training_images", -1), ("validation_share", 0.51), ("early_stopping", True), ("early_stopping", 10**400),
        ("shift", 8.1), ("rotation", float("nan")), ("zoom", 0.6), ("shear", 90), ("blur", -1), ("noise", [0.1]),
        ("augments", True), ("idle", []),
    ],
)  # fmt: skip
def test_a_setting_that_no_recipe_may_have_is_refused(name, value):
    text = recipe_text(**{name: value})
    for read in (lambda: shared_from_json(text), lambda: shared_from_token(packed(text.encode()))):
        with pytest.raises(InvalidNetwork) as caught:
            read()
        assert len(str(caught.value)) < 300


def test_a_twelve_layer_network_fits_a_chat_message():
    """Even one whose settings are all unusual."""
    layers = tuple(
        Conv2D(17 + 13 * i, (3, 5), padding="same", activation="gelu", kernel_regularizer=(1.7e-5 * i, 3.1e-4))
        for i in range(10)
    )
    odd = Network((28, 28, 1), (*layers, Flatten(), Dense(10, "softmax")), "Mémoire d’une nuit d’été 🌙")
    recipe = Recipe(epochs=37, batch_size=77, learning_rate=0.00123, seed=987654321)
    assert len(to_token(odd, recipe, "fashion_mnist", HIDEABLE)) < 600
    assert len(to_token(LENET5, Recipe(), "mnist")) < 120


def test_every_preset_is_a_short_link():
    for preset in PRESETS.values():
        assert len(to_token(preset.network, preset.recipe, "mnist")) < 600


def test_a_link_has_only_characters_that_no_chat_and_no_browser_changes():
    assert re.fullmatch(r"1[A-Za-z0-9_-]+", to_token(LENET5, Recipe(epochs=7), "mnist"))


def packed(text: bytes) -> str:
    from core.network.sharing import _DICTIONARY

    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=_DICTIONARY)
    return "1" + base64.urlsafe_b64encode(packer.compress(text) + packer.flush()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "", "1", "2abc", "1!!!", "1" + "A" * MAX_TOKEN, "é", "1é", "1ＡＡ", None, 7, b"1abc",
        packed(b"[" * 10_000_000)[:MAX_TOKEN],
        packed(b" " * 15_000_000),
        packed(b"[" * 150_000),
        packed(b'{"format":1,"input_shape":[28,28,1],"layers":' + b"[" * 900 + b"]" * 900 + b"}"),
        packed(b"\xff\xfe"), packed(b'{"format":1}') + "AAAA", packed(b'{"format":1}')[:-3],
        packed(b'{"format":1,"input_shape":[28,28,1],"layers":[],"recipe":[]}'),
        packed(b'{"format":1,"input_shape":[28,28,1],"layers":[],"recipe":{"epochs":1e99}}'),
        packed(b'{"format":1,"input_shape":[28,28,1],"layers":[],"recipe":{"noun":"x"}}'),
        packed(b'{"format":1,"input_shape":[28,28,1],"layers":[],"dataset":"../../etc/passwd"}'),
        packed(b'{"format":1,"input_shape":[28,28,1],"layers":[],"hidden":["build"]}'),
        packed(b'{"format":1,"input_shape":[28,28,1],"layers":[],"hidden":[{}]}'),
        packed(b'{"format":1,"input_shape":[28,28,1],"layers":' + b"1" * 5000 + b"}"),
    ],
)  # fmt: skip
def test_hostile_links_are_refused_quickly_and_cheaply(token):
    tracemalloc.start()
    before = time.perf_counter()
    with pytest.raises(InvalidNetwork) as caught:
        from_token(token)
    seconds = time.perf_counter() - before
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
    assert seconds < 1.0  # tracing slows it down; the bound without is below
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "empty or cut off"),
        ("1", "empty or cut off"),
        (packed(b'{"format":1}' * 9)[:-6], "cut off"),
        (packed(b'{"format":1}') + "AAAA", "something after its end"),
        (packed(b" " * 1_000_000), "too large"),
        ("1!!!", "characters that none of ours has"),
    ],
)
def test_a_bad_link_is_told_what_is_wrong_with_it(token, words):
    with pytest.raises(InvalidNetwork, match=words):
        from_token(token)


def mutations(count: int):
    """(reader, text): links and texts of the presets with characters changed, or with values changed before packing."""
    dice = random.Random(3)
    tokens = [to_token(p.network, p.recipe, "mnist") for p in PRESETS.values()]
    texts = [to_json(p.network, p.recipe, "mnist") for p in PRESETS.values()]
    for turn in range(count):
        if turn % 4 < 2:
            text = with_other_values(dice.choice(texts), dice)
            yield (from_json, text) if turn % 2 else (from_token, packed(text.encode("utf-8", "surrogatepass")))
        elif turn % 2:
            yield from_token, with_other_letters(dice.choice(tokens), "ABCDEFabcdef0123456789-_ =%é", dice)
        else:
            letters = '{}[]",:0123456789.-eEtrufalsn×\x00\ud800 \n'
            yield from_json, with_other_letters(dice.choice(texts), letters, dice)


def with_other_letters(text: str, letters: str, dice: random.Random) -> str:
    mutated = list(text)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(mutated) or 1)
        mutated[at : at + dice.randint(0, 4)] = dice.choice(letters) * dice.choice((0, 1, 1, 1, 30))
    return "".join(mutated)


def with_other_values(text: str, dice: random.Random) -> str:
    """JSON stays JSON: somewhere in the tree a value is replaced, repeated, nested or taken away."""
    tree = json.loads(text)
    for _ in range(dice.randint(1, 3)):
        at = tree
        while children := [
            child
            for child in (at.values() if isinstance(at, dict) else at)
            if child and isinstance(child, dict | list)
        ]:
            at = dice.choice(children)
            if dice.random() < 0.4:
                break
        if not at:
            continue
        key = dice.choice(list(at)) if isinstance(at, dict) else dice.randrange(len(at))
        odd = [None, True, -1, 0, 1, 2, 255, 1e308, -0.5, 10**30, "", "relu", "é" * 50, [], {}, [[]], float("nan")]
        change = dice.randrange(4)
        if change == 0:
            at[key] = dice.choice(odd)
        elif change == 1:
            at[key] = [at[key]] * dice.choice((1, 2, 50))
        elif change == 2:
            del at[key]
        elif isinstance(at, dict):
            at[dice.choice(("merge", "branches", "kind", "x", "filters", "seed"))] = at[key]
        else:
            at.insert(key, dice.choice(odd))
    return json.dumps(tree)


def test_ten_thousand_mutated_links_and_texts_raise_only_invalid_network():
    slowest = 0.0
    gc.disable()  # its pauses are not the readers'
    for reader, text in mutations(10_000):
        before = time.process_time()
        with contextlib.suppress(InvalidNetwork):
            assert isinstance(reader(text), Network)
        slowest = max(slowest, time.process_time() - before)
    gc.enable()
    assert slowest < 0.05


def test_ten_thousand_mutated_links_and_texts_take_little_memory_each():
    most = 0
    tracemalloc.start()
    for reader, text in mutations(10_000):
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        with contextlib.suppress(InvalidNetwork):
            reader(text)
        most = max(most, tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    assert most < 20_000_000


def test_the_longest_texts_are_read_within_limits():
    long = Network((28, 28, 1), tuple(Conv2D(1 + i, 3, kernel_regularizer=(1e-5, 1e-4)) for i in range(200)))
    assert from_json(to_json(long)) == long
    assert len(to_json(long)) < MAX_TEXT
    assert from_token(to_token(long)) == long
