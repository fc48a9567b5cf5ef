"""Exercises: 300 of each kind, read as a person reads them and worked out by other means."""

import math
import re
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn.exercises import (
    KINDS,
    LEVELS,
    MOST_CHARACTERS,
    Form,
    Progress,
    answer_words,
    check,
    fixed_exercises,
    from_json,
    generated,
    to_json,
)
from core.learn.exercises.answers import Unreadable, read

EACH_LEVEL = 100  # instances


@lru_cache
def instances(kind):
    return [generated(kind, level, seed) for level in LEVELS for seed in range(EACH_LEVEL)]


def numbers(text, pattern):
    """The groups of the pattern, which must be in the text, as whole numbers."""
    found = re.search(pattern, text)
    assert found, (pattern, text)
    return [int(group.replace(",", "")) for group in found.groups()]


def optional(text, pattern, otherwise):
    found = re.search(pattern, text)
    return int(found[1]) if found else otherwise


def side(n, k, s=1, p=0, d=1):
    """How many positions a kernel has, by going through them."""
    return len([start for start in range(-p, n + p, s) if start + d * (k - 1) < n + p])


def matrices(text):
    return [
        np.array([[float(cell) for cell in row.split("&")] for row in body.split(r"\\")])
        for body in re.findall(r"\\begin\{bmatrix\}(.*?)\\end", text)
    ]


def shape(text):
    channels, height, width = numbers(text, r"has (\d+) channels? of (\d+)×(\d+)")
    if "max-pooling with windows" in text and "kernel" not in text:
        window, stride = numbers(text, r"windows of (\d+)×\d+, stride (\d+), no padding")
        return channels, side(height, window, stride), side(width, window, stride)
    kernels, k = numbers(text, r"(\d+) kernels? of (\d+)×")
    (s,) = numbers(text, r"stride (\d+)")
    p, d = optional(text, r"padding (\d+)", 0), optional(text, r"dilation (\d+)", 1)
    assert p or "no padding" in text
    pool = optional(text, r"windows of (\d+)×\d+ side by side", 1)
    return kernels, *(side(side(n, k, s, p, d), pool, pool) for n in (height, width))


def parameters(text):
    if "A network reads" in text:
        c, n, o, k, pool, units = numbers(
            text,
            r"reads (\d+) channels? of (\d+)×\d+: a convolution of (\d+) kernels of (\d+)×\d+ without padding, max-pooling with "
            r"windows of (\d)×\d, then a dense layer of (\d+) units",
        )
        m = side(side(n, k), pool, pool)
        return o * (k * k * c + 1) + units * (m * m * o + 1)
    if "separable" in text:
        c, o, k = numbers(text, r"from (\d+) channels? to (\d+) with kernels of (\d+)×")
        return c * k * k + o * (c + 1)
    if "dense" in text:
        (units,) = numbers(text, r"([\d,]+) units")
        if "pixels" in text:
            given = math.prod(numbers(text, r"(\d+)×(\d+) in (\d+) channel"))
        else:
            (given,) = numbers(text, r"reads ([\d,]+) numbers")
        return units * (given + 1)
    o, k = numbers(text, r"(\d+) kernels? of (\d+)×")
    (c,) = numbers(text, r"over (\d+) channel")
    return o * (k * k * c + ("with bias" in text))


def multiply_adds(text):
    if "separable" in text:
        c, o, k, n = numbers(text, r"from (\d+) channels? to (\d+) with kernels of (\d+)×\d+.*input of (\d+)×")
        return side(n, k) ** 2 * (k * k * c + c * o)
    o, k, s = numbers(text, r"(\d+) kernels? of (\d+)×\d+, stride (\d+)")
    c, n = numbers(text, r"input of (\d+) channels? of (\d+)×")
    m = side(n, k, s, optional(text, r"padding (\d+)", 0))
    return m * m * o * k * k * c + m * m * o * optional(text, r"dense layer of (\d+) units", 0)


def receptive_field(text):
    """By following one unit of the end back to the input, cell by cell."""
    seen = {0}
    stack = [
        (int(k), int(s or 1), int(d or 1))
        for k, s, d in re.findall(r"of (\d)×\d(?: with stride (\d))?(?: with dilation (\d))?", text)
    ]
    for k, s, d in reversed(stack):
        seen = {at * s + step * d for at in seen for step in range(k)}
    return max(seen) - min(seen) + 1


def convolution(text):
    given = matrices(text)
    (s,) = numbers(text, r"stride (\d)")
    p, bias = optional(text, r"padding (\d)", 0), re.search(r"bias (−?\d+)", text)
    total = int(bias[1].replace("−", "-")) if bias else 0
    for image, kernel in zip(given[::2], given[1::2]):
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, p), kernel.shape)[::s, ::s]
        total = total + np.einsum("abrc,rc->ab", windows, kernel)
    return tuple(map(tuple, total))


