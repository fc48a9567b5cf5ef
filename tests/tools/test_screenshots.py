"""The screenshots' way through the menu leads to each page."""

from core.ui.shell.pages import PAGES


def test_a_page_is_found_by_its_title_and_a_section_by_its_name():
    """`turn_to` knows a page by its title alone, and a section by a name that others must not contain."""
    titles = [page.title for page in PAGES.values()]
    assert len(titles) == len(set(titles))
    groups = {page.group for page in PAGES.values()}
    assert not [(one, other) for one in groups for other in groups - {one} if one.lower() in other.lower()]
