"""Check files of lessons: `python -m tools.lessons assets/lessons/*.md` prints what is wrong, line by line."""

from __future__ import annotations

import sys
from pathlib import Path

from core.learn.lessons import read_lesson
from core.learn.lessons.walking import walk
from core.ui.widgets.lesson.known import known


def main(paths: list[str]) -> int:
    """Print problems and warnings of each file; 1 where one has problems."""
    wrong = False
    for path in map(Path, paths):
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            print(f"{path}: cannot be read ({problem}).")
            wrong = True
            continue
        lesson, problems, warnings = read_lesson(text, known())
        problems += walk(lesson, known()) if lesson else []
        wrong |= bool(problems)
        for problem in problems:
            print(f"{path}: {problem}")
        for warning in warnings:
            print(f"{path}: {warning} (a warning)")
        if lesson and not problems:
            print(f"{path}: “{lesson.title}”, {len(lesson.steps)} steps, is fine.")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
