"""Robustness: how networks recognise images that are turned, moved, blurred or covered."""

from functools import partial

import streamlit as st

from core.study.robustness import robustness
from core.ui.pages.robustness.against import train_against
from core.ui.pages.robustness.curve import choose_transform, curve
from core.ui.pages.robustness.mistakes import choose_place, mistakes
from core.ui.pages.robustness.state import RobustnessState
from core.ui.pages.robustness.strip import filmed, strip
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.picture import choose_picture
from core.ui.widgets.studies import contenders_of, fingerprint, networks_and_images, studied, watch

mine = session()
head("Robustness", "Turn, move, blur or cover the test images, and see from which strength on each network gives up.")
mine.show_notice()
_, fit, images = networks_and_images(mine, "robustness")
transform = choose_transform(mine)
contenders = contenders_of(fit)
key = (*fingerprint(fit, images), transform.name)
study = studied(mine, "robustness", key, partial(robustness, contenders, images, transform))
watch(
    study,
    (),
    partial(curve, mine, fit, images, study),
    lambda: (mine.state(RobustnessState).opened, mine.reveals.number),
)
place = choose_place(mine, fit, study.latest if study.finished else None)
mistakes(mine, images, transform, place)
train_against(mine, transform, place)
st.markdown("**One image over the strengths**")
picture = choose_picture(mine, fit[0].network, images, "robustness")
frames = filmed(mine, fit, images, transform, picture)
watch(frames, (), partial(strip, fit, images, transform, picture, frames))
link_to("train", "Train with augmentation, and see the curve become flatter", "monitoring")
