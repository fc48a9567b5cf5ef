"""Text of a lesson: read as Markdown, and written anew from what was understood of it.

What is written holds only paragraphs, emphasis, code, lists, tables, formulas and links that were checked: whoever reads
it may take Markdown in another way, but finds nothing else in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from core.learn.lessons.lesson import Known, Link, Passage
from core.learn.lessons.naming import known_network, known_page
from core.network.names import plain

Complain = Callable[[int, str], object]

MOST_NESTED = 3  # lists within lists
MOST_BRACKETS = 200  # each may begin a link, and an end is looked for
MOST_COLUMNS = 12  # of a table: an empty cell costs no character
MAX_ADDRESS = 500  # characters
MAX_PASSAGE = 6_000  # characters: the time that Markdown takes may grow faster than its length
_FORMULA = re.compile(r"(\${1,2})(?=\S)([^$`]{1,400}?)(?<=\S)\1(?![\d$])", re.DOTALL)
_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?([/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?", re.ASCII)
# What in a formula would not be a formula, but a link, a picture, a macro or a change of what stands around it.
_NO_FORMULA = re.compile(
    r"\\(href|url|html\w*|includegraphics|def|gdef|edef|xdef|let|global|long|futurelet|newcommand|renewcommand"
    r"|providecommand|char|require|input|include|csname|catcode)(?![a-zA-Z])"
)
_REFUSED = {
    "heading": "a step’s title is its only heading, and begins with “## ”.",
    "blockquote": "quotations (lines that begin with “>”) are no part of a lesson’s text.",
    "hr": "lines across the page are no part of a lesson’s text.",
    "html_block": "HTML is no part of a lesson’s text.",
    "html_inline": "HTML is no part of a lesson’s text; for the sign itself write \\<.",
    "image": "pictures are no part of a lesson’s text.",
}


def read_passage(text: str, line: int, known: Known, complain: Complain) -> Passage:
    """Read a text; what is wrong is said with its line, and left out of what comes back.

    Args:
        text: in Markdown.
        line: number of its first line.
        known: what links may lead to.
        complain: gets a line and a sentence.
    """
    if len(text) > MAX_PASSAGE:
        complain(line, f"the text of a step may have at most {MAX_PASSAGE:,} characters, this one has {len(text):,}.")
        return Passage()
    if text.count("[") > MOST_BRACKETS:
        complain(line, f"the text of a step may have at most {MOST_BRACKETS} opening brackets.")
        return Passage()
    for number, one in enumerate(text.split("\n"), line):
        if re.fullmatch(r"[\s|:-]+", one) and one.count("|") > MOST_COLUMNS + 1:
            complain(number, f"a table may have at most {MOST_COLUMNS} columns.")
            return Passage()
    writer = _Writer(line, known, complain)
    written = writer.blocks(SyntaxTreeNode(_parser().parse(text)).children)
    return Passage(written, tuple(dict.fromkeys(writer.links)), writer.words)


def without_links(markdown: str) -> str:
    """The same text, in which links into the app are words in bold: for places where nothing can follow them."""
    return re.sub(r"\[((?:\\.|[^\]\\])*)\]\(#[^)\s]*\)", r"**\1**", markdown)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """A reader that finds even what is refused, so that it can be named."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 20}).enable("table")
    parser.inline.ruler.before("escape", "formula", _formula)
    parser.validateLink = lambda url: True
    parser.normalizeLink = lambda url: url
    return parser


def _formula(state: StateInline, silent: bool) -> bool:
    found = _FORMULA.match(state.src, state.pos)
    if found is None or "\n\n" in found[2]:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = found[2], found[1]
    state.pos = found.end()
    return True


