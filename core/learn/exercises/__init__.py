"""Exercises that check: fixed ones, and generated ones without end, each with hint, solution and typical wrong answers."""

from core.learn.exercises.answers import MOST_CHARACTERS, Form, answer_words
from core.learn.exercises.exercise import Exercise, Verdict, WrongAnswer, check
from core.learn.exercises.fixed import fixed_exercises
from core.learn.exercises.kinds import KINDS, LEVELS, generated
from core.learn.exercises.progress import Progress, from_json, to_json

__all__ = [
    "KINDS",
    "LEVELS",
    "MOST_CHARACTERS",
    "Exercise",
    "Form",
    "Progress",
    "Verdict",
    "WrongAnswer",
    "answer_words",
    "check",
    "fixed_exercises",
    "from_json",
    "generated",
    "to_json",
]
