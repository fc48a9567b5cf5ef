"""A lesson's file → a lesson, with all that is wrong in it said line by line. Input is untrusted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from core.learn.lessons.acts import Act, read_acts, split_act
from core.learn.lessons.facts import SET
from core.learn.lessons.header import read_header
from core.learn.lessons.lesson import MAX_CHARACTERS, MAX_STEPS, Known, Lesson, Predict, Problem, Step
from core.learn.lessons.passages import Complain, read_passage
from core.network.names import clean, is_visible

MOST_WORDS = 120  # of a step, before it is called long
MOST_PROBLEMS = 50  # that are told
MAX_TITLE = 100  # characters
Line = tuple[int, str]


class Read(NamedTuple):
    """What has become of a text.

    Attributes:
        lesson: None where anything is wrong.
        problems: what is wrong, by line.
        warnings: what might be better, by line.
    """

    lesson: Lesson | None
    problems: list[Problem]
    warnings: list[Problem]


def read_lesson(text: str, known: Known) -> Read:
    """Read a lesson; whatever the text is, what comes back are sentences.

    Args:
        text: of the file.
        known: what it may name.
    """
    problems: list[Problem] = []
    if len(text) > MAX_CHARACTERS:
        sentence = f"a lesson may have at most {MAX_CHARACTERS:,} characters, this text has {len(text):,}."
        return Read(None, [Problem(1, sentence)], [])

    def complain(line: int, sentence: str) -> None:
        problems.append(Problem(line, clean(sentence[:1].upper() + sentence[1:])))

    lines = list(enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1))
    _look_for_unseen(lines, complain)
    parts = _parts(lines)
    values = read_header(parts[0], known, complain)
    steps = [_step(part, known, complain) for part in parts[1 : MAX_STEPS + 1]]
    if not steps:
        complain(lines[-1][0], "a lesson needs at least one step: a line “## Title”, and text below it.")
    if len(parts) > MAX_STEPS + 1:
        complain(
            parts[MAX_STEPS + 1][0][0], f"a lesson has at most {MAX_STEPS} steps, this one has {len(parts) - 1}."
        )
    if problems:
        problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.line)
        if len(problems) > MOST_PROBLEMS:
            more = Problem(problems[MOST_PROBLEMS].line, f"And {len(problems) - MOST_PROBLEMS:,} more from here on.")
            problems = [*problems[:MOST_PROBLEMS], more]
        return Read(None, problems, [])
    lesson = Lesson(steps=tuple(steps), **values)
    return Read(lesson, [], warnings_of(lesson, known))


def _look_for_unseen(lines: Sequence[Line], complain: Complain) -> None:
    """Complain of lines with characters that cannot be seen, or turn the direction of the text."""
    for number, text in lines:
        bare = text.replace("\t", " ")
        if not is_visible(bare):
            bad = next(sign for sign in bare if not is_visible(sign))
            name = unicodedata.name(bad, "a control character").lower()
            complain(number, f"a character that cannot be seen: U+{ord(bad):04X}, {name}.")


def _parts(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of the header, then those of each step, its title first."""
    parts: list[list[Line]] = [[]]
    fence = ""
    for number, text in lines:
        fence = _fence_after(fence, text)
        if not fence and re.match(r"##(?!#)", text):
            parts.append([])
        parts[-1].append((number, text))
    return parts


def _fence_after(fence: str, text: str) -> str:
    """The mark of the block of code that is open after a line; empty for none."""
    found = re.match(r" {0,3}(`{3,}|~{3,})(.*)", text)
    if not found:
        return fence
    mark, rest = found.groups()
    if fence:
        return "" if mark[0] == fence[0] and len(mark) >= len(fence) and not rest.strip() else fence
    return "" if mark[0] == "`" and "`" in rest else mark


def _step(lines: Sequence[Line], known: Known, complain: Complain) -> Step:
    (first, head), *rest = lines
    title = clean(head[2:])
    if not title:
        complain(first, "a step needs a title: “## Title”.")
    elif len(title) > MAX_TITLE:
        complain(first, f"a title may have at most {MAX_TITLE} characters, this one has {len(title):,}.")
    text, acts = _split(rest, complain)
    passage = read_passage("\n".join(line for _, line in text), first + 1, known, complain)
    return Step(title=title, line=first, text=passage, **read_acts(acts, known, complain))


def _split(lines: Sequence[Line], complain: Complain) -> tuple[list[Line], list[Act]]:
    """The text of a step, and its acts; an indented line goes on with the act above it."""
    text: list[Line] = []
    acts: list[Act] = []
    fence, open_act = "", False
    for number, line in lines:
        fence = _fence_after(fence, line)
        if not fence and line.startswith("@"):
            act = split_act(number, line, complain)
            open_act = True
            acts += [act] if act else []
        elif not open_act:
            text.append((number, line))
        elif line.startswith(("  ", "\t")) and line.strip() and acts:
            acts[-1] = acts[-1]._replace(text=f"{acts[-1].text} {line.strip()}")
        elif line.strip():
            complain(
                number, "text below an act: text stands above the acts; a line that goes on with one is indented."
            )
    return text, acts


def warnings_of(lesson: Lesson, known: Known) -> list[Problem]:
    """What might be better about a lesson."""
    found: list[Problem] = []
    for step in lesson.steps:
        words = step.text.words
        if words > MOST_WORDS:
            found.append(
                Problem(step.line, f"The step “{step.title}” has {words} words; {MOST_WORDS} are enough to read.")
            )
        pages = [step.page, *(link.target for link in step.text.links if link.kind == "page")]
        pages += [fact.name for fact in step.do if fact.kind in ("page", SET)]
        for page in dict.fromkeys(page for page in pages if page and known.leaves_out(page, lesson.hides)):
            found.append(Problem(step.line, f"The step “{step.title}” is about the page “{page}”, which is hidden."))
        if not step.text.words and step.question is None and not step.do:
            found.append(Problem(step.line, f"The step “{step.title}” says nothing."))
    if not any(step.do for step in lesson.steps):
        found.append(Problem(1, "Nothing is to be done in this lesson: no step has an “@do”."))
    if not any(isinstance(step.question, Predict) for step in lesson.steps):
        found.append(Problem(1, "Nothing is to be predicted in this lesson: no step has an “@predict”."))
    return found
