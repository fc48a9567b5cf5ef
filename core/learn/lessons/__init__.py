"""Lessons: text files that lead through the app step by step; read, checked, and handed on as links."""

from core.learn.lessons.asking import Reply, form_of, reply
from core.learn.lessons.course import Course, Place, course_from_json, course_to_json, own_name
from core.learn.lessons.facts import Fact, Facts, holds
from core.learn.lessons.handing_on import MAX_TOKEN, UnreadableLesson, from_token, to_token
from core.learn.lessons.lesson import (
    MAX_CHARACTERS,
    Ask,
    Control,
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
    "Control",
    "Course",
    "Fact",
    "Facts",
    "Known",
    "Lesson",
    "Link",
    "Offered",
    "Passage",
    "Place",
    "Practice",
    "Predict",
    "Problem",
    "Read",
    "Reply",
    "Step",
    "UnreadableLesson",
    "course_from_json",
    "course_to_json",
    "form_of",
    "from_token",
    "holds",
    "own_name",
    "read_lesson",
    "reply",
    "shipped_lessons",
    "shipped_text",
    "to_token",
]
