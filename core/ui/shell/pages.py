"""The registry of pages, and the ways between them.

Navigation, links, the README's table, the tests and the tools all read it. CONTRIBUTING.md says what a new page needs
besides its row.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import streamlit as st

from core.network import LAYERS, Recipe
from core.network.settings import settings_of
from core.network.sharing import HIDEABLE
from core.network.words import joined
from core.ui.shell.session import Session, session
from core.views.wording import listed

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


class PageInfo(NamedTuple):
    """A page of the app, as the registry lists it.

    Attributes:
        id: the name of its file.
        title: in the navigation.
        icon: a Material symbol.
        group: the section of the navigation.
        purpose: its purpose in words, as in the README's table.
        hidden_by: parts of the interface that it belongs to: a lesson that leaves out one of them leaves it out.
    """

    id: str
    title: str
    icon: str
    group: str
    purpose: str
    hidden_by: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Its script, as Streamlit names it."""
        return f"pages/{self.id}.py"

    @property
    def address(self) -> str:
        """The path of its URL: Streamlit finds the first page at the app's own address only."""
        return "" if self.id == FIRST else self.id

    def left_out_by(self, hidden: tuple[str, ...]) -> bool:
        """Whether a lesson that hides this leaves the page out."""
        return f"page {self.id}" in hidden or bool(set(self.hidden_by) & set(hidden))