def pooling_gradient(text):
    """By moving each cell a little, up to which nothing else becomes the maximum."""
    image, gradients = matrices(text)
    window, s = numbers(text, r"windows of (\d)×\d and stride (\d)")
    kept = np.max if "largest number" in text else np.mean

    def loss(image):
        windows = np.lib.stride_tricks.sliding_window_view(image, (window, window))[::s, ::s]
        return (kept(windows, axis=(2, 3)) * gradients).sum()

    found = np.zeros_like(image)
    for cell in np.ndindex(image.shape):
        moved = image.copy()
        moved[cell] += 0.25
        found[cell] = (loss(moved) - loss(image)) / 0.25
    return tuple(map(tuple, np.round(found, 9) + 0.0))


def back_propagation(text):
    """By finite differences of the loss."""
    given = {name: float(number.replace("−", "-")) for name, number in re.findall(r"(\S+) = (−?[\d.]+\d|−?\d)", text)}
    activation = {"ReLU": lambda net: max(net, 0), "sigmoid": lambda net: 1 / (1 + math.exp(-net))}
    f = next(function for name, function in activation.items() if f"all units are of the kind {name}" in text)
    (weight,) = re.findall(r"What is (\S+) after", text)

    def loss(given):
        hidden = {
            h: f(given.get(f"b({h})", 0) + sum(given[x] * given[f"w({x}→{h})"] for x in ("x1", "x2")))
            for h in ("h1", "h2")
        }
        output = f(given.get("b(o1)", 0) + sum(hidden[h] * given[f"w({h}→o1)"] for h in hidden))
        return (given["T"] - output) ** 2 / 2

    up, down = (loss(given | {weight: given[weight] + step}) for step in (1e-5, -1e-5))
    return given[weight] - given["l"] * (up - down) / 2e-5


ORACLES = {
    "shape": shape,
    "parameters": parameters,
    "multiply_adds": multiply_adds,
    "receptive_field": receptive_field,
    "convolution": convolution,
    "pooling_gradient": pooling_gradient,
    "back_propagation": back_propagation,
}


def test_every_kind_has_an_oracle():
    assert set(ORACLES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_is_that_of_whoever_reads_the_text_and_works_it_out(kind):
    for exercise in instances(kind):
        expected = ORACLES[kind](exercise.text)
        if kind == "back_propagation":
            assert exercise.answer == pytest.approx(expected, abs=1e-6), exercise.text
        else:
            assert exercise.answer == expected, exercise.text
        typed = f"{expected:.3f}" if kind == "back_propagation" else answer_words(expected, exercise.form)
        assert check(exercise, typed).state == "right", typed


@pytest.mark.parametrize("kind", [*KINDS, "fixed"])
def test_each_wrong_answer_is_wrong_and_is_told_its_own_cause(kind):
    for exercise in fixed_exercises() if kind == "fixed" else instances(kind):
        assert exercise.wrong, exercise
        for answer, cause in exercise.wrong:
            typed = f"{answer:.4f}" if exercise.form.kind == "decimal" else answer_words(answer, exercise.form)
            verdict = check(exercise, typed)
            assert verdict == ("wrong", cause) and cause.endswith("."), (exercise.text, typed, verdict)


@pytest.mark.parametrize("kind", [*KINDS, "fixed"])
def test_hint_and_solution_are_there_and_the_last_line_has_the_answer(kind):
    for exercise in fixed_exercises() if kind == "fixed" else instances(kind):
        assert exercise.hint and len(exercise.solution) >= 2 and all(exercise.solution)
        last = exercise.solution[-1]
        if exercise.form.kind == "matrix":
            assert np.array_equal(matrices(last)[0], exercise.answer)
        else:
            assert f"**{answer_words(exercise.answer, exercise.form)}" in last


def worked_out(words):
    """What a formula with numbers comes to; None where it is none."""
    plain = words.replace("−", "-").replace("·", "*").replace(",", "").replace("⌊", "math.floor(").replace("⌋", ")")
    if not re.fullmatch(r"[\d\s+*/()-]*", plain.replace("math.floor", "")) or not re.search(r"\d", plain):
        return None
    return eval(plain, {"math": math})


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "back_propagation"])
def test_formulas_of_the_solution_come_to_what_stands_behind_them(kind):
    seen = 0
    for exercise in instances(kind):
        last = None
        for line in exercise.solution[:-1]:
            parts = re.split(r" = ", re.sub(r"^[^=:]*: |, and .*$|\.$|;.*$", "", line))
            values = [value for value in map(worked_out, parts) if value is not None]
            seen += len(values) > 1
            assert len(set(values)) <= 1, line
            last = values[-1] if values else last
        assert exercise.form.kind != "whole" or last == exercise.answer
    assert seen > 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_always_makes_the_same_exercise_and_others_make_others(kind):
    for level in LEVELS:
        assert generated(kind, level, 7) == generated(kind, level, 7)
        assert len({generated(kind, level, seed).text for seed in range(20)}) > 9
    assert len({exercise.name for exercise in instances(kind)}) == 3 * EACH_LEVEL


