"""The page Glossary, and its search."""

from core.views.glossary import terms
from tests.pages.conftest import opened, words


def test_all_terms_stand_there_and_a_search_leaves_those_that_have_its_words(app):
    opened(app, "glossary")
    assert f"{len(terms())} terms" in words(app) and all(f"**{name}**" in words(app) for name in terms())
    app.text_input(key="glossary/search").set_value("stride").run()
    assert "**stride**" in words(app) and "**accuracy**" not in words(app)
    assert f"of {len(terms())} terms" in words(app)


def test_a_search_for_nothing_says_so_and_takes_no_markup(app):
    opened(app, "glossary")
    app.text_input(key="glossary/search").set_value("**zebra** <b>").run()
    assert not app.exception
    (said,) = [one.value for one in app.info]
    assert "zebra" in said and "**zebra**" not in said
