"""Lessons: text files that lead through the app step by step; read, checked, and handed on as links."""

from core.learn.lessons.facts import Fact, Facts, holds
from core.learn.lessons.handing_on import MAX_TOKEN, UnreadableLesson, from_token, to_token
from core.learn.lessons.lesson import (
    MAX_CHARACTERS,
    Ask,
    Known,
    Lesson,
    Link,
    Offered,
    Passage,
    Practice,
    Predict,
    Problem,
    Step,
)
from core.learn.lessons.reading import Read, read_lesson
from core.learn.lessons.shipped import EXAMPLE, shipped_lessons, shipped_text

__all__ = [
    "EXAMPLE",
    "MAX_CHARACTERS",
    "MAX_TOKEN",
    "Ask",
    "Fact",
    "Facts",
    "Known",
    "Lesson",
    "Link",
    "Offered",
    "Passage",
    "Practice",
    "Predict",
    "Problem",
    "Read",
    "Step",
    "UnreadableLesson",
    "from_token",
    "holds",
    "read_lesson",
    "shipped_lessons",
    "shipped_text",
    "to_token",
]
