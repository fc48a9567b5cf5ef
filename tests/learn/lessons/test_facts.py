"""What a step asks for is noticed when it is so, and not before; oracles are the networks' published figures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learn.lessons import Fact, Facts, holds, read_lesson
from core.learn.lessons.acts import read_fact
from core.learn.lessons.facts import KINDS, NAMED, PLAIN, RELATIONS, receptive_field, split_fact
from core.learn.lessons.walking import witness
from core.network import LENET5, PRESETS, Conv2D, Dense, Flatten, GlobalAveragePooling2D, Network, Recipe
from tests.learn.lessons.examples import KNOWN

DENSE = PRESETS["A1"].network
BROKEN = Network((28, 28, 1), (Conv2D(4, (15, 15)), Conv2D(4, (15, 15))), "Too large a kernel")
LENET, EMPTY = Facts(network=LENET5), Facts()


def on(page: str, **settings: str | float) -> Facts:
    return Facts(page=page, settings=settings)


@pytest.mark.parametrize(
    ("fact", "yes", "no"),
    [
        ("page train", Facts(page="train"), Facts(page="build")),
        ("network LeNet-5", LENET, Facts(network=DENSE)),
        ("network lenet5", LENET, EMPTY),
        ("changed", Facts(changed=True), EMPTY),
        ("parameters = 61,706", LENET, Facts(network=DENSE)),  # LeCun's LeNet-5 with the full S2–C3
        ("parameters <= 61705", Facts(network=PRESETS["C5"].network), LENET),
        ("parameters < 61706", Facts(network=PRESETS["C5"].network), LENET),
        ("parameters >= 61706", LENET, Facts(network=PRESETS["C5"].network)),
        ("parameters > 61705", LENET, Facts(network=BROKEN)),
        ("multiply-adds = 416,520", LENET, Facts(network=DENSE)),  # 117,600 + 240,000 + 48,000 + 10,080 + 840
        ("receptive-field = 16", LENET, Facts(network=DENSE)),  # 5, 6, 14, 16
        ("layers >= 8", LENET, Facts(network=DENSE)),
        ("has Conv2D", LENET, Facts(network=DENSE)),
        ("has no Conv2D", Facts(network=DENSE), LENET),
        ("optimizer SGD", Facts(recipe=Recipe(optimizer="SGD")), Facts(recipe=Recipe(optimizer="Adam"))),
        ("epochs >= 5", Facts(recipe=Recipe(epochs=5)), Facts(recipe=Recipe(epochs=4))),
        ("training-images <= 1,000", Facts(training_images=1000), Facts(training_images=60_000)),
        ("learning-rate <= 0.01", Facts(recipe=Recipe(learning_rate=0.01)), Facts(recipe=Recipe(learning_rate=0.02))),
        ("batch-size = 1", Facts(recipe=Recipe(batch_size=1)), Facts(recipe=Recipe(batch_size=2))),
        ("augmented", Facts(recipe=Recipe(noise=0.1)), Facts(recipe=Recipe(training_images=100))),
        ("training", Facts(training=True), EMPTY),
        ("finished", Facts(finished=True), Facts(training=True)),
        ("test-accuracy >= 98", Facts(test_accuracy=98.0), Facts(test_accuracy=97.99)),
        ("test-accuracy < 98 %", Facts(test_accuracy=97.0), EMPTY),
        ("overfits", Facts(overfits=True), EMPTY),
        ("runs >= 2", Facts(runs=2), Facts(runs=1)),
        ("compared >= 2", Facts(compared=3), Facts(compared=1)),
        ("drawn", Facts(drawn=True), EMPTY),
        ("unit", Facts(unit=True), EMPTY),
        ("exercise shape", Facts(exercises=frozenset(["shape"])), Facts(exercises=frozenset(["parameters"]))),
        (
            "set kernels view = as a  dense-matrix",
            on("kernels", view="As a dense matrix"),
            on("games", view="As a dense matrix"),
        ),
        (
            "set kernels view = Without this kernel",
            on("kernels", view="Without this kernel"),
            on("kernels", view="As a dense matrix"),
        ),
        ("set kernels layer >= 3", on("kernels", layer=3), on("kernels", layer=2)),
        ("set kernels layer = 3", on("kernels", layer=3), on("kernels", view="3")),
        ("set kernels layer < 3", on("kernels", layer=2), on("kernels", layer="2")),
        ("set games rate = 0.5", on("games", rate=0.5), EMPTY),
    ],
)
def test_a_fact_holds_when_it_is_so_and_not_otherwise(fact, yes, no):
    found = read_fact(fact.replace(" %", "%"), KNOWN)
    assert isinstance(found, Fact), found
    assert holds(found, yes) and not holds(found, no)
    assert witness(found, KNOWN) is not None


def test_the_field_is_that_before_everything_is_seen_at_once():
    body = (Conv2D(2, (3, 3)), Conv2D(2, (3, 3), (2, 2)), Conv2D(2, (3, 3)))  # 3, 5, 9
    for end in ((Flatten(), Dense(10)), (GlobalAveragePooling2D(), Dense(10))):
        assert receptive_field(Network((28, 28, 1), (*body, *end), "N")) == 9
    assert receptive_field(DENSE) == 1 and receptive_field(BROKEN) is None


@pytest.mark.parametrize(
    "fact",
    [
        "parameters <= -5",
        "epochs >= 201",
        "test-accuracy > 100",
        "learning-rate >= 2,000",
        "set kernels layer > 9",
        "set games rate < 0.1",
    ],
)
def test_what_can_never_be_has_no_witness(fact):
    assert witness(read_fact(fact, KNOWN), KNOWN) is None


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("set", "after “set” stand a page, what is set there, and its value, such as “set convolution kernel = Blur”."),
        ("set kernels view", "after “set” stand a page, what is set there, and its value, such as “set convolution kernel = Blur”."),
        ("set kernel view = x", "there is no page “kernel”; did you mean “kernels”?"),
        ("set kernels lair = 3", "there is no control of Kernels called “lair”; did you mean “layer”?"),
        ("set train epochs = 3", "nothing that is set on the page Train is noticed; there are controls on kernels and games."),
        ("set kernels view = a dense matrix", "there is no value of “view” called “a dense matrix”; did you mean “As a dense matrix”?"),
        ("set kernels view > As a dense matrix", "“view” is no number, so it is compared by “=” only."),
        ("set kernels layer = two", "“layer” is a number, such as “set kernels layer >= 9”."),
        ("set games rate = 1", "“rate” lies between 0.1 and 0.9."),
    ],
)  # fmt: skip
def test_a_control_that_is_not_there_is_refused_with_the_one_that_may_be_meant(fact, sentence):
    assert read_fact(fact, KNOWN) == sentence


NETWORKS = st.sampled_from([None, LENET5, DENSE, BROKEN, *(preset.network for preset in PRESETS.values())])


@settings(max_examples=200, deadline=None)
@given(
    st.builds(Fact, st.sampled_from(KINDS), st.text(max_size=5), st.sampled_from(list(RELATIONS)), st.floats(), NETWORKS),
    st.builds(
        Facts, st.text(max_size=5), NETWORKS, st.just(Recipe()), st.integers(), st.booleans(), st.booleans(), st.booleans(),
        st.none() | st.floats(), st.booleans(), st.integers(), st.integers(), st.booleans(), st.booleans(), st.frozensets(st.text()),
    ),
)  # fmt: skip
def test_whatever_the_facts_are_it_holds_or_it_does_not(fact, facts):
    assert holds(fact, facts) in (True, False)


@given(
    st.text(max_size=60)
    | st.sampled_from(KINDS).flatmap(lambda kind: st.text(max_size=9).map(lambda rest: f"{kind} {rest}"))
)
def test_any_text_is_a_fact_or_a_sentence(text):
    found = read_fact(text, KNOWN)
    assert isinstance(found, (Fact, str))
    assert split_fact("") is None and set(PLAIN) & set(NAMED) == set()


def test_a_step_may_ask_for_several_things_and_each_has_to_be_one():
    text = "---\ntitle: T\nminutes: 5\naim: A\nbegin: build\n---\n## S\n@network A1\n@do {}\n"
    found = read_lesson(text.format("training-images <= 10000; epochs = 5; finished"), KNOWN)
    assert not found.problems and found.lesson is not None
    images, epochs, finished = found.lesson.steps[0].do
    assert (images.kind, images.number, epochs.kind, epochs.number) == ("training-images", 10_000, "epochs", 5)
    assert finished.network == PRESETS["A1"].network
    [problem] = read_lesson(text.format("drawn; epoch = 5"), KNOWN).problems
    assert problem.line == 9 and "epochs" in problem.sentence
    [problem] = read_lesson(text.format("; ".join(["drawn"] * 5)), KNOWN).problems
    assert "4 things at most, this one for 5" in problem.sentence
