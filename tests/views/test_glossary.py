"""The glossary as pages read it, and the terms that help marks name."""

import re
from pathlib import Path

import pytest

from core.views.glossary import defined, found, term, terms

ROOT = Path(__file__).resolve().parents[2]
CODE = [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").glob("*.py")]


def test_every_row_of_the_file_is_a_term():
    rows = [line for line in (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    assert len(terms()) == len(rows) - 1  # the head
    assert list(terms()) == sorted(terms(), key=str.lower)
    assert term("stride") == "How far a kernel or window moves from one output to the next."


def test_every_term_that_a_help_mark_names_is_in_the_glossary():
    """In the text of the code, so that no page need be opened for it."""
    named = {
        name: path.name for path in CODE for name in re.findall(r'\bdefined\(\s*"([^"]+)"', path.read_text("utf-8"))
    }
    assert len(named) > 5
    assert not {name: file for name, file in named.items() if name not in terms()}


def test_a_term_that_is_not_there_is_not_made_up():
    with pytest.raises(KeyError):
        term("flux capacitor")


def test_a_help_mark_says_the_term_its_meaning_and_what_holds_besides():
    assert defined("stride") == f"**Stride**: {term('stride')}"
    assert defined("McNemar test", "Exact.") == f"**McNemar test**: {term('McNemar test')}\n\nExact."


def test_a_search_finds_names_and_meanings_and_names_first():
    assert found("") == terms() and list(found("")) == list(terms())
    assert next(iter(found("LEARNING"))) == "learning rate"
    for text in ("kernel", "window map", "of the"):
        kept = found(text)
        assert kept
        for name, meaning in terms().items():
            assert (name in kept) == all(word in f"{name} {meaning}".lower() for word in text.split())
    assert not found("zebra crossing")
