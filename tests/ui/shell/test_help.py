"""The help of every page: three sentences, and terms that the glossary has."""

import re

import pytest

from core.network.layers import LAYERS
from core.network.settings import Setting
from core.training import Recipe
from core.ui.shell.help import HELP
from core.ui.shell.pages import PAGES
from core.ui.widgets.forms import TERMS, help_of
from core.views.glossary import term, terms
from tests.test_documents import PRIVATE


def test_every_page_has_its_help():
    assert list(HELP) == list(PAGES)


@pytest.mark.parametrize("page", HELP)
def test_it_is_three_sentences(page):
    told = HELP[page]
    for sentence in (told.shows, told.reading, told.trying):
        assert re.fullmatch(r"[A-Z][^.!?\n]*\.", sentence.replace("1.5", "")), sentence  # one full stop, at its end
        assert len(sentence.split()) <= 36 and not set(re.findall(r"\w+", sentence)) & set(PRIVATE)
        assert not re.search(r"[<>`*_\[\]]", sentence)


def test_no_two_pages_say_the_same():
    sentences = [sentence for told in HELP.values() for sentence in told[:3]]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("page", HELP)
def test_its_terms_are_those_of_the_glossary(page):
    names = HELP[page].terms
    assert set(names) <= set(terms()) and len(set(names)) == len(names)
    assert names or page == "glossary"


def _settings() -> list[Setting]:
    kinds = [Recipe, *LAYERS.values()]
    return [
        value
        for kind in kinds
        for field in kind.__dataclass_fields__.values()
        for value in field.metadata.values()
        if isinstance(value, Setting)
    ]


def test_fields_say_what_the_term_in_their_label_means_and_keep_what_they_said():
    seen = {how.label for how in _settings()}
    assert set(TERMS) <= seen
    for how in _settings():
        said = help_of(how)
        assert said.endswith(how.help)
        assert (how.label in TERMS) == (said != how.help)
        if how.label in TERMS:
            assert term(TERMS[how.label]) in said
