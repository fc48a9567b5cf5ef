"""What the pages of Study share: the networks that are compared, the images, and experiments in the background."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeVar

import numpy as np
import streamlit as st

from core.data import DatasetError, about, load
from core.network import Network, trace
from core.network.words import joined
from core.study.background import Study
from core.study.comparison import incomparable
from core.study.contender import Contender, LabelledImages, of_run, of_shipped, of_trained, why_not
from core.training import Run, State, StoreError, card
from core.training.trained import Trained
from core.ui.shell.frame import plain, refreshing
from core.ui.shell.pages import end_page, link_to
from core.ui.shell.renewal import Renewal
from core.ui.shell.session import Session
from core.ui.widgets.model_view import TITLES
from core.ui.widgets.opened_image import open_buttons
from core.views.wording import progress_words, told_apart, untrained_words

MOST = 4
USUAL = ("lenet5", "dense-128")
LIVE_SECONDS, RUN_SECONDS = 0.5, 2.0
NO_NUMBERS = "its weights are no longer numbers"

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Entrant:
    """A network that was chosen for a study.

    Attributes:
        key: that stays its own.
        name: no other entrant has it; it may be a stranger's text.
        network: the network.
        contender: with its weights; None where there is nothing to study.
        why_none: the reason for that, in words that follow its name; else empty.
        run, trained: what it is, unless it comes trained.
        newer: whether the run has newer weights than those that are studied.
    """

    key: str
    name: str
    network: Network
    contender: Contender | None
    why_none: str = ""
    run: Run | None = None
    trained: Trained | None = None
    newer: bool = False

    @property
    def origin(self) -> str:
        """Where it is from and how it is now, in a few words."""
        if self.run is None:
            return "comes trained" if self.trained is None else "imported"
        now = self.run.snapshot
        if now.state is State.FAILED:
            return f"your run, failed: {now.message}"
        words = progress_words(now)
        return f"your run: {words[0].lower()}{words[1:]}"

    @property
    def live(self) -> bool:
        """Whether it still trains."""
        return self.run is not None and self.run.active

    @property
    def awaited(self) -> str:
        """What its run, which had no weights when it was chosen, does now; empty for all others."""
        if self.run is None or self.contender is not None:
            return ""
        return "it has weights" if self.run.version else untrained_words(self.run.snapshot)


@dataclass
class StudyState:
    """What all pages of Study remember.

    Attributes:
        chosen: keys of the networks that are compared; None before the first visit.
        names: of all that could be chosen, by their keys.
        gone: a sentence on what has left the comparison; may be empty.
        dataset: whose test images they are compared on; empty before there are any.
        numbers: of each network, by which it keeps its colour.
        drawing: whether pages that look at one image show the visitor's drawing, where there is one, and not a test image.
        choices: renewed when what is compared was set by something else than its own field.
        taken: contenders by key, with what names their weights.
        studies: experiments by what they are for, with the key of what they compute.
    """

    chosen: tuple[str, ...] | None = None
    names: dict[str, str] = field(default_factory=dict)
    gone: str = ""
    dataset: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    taken: dict[str, tuple[object, Contender]] = field(default_factory=dict)
    studies: dict[str, tuple[Hashable, Study[Any]]] = field(default_factory=dict)
    drawing: bool = False
    choices: Renewal = field(default_factory=Renewal)

    def why_not_add(self, key: str) -> str | None:
        """The reason why this network cannot be added to the comparison, as a sentence; None if it can."""
        chosen = self.chosen or ()
        if key in chosen:
            return "It is in the comparison."
        return None if len(chosen) < MOST else f"Take one of the {MOST} networks out of the comparison first."

    def add(self, key: str) -> None:
        """Add a network to the comparison, if it can be."""
        if self.why_not_add(key) is None:
            self.chosen = (*(self.chosen or ()), key)
            self.choices.renew()

    def compare(self, keys: Sequence[str]) -> None:
        """Compare these networks, and no others."""
        self.chosen, self.gone = tuple(keys)[:MOST], ""
        self.choices.renew()

    def number(self, key: str) -> int:
        """The number of a network; of those that are compared, no two have one."""
        others = {self.numbers[one] for one in self.chosen or () if one != key and one in self.numbers}
        if self.numbers.get(key) is None or self.numbers[key] in others:
            self.numbers[key] = next(number for number in range(MOST + 1) if number not in others)
        return self.numbers[key]


def choose_networks(mine: Session, key: str) -> list[Entrant]:
    """A choice of up to four networks: those that come trained, the visitor's runs and what they imported.

    Args:
        mine: remembers the choice, for all pages of Study.
        key: of the widgets.
    """
    own = mine.state(StudyState)
    there = offered(mine)
    titles = {one: title for one, (title, _) in there.items()}
    if own.chosen is None:
        newest = [one for one in there if one.startswith("run/")][:1]
        own.chosen = (*newest, *USUAL)
    left = [own.names.get(one, "A network") for one in own.chosen if one not in there]
    if left:
        names = joined([f"“{name}”" for name in left])
        own.gone = f"{names} {'was' if len(left) == 1 else 'were'} deleted and left the comparison."
        own.chosen = tuple(one for one in own.chosen if one in there)
    own.names = {one: name for one, (_, name) in there.items()}
    widget = f"{key}/networks/{hash(tuple(titles.items()))}/{own.choices}"

    def chosen() -> None:
        asked = st.session_state[widget]
        own.chosen, own.gone = tuple(one for one in asked if one in own.names)[:MOST], ""

    st.multiselect(
        f"Networks, up to {MOST}",
        list(titles),
        list(own.chosen),
        format_func=titles.__getitem__,
        key=widget,
        on_change=chosen,
        max_selections=MOST,
        placeholder="Choose the networks to compare",
    )
    if own.gone:
        st.info(plain(own.gone))
    names = dict(zip(own.chosen, told_apart([there[one][1] for one in own.chosen])))
    entrants = [entrant(mine, one, names[one]) for one in own.chosen]
    own.taken = {one: taken for one, taken in own.taken.items() if one in own.chosen}
    _offer_newer(own, entrants, key)
    return entrants


def offered(mine: Session) -> dict[str, tuple[str, str]]:
    """All that can be studied: key → (title in a list, name)."""
    runs = list(mine.workspace.runs)
    found = {f"run/{run.created}": (f"Your run: {run.name}", run.name) for run in runs}
    for name in ("lenet5", "dense-128", "seven-thousand", "draw"):
        found[name] = (TITLES[name], card(name).network.name)
    imports = list(mine.workspace.imported.all)
    if mine.imported is not None and all(one.identity != mine.imported.identity for one in imports):
        imports.append(mine.imported)
    for one in imports:
        found[f"imported/{one.identity}"] = (f"Imported: {one.network.name}", one.network.name)
    titles = told_apart([title for title, _ in found.values()])
    return {key: (title, name) for (key, (_, name)), title in zip(found.items(), titles)}


def entrant(mine: Session, key: str, name: str) -> Entrant:
    """The network with this key of `offered`, by this name, with the weights to study."""
    if key in TITLES:
        contender = _taken(mine, key, (name,), lambda: of_shipped(key))
        return Entrant(key, name, card(key).network, contender and _called(contender, name))
    run = next((run for run in mine.workspace.runs if f"run/{run.created}" == key), None)
    try:
        if run is not None:
            return _of_run(mine, key, name, run)
        one = next(one for one in (*mine.workspace.imported.all, mine.imported) if one and key.endswith(one.identity))
        contender = _taken(mine, key, one.identity, lambda: of_trained(one))
        return _checked(Entrant(key, name, one.network, contender and _called(contender, name), trained=one))
    except (StoreError, DatasetError) as problem:
        network = run.network if run is not None else card(USUAL[0]).network
        return Entrant(key, name, network, None, f"it cannot be read. {problem}".rstrip("."), run)


def _of_run(mine: Session, key: str, name: str, run: Run) -> Entrant:
    own = mine.state(StudyState)
    known = own.taken.get(key)
    stays = known is not None and run.active  # who compares does not want the weights to change meanwhile
    version = known[0] if stays and known else (run.life, run.version)
    contender = _taken(mine, key, version, lambda: of_run(run))
    found = Entrant(key, name, run.network, contender and _called(contender, name), run=run)
    newer = bool(contender) and stays and version != (run.life, run.version)
    return _checked(replace(found, newer=newer, why_none="" if contender else untrained_words(run.snapshot)))


def _taken(mine: Session, key: str, version: object, make: Callable[[], Contender | None]) -> Contender | None:
    """The contender with these weights, made where others were there."""
    own = mine.state(StudyState)
    known = own.taken.get(key)
    if known is None or known[0] != version:
        made = make()
        if made is None:
            return None
        own.taken[key] = known = (version, made)
    return known[1]


def _called(contender: Contender, name: str) -> Contender:
    """The contender by another name; its fingerprint, which takes a moment, stays."""
    if contender.name == name:
        return contender
    found = replace(contender, name=name)
    found.__dict__["fingerprint"] = contender.fingerprint
    return found


def _checked(found: Entrant) -> Entrant:
    """Without its contender where that cannot predict anything."""
    contender = found.contender
    if contender is not None and not all(np.isfinite(part).all() for part in contender.weights):
        return replace(found, contender=None, why_none=NO_NUMBERS)
    return found


def _offer_newer(own: StudyState, entrants: list[Entrant], key: str) -> None:
    """A button that takes the newest weights of runs that still train."""
    newer = [one.key for one in entrants if one.newer]

    def take() -> None:
        for one in newer:
            own.taken.pop(one, None)

    if any(one.live for one in entrants):
        st.button(
            "Take the newest weights",
            icon=":material/update:",
            key=f"{key}/newer",
            on_click=take,
            disabled=not newer,
            help="A run that trains is compared as it was when it was chosen, until you take its weights anew.",
        )


def choose_among(label: str, titles: Mapping[str, str], shown: str, key: str) -> str:
    """A choice of one of several things where there is more than one; returns what is chosen.

    Args:
        label: of the choice.
        titles: what each is called.
        shown: what is chosen by now.
        key: of the widget, which begins anew with other titles.
    """
    if len(titles) < 2:
        return shown
    widget = f"{key}/{hash(tuple(titles.items()))}"
    return st.segmented_control(
        label, list(titles), default=shown, format_func=lambda one: plain(titles[one]), required=True, key=widget
    )


def choose_images(mine: Session, entrants: list[Entrant], key: str) -> LabelledImages | None:
    """The test images that they are compared on; a choice where they learned from different ones; None where there are none."""
    own = mine.state(StudyState)
    titles: dict[str, str] = {}
    for one in entrants:
        name = one.contender.dataset if one.contender else ""
        if name and name not in titles and about(name).tested_on not in titles.values():
            titles[name] = about(name).tested_on
    if not titles:
        return None
    shown = own.dataset if own.dataset in titles else next(iter(titles))
    shown = own.dataset = choose_among("Test images", titles, shown, f"{key}/images")
    return mine.kept("study/images", shown, lambda: LabelledImages.tests_of(load(shown)))


def networks_and_images(mine: Session, key: str) -> tuple[list[Entrant], list[Entrant], LabelledImages]:
    """Networks and the test images to study them on; a page on which none fits ends here, with a sentence.

    Args:
        mine: remembers the choices, for all pages of Study.
        key: of the widgets.

    Returns:
        All that were chosen, those of them that can be studied on the images, and the images.
    """
    entrants = choose_networks(mine, key)
    images = choose_images(mine, entrants, key)
    fit = fitting(entrants, images)
    if images is None or not fit:
        without_images("Choose at least one network that learned")
    return entrants, fit, images


def without_images(asked: str) -> NoReturn:
    """End a page for whose networks there are no test images; the sentence begins with what is asked for."""
    st.info(f"{asked} from digits or clothes: there are test images of those here.")
    link_to("train", "Train a network of your own", "monitoring")
    end_page()


def fitting(entrants: list[Entrant], images: LabelledImages | None) -> list[Entrant]:
    """Those that can be studied on these images; sentences on the page say which cannot, and why, as long as it is so."""
    without = [one for one in entrants if one.contender is None]
    if without:
        watch(None, without, lambda: _left_out(without))
    if images is None:
        return []
    for sentence in incomparable(contenders_of(entrants), images):
        st.warning(plain(f"{sentence} It is left out."))
    return [one for one in entrants if one.contender and why_not(one.contender, images) is None]


def _left_out(without: Sequence[Entrant]) -> None:
    for one in without:
        st.warning(plain(f"“{one.name}” is left out: {one.why_none}."))


def contenders_of(entrants: Sequence[Entrant]) -> list[Contender]:
    """Those that there are, in order."""
    return [one.contender for one in entrants if one.contender is not None]


def fingerprint(entrants: Sequence[Entrant], images: LabelledImages) -> tuple[str, ...]:
    """All that a result about these networks on these images depends on; names too, as it holds them."""
    return fingerprint_of(contenders_of(entrants), images)


def fingerprint_of(contenders: Sequence[Contender], images: LabelledImages) -> tuple[str, ...]:
    """The same for networks with, or without, their weights."""
    return *(one.fingerprint for one in contenders), *(one.name for one in contenders), images.fingerprint


def studied(mine: Session, name: str, key: Hashable, steps: Callable[[], Iterator[T]]) -> Study[T]:
    """The experiment with this key: the one that is there, or a new one in the place of another.

    Args:
        mine: holds it.
        name: what it is for; of each there is one at a time.
        key: all that its result depends on.
        steps: as `Study` has them.
    """
    studies = mine.state(StudyState).studies
    known = studies.get(name)
    if known is not None:
        same, study = known[0] == key, known[1]
        if same and (study.going or study.finished or study.problem):
            return study
        study.cancel()
    studies[name] = key, (made := Study(steps).start())
    return made


def watch(
    study: Study[Any] | None,
    entrants: Sequence[Entrant],
    body: Callable[[], None],
    chosen: Callable[[], object] = lambda: None,
) -> None:
    """Draw `body` now, and again while the experiment goes on or one of the networks still trains.

    When one of them ends or gets its first weights, or something else is `chosen`, the whole page is drawn.
    """

    def drawn() -> None:
        for one in entrants:
            if one.run is not None:
                one.run.heartbeat()
        body()

    def state() -> tuple[object, ...]:
        awaited = [one.awaited for one in entrants]
        return study is not None and study.going, *(one.live for one in entrants), awaited, chosen()

    going = state()
    refreshing(state, any(going[:-2]), LIVE_SECONDS if going[0] else RUN_SECONDS, drawn)
    if study is not None and study.problem:
        st.error(plain(study.problem))


def look_into(mine: Session, entrant: Entrant) -> bool:
    """Make this the network that the pages look into; False, with a notice, where it was deleted meanwhile."""
    if entrant.run is not None:
        if entrant.run not in mine.workspace.runs:
            mine.notice = f"“{entrant.run.name}” was deleted in another window."
            return False
        mine.choose_run(entrant.run)
        mine.focus.subject = "run"
    elif entrant.trained is not None:
        mine.imported, mine.focus.subject = entrant.trained, "imported"
    else:
        mine.focus.subject = entrant.key
    return True


def open_with(mine: Session, entrant: Entrant, number: int, key: str) -> None:
    """Buttons that open a test image with this network in the pages that look into it; a sentence where they cannot.

    Args:
        mine: the visitor.
        entrant: the network.
        number: which of the test images it is.
        key: begins the buttons' keys.
    """
    if entrant.contender is None or entrant.contender.dataset != mine.state(StudyState).dataset:
        st.caption("These are not its own test images, so the other pages cannot open this one.", width="content")
        return
    st.markdown(plain(f"Open it with {entrant.name} in:"), width="content")
    open_buttons(mine, number, key, lambda: look_into(mine, entrant))


def works(network: Network) -> bool:
    """Whether a network has no problems, so that its costs can be told."""
    return not trace(network).problems
