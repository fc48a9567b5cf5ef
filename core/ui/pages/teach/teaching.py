"""The pieces of the page Teach: drawings with what they are, a network that learns them, and how well it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from core.data import DIGITS, Collection, DatasetError, InvalidCollection, about, from_strokes
from core.data.collection import FEWEST_CLASSES, MAX_CLASS_NAME, MAX_FILE, MOST_CLASSES
from core.data.lessons import is_lesson, load, why_not_taught
from core.insight import Judged, judged, probabilities
from core.insight.certainty import SURE_FROM
from core.network import Network
from core.training import Run, Snapshot, State, StoreError, card, pretrained
from core.training.teaching import plan, teachable
from core.ui.pages.teach.state import SavedDrawing, TeachState
from core.ui.shell.frame import following, look
from core.ui.shell.pages import end_page
from core.ui.shell.session import Session
from core.ui.widgets.canvas import draw
from core.ui.widgets.collections import CollectionState, change_collection, complain
from core.ui.widgets.galleries import clickable_gallery
from core.ui.widgets.handing_on import file_stem
from core.ui.widgets.prediction import answer
from core.ui.widgets.subject import Subject, model_of, waking
from core.views.charts import DRAWN, learning_curve
from core.views.images import INK_SCALE, Tile, gallery
from core.views.wording import certainty, percent, plain, progress_words

LIVE_SECONDS = 0.5
ENOUGH = 12  # drawings of a class
FIRST = 18  # drawings that are shown at once
CELL = 2
WHICH = {"digits": "My digits", "own": "My own classes"}
PRETRAINED = "LeNet-5, already trained"


def choose_collection(mine: Session) -> Collection:
    """Digits, or classes of one's own; stops the page where the file of them cannot be read."""
    own = mine.state(TeachState)
    own.which = st.segmented_control(
        "What to teach",
        list(WHICH),
        default=own.which,
        format_func=WHICH.get,
        required=True,
        key="teach/which",
        label_visibility="collapsed",
    )
    found = mine.workspace.collection(own.which)
    problem = mine.workspace.unreadable.get(own.which)
    if problem:
        st.error(f"{WHICH[own.which]} cannot be read: {problem} Nothing else is touched.")
        st.button("Delete that file and begin anew", on_click=_forget, args=(mine,), key="teach/forget")
        end_page()
    return found


def _forget(mine: Session) -> None:
    try:
        mine.workspace.forget_collection(mine.state(TeachState).which)
    except StoreError as problem:
        mine.state(CollectionState).problem = str(problem)


def class_names(mine: Session, collection: Collection) -> None:
    """The names of one's own classes, to be changed; two to ten of them."""
    if mine.state(TeachState).which != "own":
        return
    names = collection.class_names

    def rename(label: int, key: str) -> None:
        name = st.session_state[key].strip()
        if name != names[label]:
            change_collection(mine, "own", lambda own: _as_shown(own, collection).with_class_name(label, name))

    def add() -> None:
        free = next(n for n in range(1, 100) if f"class {n}" not in names)
        change_collection(mine, "own", lambda own: own.with_class(f"class {free}"))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, name in enumerate(names):
            key = f"teach/name/{label}/{hash(names)}"
            st.text_input(
                f"Class {label + 1}", name, MAX_CLASS_NAME, key, on_change=rename, args=(label, key), width=150
            )
        st.button(
            "Add a class",
            icon=":material/add:",
            on_click=add,
            disabled=len(names) >= MOST_CLASSES,
            help=f"At most {MOST_CLASSES}." if len(names) >= MOST_CLASSES else None,
            key="teach/add",
        )
        _remove_class(mine, collection)
    complain(mine)


def _remove_class(mine: Session, collection: Collection) -> None:
    names = collection.class_names
    few = len(names) <= FEWEST_CLASSES
    with st.popover("Remove a class", icon=":material/remove:", disabled=few, key=f"teach/less/{hash(names)}"):
        label = st.selectbox(
            "Class", range(len(names)), format_func=names.__getitem__, key=f"teach/lose/{hash(names)}"
        )

        def remove() -> None:
            change_collection(mine, "own", lambda own: _as_shown(own, collection).without_class(label))

        there = collection.counts[label]
        st.button(f"Remove it with its {there} drawings", on_click=remove, key="teach/remove")


