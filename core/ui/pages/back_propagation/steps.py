"""The four presses, the drawing, every number with its formula, and the loss over the steps."""

from __future__ import annotations

import streamlit as st

from core.learn.back_propagation import losses
from core.learn.written_out import PRESSES, lines, shown
from core.network.words import counted
from core.ui.components import stylesheet
from core.ui.pages.back_propagation.state import BackPropagationState
from core.ui.shell.frame import look, plain
from core.ui.widgets.downloads import chart_file, give_away, table_file
from core.views.by_hand import hand_alt, hand_svg, line_rows, lines_table, losses_chart, losses_sentence
from core.views.fields import as_image

AHEAD = 50
TIMES = (1, 10, 100)
TEACHES = (
    "Press Forward: each unit adds up its inputs times its weights and its bias, and puts the sum through the activation.",
    "The outputs are there. Press Error: how far they are from the targets, and which way each output should move.",
    "Press Backward: a hidden unit gets its share of the blame, by the weights through which it spoke.",
    "Press Update: each weight moves by the learning rate times the error behind it times the output before it.",
    "The new weights are in the drawing, in bold. Press Forward to begin the next step with them.",
)


def press_and_see(own: BackPropagationState) -> None:
    """The presses, the network as it is then, and the numbers of the newest press."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for number, name in enumerate(PRESSES):
            due = number == own.pressed % len(PRESSES)
            st.button(
                f"{number + 1} · {name}", key=f"by-hand/press/{name}", type="primary" if due else "secondary",
                disabled=not due, on_click=own.press,
            )  # fmt: skip
    st.markdown(TEACHES[own.pressed])
    found = lines(own.network, own.inputs, own.targets, own.rate)
    done = [one for one in found if one.press in PRESSES[: own.pressed]]
    known = {one.name: one.value for one in done}
    svg = hand_svg(own.network, own.inputs, own.targets, known, look())
    st.html(as_image(svg, hand_alt(own.network, known)))
    st.caption(
        "Orange lines are positive weights, blue ones negative; the thicker, the larger. In a circle stands the unit's "
        "output O, below it its bias and, from the second press on, its error Err."
    )
    st.markdown(
        "**All numbers so far**, the newest first" if done else "**All numbers** stand here with their formulas"
    )
    newest_first = [one for press in reversed(PRESSES) for one in done if one.press == press]
    st.html(stylesheet("written") + lines_table(newest_first))
    give_away("by-hand/table", "", [table_file(lambda: line_rows(found), "back-propagation")])


def repeat_and_watch(own: BackPropagationState) -> None:
    """Many steps at once, the loss that they left, and what other rates would do from here."""
    st.markdown("**Repeat, and watch the loss**")
    with st.container(horizontal=True, vertical_alignment="center"):
        for times in TIMES:
            words = counted(times, "step")
            st.button(
                words, key=f"by-hand/repeat/{times}", on_click=own.repeat, args=(times,), icon=":material/replay:"
            )
        st.markdown(f"Steps made: **{len(own.history) - 1:,}** · loss E = **{shown(own.history[-1])}**")
    here = own.network if own.pressed < len(PRESSES) else own.next
    curves = {
        f"l = {rate:g}": losses(here, own.inputs, own.targets, rate, AHEAD)[0]
        for rate in (own.rate, 10 * own.rate, 100 * own.rate)
    }
    sentence = losses_sentence(curves)
    st.vega_lite_chart(losses_chart(curves, look()), key="by-hand/losses", alt=f"Loss over {AHEAD} steps. {sentence}")
    st.markdown(plain(sentence))
    words = (
        f"The next {AHEAD} steps from these weights, by the learning rate l that you chose, ten times and a hundred times as "
        "much. A step is right for the weights where it begins only: the longer it is, the more they have changed "
        "where it ends. (A loss below 10⁻¹⁰ is drawn there.)"
    )
    files = [chart_file(f"Loss over {AHEAD} steps. {sentence}", words, "losses")]
    give_away("by-hand/losses/files", words, files)
