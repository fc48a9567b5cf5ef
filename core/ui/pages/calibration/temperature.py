"""The temperature that makes probabilities fit, and what it changes on images that it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.network.words import counted
from core.study.calibration import FEWEST_TO_FIT, Calibration
from core.study.contender import LabelledImages
from core.ui.pages.calibration.reliability import diagram
from core.ui.pages.calibration.state import CalibrationState
from core.ui.shell.frame import plain
from core.ui.shell.session import Session
from core.ui.widgets.studies import Entrant, StudyState, choose_among
from core.views.calibration import temperature_sentence, temperature_words


def temperature(mine: Session, fit: Sequence[Entrant], images: LabelledImages, found: Calibration) -> None:
    """The temperature of each network in a table; of one the diagrams before and after."""
    st.markdown("**Temperature scaling: one number that corrects it**")
    tempered = {one.key: network.tempered for one, network in zip(fit, found.networks)}
    known = {key: one for key, one in tempered.items() if one is not None}
    if not known:
        st.info(
            f"There are {counted(len(images.images), 'test image')} of {plain(images.title)}. To fit a temperature on one half and "
            f"measure it on the other takes {FEWEST_TO_FIT} at least."
        )
        return
    names = {one.key: one.name for one in fit}
    rows = [{"Network": plain(names[key]), **temperature_words(one)} for key, one in known.items()]
    st.table(
        rows, hide_index=True, border="horizontal", alt="Temperature of each network, and its error before and after"
    )
    some = next(iter(known.values()))
    st.caption(
        f"The scores are divided by the temperature before the softmax: above 1 the probabilities become more even, below 1 "
        f"more extreme, and no prediction changes. It is fitted on {some.fitted_on:,} of the test images, mixed, where it "
        f"makes the cross-entropy smallest, and measured on the other {some.measured_on:,}, which are all that this table and "
        "the diagrams below count. A calibrated network stays below the last column in 95 of 100 such tests."
    )
    key = _choose(mine, fit, names)
    chosen, number = known[key], mine.state(StudyState).number(key)
    st.markdown(plain(temperature_sentence(names[key], chosen)))
    before, after = st.columns(2)
    with before:
        diagram(names[key], chosen.before, number, f"calibration/before/{key}", True, "before")
    with after:
        title = f"at temperature {chosen.temperature:.3g}"
        diagram(names[key], chosen.after, number, f"calibration/after/{key}", True, title)


def _choose(mine: Session, fit: Sequence[Entrant], names: dict[str, str]) -> str:
    """The network whose diagrams are shown."""
    own = mine.state(CalibrationState)
    shown = own.tempered if own.tempered in names else fit[0].key
    own.tempered = choose_among("Diagrams of", names, shown, "calibration/tempered")
    return own.tempered
