"""The trained network that a page looks into: the choice of one, and its newest weights."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core.data import About, DrawnDataset, OwnClasses, about
from core.data.collection import FIELD
from core.data.drawn_datasets import why_not_taught
from core.insight.certainty import SURE_FROM
from core.network import Network, trace
from core.network.layers import shape_text
from core.network.words import counted
from core.study.ledger import titles_of
from core.training import Run, State, StoreError, card, pretrained
from core.training.priority import wake_tensorflow
from core.training.trained import Trained, Viewer
from core.ui.shell.frame import following, plain
from core.ui.shell.pages import end_page, link_to
from core.ui.shell.session import Session
from core.ui.widgets.class_names import name_classes
from core.views.wording import told_apart

if TYPE_CHECKING:
    import keras

TITLES = {
    "lenet5": "LeNet-5, already trained",
    "draw": "Reader of drawings",
    "seven-thousand": "Seven thousand",
    "dense-128": "Dense 128",
}
NEWEST = "newest"
LIVE_SECONDS = 2.0  # how often pages follow a run that is still training


@dataclass(frozen=True)
class ModelView:
    """A trained network to look into.

    Attributes:
        title: its name, as somebody gave it.
        network, model: the network and a Keras model of it with its weights.
        dataset: name of the dataset it has learned from.
        sure_from: the probability from which its predictions are called confident, 0…1.
        live: true while newer weights are still coming.
        who: identifier, unique among this visitor's networks even where titles are equal; stays when weights change,
            and names them where there is no viewer.
        viewer: owner of the model, where its weights change; None where they stay.
        own: its classes, where there are no images of them here; then `dataset` names none.
    """

    title: str
    network: Network
    model: keras.Model
    dataset: str
    live: bool
    who: str
    viewer: Viewer | None = None
    sure_from: float = SURE_FROM
    own: OwnClasses | None = None

    @property
    def version(self) -> object:
        """Names the weights: what was computed for an equal version need not be computed again."""
        return self.identity, self.viewer and self.viewer.shown

    @property
    def identity(self) -> object:
        """Tells the model, and not its weights of the moment, from all others that this visitor ever looks into."""
        return self.who if self.viewer is None else self.viewer.number

    @property
    def everyones(self) -> bool:
        """Whether it comes trained, the same for all visitors."""
        return self.who in TITLES

    @property
    def about(self) -> About:
        """The description of that dataset, or of its own classes."""
        return self.own or about(self.dataset)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.about.class_names


def choose_subject(mine: Session, key: str, usual: str = "lenet5") -> ModelView:
    """A choice between the networks that come trained, the visitor's own run and what they imported.

    Args:
        mine: remembers what was chosen, for all pages.
        key: of the widgets.
        usual: the one of `TITLES` that the page shows as long as nothing was chosen.
    """
    mine.show_notice()
    _choose_title(mine, key, usual)
    run = mine.run
    if mine.focus.subject == "imported" and mine.imported is not None:
        return _of_import(mine, mine.imported) or _of_name("lenet5")
    if mine.focus.subject != "run" or run is None:
        return _of_name(mine.focus.subject or usual)
    if run.network != mine.editor.network:
        st.caption("Showing the network of this run, not the one on Build.")
    found = run_view(mine, run)
    if found is not None:
        return found
    if run.active:
        st.info("Your run is getting ready; its weights follow in a few seconds. Until then: LeNet-5.")
    else:
        st.warning("Your run ended before it had learned anything, so this shows LeNet-5.")
    return _of_name("lenet5", live=run.active)


def _choose_title(mine: Session, key: str, usual: str) -> None:
    """The row of networks, and of a run which one and which epoch of it."""
    titles = dict(TITLES)  # in one order on every page, whichever is its usual one
    if mine.run is not None:
        titles["run"] = f"Your run: {mine.run.name}"
    if mine.imported is not None:
        titles["imported"] = _import_title(mine.imported)
    options = list(titles)
    if mine.focus.subject not in options:
        mine.focus.subject = None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "Network",
            options,
            default=mine.focus.subject or usual,
            format_func=lambda name: plain(titles[name]),
            required=True,
            key=f"{key}/{len(options)}/{titles.get('run')}/{titles.get('imported')}",
        )
        if mine.focus.subject or chosen != usual:  # what was not chosen is left to the next page
            mine.focus.subject = chosen
        if mine.focus.subject == "run":
            choose_run(mine, key)
            choose_epoch(mine, key)
        if mine.focus.subject == "imported":
            _choose_imported(mine, key)
            name_classes(mine, key)


def subjects(mine: Session) -> dict[str, str]:
    """Every network that can be asked, several of them on one page: what `subject_of` calls it → its title.

    Runs that failed, or have learned nothing yet, are none of them.
    """
    titles = dict(TITLES)
    titles |= {_run_key(run): f"Your run: {run.name}" for run in _runs(mine) if _can_be_asked(run)}
    for one in _imports(mine):
        title, number = _import_title(one), 1
        while title in titles.values():
            number += 1
            title = f"{_import_title(one)} ({number})"
        titles[_import_key(one)] = title
    return titles


def subject_of(mine: Session, key: str) -> ModelView | None:
    """The network that `subjects` has under this key, with its newest weights; None where a run has none yet."""
    if key in TITLES:
        return _of_name(key)
    found = next((one for one in _imports(mine) if _import_key(one) == key), None)
    if found is not None:
        return _of_import(mine, found)
    return next((run_view(mine, run) for run in _runs(mine) if _run_key(run) == key), None)


def _runs(mine: Session) -> list[Run]:
    runs = list(mine.workspace.runs)
    return runs if mine.run is None or mine.run in runs else [mine.run, *runs]


def _can_be_asked(run: Run) -> bool:
    now = run.snapshot
    return now.state is not State.FAILED and (now.step > 0 or bool(now.evaluations))


def _run_key(run: Run) -> str:
    return f"run/{run.created}"


def _imports(mine: Session) -> list[Trained]:
    """The imported models, the one that pages are about first."""
    first = [] if mine.imported is None else [mine.imported]
    return first + [one for one in mine.workspace.imported.all if not first or one.identity != first[0].identity]


def _import_key(there: Trained) -> str:
    return f"imported/{there.identity}"


def _import_title(there: Trained) -> str:
    return f"Imported: {there.network.name}"


def _of_name(name: str, live: bool = False) -> ModelView:
    """One that comes trained; live where it stands in for a run that has no weights yet."""
    with waking():
        model = pretrained(name)
    known = card(name)
    return ModelView(TITLES[name], known.network, model, known.dataset, live, name, sure_from=known.sure_from)


def _drawn_as(mine: Session, own: OwnClasses) -> DrawnDataset | None:
    """The visitor's own drawings as a dataset, where their classes are called as these; None where they do not fit."""
    drawings = mine.workspace.collection("own")
    if own.input_shape != FIELD or drawings.class_names != own.class_names or why_not_taught(drawings):
        return None
    return mine.kept("imported/drawings", (drawings.fingerprint, drawings.name), lambda: DrawnDataset(drawings))