def examples(mine: Session, collection: Collection) -> None:
    """A canvas, and a button for each class: one drawing after the other."""
    own = mine.state(TeachState)
    canvas, buttons = st.columns([2, 3], gap="large")
    with canvas:
        st.markdown("**Draw one**")
        st.space("small")  # for the canvas's own buttons
        drawing = draw(f"teach/canvas/{own.which}/{own.canvas}")
        image = from_strokes(drawing.strokes, drawing.width)
        if image is not None and _came_late(mine, drawing.strokes, image):
            own.canvas.renew()
            st.rerun()

        def clear() -> None:
            own.canvas.renew()

        st.button("Clear", icon=":material/ink_eraser:", on_click=clear, key="teach/clear")
    with buttons:
        st.markdown("**Say what it is**: it is kept, and the canvas is empty for the next")
        with st.container(horizontal=True, key="teach/classes"):
            for label, count in enumerate(collection.counts):
                _class_button(mine, collection, label, count, drawing.strokes, image)
        if own.which == "own":
            st.caption(f"Some {ENOUGH} of each are enough. Draw them as differently as you would later.")
        else:
            st.caption("Those that are answered wrongly teach most; on the Draw page you can add them too.")
        complain(mine)


def _came_late(mine: Session, strokes: list[np.ndarray], image: np.ndarray) -> bool:
    """Whether this is the drawing that was kept last. Then it is kept as it is now.

    The browser sends a stroke a moment after it was drawn: who is quicker to say what it is would have the last
    stroke missing, and all strokes on the canvas that seems to be empty.
    """
    own = mine.state(TeachState)
    last = own.last
    if last is None or not np.array_equal(strokes[0], last.stroke):
        return False
    there = mine.workspace.collection(own.which)
    if there.find(last.image) is not None and there.find(image) is None:
        change_collection(mine, own.which, lambda found: found.redrawn(found.number_of(last.image), image))
        own.last = last._replace(image=image)
    return True


def _class_button(
    mine: Session,
    collection: Collection,
    label: int,
    count: int,
    strokes: list[np.ndarray],
    image: np.ndarray | None,
) -> None:
    state = mine.state(TeachState)
    name = collection.class_names[label]

    def keep() -> None:
        if change_collection(mine, state.which, lambda there: _as_shown(there, collection).added(image, label)):
            state.canvas.renew()
            state.last = SavedDrawing(strokes[0], image)

    own = state.which == "own"
    progress = f"{count} of {ENOUGH}" if own and count < ENOUGH else f"{count:,} kept"
    done = " ✓" if own and count >= ENOUGH else ""
    st.button(
        f"**{plain(name)}**  \n{progress}{done}",
        on_click=keep,
        disabled=image is None,
        help="Draw something first." if image is None else f"Keep this drawing as “{plain(name)}”.",
        width=120 if own else 78,
        key=f"teach/class/{label}",
    )


def _as_shown(there: Collection, shown: Collection) -> Collection:
    """What is there, if its classes are those that were on the page: another window may have changed them."""
    if there.class_names != shown.class_names:
        raise InvalidCollection("The classes were changed in another window. Look at them, then do this again.")
    return there


def drawings(mine: Session, collection: Collection) -> None:
    """All that has been drawn: click one to delete it or to say that it is something else."""
    own = mine.state(TeachState)
    with st.container(horizontal=True, vertical_alignment="center"):
        noun = "drawing" if len(collection) == 1 else "drawings"
        st.markdown(f"**{len(collection):,} {noun}**, the newest first", width="content")
        _take_away(mine, collection)
        _bring(mine, collection)
        _delete_all(mine, collection)
    if not len(collection):
        st.caption("None yet.")
        return
    numbers = list(range(len(collection)))[::-1]
    if len(numbers) > FIRST and not st.toggle(f"Show all {len(numbers):,}", key="teach/all"):
        numbers = numbers[:FIRST]
    names = collection.class_names
    tiles = []
    for number in numbers:
        apart = "\nkept apart" if collection.kept_apart[number] else ""
        name = names[collection.labels[number]]
        words = f"drawing {number + 1:,}, “{name}”" + (", kept apart for the test" if apart else "")
        tiles.append(Tile(collection.images[number][..., 0] / 255, f"{name}{apart}", words))

    def choose(number: int) -> None:
        own.chosen = None if number == own.chosen else number

    clickable_gallery(tiles, numbers, own.chosen, INK_SCALE, CELL, f"teach/gallery/{own.which}", choose)
    st.caption(
        "Every fourth drawing of a class is kept apart: no network learns from it, so how it is answered is an honest "
        "test. Click a drawing to change or delete it. What is kept is the 28×28 image, not your strokes; nobody but "
        "you sees it."
    )
    _chosen(mine, collection)