_PLAY, _TRAIN, _INSIDE, _STUDY, _LEARN = "Play", "Build and train", "Look inside", "Study", "Learn"
PAGES = {
    page.id: page
    for page in (
        PageInfo(
            "playground",
            "Playground",
            "play_circle",
            _PLAY,
            "one screen where everything moves: draw, train, edit in place, and see each layer's live maps",
            ("train", "draw", "inside"),
        ),
        PageInfo(
            "draw",
            "Draw",
            "gesture",
            _PLAY,
            "digits on a canvas, in a photo or among samples, one or several; what one network or more make of them and whether they "
            "are confident; each step to 28×28 pixels, which can be left out; all layers reacting, and the ink that spoke "
            "for the answer",
            ("draw",),
        ),
        PageInfo(
            "teach",
            "Teach",
            "school",
            _PLAY,
            "your own digits, or two to ten classes of your own: draw, say what it is, fine-tune, play; before and "
            "after",
            ("train", "draw"),
        ),
        PageInfo(
            "games",
            "Games",
            "extension",
            _PLAY,
            "draw what two networks disagree on, make one confident of a wrong class with few strokes, and read its "
            "hardest images better than it does",
            ("draw",),
        ),
        PageInfo(
            "build",
            "Build",
            "account_tree",
            _TRAIN,
            "the network as a list of layers and as a drawing, with the arithmetic of each",
        ),
        PageInfo(
            "train",
            "Train",
            "monitoring",
            _TRAIN,
            "dataset, recipe and controls; live curves and what they say, mistakes, kernels and maps while it learns",
            ("train",),
        ),
        PageInfo(
            "runs",
            "Runs",
            "history",
            _TRAIN,
            "all your trainings: compared in one chart, renamed, exported, deleted",
            ("train",),
        ),
        PageInfo(
            "kernels",
            "Kernels",
            "grid_view",
            _INSIDE,
            "the weights of each layer as pictures, on one scale about zero; click one to see what it responds to, "
            "what the network predicts without it, and a convolution as the dense matrix that it is",
            ("inside",),
        ),
        PageInfo(
            "feature_maps",
            "Feature maps",
            "layers",
            _INSIDE,
            "every layer's output for a test image, your drawing or a picture of yours; hovering shows what a number "
            "sees, a click explains it",
            ("inside",),
        ),
        PageInfo(
            "gradients",
            "Gradients",
            "south_west",
            _INSIDE,
            "one step of learning from one image or a batch: forward, loss, backward, update; the gradient by each layer’s maps and kernels, "
            "any one of them as the sum of its terms, and the loss before and after the step",
            ("inside",),
        ),
        PageInfo(
            "receptive_fields",
            "Receptive fields",
            "center_focus_strong",
            _INSIDE,
            "what each unit sees, by hovering: frames and the pixels truly read; how the view grows, in a table and "
            "drawn to scale; what counts in it before and after training; what padding does at the border",
            ("inside",),
        ),
        PageInfo(
            "why",
            "Why this answer?",
            "help_center",
            _INSIDE,
            "which pixels an answer comes from, by four methods, each checked against random weights",
            ("inside",),
        ),
        PageInfo(
            "mistakes",
            "Mistakes",
            "rule",
            _INSIDE,
            "what it confuses, its most confident mistakes, and where it puts the test images",
            ("inside",),
        ),
        PageInfo(
            "compare",
            "Compare",
            "compare_arrows",
            _STUDY,
            "up to four networks on the same test images: accuracy with its confidence interval, size and cost, curves "
            "by epoch and by second, the size of the gradient in each layer, the images that only one of them gets right, and "
            "whether chance can explain it",
            ("inside",),
        ),
        PageInfo(
            "robustness",
            "Robustness",
            "rotate_90_degrees_ccw",
            _STUDY,
            "accuracy of up to four networks over the strength of a rotation, shift, blur, noise and six more, each with its "
            "confidence band; the mistakes at a point of the curve, and a training against them; one image as a film strip, "
            "with every network’s answer under each frame",
            ("inside",),
        ),
        PageInfo(
            "equivariance",
            "Shift equivariance",
            "open_with",
            _STUDY,
            "an image moved pixel by pixel, and which maps move along: a layer of each of two networks before, after and shifted "
            "back; the error of every layer over many images, and what stride, pooling and padding do to it",
            ("inside",),
        ),
        PageInfo(
            "calibration",
            "Calibration",
            "target",
            _STUDY,
            "whether a network that says 80 % is right on 80 of 100 images: reliability diagrams with intervals, what is "
            "answered from a threshold on, and the temperature that corrects it, measured on other images",
            ("inside",),
        ),
        PageInfo(
            "size",
            "Accuracy against size",
            "scatter_plot",
            _STUDY,
            "every preset that was measured, what was published, and your runs as points: accuracy over parameters, "
            "multiply-adds or seconds of training, with the frontier of the best so far and the articles’ aims",
        ),
        PageInfo(
            "price",
            "Equal price",
            "balance",
            _STUDY,
            "a dense and a convolutional network for one budget of parameters or multiply-adds, trained side by side by one "
            "recipe; and the convolutions as the dense matrices that they are, with their zeros and repeats counted",
            ("train",),
        ),
        PageInfo(
            "cures",
            "Over-fitting",
            "healing",
            _STUDY,
            "a small training set, and eight cures side by side: the runs train one after another; their curves, the gap between "
            "training and test accuracy with intervals, and what dropout does to a map",
            ("train", "inside"),
        ),
        PageInfo(
            "convolution",
            "Convolution",
            "window",
            _LEARN,
            "up to 12×12 numbers in up to three channels, and kernels that are typed, named or learned: every sum written out, "
            "padding, stride, dilation, groups, flipped or transposed, with sizes, cost and the line of Keras",
        ),
        PageInfo(
            "pooling",
            "Pooling",
            "filter_2",
            _LEARN,
            "up to 8×8 numbers and a window that keeps the maximum or the mean: numbers typed forward, gradients typed backward, "
            "and where each of them goes",
        ),
        PageInfo(
            "stacking",
            "Stacking layers",
            "stacks",
            _LEARN,
            "up to eight convolutions by kernel, stride, dilation and padding: a fan of lines down to all that one unit depends on, "
            "size, jump and field row by row, two 3×3 against one 5×5, and a task: cover 20×20 with the fewest parameters",
        ),
        PageInfo(
            "s2_c3",
            "S2–C3 table",
            "table",
            _LEARN,
            "which of LeNet-5’s 6 maps of S2 feed which of the 16 maps of C3, to tick: the table of 1998, the full connection or your own, "
            "with parameters, multiply-adds and what the asymmetry is for",
        ),
        PageInfo(
            "cost",
            "Cost",
            "payments",
            _LEARN,
            "two shapes, and a dense layer, a convolution and a separable one between them: the kernel as a torch over the image, "
            "parameters and multiply-adds by formula and in numbers",
        ),
        PageInfo(
            "dropout",
            "Dropout, batch norm",
            "blur_on",
            _LEARN,
            "dropout, spatial dropout, Gaussian dropout and batch normalisation on a batch of 4 images: what is drawn and what comes out, mean "
            "and deviation with what is expected, training against inference",
        ),
        PageInfo(
            "back_propagation",
            "Back-propagation",
            "undo",
            _LEARN,
            "a network of up to 3–4–2 units by hand: all numbers typed; forward, error, backward, update, each with its "
            "formula; the loss over many steps, and what a rate that is too high does",
        ),
        PageInfo(
            "exercises",
            "Exercises",
            "edit_note",
            _LEARN,
            "shapes, parameters, multiply-adds, receptive fields, convolutions, gradients of pooling and steps of back-propagation "
            "to work out, without end in three levels; predictions that are measured; typical mistakes are told their cause; hint, solution step by step, progress",
        ),
        PageInfo(
            "lessons",
            "Lessons",
            "menu_book",
            _LEARN,
            "lessons whose card leads through all pages, says what to do and notices it, with predictions, questions and exercises; "
            "your own as a text that is checked line by line, tried and handed on as a link; each whole on one page to print",
        ),
        PageInfo(
            "glossary",
            "Glossary",
            "dictionary",
            _LEARN,
            "the words of the field as all pages and help marks use them, with a search",
        ),
    )
}
_FIELDS = {name: how.label for kind in (Recipe, *LAYERS.values()) for name, how in settings_of(kind).items()}
FIRST = next(iter(PAGES))  # the page that the app's own address opens
FIRST_OF_LESSON = "build"  # where a lesson leaves that one out


