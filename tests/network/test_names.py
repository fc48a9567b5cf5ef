"""Names are one visible line, and stay names in Markdown, in code, in drawings and as files."""

import ast
import json
import re
import unicodedata
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.network import (
    LENET5,
    InvalidNetwork,
    InvalidSetting,
    Network,
    Recipe,
    from_json,
    from_token,
    to_code,
    to_json,
    to_notebook,
    to_token,
    trace,
)
from core.network.names import END, ISOLATE, JOINER, clean, plain
from core.views.diagram import network_svg
from tests.nasty import DIRTY, NASTY

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
ANY = st.text(st.characters(), max_size=80) | st.text(":/_-<>=~*$@.w123ab \u202e\u0301\ud800[]()", max_size=40)


def read_back(text: str) -> str:
    """What a reader of Markdown makes of escapes; written by CommonMark's rule, not by ours."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


@pytest.mark.parametrize(("given_name", "kept"), DIRTY.items(), ids=ascii)
def test_what_cannot_be_seen_or_turns_the_text_after_it_is_not_part_of_a_name(given_name, kept):
    assert clean(given_name) == kept
    if kept:
        assert Network((28, 28, 1), (), given_name).name == kept
    else:
        with pytest.raises(InvalidSetting):
            Network((28, 28, 1), (), given_name)


@given(ANY)
def test_a_clean_name_is_one_line_that_utf8_can_hold_and_that_cleaning_leaves_alone(text):
    name = clean(text)
    assert clean(name) == name == name.strip() and "\n" not in name
    assert not {unicodedata.category(letter) for letter in name if letter not in "\u200c\u200d"} & INVISIBLE
    name.encode("utf-8")
    assert not set(name) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@given(ANY)
def test_in_markdown_a_name_loses_nothing_and_means_nothing(text):
    marked = plain(text)
    shown = read_back(marked)
    assert shown.replace(JOINER, "").removeprefix(ISOLATE).removesuffix(END) == clean(text)
    bare = re.sub(r"\\[!-/:-@\[-`{-~]|:(?= )", "", marked)
    assert not set(bare) & set("\\`*_{}[]#!$:|~<>^&") and "\\\\(" not in marked  # signs of Markdown, not escaped
    assert not re.match(r"[-+=]|\d+[.)]", marked)
    # What Streamlit 1.67 looks for in the text that is left (StreamlitMarkdown, remark-emoji, remark-gfm).
    assert not re.search(r":[\w+-]+:|:material|:streamlit", shown, re.ASCII)
    assert not re.search(r"https?://|www\.|[-.\w+]@[-\w]", shown, re.ASCII | re.IGNORECASE)
    assert not re.search(r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)", shown)


def test_text_from_right_to_left_is_isolated():
    assert plain(NASTY["persian"]).startswith(ISOLATE) and plain(NASTY["persian"]).endswith(END)
    assert not plain("LeNet-5 (2)").startswith(ISOLATE)


def test_a_name_that_is_too_long_is_refused_with_a_sentence():
    for text in (to_json(LENET5).replace("LeNet-5", "x" * 10_000), to_json(LENET5).replace("LeNet-5", "x" * 61)):
        with pytest.raises(InvalidNetwork, match="at most 60 characters"):
            from_json(text)


@pytest.mark.parametrize("name", NASTY.values(), ids=NASTY)
def test_a_name_comes_back_from_files_and_links(name):
    network = LENET5.renamed(name)
    assert network.name == name
    assert from_json(to_json(network)) == network and from_token(to_token(network)) == network


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3)], ids=["trained", "only built"])
@pytest.mark.parametrize("name", [*NASTY.values(), *(name for name, kept in DIRTY.items() if kept)], ids=ascii)
def test_a_name_does_not_become_code(name, shape):
    network = LENET5.with_input(shape)
    usual, named = (to_code(network.renamed(one), Recipe()) for one in ("usual", name))
    named.encode("utf-8")
    trees = [ast.parse(code) for code in (usual, named)]
    for tree in trees:
        docstring = tree.body.pop(0)
        assert isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "name":
                assert re.fullmatch(r"[a-z][a-z0-9_]*", ast.literal_eval(node.value)), "Keras takes it as a name"
                node.value = ast.Constant("")
    assert ast.dump(trees[0]) == ast.dump(trees[1])  # but for the name, the same program


@pytest.mark.parametrize("name", NASTY.values(), ids=NASTY)
def test_a_name_stays_a_name_in_a_notebook_and_in_a_drawing(name):
    notebook = json.loads(to_notebook(LENET5.renamed(name), Recipe()))
    (title,) = notebook["cells"][0]["source"]
    shown = read_back(title.removeprefix("# ")).replace(JOINER, "").strip(ISOLATE + END)
    assert title.startswith("# ") and shown == name
    drawing = network_svg(LENET5.renamed(name), trace(LENET5))
    ElementTree.fromstring(drawing)
    assert "<script" not in drawing


def test_every_kind_of_invisible_character_is_left_out():
    seen = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) in INVISIBLE]
    seen = [letter for letter in seen if letter not in "\u200c\u200d"]
    assert clean("a" + "".join(seen) + "b") in ("ab", "a b")