class _Writer:
    """Writes Markdown from what was read, and complains of what has no place in a lesson."""

    def __init__(self, line: int, known: Known, complain: Complain) -> None:
        self._first, self._line, self._known, self._complain = line, line, known, complain
        self.links: list[Link] = []
        self.words = 0

    def blocks(self, nodes: Iterable[SyntaxTreeNode], deep: int = 0) -> str:
        """The text of blocks that stand below each other; `deep` in so many lists."""
        return "\n\n".join(filter(None, (self._block(node, deep) for node in nodes)))

    def _block(self, node: SyntaxTreeNode, deep: int) -> str:
        if node.map:
            self._line = self._first + node.map[0]
        if node.type == "paragraph":
            return self._paragraph(node)
        if node.type in ("bullet_list", "ordered_list"):
            return self._list(node, deep)
        if node.type == "table":
            return self._table(node)
        if node.type in ("fence", "code_block"):
            return _fenced(node.content)
        self._refuse(node.type)
        return ""

    def _paragraph(self, node: SyntaxTreeNode) -> str:
        inner = node.children[0].children if node.children else []
        if len(inner) == 1 and inner[0].type == "formula" and inner[0].markup == "$$":
            return f"$$\n{self._formula(inner[0])[2:-2]}\n$$"
        return self._spans(inner).strip()

    def _list(self, node: SyntaxTreeNode, deep: int) -> str:
        if deep == MOST_NESTED:
            self._complain(self._line, f"lists may stand {MOST_NESTED} deep in each other, not deeper.")
            return ""
        items: list[str] = []
        for item in node.children:
            mark = f"{int(item.info or 1) % 1000}. " if node.type == "ordered_list" else "- "
            inner = self.blocks(item.children, deep + 1)
            items.append(mark + inner.replace("\n", "\n" + " " * len(mark)))
        return "\n".join(items)

    def _table(self, node: SyntaxTreeNode) -> str:
        rows: list[str] = []
        for part in node.children:
            for row in part.children:
                self._line = self._first + row.map[0] if row.map else self._line
                cells = [
                    self._spans(cell.children[0].children if cell.children else [], "\\|") for cell in row.children
                ]
                rows.append(f"| {' | '.join(cell or ' ' for cell in cells)} |")
                if part.type == "thead":
                    ends = [
                        ":--" if "left" in style else "--:" if "right" in style else "---" for style in _styles(row)
                    ]
                    rows.append(f"|{'|'.join(ends)}|")
        return "\n".join(rows)

    def _spans(self, nodes: Iterable[SyntaxTreeNode], bar: str = "|") -> str:
        """The text of what stands in a line; a bar in code is written as `bar`."""
        return "".join(self._span(node, bar) for node in nodes)

    def _span(self, node: SyntaxTreeNode, bar: str) -> str:
        kind = node.type
        if kind == "text":
            return self._text(node.content)
        if kind in ("softbreak", "hardbreak"):
            self._line += 1
            return " "
        if kind == "code_inline":
            return _coded(node.content.replace("|", bar))
        if kind == "formula":
            return self._formula(node)
        if kind in ("em", "strong"):
            mark = "*" if kind == "em" else "**"
            inner = self._spans(node.children, bar)
            return f"{mark}{inner}{mark}" if inner.strip() else inner
        if kind == "link":
            return self._link(node, bar)
        self._refuse(kind)
        return ""

    def _text(self, text: str) -> str:
        if "](" in text:
            self._complain(
                self._line, "a link is not complete: write [words](page:ID), and <…> around a name with spaces."
            )
        self.words += len(re.findall(r"\w[\w’'-]*", text))
        before, after = text[:1].isspace(), text[-1:].isspace()
        shown = plain.__wrapped__(text)
        return f"{' ' * before}{shown}{' ' * after}" if shown else " " * (before or after)

    def _formula(self, node: SyntaxTreeNode) -> str:
        text = " ".join(node.content.split())
        if found := _NO_FORMULA.search(text):
            self._complain(self._line, f"“{found[0]}” is not allowed in a formula.")
            return ""
        bare = re.sub(r"\\.", "", text)
        if bare.count("{") != bare.count("}"):
            self._complain(self._line, f"the braces of the formula “{text[:60]}” do not match.")
        self.words += 1
        text = text.replace("<", r"\lt ").replace(">", r"\gt ").replace("](", "] (").replace("![", "! [")
        first = (
            "" if node.markup == "$" or re.match(r"[a-zA-Z({\\]", text) else "{}"
        )  # a sign at the start of a line may be one of Markdown
        return f"{node.markup}{first}{text}{node.markup}"

    def _link(self, node: SyntaxTreeNode, bar: str) -> str:
        inner = self._spans(node.children, bar)
        address = str(node.attrs.get("href", ""))
        target = self._target(address)
        return f"[{inner}]({target})" if target and inner.strip() else inner

    def _target(self, address: str) -> str:
        """Where a link leads, as it is written; empty where it is refused."""
        kind, _, name = address.partition(":")
        if kind == "page":
            return self._checked(known_page(name, self._known))
        if kind == "network":
            network = known_network(name, self._known)
            return self._checked(network if isinstance(network, str) else Link(kind, network.name))
        if len(address) <= MAX_ADDRESS and _ADDRESS.fullmatch(address) and "@" not in address.split("/")[2]:
            return address.replace("(", "%28").replace(")", "%29").replace("*", "%2A").replace("_", "\\_")
        shown = address[:60] or "nothing"
        self._complain(
            self._line, f"a link to “{shown}”: links lead to page:ID, network:NAME or a whole https:// address."
        )
        return ""

    def _checked(self, found: Link | str) -> str:
        if isinstance(found, str):
            self._complain(self._line, found)
            return ""
        self.links.append(found)
        return link_address(found)

    def _refuse(self, kind: str) -> None:
        self._complain(self._line, _REFUSED.get(kind, "this is no part of a lesson’s text."))


def link_address(link: Link) -> str:
    """The address of a link into the app, in the text of a lesson."""
    return f"#{link.kind}:{quote(link.target, safe='')}"


def _styles(row: SyntaxTreeNode) -> list[str]:
    return [str(cell.attrs.get("style", "")) for cell in row.children]


def _ticks(text: str, least: int) -> str:
    """As many backticks as do not stand in the text."""
    return "`" * max(least, 1 + max((len(run) for run in re.findall("`+", text)), default=0))


def _coded(text: str) -> str:
    ticks = _ticks(text, 1)
    pad = " " if "`" in (text[:1], text[-1:]) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _fenced(text: str) -> str:
    ticks = _ticks(text, 3)
    return f"{ticks}text\n{text.rstrip()}\n{ticks}"