def part_words(part: str) -> str:
    """A part of the interface in words: the pages that a lesson leaves out with it."""
    if part == "edit":
        return "the editor (look, but do not change)"
    titles = [page.title for page in PAGES.values() if part in page.hidden_by]
    return f"the {'page' if len(titles) == 1 else 'pages'} {joined(titles)}"


def left_out(hidden: tuple[str, ...]) -> str:
    """What a lesson leaves out, in words: pages by their titles, each once."""
    words = [page.title for page in PAGES.values() if page.left_out_by(hidden)]
    fields = dict.fromkeys(_FIELDS[name] for part in hidden if (name := part.removeprefix("field ")) in _FIELDS)
    words += [f"the setting {label}" for label in fields]
    return listed([*words, "all changes to the network"] if "edit" in hidden else words)


def navigation(hidden: tuple[str, ...]) -> dict[str, list[StreamlitPage]]:
    """Streamlit's pages by section, without what a lesson leaves out; sections that would be empty go too.

    Args:
        hidden: parts of the interface, `page ID` and `field NAME`; where nothing would be left, nothing is left out.
    """
    listed: dict[str, list[StreamlitPage]] = {}
    shown = [page for page in PAGES.values() if not page.left_out_by(hidden)] or list(PAGES.values())
    first = min(shown, key=lambda page: (page.id != FIRST, page.id != FIRST_OF_LESSON)).id
    for page in shown:
        entry = st.Page(
            page.file, title=page.title, icon=f":material/{page.icon}:", default=page.id == first, url_path=page.id
        )
        listed.setdefault(page.group, []).append(entry)
    return listed


def open_to(mine: Session, page: str) -> bool:
    """True unless a lesson has left the page out for this visitor."""
    return not PAGES[page].left_out_by(mine.hidden)


def go_to(page: str) -> None:
    """Open another page as soon as this callback has ended: only a script can, which does so by `turn_page`."""
    session().next_page = page


def turn_page() -> None:
    """Open the page that `go_to` has named, if any. Where a lesson has left it out, the visitor stays and is told so."""
    mine = session()
    page, mine.next_page = mine.next_page, ""
    if not page:
        return
    if open_to(mine, page):
        st.switch_page(PAGES[page].file)
    st.toast(f"This lesson leaves out the page {PAGES[page].title}.")


def link_to(page: str, words: str, icon: str = "arrow_forward") -> None:
    """A link to another page, unless a lesson has left it out."""
    if open_to(session(), page):
        st.page_link(PAGES[page].file, label=words, icon=f":material/{icon}:")


class _PageEnd(Exception):
    """Raised by `end_page`, caught by `run_page`."""


def end_page() -> NoReturn:
    """End the page's script here; app.py goes on.

    `st.stop()` ends the whole run instead, and with it what every page owes: the visitor's draft and cookie.
    """
    raise _PageEnd


def page_id(title: str) -> str:
    """The id of the page with this title."""
    return next(page.id for page in PAGES.values() if page.title == title)


def run_page(page: StreamlitPage) -> None:
    """Run the script of the page that was navigated to, unless a button has just asked for another one."""
    turn_page()
    with suppress(_PageEnd):
        page.run()


def table() -> list[str]:
    """The rows of the README's table."""
    rows = ["| page | file | what it is for |", "|---|---|---|"]
    return rows + [f"| {page.title} | `{page.file}` | {page.purpose} |" for page in PAGES.values()]


assert all(part in HIDEABLE for page in PAGES.values() for part in page.hidden_by)
