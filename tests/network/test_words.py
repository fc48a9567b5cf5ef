"""A number and its noun agree, wherever a sentence holds both."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network import Conv2D, Dense, Flatten, GroupNormalization, Network, to_code, trace
from core.network.words import beyond, counted, joined, plural
from core.training import Recipe
from core.views.diagram import network_svg

KINDS = "numbers|parameters|epochs|images|channels|filters|groups|pixels|multiply-adds"
ONE = re.compile(rf"(?<![\d.,×·])(?<![·×+] )1 (\w+[- ])?({KINDS})\b")


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 unit"), (0, "0 units"), (2_416, "2,416 units"), (0.5, "0.5 units"), (1.0, "1 unit")]
)
def test_one_is_singular_and_all_else_plural(number, words):
    assert counted(number, "unit") == words


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("unit", "units"),
        ("class", "classes"),
        ("batch", "batches"),
        ("epoch", "epochs"),
        ("test image", "test images"),
    ],
)
def test_more_than_one_has_the_ending_that_its_noun_takes(noun, many):
    assert plural(noun) == many
    assert (counted(1, noun), counted(2, noun)) == (f"1 {noun}", f"2 {many}")


NOUNS = (
    "arrays|bytes|cells|channels|classes|columns|connections|drawings|entries|epochs|filters|groups|images|inputs|kernels"
    "|layers|lines|maps|members|networks|numbers|outputs|parameters|patterns|pixels|places|points|pictures|products|rows"
    "|runs|scores|stages|steps|strokes|times|units|weights"
)
PLURAL = re.compile(rf"^ (?:(?:different|other|more|true|wrong|test|training|input) )?(?:{NOUNS})\b")
NO_COUNTS = re.compile(  # of what stands before such a noun without being a number of it
    r"[A-Z_]+|.*_(text|percent)\(.*|(curves|self)\.name|point\.on|.*evaluated_on|line\['Sees'\]|listed|where|what|signs|share \* 100"
    r"|\(last - first\) \* 100"
)


def counts_without_their_noun(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, expression) of numbers in f-strings that have a plural behind them whatever they are."""
    for text in ast.walk(tree):
        if not isinstance(text, ast.JoinedStr):
            continue
        before = ""
        for value, after in pairwise([*text.values, ast.Constant("")]):
            if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
                said = ast.unparse(value.value)
                product = before.endswith(("×", " by "))  # 28×28 pixels are more than one
                decimals = bool(re.search(r"\.[1-9]f", ast.unparse(value)))  # 1.0 points
                if PLURAL.match(str(after.value)) and not (product or decimals or NO_COUNTS.fullmatch(said)):
                    yield value.lineno, said
            before = str(value.value) if isinstance(value, ast.Constant) else ""


def test_no_number_has_a_plural_behind_it_that_would_be_wrong_for_one():
    """Whoever writes `{number} images` is told to write `{counted(number, "image")}`."""
    root = Path(__file__).parents[2]
    found = [
        f"{path.relative_to(root)}:{line}: {said}"
        for path in sorted([*root.glob("core/**/*.py"), *root.glob("pages/*.py")])
        for line, said in counts_without_their_noun(ast.parse(path.read_text("utf-8")))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ('f"{len(x):,} drawings of {name}"', ["len(x)"]),
        ('f"All {number} test images."', ["number"]),
        ('f"{one} of {many:,} units, {high}×{wide} pixels, {high} by {wide} pixels"', ["many"]),
        ("f\"up to {MOST} layers, {counted(number, 'unit')} and {share:.1f} points\"", []),
    ],
)
def test_such_numbers_are_recognised(code, wrong):
    assert [said for _, said in counts_without_their_noun(ast.parse(code))] == wrong


def test_no_sentence_about_a_network_of_ones_counts_one_in_the_plural():
    small = Network((1, 1, 1), (Conv2D(1, 1, use_bias=False), GroupNormalization(1), Flatten(), Dense(1)), "Ones")
    said = [problem.sentence for problem in trace(small, 10).problems]
    said += [row.layer.describe() for row in trace(small).rows]
    said += [
        network_svg(small, trace(small)),
        to_code(small, Recipe()),
        Recipe(epochs=1, training_images=1).describe(),
    ]
    said += [p.sentence for p in trace(Network((1, 1, 1), (Flatten(), Dense(1), Conv2D(1, 1)))).problems]
    assert any("ends with 1 number," in sentence for sentence in said)
    assert "a row of 1 number." in said[-1] and "1 epoch," in said[-2] and "1 image" in said[-2]
    for sentence in said:
        assert not ONE.search(sentence), sentence


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), ""),
        (("red",), "red"),
        (("red", "green"), "red or green"),
        (("red", "green", "blue"), "red, green or blue"),
    ],
)
def test_words_in_a_row_have_commas_and_a_conjunction_before_the_last(words, said):
    assert joined(words, "or") == said


@given(st.floats(0.01, 1e5), st.floats(1e-9, 1))
def test_what_is_above_a_limit_never_reads_like_it(limit, more):
    limit = round(limit, 1) or 0.1
    said = float(beyond(limit + more).replace(",", ""))
    assert limit < said and limit + more <= said * (1 + 1e-12) <= limit + more + 0.1 + 1e-6


@pytest.mark.parametrize(
    ("size", "said"), [(10.000001, "10.1"), (10.1, "10.1"), (2.51, "2.6"), (0.003, "0.1"), (1234.56, "1,234.6")]
)
def test_a_size_above_a_limit_is_rounded_up(size, said):
    assert beyond(size) == said