def test_causes_fit_worked_out_by_other_means():
    """The causes that are given most, each for all exercises of its kind."""
    seen = {"padding": 0, "bias": 0, "flip": 0}
    for exercise in instances("shape"):
        for answer, cause in exercise.wrong:
            if cause == "That is the size without padding.":
                seen["padding"] += 1
                assert answer == shape(re.sub(r"padding \d on each side", "no padding", exercise.text))
    for exercise in instances("parameters"):
        for answer, cause in exercise.wrong:
            if cause == "You forgot the bias." and "network" not in exercise.text:
                seen["bias"] += 1
                outputs = numbers(exercise.text, r"(?:of|to) ([\d,]+)(?: kernels| units| with)")[0]
                assert exercise.answer - answer == outputs
    for exercise in instances("convolution"):
        for answer, cause in exercise.wrong:
            if cause.startswith("You turned the kernel"):
                seen["flip"] += 1
                turned = exercise.text
                for kernel in matrices(turned)[1::2]:
                    rows = [
                        r" \\ ".join(" & ".join(f"{n:g}" for n in row) for row in k)
                        for k in (kernel, kernel[::-1, ::-1])
                    ]
                    turned = turned.replace(
                        f"$K = \\begin{{bmatrix}} {rows[0]} ", f"$K = \\begin{{bmatrix}} {rows[1]} ", 1
                    )
                if turned.count("$K") == 1:  # with two channels, one text may stand in both
                    assert answer == convolution(turned)
    assert min(seen.values()) > 50


def test_the_fixed_ones_have_the_answers_of_the_reader():
    exercises = fixed_exercises()
    assert [one.answer for one in exercises[:3]] == [196_609_000, 280, (4, 102, 102)]
    pooling = next(one for one in exercises if "takes no part in back-propagation" in one.text)
    assert pooling.answer is False
    assert "passes the gradient on" in check(pooling, "true").words
    assert {one.answer for one in exercises[3:]} == {True, False}
    assert [one.name for one in exercises] == [f"fixed/{number}" for number in range(1, len(exercises) + 1)]


WHOLE, SHAPE, DECIMAL, TRUTH = (
    Form("whole", "parameters"),
    Form("shape"),
    Form("decimal", tolerance=0.001),
    Form("truth"),
)
SQUARE = Form("matrix", size=(2, 2))


@pytest.mark.parametrize(
    "form, text, answer",
    [
        (WHOLE, "1234", 1234),
        (WHOLE, " 1,234 ", 1234),
        (WHOLE, "1 234", 1234),
        (WHOLE, "1\u202f234", 1234),
        (WHOLE, "1'234", 1234),
        (WHOLE, "196.609.000", 196_609_000),
        (WHOLE, "1,234 parameters", 1234),
        (WHOLE, "280.0", 280),
        (WHOLE, "−5", -5),
        (SHAPE, "4x102x102", (4, 102, 102)),
        (SHAPE, "4×102×102", (4, 102, 102)),
        (SHAPE, "(4, 102, 102)", (4, 102, 102)),
        (SHAPE, "[4 102 102]", (4, 102, 102)),
        (SHAPE, "4 X 102 * 102", (4, 102, 102)),
        (DECIMAL, "0.125", 0.125),
        (DECIMAL, "0,125", 0.125),
        (DECIMAL, "−.5", -0.5),
        (DECIMAL, "1,234.5", 1234.5),
        (DECIMAL, "3", 3.0),
        (SQUARE, "1 2\n3 −4", ((1, 2), (3, -4))),
        (SQUARE, "[[1, 2], [3, 4]]", ((1, 2), (3, 4))),
        (SQUARE, "1, 2; 3, 4", ((1, 2), (3, 4))),
        (SQUARE, "1 2 3 4", ((1, 2), (3, 4))),
        (SQUARE, "0,5 1,5\n2 3", ((0.5, 1.5), (2, 3))),
        (SQUARE, "0.5,1.5\n2,3\n", ((0.5, 1.5), (2, 3))),
        (TRUTH, "True.", True),
        (TRUTH, "no", False),
    ],
)
def test_answers_are_read_as_people_write_them(form, text, answer):
    assert read(text, form) == answer


