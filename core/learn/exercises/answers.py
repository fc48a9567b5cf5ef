"""What is typed as an answer: its form, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Union

import numpy as np

Matrix = tuple[tuple[float, ...], ...]
Answer = Union[bool, int, float, tuple[int, ...], Matrix]
MOST_CHARACTERS = 400  # of a typed answer
MOST_DIGITS = 15
SHOWN = 20  # characters of what was typed that are quoted
EXACT = 1e-6
_EXAMPLE = "0.125125125125125"  # of a decimal, cut to as many decimals as are asked for

_WHOLE = re.compile(r"[+-]?[0-9]+(\.0{1,2})?")
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(?:(,)[0-9]{3}(?:,[0-9]{3})*|( )[0-9]{3}(?: [0-9]{3})*|(\.)[0-9]{3}(?:\.[0-9]{3})+)"
)
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_TRUTHS = {
    "true": True,
    "t": True,
    "yes": True,
    "right": True,
    "false": False,
    "f": False,
    "no": False,
    "wrong": False,
}


@dataclass(frozen=True)
class Form:
    """The form of an answer.

    Attributes:
        kind: what is typed.
        unit: what a whole number or a decimal counts, as `parameters`; empty for none.
        size: (rows, columns) of a matrix.
        tolerance: how far a decimal may be off.
        decimals: with which a decimal is typed.
    """

    kind: Literal["whole", "decimal", "shape", "matrix", "truth"]
    unit: str = ""
    size: tuple[int, int] = (0, 0)
    tolerance: float = EXACT
    decimals: int = 3

    @property
    def words(self) -> str:
        """What is expected, in a sentence; no Markdown."""
        rows, columns = self.size
        return {
            "whole": "Type a whole number, such as 1,234.",
            "decimal": f"Type a number with {_decimals(self.decimals)}, such as {_EXAMPLE[: 2 + self.decimals]}.",
            "shape": "Type channels×height×width, such as 6×24×24.",
            "matrix": f"Type {rows}×{columns} numbers: each row on its own line, with spaces between the numbers.",
            "truth": "Choose true or false.",
        }[self.kind]

    def same(self, one: Answer, other: Answer) -> bool:
        """Whether two answers of this form count as the same."""
        if self.kind == "decimal":
            return abs(float(one) - float(other)) <= self.tolerance  # pyright: ignore[reportArgumentType]
        return one == other

    def apart(self, one: Answer, other: Answer) -> bool:
        """Whether no answer can count as both."""
        if self.kind == "decimal":
            return abs(float(one) - float(other)) > 2 * self.tolerance  # pyright: ignore[reportArgumentType]
        return one != other


def _decimals(number: int) -> str:
    """`one decimal`, `three decimals`."""
    words = ("one", "two", "three", "four", "five", "six")
    return f"{words[number - 1] if number <= len(words) else number} decimal{'s' if number > 1 else ''}"


class Unreadable(NamedTuple):
    """No answer of the form that is asked for; its words say what is expected."""

    words: str


def read(text: str, form: Form) -> Answer | Unreadable:
    """The answer that was typed; reads thousands, brackets, and points or commas as people write them."""
    if len(text) > MOST_CHARACTERS:
        return Unreadable(f"That is longer than {MOST_CHARACTERS} characters. {form.words}")
    text = _plain_signs(text)
    if not text:
        return Unreadable(f"Nothing is typed yet. {form.words}")
    found = _READERS[form.kind](text, form)
    if found is None:
        return Unreadable(f"“{text[:SHOWN]}{'…' if len(text) > SHOWN else ''}” cannot be read. {form.words}")
    return found


def _plain_signs(text: str) -> str:
    for sign, plain in (
        ("−", "-"),
        ("–", "-"),
        ("\u00a0", " "),
        ("\u202f", " "),
        ("\u2009", " "),
        ("’", ""),
        ("'", ""),
    ):
        text = text.replace(sign, plain)
    return text.strip()


def _whole(text: str, form: Form | None = None) -> int | Unreadable | None:
    text = re.sub(rf"\s*{re.escape(form.unit)}$", "", text) if form and form.unit else text
    if not (_WHOLE.fullmatch(text) or _GROUPED.fullmatch(text)):
        if form and re.fullmatch(r"[+-]?[0-9]{1,3}\.[0-9]{3}", text):
            return Unreadable(f"“{text}” may be {text.replace('.', ',')} or a fraction. {form.words}")
        return None
    digits = re.sub(r"[ ,.]", "", re.sub(r"\.0{1,2}$", "", text))
    if len(digits) > MOST_DIGITS:
        return Unreadable(
            f"A number of {len(digits)} digits is more than any answer here has. {form.words if form else ''}"
        )
    return int(digits)


def _decimal(text: str, form: Form) -> float | Unreadable | None:
    if re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", text):
        as_point = text.replace(",", ".")
        return Unreadable(f"“{text}” may be {as_point} or {text.replace(',', '')}. Type it with a point: {as_point}.")
    grouped = re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", text)
    return _number(text.replace(",", "" if grouped else "."))


def _number(text: str) -> float | None:
    return float(text) if _DECIMAL.fullmatch(text) and len(text) <= 2 * MOST_DIGITS else None


def _shape(text: str, form: Form) -> tuple[int, ...] | Unreadable | None:
    inner = text.strip("()[] ")
    parts = re.split(r"\s*[x×X*·]\s*", inner)
    if len(parts) == 1:
        parts = re.split(r"[\s,;]+", inner)
    numbers = [_whole(part) for part in parts]
    if not all(isinstance(number, int) for number in numbers):
        return None
    if len(numbers) != 3:
        return Unreadable(f"Three numbers are needed, not {len(numbers)}. {form.words}")
    return tuple(number for number in numbers if isinstance(number, int))


def _matrix(text: str, form: Form) -> Matrix | Unreadable | None:
    rows, columns = form.size
    lines = [line.strip(" ,\t") for line in re.split(r"[\n;\]]+", re.sub(r"[\[()|]", " ", text))]
    lines = [line for line in lines if line]
    found: list[tuple[float, ...]] = []
    for line in lines:
        row = _numbers(re.split(r"[\s,]+", line))
        if row is not None and len(row) != columns and "," in line:  # commas may be those of decimals
            by_spaces = _numbers(line.replace(",", ".").split())
            row = by_spaces if by_spaces is not None and len(by_spaces) == columns else row
        if row is None:
            return None
        found.append(row)
    if len(found) == 1 and len(found[0]) == rows * columns:
        found = [found[0][start : start + columns] for start in range(0, rows * columns, columns)]
    if not found:
        return None
    if len({len(row) for row in found}) > 1:
        return Unreadable(f"The rows have different lengths. {form.words}")
    return tuple(found)


def _numbers(words: Sequence[str]) -> tuple[float, ...] | None:
    found = [_number(word) for word in words if word]
    return None if None in found else tuple(number for number in found if number is not None)


def _truth(text: str, form: Form) -> bool | None:
    return _TRUTHS.get(text.lower().rstrip("."))


_READERS = {"whole": _whole, "decimal": _decimal, "shape": _shape, "matrix": _matrix, "truth": _truth}


def answer_words(answer: Answer, form: Form, markdown: bool = False) -> str:
    """An answer as it is shown: `196,609,000`, `4×102×102`, a matrix as rows or, in Markdown, as LaTeX."""
    if form.kind == "matrix":
        rows = np.asarray(answer, np.float64)
        return f"${latex(rows)}$" if markdown else "\n".join(" ".join(f"{one:g}" for one in row) for row in rows)
    if isinstance(answer, bool):
        shown = "True" if answer else "False"
    elif isinstance(answer, tuple):
        shown = "×".join(map(str, answer))
    else:
        shown = f"{answer:.3f}" if form.kind == "decimal" else f"{answer:,}"
    shown = shown.replace("-", "−")
    return f"**{shown}{f' {form.unit}' if form.unit else ''}**" if markdown else shown


def latex(matrix: np.ndarray | Sequence[Sequence[float]]) -> str:
    """A matrix for KaTeX."""
    rows = r" \\ ".join(" & ".join(f"{number:g}" for number in row) for row in np.asarray(matrix).tolist())
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"