def _of_import(mine: Session, there: Trained) -> ModelView | None:
    """An imported model; None, with a sentence on the page, where its weights cannot be read."""
    try:
        with waking():
            model = there.model()
    except (StoreError, ValueError) as problem:
        st.warning(
            plain(str(problem)) if isinstance(problem, StoreError) else "These weights do not fit the network."
        )
        return None
    own = there.own_classes
    drawn = None if own is None else _drawn_as(mine, own)
    dataset = drawn.name if drawn else "" if own else there.dataset
    own = None if drawn else own
    return ModelView(_import_title(there), there.network, model, dataset, False, _import_key(there), own=own)


def run_view(mine: Session, run: Run) -> ModelView | None:
    """A run with the weights that `model_of` shows; None before any."""
    model = model_of(mine, run)
    if model is None:
        return None
    epoch = mine.focus.epoch if run is mine.run else None
    title = f"Your run: {run.name}" + ("" if epoch is None else f", after epoch {epoch}")
    live = run.active and epoch is None
    who = f"{_run_key(run)}/{epoch}"
    return ModelView(title, run.network, model, run.dataset_name, live, who, mine.focus.viewer(run))


def run_options(runs: Sequence[Run], among: Sequence[Run] = ()) -> tuple[dict[str, Run], dict[str, str]]:
    """The runs to choose from and their titles, by keys that stay theirs: Streamlit copies what it lets choose from.

    Those with one name are called by what they differ in, as Streamlit tells options apart by their titles.

    Args:
        runs: to choose from.
        among: all that there are, from which their titles tell them apart.
    """
    titles = titles_of([*runs, *among])
    return {_run_key(run): run for run in runs}, {_run_key(run): titles[run] for run in runs}


def choose_run(mine: Session, key: str) -> None:
    """A choice of one of the visitor's runs, where there are several."""
    runs = mine.workspace.runs
    if len(runs) < 2 or mine.run not in runs:
        return
    by_key, titles = run_options(runs)
    widget = f"{key}/run/{_run_key(mine.run)}/{hash(tuple(titles.items()))}"

    def chosen() -> None:
        run = by_key[st.session_state[widget]]
        if run in mine.workspace.runs:
            mine.choose_run(run)

    st.selectbox(
        "Run",
        list(by_key),
        list(by_key).index(_run_key(mine.run)),
        format_func=titles.__getitem__,
        key=widget,
        on_change=chosen,
        width=240,
    )


