"""Links hand on a network once; a bad one changes nothing."""

from types import SimpleNamespace

import pytest

from core.network import LENET5, PRESETS, to_token
from core.training import Recipe
from core.ui.shell import links
from core.ui.shell.session import Session


def opened(monkeypatch, mine, token, url=""):
    query = {} if token is None else {links.LINK: token}
    monkeypatch.setattr(links, "st", SimpleNamespace(query_params=query, context=SimpleNamespace(url=url)))
    links.open_link(mine)


def test_a_link_is_taken_once_so_that_edits_stay(monkeypatch):
    mine, recipe = Session(), Recipe(epochs=7)
    token = to_token(PRESETS["B4"].network, recipe, "fashion_mnist", ("train",))
    opened(monkeypatch, mine, token)
    editor = mine.editor
    assert (editor.network, editor.recipe, editor.dataset) == (PRESETS["B4"].network, recipe, "fashion_mnist")
    assert mine.hidden == ("train",)
    editor.edit(LENET5)
    opened(monkeypatch, mine, token)  # the address still has it
    assert editor.network == LENET5


def test_a_bad_link_changes_nothing_and_is_explained(monkeypatch):
    mine = Session()
    opened(monkeypatch, mine, "nonsense")
    assert mine.editor.network == LENET5 and mine.hidden == ()
    assert mine.editor.link_problem.endswith("You see “LeNet-5” instead.")


def test_a_link_to_a_dataset_that_is_not_ours_leaves_the_dataset(monkeypatch):
    mine = Session()
    links.take(mine, SimpleNamespace(network=LENET5, recipe=None, dataset="somebody's drawings"))
    assert mine.editor.dataset == "mnist"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://localhost:8501/", "http://localhost:8501/?n=abc"),
        ("http://localhost:8501/build?n=old", "http://localhost:8501/?n=abc"),
        ("https://example.org/cnn/build", "https://example.org/cnn/?n=abc"),
        (None, "/?n=abc"),
    ],
)
def test_a_link_leads_to_the_apps_own_address(monkeypatch, url, address):
    opened(monkeypatch, Session(), None, url)
    assert links.link_with("abc") == address
