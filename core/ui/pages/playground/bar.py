"""The bar of the Playground: what to train on what, the controls, and how far it is."""

from __future__ import annotations

from functools import lru_cache, partial
from html import escape

import numpy as np
import streamlit as st

from core.data import SOURCES, load
from core.network import PRESETS, trace
from core.training import Recipe, Run, State
from core.ui.pages.playground.on_stage import run_on_stage
from core.ui.pages.playground.restart import after_edit, begin, begin_with
from core.ui.pages.playground.state import PlaygroundState
from core.ui.shell.editor import Editor
from core.ui.shell.frame import following
from core.ui.shell.session import Session
from core.ui.widgets.controls import control
from core.ui.widgets.presets import offered_presets, preset_title
from core.views.glossary import defined
from core.views.wording import plain

BAR_SECONDS = 0.5
RATES = (0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
FEWEST_STEPS = 300  # in which a small network learns a hundred images by heart
AMOUNTS = (100, 300, 1_000, 3_000, 10_000, 30_000, 60_000)


def bar(mine: Session) -> None:
    """One row: large, few, always at the same place. On a phone the controls stand at the window's lower end."""
    with st.container(key="playground-bar", horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(
            key="playground-choices", horizontal=True, vertical_alignment="bottom", gap="small", width="content"
        ):
            _preset(mine)
            _dataset(mine)
            _rate(mine)
            _amount(mine)
        following(lambda: mine.run, BAR_SECONDS, lambda: _controls(mine))


def _preset(mine: Session) -> None:
    editor, field = mine.editor, mine.state(PlaygroundState).preset
    options = _answering()

    def now() -> str | None:
        return next((name for name in options if PRESETS[name].network == editor.network), None)

    current = now()
    field.show(current or editor.network.name)
    key = f"playground/preset/{field}"
    st.selectbox(
        "Network",
        options,
        options.index(current) if current else None,
        format_func=lambda name: preset_title(name, PRESETS[name]),
        placeholder=plain(editor.network.name),
        key=key,
        on_change=field.on_change(key, now, lambda name: begin_with(mine, name)),
        disabled=mine.locked,
        width=190,
    )


@lru_cache(maxsize=1)
def _answering() -> list[str]:
    """The presets that end with a number for each class of the images that there are."""
    classes = len(SOURCES["mnist"].class_names)
    return offered_presets({name: one for name, one in PRESETS.items() if not trace(one.network, classes).problems})


def _dataset(mine: Session) -> None:
    editor, field = mine.editor, mine.state(PlaygroundState).dataset
    field.show(editor.dataset)
    key = f"playground/dataset/{field}"

    def take(name: str) -> None:
        def change() -> None:
            editor.dataset = name

        after_edit(mine, change)

    st.selectbox(
        "Dataset",
        list(SOURCES),
        list(SOURCES).index(editor.dataset),
        format_func=lambda name: SOURCES[name].title,
        key=key,
        on_change=field.on_change(key, lambda: editor.dataset, take),
        width=150,
    )


def _rate(mine: Session) -> None:
    editor, field = mine.editor, mine.state(PlaygroundState).rate
    now = editor.recipe.learning_rate
    options = sorted({*RATES, now})
    field.show(now, options)
    key = f"playground/rate/{field}"

    def take(rate: float) -> None:
        editor.set_in_recipe("learning_rate", rate)
        run = run_on_stage(mine)
        if run is not None and run.snapshot.state is not State.FAILED:
            run.set_learning_rate(rate)

    st.selectbox(
        "Learning rate",
        options,
        options.index(now),
        format_func=lambda rate: np.format_float_positional(rate, trim="-"),
        key=key,
        on_change=field.on_change(key, lambda: editor.recipe.learning_rate, take),
        width=110,
        help=defined("learning rate", "It can be changed while it learns."),
    )


def _amount(mine: Session) -> None:
    editor, field = mine.editor, mine.state(PlaygroundState).amount
    there = len(load(editor.dataset).x_train)

    def now() -> int:
        return min(editor.recipe.training_images or there, there)

    def take(amount: int) -> None:
        after_edit(mine, lambda: _learn_from(editor, 0 if amount == there else amount, amount, now()))

    options = sorted({*(n for n in AMOUNTS if n <= there), there, now()})
    field.show(now(), options)
    key = f"playground/images/{field}"
    st.select_slider(
        "Training images",
        options,
        now(),
        format_func=lambda n: f"{n:,}",
        key=key,
        on_change=field.on_change(key, now, take),
        width=170,
        help="Few images, and it learns them by heart: training goes on getting better while the test does not. It goes "
        "through few of them more often.",
    )


def _learn_from(editor: Editor, value: int, amount: int, before: int) -> None:
    """Set the number of images, and as many epochs as few of them need to be learned by heart."""
    epochs, batch_size = editor.recipe.epochs, editor.recipe.batch_size
    editor.set_in_recipe("training_images", value)
    needed = _epochs(amount, batch_size)
    if epochs < needed or epochs == _epochs(before, batch_size):  # too few, or what was set here
        editor.set_in_recipe("epochs", needed)


def _epochs(images: int, batch_size: int) -> int:
    """How many make `FEWEST_STEPS`, or the usual number where that makes more."""
    return min(max(Recipe().epochs, -(-FEWEST_STEPS * batch_size // images)), 200)


def _controls(mine: Session) -> None:
    run = run_on_stage(mine)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="rail-playground"):
        _main_button(mine, run)
        st.html(_figures(mine))
        if run is not None and run.snapshot.state is State.FAILED:
            why = escape(run.snapshot.message)
            st.html(f'<div role="alert"><strong>The training has failed.</strong> {why}</div>')
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="playground-steps"):
        _step_buttons(run)


def _step_buttons(run: Run | None) -> None:
    """To go on by one batch or to the end of the epoch, and to go back."""
    state = None if run is None else run.snapshot.state
    paused = run is not None and state is State.PAUSED
    why = None if paused else "Pause it first." if run is not None and run.active else "Start it first."
    control("Batch", "skip_next", run.one_batch if run else _nothing, why, "One step, then rest.", "playground/batch")
    if run is not None and not run.active and state in (State.FINISHED, State.STOPPED):
        control(
            "Epoch", "fast_forward", partial(run.more, 1), None, "One more, from where it is.", "playground/epoch"
        )
    else:
        act = run.one_epoch if run else _nothing
        control("Epoch", "fast_forward", act, why, "To the end of the epoch.", "playground/epoch")
    rest = None if run is not None else "Nothing has been trained yet."
    control(
        "Rewind",
        "replay",
        run.rewind if run else _nothing,
        rest,
        "Back to the weights it began with.",
        "playground/rewind",
    )


def _main_button(mine: Session, run: Run | None) -> None:
    """Start, Pause or Resume."""
    paused = run is not None and run.snapshot.state is State.PAUSED
    if run is not None and run.active:
        control(
            "Pause",
            "pause",
            run.pause,
            None,
            "Stop where it is; it can go on from there.",
            "playground/main",
            primary=True,
        )
    elif run is not None and paused and run.snapshot.step:
        control("Resume", "play_arrow", run.resume, None, "Go on from here.", "playground/main", primary=True)
    else:
        rewound = run is not None and paused
        why = None if rewound else mine.editor.why_not_train() or mine.workspace.full
        act = run.resume if run is not None and rewound else partial(begin, mine)
        how = "again" if rewound else "from scratch" if mine.beginning() is None else "on from the imported weights"
        control(
            "Start",
            "play_arrow",
            act,
            why,
            f"Train it {how} and watch everything move.",
            "playground/main",
            primary=True,
        )


def _nothing() -> None:
    """Of a button that is disabled."""


def _figures(mine: Session) -> str:
    run = run_on_stage(mine)
    now = None if run is None else run.snapshot
    epoch = "–" if now is None else f"{now.epoch if now.step else 0:,} of {now.epochs:,}"
    step = "–" if now is None or not now.step else f"{now.step:,}"
    speed = "–" if now is None or not now.images_per_second else f"{now.images_per_second:,.0f}/s"
    figures = (("Epoch", epoch), ("Step", step), ("Images", speed))
    cells = "".join(f"<div><span>{name}</span><strong>{value}</strong></div>" for name, value in figures)
    return f'<div class="playground-figures">{cells}</div>'
