"""Shift equivariance: whether the maps of a network move with the image."""

from functools import partial

import streamlit as st

from core.study.equivariance import parts_errors, shift_errors
from core.ui.pages.equivariance.measured import by_layer, by_shift, choose_shift, single
from core.ui.pages.equivariance.mover import move_and_compare
from core.ui.pages.equivariance.networks import choose_two
from core.ui.pages.equivariance.state import EquivarianceState
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.picture import choose_picture
from core.ui.widgets.studies import choose_images, contenders_of, fingerprint, fitting, studied, watch, without_images

mine = session()
head(
    "Shift equivariance",
    "Move an image pixel by pixel, and see which layers move along and which come out otherwise.",
)
mine.show_notice()
first_row = st.container(horizontal=True, vertical_alignment="bottom")
with first_row:
    entrants = choose_two(mine)
images = choose_images(mine, entrants, "equivariance")
fit = fitting(entrants, images)
if images is None or not fit:
    without_images("Choose a network that learned")
with first_row:
    picture = choose_picture(mine, fit[0].network, images, "equivariance")
move_and_compare(mine, fit, picture)
choose_shift(mine)
direction = mine.state(EquivarianceState).direction
key = (*fingerprint(fit, images), direction)
study = studied(mine, "equivariance", key, partial(shift_errors, contenders_of(fit), images, direction))
watch(study, (), partial(by_layer, mine, images, study))
watch(study, (), partial(by_shift, images, study))
parts = studied(mine, "equivariance/parts", images.fingerprint, partial(parts_errors, images))
watch(parts, (), partial(single, images, parts))
link_to("robustness", "See what shifts cost in accuracy", "rotate_90_degrees_ccw")
