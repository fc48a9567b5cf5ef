"""The live part of the Train page: controls, figures, curves, what it says, and what the network makes of images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.data import about, load
from core.training import Run, Snapshot, State
from core.training.reading import Remark, reading
from core.ui.pages.kernels.kernels import layer_pictures
from core.ui.shell.frame import look
from core.ui.shell.pages import link_to
from core.ui.shell.session import Session
from core.ui.widgets.layers import layer_words
from core.ui.widgets.model_files import trained_files
from core.ui.widgets.subject import Subject, choose_epoch, model_of
from core.views.charts import confusion, learning_curve, rate_curve
from core.views.images import INK_SCALE, Tile, gallery
from core.views.wording import certainty, duration, parameter_words, percent, plain, progress_words

LIVE_SECONDS = 0.5
VIEWS = {
    "confusion": "What it confuses",
    "hardest": "Hardest mistakes",
    "samples": "Sample answers",
    "inside": "Look inside",
}
TONES = {"good": ("check_circle", "green"), "neutral": ("info", "gray"), "warning": ("warning", "orange")}


def controls(mine: Session) -> None:
    """One bar of buttons; one that cannot work now is disabled and says why."""
    problem, full = mine.editor.why_not_train(), mine.workspace.full
    run = mine.run
    with st.container(horizontal=True, gap="small"):
        _start(mine, problem or full)
        if run is not None:
            _drive(mine, run)
    if full:
        st.warning(full, icon=":material/inventory_2:")
        link_to("runs", "Choose one on the Runs page")
    if problem:
        st.warning(problem, icon=":material/construction:", title="This network cannot be trained yet")
        link_to("build", "Fix it on the Build page", "arrow_back")


def _start(mine: Session, problem: str | None) -> None:
    run = mine.run
    active = run is not None and run.active
    paused = run is not None and run.snapshot.state is State.PAUSED
    _button(
        "Start" if run is None else "Start anew",
        "play_arrow",
        mine.start_run,
        problem or ("Pause or stop the training first." if active else None),
        "Train the network of the Build page from fresh weights, as a new run.",
        key="start",
        primary=not active and not paused,
    )


def _drive(mine: Session, run: Run) -> None:
    """What can be asked of a run."""
    active = run.active
    paused = not active and run.snapshot.state is State.PAUSED
    over = not active and not paused
    idle = "Nothing is running."
    if paused:
        _button("Resume", "resume", run.resume, None, "Go on from exactly here.", key="resume", primary=True)
    else:
        _button("Pause", "pause", run.pause, None if active else idle, "Rest here.", key="pause")
    why = "The run has ended: let it continue instead." if over else None if paused else "Pause first."
    _button("One batch", "skip_next", run.one_batch, why, "A single step.", key="batch")
    _button("One epoch", "fast_forward", run.one_epoch, why, "To the end of the epoch.", key="epoch")
    _button(
        "Rewind",
        "replay",
        run.rewind,
        None,
        "Back to the very same weights it began with; rests there.",
        key="rewind",
    )
    _button("Stop", "stop", run.stop, idle if over else None, "End, and keep what it has learned.", key="stop")
    if over:
        _continue(run)
    else:
        _steer(mine, run)


def _button(
    label: str, icon: str, act: Callable, why_not: str | None, words: str, key: str, primary: bool = False
) -> None:
    """A control."""
    st.button(
        label,
        type="primary" if primary else "secondary",
        icon=f":material/{icon}:",
        disabled=why_not is not None,
        help=why_not or words,
        on_click=act,
        key=f"train/{key}",
    )


def _steer(mine: Session, run: Run) -> None:
    """The learning rate, to be changed while it learns."""
    with st.popover("Learning rate", icon=":material/speed:", key="train/steer"):
        key = f"train/rate/{run.created}"

        def steer() -> None:
            rate = st.session_state[key]
            run.set_learning_rate(rate)
            mine.notice = f"The learning rate is {rate:.3g} from the next step on."

        rate = run.snapshot.learning_rate or run.recipe.learning_rate
        st.number_input(
            "From the next step on",
            1e-9,
            1000.0,
            float(rate),
            run.recipe.learning_rate / 10,
            "%.6g",
            key,
            on_change=steer,
        )
        mine.show_notice()
        st.caption("A schedule keeps its shape and goes on through this rate.")


def _continue(run: Run) -> None:
    failed = run.snapshot.state is State.FAILED
    with st.popover("Continue", icon=":material/add:", disabled=failed, key="train/continue"):
        epochs = st.number_input("More epochs", 1, 200, 3, key="train/more")
        st.button("Go on", type="primary", on_click=run.more, args=(epochs,), key="train/more/go")


def live_view(mine: Session) -> None:
    """Progress, figures, curves, their reading, and one of four views."""
    run = mine.run
    if run is None:
        st.info("Nothing has been trained yet. Press Start: after one epoch you will see how well it does.")
        return
    now = run.snapshot  # one snapshot for all that is drawn: the run goes on meanwhile
    what = f"{plain(run.name)} ({parameter_words(run.network)}) on {plain(about(run.dataset_name).title)}"
    st.progress(now.progress, text=f"{what}: {progress_words(now)}")
    with st.container(key="train/messages"):  # a place of their own: what follows stays the same elements
        if now.state is State.FAILED:
            st.error(now.message, icon=":material/error:")
        elif now.message:
            st.info(now.message)
        if run.problem:
            st.warning(f"This run is not kept on disk. {run.problem}")
    with st.container(horizontal=True):
        for label, value, words in _figures(now):
            st.metric(label, value, help=words, width=165)
    each_epoch = bool(st.session_state.get("train/each_epoch"))
    accuracy, loss = st.columns(2)
    with accuracy:
        st.markdown("**Accuracy**: share of right answers")
        chart = learning_curve(now, "accuracy", look(), each_epoch)
        st.vega_lite_chart(chart, key="train/accuracy", alt=_curve_words(now, "accuracy"))
    with loss:
        st.markdown("**Loss**: what training makes small")
        chart = learning_curve(now, "loss", look(), each_epoch)
        st.vega_lite_chart(chart, key="train/loss", alt=_curve_words(now, "loss"))
    st.toggle(
        "Mean of each epoch",
        key="train/each_epoch",
        help="Training as one point an epoch, which compares fairly with the judgement after it, or as it went from step to step.",
    )
    _remarks(reading(now, run.recipe))
    with st.container(key="train/changing-rate"):
        _rates(now)
    view = st.segmented_control(
        "View", list(VIEWS), default="confusion", format_func=VIEWS.get, required=True, key="train/view", label_visibility="collapsed"
    )  # fmt: skip
    {"confusion": _confusions, "hardest": _hardest, "samples": _samples, "inside": _inside}[view](mine, run, now)
    if not run.active:
        trained_files(run)


def _figures(now: Snapshot) -> list[tuple[str, str, str]]:
    """(label, value, help) of the figures above the curves."""
    speed = f"{now.images_per_second:,.0f}" if now.images_per_second else "–"
    steps = f"{now.step:,}" if now.step else "–"
    figures = [("Training accuracy", percent(now.train_accuracy), "On the images it learned from just now.")]
    if now.judged_on == "validation":
        figures.append(
            (
                "Validation accuracy",
                percent(now.judged[-1].accuracy if now.judged else None),
                "On training images that were kept apart; judged before training and after each epoch.",
            )
        )
    tested = now.test.accuracy if now.test is not None else None
    on = f"{now.test.images:,} images" if now.test is not None else "images"
    kept = "" if now.kept_epoch is None else f" With the weights of epoch {now.kept_epoch:g}, the best."
    early = now.judged_on == "test" and now.judged_epoch == 0
    when = "read once, at the end" if now.judged_on == "validation" else "tested before training and after each epoch"
    figures += [
        (
            "Test, untrained" if early else "Test accuracy",
            percent(tested),
            f"On {on} that it never learns from; {when}.{kept}",
        ),
    ]
    if now.aside:
        words = f"On {now.aside[-1].images:,} of your drawings that are kept apart: it never learns from them."
        figures.append(("Your drawings", percent(now.aside[-1].accuracy), words))
    figures += [
        ("Images per second", speed, "How many images it learns from each second."),
        ("Steps", steps, "Batches that it has learned from so far."),
        ("Time", duration(now.seconds), "Spent on training and testing; pauses do not count."),
    ]
    return figures


def _remarks(found: tuple[Remark, ...]) -> None:
    """What the curves say, each with a sign and a word for its tone."""
    with st.container(key="remarks", gap="small"):
        for remark in found:
            icon, colour = TONES[remark.tone]
            st.markdown(f":{colour}[:material/{icon}:] {plain(remark.sentence)}")


def _rates(now: Snapshot) -> None:
    """The learning rate as it was, where it changed."""
    points = [point for point in now.train if point.learning_rate > 0]
    rates = {point.learning_rate for point in points}
    if len(rates) < 2:
        return
    st.markdown(f"**Learning rate**: now {now.learning_rate:.3g}")
    chart = rate_curve([p.epoch for p in points], [p.learning_rate for p in points], now.epochs, look())
    words = f"The learning rate was between {min(rates):.3g} and {max(rates):.3g}; it is {now.learning_rate:.3g}."
    st.vega_lite_chart(chart, key="train/rates", alt=words)


def _confusions(_mine: Session, run: Run, now: Snapshot) -> None:
    """The confusion matrix of the newest test; empty before the first, so that nothing jumps."""
    names = about(run.dataset_name).class_names
    counts = np.zeros((len(names), len(names)), int) if now.confusion is None else now.confusion
    wrong = counts.sum() - counts.trace()
    of = f" among the {counts.sum():,} {now.judged_on} images" if counts.any() else ""
    st.markdown(f"**What it confuses**, {_when(now)}{of}: the stronger the colour, the more mistakes")
    st.vega_lite_chart(
        confusion(counts, names, look()),
        key="train/confusion",
        alt=f"Confusion matrix, {_when(now)}: {wrong:,} of {counts.sum():,} {now.judged_on} images are answered wrongly.",
    )


def _when(now: Snapshot) -> str:
    return {-1.0: "not tested yet", 0.0: "before training"}.get(
        now.judged_epoch, f"after epoch {now.judged_epoch:.3g}"
    )


def _judged_images(run: Run, now: Snapshot) -> tuple[np.ndarray, np.ndarray, int]:
    """(images, labels) of the set that judges the run, and where it begins there."""
    data = load(run.dataset_name)
    if now.judged_on == "test":
        return data.x_test, data.y_test, 0
    return data.x_train, data.y_train, run.recipe.split(len(data.x_train))[0]


def _hardest(_mine: Session, run: Run, now: Snapshot) -> None:
    """The mistakes that it is most certain of."""
    st.markdown(f"**Its most certain mistakes**, {_when(now)}: what each is, and what it was taken for")
    if not now.hardest:
        st.caption("None." if now.judged else "Not tested yet.")
        return
    images, _, _ = _judged_images(run, now)
    names = about(run.dataset_name).class_names
    tiles = [
        Tile(
            images[mistake.index][..., 0] / 255,
            f"{names[mistake.label]} → {names[mistake.answer]} · {certainty(mistake.probability)}",
            f"{now.judged_on} image {mistake.index:,}: “{names[mistake.label]}”, answered “{names[mistake.answer]}”",
        )
        for mistake in now.hardest
    ]
    st.html(gallery(tiles, INK_SCALE, 3))


def _samples(_mine: Session, run: Run, now: Snapshot) -> None:
    """The same few images after each epoch: how sure it has become."""
    st.markdown(f"**The same images after each epoch**, {_when(now)}: its answer and how sure it is")
    if now.samples is None:
        st.caption("Not tested yet.")
        return
    images, labels, first = _judged_images(run, now)
    names = about(run.dataset_name).class_names
    tiles = []
    for number, probabilities in enumerate(now.samples):
        answer, label = int(probabilities.argmax()), int(labels[first + number])
        sign = "✓" if answer == label else f"✗ it is {names[label]}"
        words = f"{names[answer]} · {certainty(probabilities[answer])} {sign}"
        tiles.append(
            Tile(images[first + number][..., 0] / 255, words, f"{now.judged_on} image {first + number:,}: {words}")
        )
    st.html(gallery(tiles, INK_SCALE, 3))


def _inside(mine: Session, run: Run, now: Snapshot) -> None:
    """Kernels and feature maps of one layer for one image, as the network learns; afterwards, epoch by epoch."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        paths = {path: layer_words(run.network, path) for path, _ in run.network.walk()}
        path = st.selectbox(
            "Layer", list(paths), format_func=paths.get, key=f"train/inside/layer/{run.created}", width=280
        )
        data = load(run.dataset_name)
        last = len(data.x_test) - 1
        number = st.number_input("Test image", 0, last, 0, key=f"train/inside/image/{last}", width=130)
        choose_epoch(mine, "train/inside")
    model = model_of(mine, run)
    if model is None or path is None:
        st.caption("The first weights come in a moment." if run.active else "There are no weights to look at.")
        return
    subject = Subject(plain(run.name), run.network, model, run.dataset_name, run.active, mine.focus.viewer(run))
    layer_pictures(subject, path, data.x_test[number].astype(np.float32) / 255)


def _curve_words(now: Snapshot, quantity: str) -> str:
    if not now.judged:
        return f"Curve of the {quantity}; no point yet."
    first, last = (getattr(point, quantity) for point in (now.judged[0], now.judged[-1]))
    words = f"{now.judged_on.capitalize()} {quantity}"
    return f"{words} went from {first:.3f} to {last:.3f} in {now.judged[-1].epoch:.1f} epochs."