@pytest.mark.parametrize(
    "form, text, words",
    [
        (WHOLE, "", "Nothing is typed yet. Type a whole number, such as 1,234."),
        (WHOLE, "many", "“many” cannot be read. Type a whole number, such as 1,234."),
        (WHOLE, "1.234", "“1.234” may be 1,234 or a fraction."),
        (WHOLE, "12,34", "“12,34” cannot be read."),
        (WHOLE, "10^9", "“10^9” cannot be read."),
        (WHOLE, "1" * 16, "A number of 16 digits is more than any answer here has."),
        (WHOLE, "9" * 10**6, f"That is longer than {MOST_CHARACTERS} characters. Type a whole number"),
        (WHOLE, "١٢٣", "cannot be read"),
        (SHAPE, "4×102", "Three numbers are needed, not 2. Type channels×height×width, such as 6×24×24."),
        (SHAPE, "four by two", "cannot be read"),
        (DECIMAL, "1,234", "“1,234” may be 1.234 or 1234. Type it with a point: 1.234."),
        (DECIMAL, "nan", "“nan” cannot be read."),
        (DECIMAL, "1e400", "“1e400” cannot be read."),
        (SQUARE, "1 2\n3", "The rows have different lengths. Type 2×2 numbers"),
        (SQUARE, "a b\nc d", "cannot be read"),
        (SQUARE, ";;;", "cannot be read"),
        (TRUTH, "perhaps", "“perhaps” cannot be read. Choose true or false."),
    ],
)
def test_what_is_no_answer_is_told_what_is_expected(form, text, words):
    found = read(text, form)
    assert isinstance(found, Unreadable) and words in found.words


@given(
    st.text(max_size=30) | st.text("0123456789.,;x×-−()[] \n", max_size=30),
    st.sampled_from([WHOLE, SHAPE, DECIMAL, SQUARE, TRUTH]),
)
def test_whatever_is_typed_gets_an_answer_or_a_sentence(text, form):
    found = read(text, form)
    if isinstance(found, Unreadable):
        assert len(found.words) < 250 and found.words.endswith(".")
    for exercise in (*fixed_exercises()[:4], generated("convolution", 1, 0), generated("back_propagation", 1, 0)):
        assert check(exercise, text).words


def test_a_wrong_answer_without_a_known_cause_is_told_what_is_wrong_with_it():
    parameters, shape = fixed_exercises()[1:4:1][0], fixed_exercises()[2]
    assert check(parameters, "281").words == "That is too much."
    assert check(parameters, "1").words == "That is too little."
    assert check(shape, "4×7×9").words == "Only the channels are right."
    assert check(shape, "4×102×9").words == "Only the channels and the height are right."
    assert check(shape, "9×102×9").words == "Only the height is right."
    assert check(shape, "1×2×3").words == "None of the three numbers is right."
    output = generated("convolution", 1, 3)
    rows = [list(row) for row in output.answer]
    rows[1][0] += 100
    assert check(output, answer_words(rows, output.form)).words == "The number in row 2, column 1 is not right."
    rows[0][1] += 100
    assert (
        "row 1, column 2 is not right, the first of 2 out of 4 numbers."
        in check(output, answer_words(rows, output.form)).words
    )
    assert check(output, "1 2 3\n4 5 6").words == "You typed a matrix of 2×3; one of 2×2 is asked for."


def test_progress_counts_exercises_and_rows():
    done = Progress()
    assert done.words == "No exercise tried yet"
    for _ in range(3):
        done = done.got("shape/1/1", True)
    assert done.words == "3 right of 3, 3 in a row"
    assert done.got("parameters/2/5", True).by_kind == {"shape": 3, "parameters": 1}
    done = done.missed(True).missed(False)
    assert done.words == "3 right of 4"
    done = done.got("fixed/2", False)
    assert done.words == "4 right of 4" and done.solved == ("fixed/2",)
    done = done.got("fixed/2", True)
    assert done.words == "5 right of 5" and done.row == 1 and done.solved == ("fixed/2",)


def test_progress_is_kept_as_json_and_a_damaged_document_begins_anew():
    done = Progress(4, 6, 2, ("fixed/1",))
    assert from_json(to_json(done)) == done
    bad = [
        '{"right":5,"tried":2}',
        '{"right":true}',
        "[]",
        "nonsense",
        "[" * 10**5,
        '{"tried":-1}',
        '{"solved":3}',
        None,
    ]
    assert {from_json(text) for text in bad} == {Progress()}
    assert from_json('{"solved":[1,"fixed/3","fixed/3"]}').solved == ("fixed/3",)
    many = Progress().got("shape/1/1", True).got("shape/1/2", True).got("parameters/1/1", True)
    assert from_json(to_json(many)) == many
    for times in ("", ',"times":[2]', ',"times":[0,1]', ',"times":7'):  # of a former version, or damaged
        kept = '{"right":3,"tried":3,"kinds":["shape","parameters"]' + times + "}"
        assert from_json(kept).by_kind == {"shape": 1, "parameters": 1}
