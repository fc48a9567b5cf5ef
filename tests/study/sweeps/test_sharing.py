"""Sweeps as JSON and as links: back and forth, and whatever a stranger may send."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.network import LENET5, PRESETS, Dropout, Recipe
from core.network.sharing import MAX_TEXT
from core.study.sweeps.domains import InvalidSweep, Listed, Span
from core.study.sweeps.sharing import sweep_from_json, sweep_from_token, sweep_to_json, sweep_to_token
from core.study.sweeps.sweep import Dimension, Plan, Sweep
from core.study.sweeps.targets import Depth, OfLayers, OfRecipe, Widths

VGG = PRESETS["VGG"].network.inserted((9,), Dropout(0.2))
ALL_KINDS = Sweep(
    VGG,
    Recipe(seed=3, epochs=2),
    "fashion_mnist",
    (
        Dimension(OfLayers("Dropout", "rate", ((9,),)), Span(0.0, 0.5)),
        Dimension(OfLayers("Conv2D", "kernel_size", ((0,),)), Listed((3, (1, 7)))),
        Dimension(OfRecipe("learning_rate"), Span(1e-5, 0.1, log=True, points=7)),
        Dimension(OfRecipe("optimizer"), Listed(("Adam", "SGD"))),
        Dimension(Depth("Conv2D", (6,)), Listed((1, 2))),
        Dimension(Widths(), Listed((0.5, 1.0))),
    ),
    Plan(method="tpe", repeats=2, trials=30, minutes=60, pruner="median", validation_share=0.2, seed=9),
    "Everything “at once”",
)
SMALL = Sweep(LENET5, dimensions=(Dimension(OfLayers("Dense", "units", ((5,),)), Listed((60, 120))),))


@pytest.mark.parametrize(
    "sweep", [ALL_KINDS, SMALL, Sweep(LENET5, plan=Plan(repeats=10))], ids=["all", "small", "seeds"]
)
def test_json_and_links_give_the_same_sweep_back(sweep):
    assert sweep_from_json(sweep_to_json(sweep)) == sweep
    token = sweep_to_token(sweep)
    assert sweep_from_token(token) == sweep
    assert len(token) < 700


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(("grid", "random", "tpe")),
    st.integers(1, 5),
    st.lists(st.floats(1e-6, 1000), min_size=1, max_size=5, unique=True),
    st.tuples(st.integers(1, 100), st.integers(101, 8192), st.booleans(), st.integers(2, 10)),
)
def test_any_sweep_survives_json_exactly(method, repeats, rates, span):
    dimensions = (
        Dimension(OfRecipe("learning_rate"), Listed(tuple(rates))),
        Dimension(OfLayers("Dense", "units", ((5,), (6,))), Span(*span)),
    )
    try:
        sweep = Sweep(LENET5, dimensions=dimensions, plan=Plan(method=method, repeats=repeats))
    except InvalidSweep:
        return  # points that rounding makes one
    assert sweep_from_json(sweep_to_json(sweep)) == sweep == sweep_from_token(sweep_to_token(sweep))


def changed(**changes):
    return json.dumps(json.loads(sweep_to_json(SMALL)) | changes)


def with_dimension(**changes):
    given = {"of": "layers", "kind": "Dense", "field": "units", "at": [[5]], "values": [10]} | changes
    return changed(dimensions=[{name: value for name, value in given.items() if value is not ...}])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (" " * (MAX_TEXT + 1), "too long"),
        ("[]", "not a sweep"),
        (changed(format=2), "not a sweep"),
        (changed(format=True), "not a sweep"),
        (changed(extra=1), "“extra” is not a setting of a sweep"),
        (changed(name=5), "needs a name"),
        (changed(plan=[]), "must be an object"),
        (changed(plan={"speed": 1}), "“speed” is not a setting"),
        (changed(plan={"method": "best"}), "Method must be one of"),
        (changed(plan={"repeats": 10**6}), "Seeds must be between"),
        (changed(plan={"validation_share": 0}), "Validation share must be between"),
        (changed(base=None), "not a network"),
        (changed(base={"format": 1, "layers": [], "input_shape": [28, 28, 1]}), "with a recipe and a dataset"),
        (changed(dimensions={}), "must be a list"),
        (changed(dimensions=[1]), "must say what it is of"),
        (changed(dimensions=[{}] * 13), "at most 12"),
        (with_dimension(of="all"), "must say what it is of"),
        (with_dimension(of=["layers"]), "must say what it is of"),
        (with_dimension(why=1), "“why” is not a setting"),
        (with_dimension(kind=1), "must be a word"),
        (with_dimension(at=5), "must be a list"),
        (with_dimension(at=[]), "at least one"),
        (with_dimension(at=[[5], [5]]), "different ones"),
        (with_dimension(at=[[-1]]), "path of a layer"),
        (with_dimension(at=[[True]]), "path of a layer"),
        (with_dimension(at=[[5, 0]]), "path of a layer"),
        (with_dimension(values=[[1, 2, 3]]), "list of two"),
        (with_dimension(values=[[1, 2]]), "whole number"),
        (with_dimension(values=[{}]), "whole number"),
        (with_dimension(values=[None]), "whole number"),
        (with_dimension(values=[True]), "whole number"),
        (with_dimension(values=[10**400]), "between 1 and 8,192"),
        (with_dimension(values=list(range(1, 1000))), "999 values"),
        (with_dimension(low=1, high=2), "either a list"),
        (with_dimension(values=...), "needs a list"),
        (with_dimension(values=..., low=1, high="2"), "whole number"),
        (with_dimension(values=..., low=[1, 2], high=3), "one number"),
        (with_dimension(values=..., low=1, high=9, points=1.5), "2 to 200 points"),
        (with_dimension(values=..., low=1, high=9, points=10**9), "2 to 200 points"),
        (with_dimension(values=..., low=1, high=9, log=1, points=2), "true or false"),
        (with_dimension(field="kernel_size"), "no setting"),
        (with_dimension(of="recipe", kind=..., at=..., field="learning_rate", values=[float("nan")]), "NaN is no number"),
        (with_dimension(of="recipe", kind=..., at=..., field="learning_rate", values=[float("-inf")]), "-Infinity is no"),
    ],
)  # fmt: skip
def test_hostile_text_is_refused_in_a_sentence(text, words):
    with pytest.raises(InvalidSweep, match=words) as told:
        sweep_from_json(text)
    assert str(told.value).endswith(".") and len(str(told.value)) < 400


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_put_in_somewhere_is_read_or_refused(data):
    """A piece of a good document replaced by any JSON."""
    anything = st.recursive(
        st.none() | st.booleans() | st.integers(-9, 10**20) | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )
    document = json.loads(sweep_to_json(ALL_KINDS))
    place = document
    for _ in range(data.draw(st.integers(0, 4))):
        inner = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(inner))) if inner else None
        if key is None or not isinstance(place[key], (dict, list)) or not place[key]:
            break
        place = place[key]
    key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
    place[key] = data.draw(anything)
    try:
        sweep = sweep_from_json(json.dumps(document))
    except InvalidSweep:
        return
    assert sweep_from_json(sweep_to_json(sweep)) == sweep


@pytest.mark.parametrize(
    "token", ["", "1", "2abc", "1!!", "1" * 20_001, "1AAAA", "hello", sweep_to_token(SMALL)[:-9]]
)
def test_damaged_links_are_refused_in_a_sentence(token):
    with pytest.raises(InvalidSweep, match=r"^This link .*\.$"):
        sweep_from_token(token)


def test_a_networks_link_is_no_sweep():
    from core.network import to_token

    with pytest.raises(InvalidSweep):
        sweep_from_token(to_token(LENET5, Recipe(), "mnist"))