def _chosen(mine: Session, collection: Collection) -> None:
    own = mine.state(TeachState)
    number = own.chosen
    if number is None or number >= len(collection):
        return
    names, which = collection.class_names, own.which
    image = collection.images[number] / 255  # its number may be another one by then

    def delete() -> None:
        own.chosen = None
        change_collection(mine, which, lambda there: there.removed(there.number_of(image)))

    key = f"teach/label/{which}/{number}/{collection.fingerprint}"

    def relabel() -> None:
        label = st.session_state[key]
        change_collection(
            mine, which, lambda there: _as_shown(there, collection).relabelled(there.number_of(image), label)
        )

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            f"Drawing {number + 1:,} is",
            range(len(names)),
            int(collection.labels[number]),
            format_func=names.__getitem__,
            key=key,
            on_change=relabel,
            width=200,
        )
        st.button("Delete it", icon=":material/delete:", on_click=delete, key="teach/delete")


def _delete_all(mine: Session, collection: Collection) -> None:
    own = mine.state(TeachState)
    which = own.which

    def delete() -> None:
        own.chosen = None
        change_collection(mine, which, lambda there: there.without_drawings())

    with st.popover(
        "Delete all",
        icon=":material/delete:",
        disabled=not len(collection),
        key=f"teach/all/{own.which}/{not len(collection)}",
    ):
        st.markdown(
            f"Delete all {len(collection):,} drawings? Runs that learned from them keep their own copies until you delete those runs."
        )
        st.button("Delete them", type="primary", on_click=delete, key="teach/all/yes")


def _take_away(mine: Session, collection: Collection) -> None:
    st.download_button(
        "Export",
        collection.to_bytes,
        f"{file_stem(collection.name)}.npz",
        on_click="ignore",
        icon=":material/download:",
        disabled=not len(collection),
        help="Images, labels and class names as NumPy arrays; it can be imported here again.",
        key="teach/export",
    )


def _bring(mine: Session, collection: Collection) -> None:
    which = mine.state(TeachState).which
    with st.popover("Import", icon=":material/upload:", key=f"teach/import/{which}/{collection.fingerprint}"):
        file = st.file_uploader(
            "A collection that was exported here", ["npz"], key=f"teach/file/{which}/{collection.fingerprint}"
        )
        if file is None:
            return
        try:
            if file.size > MAX_FILE:
                raise InvalidCollection("This file is larger than any collection.")
            found = Collection.from_bytes(file.getvalue())
            if which == "digits" and found.class_names != DIGITS:
                raise InvalidCollection("Its classes are not the ten digits. Import it under “My own classes”.")
        except InvalidCollection as problem:
            st.error(plain(str(problem)))
            return
        st.caption(plain(f"{found.name}: {len(found):,} drawings of {', '.join(found.class_names)}."))
        if found.class_names == collection.class_names:
            st.button(
                "Add them to mine",
                type="primary",
                on_click=lambda: change_collection(mine, which, lambda there: there.joined(found)),
                key="teach/import/add",
            )
        st.button(
            "Replace mine by them",
            on_click=lambda: change_collection(mine, which, lambda there: found),
            key="teach/import/replace",
        )


# Networks to choose from


class _Network(NamedTuple):
    """A trained network of the visitor's, or the one that comes with the project."""

    title: str
    network: Network
    class_names: tuple[str, ...]
    run: Run | None


def _networks(mine: Session) -> list[_Network]:
    found = [_Network(PRETRAINED, card("lenet5").network, DIGITS, None)]
    for run in mine.workspace.runs:
        if run.snapshot.judged:
            names = about(run.dataset_name).class_names
            found.append(_Network(run.name, run.network, names, run))
    return found


