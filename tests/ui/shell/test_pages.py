"""The registry of pages: each has its file, and what a lesson leaves out is led to by nothing."""

from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.network.sharing import HIDEABLE
from core.ui.shell import pages
from core.ui.shell.pages import (
    FIRST,
    PAGES,
    end_page,
    go_to,
    left_out,
    link_to,
    navigation,
    open_to,
    part_words,
    run_page,
    turn_page,
)
from core.ui.shell.session import Session

ROOT = Path(__file__).resolve().parents[3]
LEFT_OUT = {  # as README and teachers know it
    "edit": set(),
    "train": {"playground", "train", "runs", "teach", "price", "cures"},
    "draw": {"playground", "draw", "teach", "games"},
    "inside": {
        "playground",
        "kernels",
        "feature_maps",
        "gradients",
        "receptive_fields",
        "why",
        "mistakes",
        "compare",
        "robustness",
        "equivariance",
        "calibration",
        "cures",
    },
}
ALL_LESSONS = [parts for size in range(len(HIDEABLE) + 1) for parts in combinations(HIDEABLE, size)]


@pytest.fixture
def calls(monkeypatch):
    """A visitor and what Streamlit is asked to do for them: a list of (function, first argument)."""
    done = SimpleNamespace(mine=Session(), list=[])
    monkeypatch.setattr(pages, "session", lambda: done.mine)

    def note(name):
        return lambda what, **_: done.list.append((name, what))

    def page(file, **facts):
        return SimpleNamespace(file=file, **facts)

    streamlit = SimpleNamespace(
        switch_page=note("switch_page"), page_link=note("page_link"), toast=note("toast"), Page=page
    )
    monkeypatch.setattr(pages, "st", streamlit)
    return done


def test_each_page_has_a_file_and_each_file_is_a_page():
    assert {page.file for page in PAGES.values()} == {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert [page.id for page in PAGES.values()] == list(PAGES)


def test_each_page_has_a_folder_for_its_pieces_and_each_folder_is_a_page():
    folders = {path.parent.name for path in (ROOT / "core" / "ui" / "pages").glob("*/__init__.py")}
    assert folders == set(PAGES)


def test_pages_can_be_told_apart():
    for facts in zip(*((page.title, page.icon, page.purpose) for page in PAGES.values())):
        assert len(set(facts)) == len(PAGES)


@pytest.mark.parametrize("part", HIDEABLE)
def test_a_part_that_is_left_out_takes_its_pages_with_it(part, calls):
    mine = Session(hidden=(part,))
    assert {page for page in PAGES if not open_to(mine, page)} == LEFT_OUT[part]
    said = part_words(part)
    named = {page.id for page in PAGES.values() if page.title in said.replace(" and ", ", ").split("the page")[-1]}
    assert named == LEFT_OUT[part] and said.startswith("the ")


def test_what_a_lesson_leaves_out_is_named_once():
    assert left_out(("draw",)) == "Playground, Draw, Teach and Games"
    assert left_out(("edit",)) == "all changes to the network"
    assert (
        left_out(("train", "draw", "edit"))
        == "Playground, Draw, Teach, Games, Train, Runs, Equal price, Over-fitting and all changes to the network"
    )


@pytest.mark.parametrize("hidden", ALL_LESSONS, ids="+".join)
def test_the_navigation_lists_what_is_open_and_begins_with_the_first_page(hidden, calls):
    listed = navigation(hidden)
    found = [entry for group in listed.values() for entry in group]
    gone = set().union(*(LEFT_OUT[part] for part in hidden))
    assert {entry.url_path for entry in found} == set(PAGES) - gone
    assert [entry.url_path for entry in found if entry.default] == ["build" if FIRST in gone else FIRST]
    assert all(listed.values())  # no section is empty


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", HIDEABLE)
def test_buttons_and_links_lead_to_open_pages_only(part, page, calls):
    calls.mine.hidden = (part,)
    go_to(page)
    assert not calls.list  # a callback cannot open a page, the script after it does
    turn_page()
    turn_page()  # once
    link_to(page, "There")
    names = [name for name, _ in calls.list]
    if page in LEFT_OUT[part]:
        assert names == ["toast"] and PAGES[page].title in calls.list[0][1]
    else:
        assert calls.list[0] == ("switch_page", PAGES[page].file) and calls.list[-1] == (
            "page_link",
            PAGES[page].file,
        )


def test_a_page_can_end_early_and_the_app_goes_on():
    done = []

    def script():
        done.append("begun")
        end_page()
        done.append("never")

    run_page(SimpleNamespace(run=script))
    assert done == ["begun"]


def test_a_mistake_in_a_page_is_not_hidden():
    def script():
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        run_page(SimpleNamespace(run=script))