def _choose_imported(mine: Session, key: str) -> None:
    """A choice of one of the imported models, where there are several."""
    models = _imports(mine)
    if len(models) < 2:
        return
    by_key = {_import_key(one): one for one in sorted(models, key=lambda one: one.identity)}
    widget = f"{key}/imported/{mine.imported and mine.imported.identity}/{len(models)}"

    def chosen() -> None:
        mine.imported = by_key.get(st.session_state[widget], mine.imported)

    titles = dict(zip(by_key, told_apart([one.network.name for one in by_key.values()])))
    st.selectbox(
        "Imported model",
        list(by_key),
        list(by_key).index(_import_key(models[0])),
        format_func=titles.__getitem__,
        key=widget,
        on_change=chosen,
        width=240,
    )


def choose_epoch(mine: Session, key: str) -> None:
    """A slider through the epochs whose weights are kept; at its end the newest."""
    run = mine.run
    epochs = [] if run is None else run.epochs()
    if run is None or len(epochs) < 2:
        mine.focus.epoch = None
        return
    options = [*epochs, NEWEST]
    mine.focus.epoch = mine.focus.epoch if mine.focus.epoch in epochs else None
    widget = f"{key}/epoch/{run.created}/{len(options)}"
    chosen = st.select_slider(
        "Epoch",
        options,
        NEWEST if mine.focus.epoch is None else mine.focus.epoch,
        key=widget,
        help="Weights as they were after each epoch; 0 is before training.",
        width=320,
    )
    mine.focus.epoch = chosen if isinstance(chosen, int) else None


def model_of(mine: Session, run: Run) -> keras.Model | None:
    """A model of the run with its newest weights, or with those of the epoch that was chosen; None before any.

    What cannot be read is said on the page.
    """
    viewer = mine.focus.viewer(run)
    epoch = mine.focus.epoch if run is mine.run else None
    try:
        with waking():
            if epoch is not None:
                return viewer.load_weights(("epoch", run.life, epoch), lambda: run.epoch_weights(epoch))
            newest = run.weights()
            return None if newest is None else viewer.load_weights(("newest", newest[0]), lambda: newest[1])
    except (StoreError, ValueError) as problem:
        st.warning(
            plain(str(problem)) if isinstance(problem, StoreError) else "These weights do not fit the network."
        )
        return None


def watch(mine: Session, subject: ModelView, body: Callable[[], None], seconds: float = LIVE_SECONDS) -> None:
    """Draw `body` and, while the subject is still learning, again with its newest weights."""
    run = mine.run
    shown = mine.focus.subject if run is not None and run.version else "lenet5"

    def drawn() -> None:
        if subject.live and run is not None and model_of(mine, run) is not None and shown == "lenet5":
            st.rerun()  # the run's first weights have come: show them instead of LeNet-5
        body()

    following(lambda: mine.run if subject.live else None, seconds, drawn)


@contextmanager
def waking() -> Iterator[None]:
    """A word of patience while TensorFlow is imported, for the first visitor only."""
    patience = "keras" not in sys.modules or "core.training.model" not in sys.modules
    # In a place of its own: what follows is put on the page anew where its place in the list changes.
    with st.empty(), st.spinner("Waking TensorFlow up: a few seconds, only once …") if patience else nullcontext():
        wake_tensorflow()
        yield


def need_images(subject: ModelView) -> None:
    """Stop the page with a sentence, and the way to where it can be looked into, where no test image fits into the network."""
    misfit = misfit_words(subject)
    if misfit:
        st.warning(f"{misfit}. Choose another network above, or look into this one with a picture or a drawing.")
        link_to("feature_maps", "Look inside with a picture: Feature maps")
        end_page()


def misfit_words(subject: ModelView) -> str:
    """The reason why no image of its dataset fits into the network, without a full stop; empty where they do."""
    source = subject.about
    if subject.own:
        return "There are no images here of the classes that this network tells apart"
    if subject.network.input_shape == source.input_shape:
        return ""
    return (
        f"This network takes images of {shape_text(subject.network.input_shape)}, but those of {plain(source.title)} are "
        f"{shape_text(source.input_shape)}"
    )


def unpredicting_words(subject: ModelView) -> str:
    """The reason why the network predicts none of its classes, as a sentence; empty where it does."""
    source = subject.about
    if trace(subject.network, len(source.class_names)).problems:
        return f"This network does not predict the {counted(len(source.class_names), 'class')} of {source.title}."
    return ""