def _choose_network(label: str, networks: Sequence[_Network], first: Run | None, key: str) -> _Network:
    titles = [one.title for one in networks]
    runs = [one.run for one in networks]
    at = runs.index(first) if first in runs else 0
    # Another key where there are other networks: the newest run is what one wants to see.
    number = st.selectbox(
        label,
        range(len(titles)),
        at,
        format_func=titles.__getitem__,
        key=f"{key}/{hash(tuple(titles))}/{at}",
        width=340,
    )
    return networks[number]


# Teaching


def teach(mine: Session, collection: Collection) -> None:
    """One button; under it, how well the network reads other digits and these, before, meanwhile and after."""
    begins = [one for one in _networks(mine) if teachable(one.network, one.class_names, collection)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _choose_network("Begin with", begins, None, f"teach/begin/{mine.state(TeachState).which}")
        problem = plain(why_not_taught(collection) or "") or None
        problem = problem or mine.workspace.full
        if chosen.run is not None and chosen.run.active:
            problem = "Pause or stop this run first."

        def start() -> None:
            _start(mine, chosen, collection)

        st.button(
            "Teach it",
            type="primary",
            icon=":material/school:",
            disabled=problem is not None,
            help=problem,
            on_click=start,
            key="teach/start",
        )
    if problem:
        st.caption(problem)
    same = chosen.class_names == collection.class_names
    if collection.class_names == DIGITS:
        st.caption(
            "It goes on from the weights that it has, with small steps, on your digits (each many times, shifted and "
            "turned a little) among 6,000 of MNIST, so that it does not forget those."
        )
    elif not same:
        st.caption(
            "Its last layer, which knows digits, is replaced by a fresh one with an output for each of your classes. "
            "The layers before it keep what they have learned to see: edges, ends and bows are in your drawings too."
        )
    complain(mine)
    following(lambda: mine.run, LIVE_SECONDS, lambda: _live(mine, collection))


def _start(mine: Session, chosen: _Network, collection: Collection) -> None:
    try:
        with waking():
            weights = _weights(chosen.run)
        made = plan(chosen.network, weights, chosen.class_names, collection)
        name = f"{made.network.name} · {collection.name}"
        mine.choose_run(mine.workspace.start(made.network, collection, made.recipe, made.begin, name))
    except StoreError as problem:
        mine.state(CollectionState).problem = str(problem)
        return
    mine.focus.subject = "run"


def _weights(run: Run | None) -> list[np.ndarray]:
    if run is None:
        return pretrained("lenet5").get_weights()
    weights = run.weights()
    if weights is None:
        raise StoreError("This run has no weights to begin with. Choose another network.")
    return weights[1]


def _live(mine: Session, collection: Collection) -> None:
    run = mine.run
    if (
        run is None
        or not is_lesson(run.dataset_name)
        or about(run.dataset_name).class_names != collection.class_names
    ):
        return
    now = run.snapshot
    st.progress(now.progress, text=f"{plain(run.name)}: {progress_words(now)}")
    if now.state is State.FAILED:
        st.error(now.message)
    with st.container(horizontal=True):
        for label, points, words in _before_and_after(now, collection):
            if points:
                first, last = points[0].accuracy, points[-1].accuracy
                change = f"{(last - first) * 100:+.2f} points" if len(points) > 1 else None
                st.metric(label, percent(last), change, help=f"{words} Before: {percent(first)}.", width=230)
    chart = learning_curve(now, "accuracy", look(), True, True)
    st.vega_lite_chart(chart, key="teach/accuracy", alt=_words(now, collection))
    st.caption(_words(now, collection))


def _before_and_after(now: Snapshot, collection: Collection) -> list[tuple[str, tuple, str]]:
    """(label, points, help) of each accuracy."""
    if collection.class_names == DIGITS:
        return [
            ("MNIST’s test images", now.judged, "What it could do before, and should not forget."),
            ("Your digits, kept apart", now.aside, "It never learns from these."),
        ]
    return [("Your drawings, kept apart", now.judged, "It never learns from these.")]


def _words(now: Snapshot, collection: Collection) -> str:
    """Before and now, in a sentence for each."""
    found = []
    for label, points, _ in _before_and_after(now, collection):
        if points:
            (first, *_, last) = (points[0], points[-1])
            found.append(
                f"{label} ({last.images:,}): {percent(first.accuracy)} before, {percent(last.accuracy)} "
                + ("now." if now.state.active else "after.")
            )
    if collection.class_names == DIGITS and not now.aside:
        found.append("None of your digits is kept apart yet: with four drawings of a digit, one is.")
    return " ".join(found) or f"Accuracy on {DRAWN}: none yet."


# How well it does


def try_out(mine: Session, collection: Collection) -> None:
    """A network that knows these classes: how it answers all the drawings, and a canvas to play with it."""
    networks = [one for one in _networks(mine) if one.class_names == collection.class_names and _reads(one)]
    if not networks:
        st.info("No network knows these classes yet: teach one above.")
        return
    first = mine.run if any(one.run is mine.run for one in networks) else networks[0].run
    chosen = _choose_network("Network", networks, first, f"teach/try/{mine.state(TeachState).which}")
    run = chosen.run

    def body() -> None:
        model = model_of(mine, run) if run is not None else None
        if run is None:
            with waking():
                model = pretrained("lenet5")
        if model is None:
            return
        dataset = "mnist" if run is None else run.dataset_name
        viewer = mine.focus.viewer(run) if run is not None else None
        sure_from = card("lenet5").sure_from if run is None else SURE_FROM
        subject = Subject(plain(chosen.title), chosen.network, model, dataset, False, viewer, sure_from)
        play, all_of_them = st.columns([2, 3], gap="large")
        try:
            with play:
                _play(mine, subject)
            with all_of_them:
                _check(mine, subject, collection)
        except DatasetError as gone:  # deleted in another window
            st.warning(str(gone))

    following(lambda: run, 2.0, body)


def _reads(one: _Network) -> bool:
    return one.network.input_shape == (28, 28, 1)


def _play(mine: Session, subject: Subject) -> None:
    own = mine.state(TeachState)
    st.markdown("**Draw**: it answers after each stroke")
    st.space("small")
    drawing = draw(f"teach/play/{own.play_canvas}")
    image = from_strokes(drawing.strokes, drawing.width)

    def clear() -> None:
        own.play_canvas.renew()

    st.button("Clear", icon=":material/ink_eraser:", on_click=clear, key="teach/play/clear")
    answer(None if image is None else probabilities(subject.model, image[..., None]), subject)


def _check(mine: Session, subject: Subject, collection: Collection) -> None:
    """All drawings: how many are answered right, of those it learned from and of the others, and which are not."""
    st.markdown("**All your drawings**, asked one by one")
    if not len(collection):
        st.caption("None yet.")
        return
    found: Judged = mine.kept(
        "teach/judged",
        (subject.version, subject.network, collection.fingerprint),
        lambda: judged(subject.model, subject.network, collection.images, collection.labels),
    )
    right = found.answers == found.labels
    learned = _learned_from(subject.dataset, collection)
    with st.container(horizontal=True):
        for label, these, words in (
            ("New to it", ~learned, "Drawings that this run did not learn from: an honest test."),
            ("Learned from", learned, "Drawings that it has seen while learning: it could know them by heart."),
        ):
            if these.any():
                many = f"{int(right[these].sum()):,} of {int(these.sum()):,}"
                st.metric(f"{label}: {many}", percent(float(right[these].mean())), help=words, width=230)
    wrong = found.surest_mistakes()
    names = collection.class_names
    if not len(wrong):
        st.success("All are answered right.", icon=":material/check_circle:")
        return
    many = int((~right).sum())
    some = f", the {len(wrong)} most certain" if len(wrong) < many else ""
    st.markdown(f"**{many:,} wrong**{some}: what you said → what it answers, and how sure it is")
    tiles = []
    for number in wrong:
        given = int(found.answers[number])
        sure = certainty(found.probabilities[number, given])
        words = f"{names[found.labels[number]]} → {names[given]} · {sure}"
        tiles.append(Tile(collection.images[number][..., 0] / 255, words, f"drawing {number + 1:,}: {words}"))
    st.html(gallery(tiles, INK_SCALE, 3))


def _learned_from(dataset: str, collection: Collection) -> np.ndarray:
    """(n,) whether the run's own copy of the drawings has this one, and not kept apart."""
    if not is_lesson(dataset):
        return np.zeros(len(collection), bool)
    data = load(dataset)
    seen = {image.tobytes() for image in data.x_train}
    return np.array([image.tobytes() in seen for image in collection.images], bool)
