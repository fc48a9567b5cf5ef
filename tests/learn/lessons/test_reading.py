"""Lessons are read whole or refused line by line, whatever they hold."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.learn.lessons import EXAMPLE, Ask, Link, Practice, Predict, read_lesson, shipped_text
from core.network import LENET5, PRESETS, Recipe, to_token
from tests.learn.lessons.examples import HEADER, KNOWN, with_step


def lesson(text: str):
    read = read_lesson(text, KNOWN)
    assert read.problems == []
    assert read.lesson is not None
    return read.lesson


def said(text: str) -> list[tuple[int, str]]:
    read = read_lesson(text, KNOWN)
    assert read.lesson is None and read.problems
    return [tuple(problem) for problem in read.problems]


def complaint(text: str, line: int) -> str:
    """The only problem, which is in this line."""
    [(number, sentence)] = said(with_step(text))
    assert number == line
    return sentence


def test_a_header_is_read_whole():
    text = (
        "---\ntitle: From dense to small\nminutes: 45\nfor: second year\naim: You know why\nsource: A\nbegin: kernels\n"
        "network: seven thousand\ndataset: mnist\nweights: draw\nhides: train, page games, field momentum\n---\n## One\nHi\n"
    )
    found = lesson(text)
    assert (found.title, found.minutes, found.audience, found.aim) == (
        "From dense to small",
        45,
        "second year",
        "You know why",
    )
    assert (found.source, found.begin, found.dataset, found.weights) == ("A", "kernels", "mnist", "draw")
    assert found.network is not None and found.network.network == PRESETS["C5"].network
    assert found.network.recipe == PRESETS["C5"].recipe
    assert found.hides == ("train", "page games", "field momentum")


def test_steps_have_titles_lines_text_and_acts():
    text = HEADER + (
        "## First\nRead *this*.\n\n@page train\n@network LeNet-5\n@do parameters <= 8,000\n@note Take *time*.\n@note Twice.\n"
        "## Second\nAgain\n@exercise shape 2 17\n"
    )
    first, second = lesson(text).steps
    assert (first.title, first.line, first.text.markdown) == ("First", 7, "Read *this*.")
    assert first.page == "train" and first.network is not None and first.network.network == LENET5
    assert [(fact.kind, fact.relation, fact.number) for fact in first.do] == [("parameters", "<=", 8000)]
    assert [note.markdown for note in first.notes] == ["Take *time*.", "Twice."]
    assert (second.title, second.line, second.question) == ("Second", 15, Practice("shape", 2, 17))


def test_a_prediction_has_one_right_option_and_a_reason():
    [step] = lesson(with_step("@predict Which?\n@option A\n@option* B\n@because So\n  it is.")).steps
    found = step.question
    assert isinstance(found, Predict)
    assert [option.markdown for option in found.options] == ["A", "B"]
    assert (found.right, found.because.markdown) == (1, "So it is.")


def test_a_question_has_a_number_a_unit_and_mistakes():
    [step] = lesson(
        with_step("@ask How many?\n@answer 61,706 parameters\n@mistake 61,470 Biases.\n@hint Add.\n@because Sum.")
    ).steps
    found = step.question
    assert isinstance(found, Ask)
    assert (found.answer, found.decimals, found.unit) == (61706, 0, "parameters")
    assert [(one.number, one.cause.markdown) for one in found.mistakes] == [(61470, "Biases.")]
    assert (found.hint.markdown, found.because.markdown) == ("Add.", "Sum.")


def test_a_link_hands_a_network_on():
    token = to_token(LENET5, Recipe(epochs=7), "mnist")
    [step] = lesson(with_step(f"@network {token}")).steps
    assert step.network is not None
    assert (step.network.network, step.network.recipe, step.network.dataset) == (LENET5, Recipe(epochs=7), "mnist")


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("@page kernel", 8, "There is no page “kernel”; did you mean “kernels”?"),
        ("@page Kernels", 8, "There is no page “Kernels”; did you mean “kernels”?"),
        ("\n\n@network LeNet-6", 10, "There is no network “LeNet-6”; did you mean “LeNet-5”?"),
        ("@do parameter <= 8000", 8, "There is no fact “parameter”; did you mean “parameters”?"),
        ("@do parameters", 8, "After “parameters” stands one of <=, >=, =, < or > and a number, such as “parameters >= 2”."),
        ("@do has Conv", 8, "There is no kind of layer “Conv”; did you mean “Conv2D”?"),
        ("@do optimizer adam", 8, "There is no optimiser “adam”; did you mean “Adam”?"),
        ("@do exercise shapes", 8, "There is no kind of exercises “shapes”; did you mean “shape”?"),
        ("@predct x", 8, "There is no act “@predct”; did you mean “@predict”?"),
        ("@do changed\n@do drawn", 9, "A step has at most one “@do”."),
        ("@exercise shape 4 1", 8, "There is no level “4”; levels are 1 to 3."),
        ("@exercise shape", 8, "An exercise has a kind, a level and a seed: “@exercise shape 1 7”."),
        ("@page", 8, "“@page” says nothing."),
        ("@ask x\n@answer many", 9, "“many” is no number: write the answer as in “@answer 61,706 parameters”."),
        ("@ask x\n@answer 5\n@mistake 5 No", 8, "The mistake 5 is the right answer."),
        ("@ask x", 8, "A question needs an “@answer” with the right number."),
        ("@option x", 8, "“@option” belongs to @predict."),
        ("@predict x\n@option* a\n@because b", 8, "A prediction has 2 to 5 options, this one has 1."),
        ("@predict x\n@option a\n@option b\n@because b", 8, "Exactly one option is the right one, written “@option*”; here 0 are."),
        ("@predict x\n@option a\n@option* b", 8, "A prediction needs an “@because”: why it is so."),
        ("@do drawn\nmore", 9, "Text below an act: text stands above the acts; a line that goes on with one is indented."),
        ("a\n\n![x](https://a.b/c.png)", 10, "Pictures are no part of a lesson’s text."),
        ("a\nb <b>x", 9, "HTML is no part of a lesson’s text; for the sign itself write \\<."),
        ("<script>alert(1)</script>", 8, "HTML is no part of a lesson’s text."),
        ("### Deeper", 8, "A step’s title is its only heading, and begins with “## ”."),
        ("> quoted", 8, "Quotations (lines that begin with “>”) are no part of a lesson’s text."),
        ("[x](page:kernel)", 8, "There is no page “kernel”; did you mean “kernels”?"),
        ("[x](http://a.b)", 8, "A link to “http://a.b”: links lead to page:ID, network:NAME or a whole https:// address."),
        ("[x](https://me@a.b)", 8, "A link to “https://me@a.b”: links lead to page:ID, network:NAME or a whole https:// address."),
        ("[x](network:LeNet-5, SGD)", 8, "A link is not complete: write [words](page:ID), and <…> around a name with spaces."),
        ("a\u202eb", 8, "A character that cannot be seen: U+202E, right-to-left override."),
        ("a\x00b", 8, "A character that cannot be seen: U+0000, a control character."),
        ("$\\href{https://a.b}{x}$", 8, "“\\href” is not allowed in a formula."),
        ("$a_{1$", 8, "The braces of the formula “a_{1” do not match."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text, line, sentence):
    assert complaint(text, line) == sentence


@pytest.mark.parametrize(
    ("change", "line", "sentence"),
    [
        (("title: T", "titel: T"), 2, "There is no key “titel”; did you mean “title”?"),
        (("minutes: 5", "minutes: 500"), 3, "“minutes” is a whole number from 1 to 120, not “500”."),
        (("minutes: 5", "minutes: ٥"), 3, "“minutes” is a whole number from 1 to 120, not “٥”."),
        (("aim: A", "aim:"), 4, "“aim” is empty."),
        (("aim: A", "aim A"), 4, "“aim A” is no line of a header: it must read “key: value”."),
        (("begin: build", "begin: builds"), 5, "There is no page “builds”; did you mean “build”?"),
        (("begin: build", "begin: kernels\nhides: inside"), 5, "The lesson begins on the page “kernels”, which its “hides” leaves out."),
        (("begin: build", "begin: build\nhides: trian"), 6, "“trian” cannot be hidden: write edit, train, draw or inside, “page ID” or “field NAME”."),
        (("begin: build", "begin: build\nhides: field momentun"), 6, "There is no field “momentun”; did you mean “momentum”?"),
        (("begin: build", "begin: build\nweights: lenet"), 6, "There is no network with weights “lenet”; did you mean “lenet5”?"),
        (("begin: build", "begin: build\nbegin: build"), 6, "“begin” stands in the header twice."),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_header_is_said_with_its_line(change, line, sentence):
    assert (line, sentence) in said(with_step("Hi", HEADER.replace(*change)))


def test_a_text_without_header_or_steps_is_told_so():
    assert said("") == [
        (1, "A lesson begins with a header: lines such as “title: …” between two lines “---”."),
        (1, "A lesson needs at least one step: a line “## Title”, and text below it."),
    ]
    assert said(HEADER) == [(7, "A lesson needs at least one step: a line “## Title”, and text below it.")]


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_lines():
    text = "---\ntitle: T\nminutes: x\naim: A\n---\n## S\n![a](b)\n@page nowhere\n"
    assert [line for line, _ in said(text)] == [3, 5, 7, 8]


def test_what_looks_like_a_step_or_an_act_in_a_block_of_code_is_code():
    found = lesson(with_step("```\n## no step\n@page nowhere\n```\nafter"))
    assert len(found.steps) == 1
    assert found.steps[0].text.markdown == "```text\n## no step\n@page nowhere\n```\n\nafter"


def test_links_into_the_app_are_found_and_keep_their_words():
    text = "See [the *kernels*](page:kernels) or [open it](network:Seven-thousand), or [more](https://a.b/c_(d)?e=1)."
    [step] = lesson(with_step(text)).steps
    assert step.text.links == (Link("page", "kernels"), Link("network", "C5"))
    assert "[the *kernels*](#page:kernels)" in step.text.markdown and "[open it](#network:C5)" in step.text.markdown
    assert "](https://a.b/c\\_%28d%29?e=1)" in step.text.markdown


def test_formulas_lists_and_tables_stay_what_they_are():
    text = (
        "A $\\frac{a}{b} * c_1$ for 5 $ and 6 $.\n\n1. one\n   - in `it`\n2. two\n\n| a | b |\n|---|--:|\n| *x* | 2 |"
    )
    [step] = lesson(with_step(text)).steps
    assert step.text.markdown == (
        "A $\\frac{a}{b} * c_1$ for 5 \\$ and 6 \\$.\n\n1. one\n   \n   - in `it`\n2. two\n\n| a | b |\n|---|--:|\n| *x* | 2 |"
    )  # fmt: skip


def test_what_only_streamlit_takes_for_more_than_text_is_text():
    """Its own signs (icons, colours, addresses) are broken, as in every name."""
    [step] = lesson(with_step(":red[x] :material/home: www.example.org a<b ~~no~~ {x}")).steps
    written = step.text.markdown
    assert not re.search(r"(?<!\\):red|(?<!\\):material|www\.|(?<!\\)~|(?<!\\)<|(?<!\\)\[", written)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        HEADER + "## S\n" + "- " * 10_000,
        HEADER + "## S\n" + "".join("  " * depth + "- a\n" for depth in range(150)),
        HEADER + "## S\n" + "[" * 5_900,
        HEADER + "## S\n" + "*a **b " * 800,
        HEADER + "## S\n" + "`" * 2 + "a`" * 2_900,
        HEADER + "## S\n" + "![" * 2_900,
        HEADER + "## S\n" + "$a" * 2_900,
        HEADER + "## S\n" + "<a " * 1_900,
        HEADER + "## S\n" + ("|a" * 300 + "\n") + ("|-" * 300 + "\n") + "|b\n" * 1_000,
        HEADER + "## S\n" + "[a]: <" * 900,
        HEADER + ("## S\n" + "[" * 900 + "\n") * 60,
        HEADER + "## S\n" * 20_000,
        HEADER + "@page x\n" * 7_000,
        "---\n" + "a: b\n" * 10_000,
        HEADER + "## S\n" + "@predict x\n" * 5_000,
        HEADER + "## S\n" + "@page " + "k" * 50_000,
        HEADER + "## " + "T" * 50_000,
        "\u202e" * 60_000,
        "\ud800",
    ],
    ids=lambda text: f"{len(text)}:{text[len(HEADER) : len(HEADER) + 16]!r}",
)  # fmt: skip
def test_hostile_texts_end_in_sentences_quickly(text):
    began = time.perf_counter()
    read = read_lesson(text, KNOWN)
    assert time.perf_counter() - began < 5
    assert read.lesson is not None or 0 < len(read.problems) <= 51
    assert all(len(problem.sentence) < 400 for problem in read.problems)


UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
WORDS = st.sampled_from(
    ["## S\n", "@page ", "@do ", "@predict ", "@option* ", "build", "\n", "---\n", "title: ", "`", "```\n", "$", "[a](", "page:",
     "network:", ")", "<b>", "![", "| a |\n|---|\n", "- ", "    ", "1. ", "\\", "*", "\u202e", "\x00", "é", "parameters <= 9", "javascript:", "&lt;", "=", "#"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=40).map("".join) | st.text(max_size=200))
def test_whatever_the_text_is_nothing_but_sentences_comes_of_it(text):
    for whole in (text, HEADER + "## S\n" + text):
        read = read_lesson(whole, KNOWN)
        assert (read.lesson is None) == bool(read.problems)
        for line, sentence in read.problems:
            assert 1 <= line <= len(re.split(r"\r\n|\r|\n", whole)) and not UNSEEN.search(sentence)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=30).map("".join))
def test_no_picture_html_or_foreign_address_survives_the_writing(text):
    """Read once more by an independent set-up of the parser, as GFM, with raw HTML: only what is allowed is there."""
    from markdown_it import MarkdownIt

    read = read_lesson(HEADER + "## S\n" + text, KNOWN)
    if read.lesson is None:
        return
    for step in read.lesson.steps:
        for token in MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(step.text.markdown):
            for inner in [token, *(token.children or [])]:
                assert inner.type not in (
                    "image",
                    "html_inline",
                    "html_block",
                    "heading_open",
                    "blockquote_open",
                    "hr",
                    "s_open",
                )
                if inner.type == "link_open":
                    assert str(inner.attrs["href"]).startswith(("#page:", "#network:", "https://"))


def test_a_long_step_nothing_to_do_and_hidden_pages_are_warned_of():
    text = (
        HEADER.replace("begin: build", "begin: build\nhides: inside") + "## S\n" + "word " * 121 + "\n@page kernels\n"
    )
    read = read_lesson(text, KNOWN)
    assert read.lesson is not None
    assert [tuple(warning) for warning in read.warnings] == [
        (8, "The step “S” has 121 words; 120 are enough to read."),
        (8, "The step “S” is about the page “kernels”, which is hidden."),
        (1, "Nothing is to be done in this lesson: no step has an “@do”."),
        (1, "Nothing is to be predicted in this lesson: no step has an “@predict”."),
    ]


def test_line_ends_of_other_systems_and_a_mark_at_the_beginning_change_nothing():
    text = shipped_text(EXAMPLE)
    known = KNOWN
    found = read_lesson(text, known)
    assert read_lesson("\ufeff" + text.replace("\n", "\r\n"), known) == found
