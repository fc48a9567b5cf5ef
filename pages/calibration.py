"""Calibration: whether the probabilities of networks are what they say, and what can be done about it."""

from functools import partial

from core.study.calibration import calibration
from core.ui.pages.calibration.reliability import diagrams
from core.ui.pages.calibration.temperature import temperature
from core.ui.pages.calibration.threshold import choose_threshold, coverage
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.studies import contenders_of, fingerprint, networks_and_images, studied, watch

mine = session()
head(
    "Calibration",
    "See whether a network that says 80 % is right on 80 of 100 images, and correct it with one number.",
)
mine.show_notice()
entrants, fit, images = networks_and_images(mine, "calibration")
contenders = contenders_of(fit)
study = studied(mine, "calibration", fingerprint(fit, images), partial(calibration, contenders, images))
watch(study, entrants, partial(diagrams, mine, fit, images, study))
threshold = choose_threshold(mine)
watch(study, (), partial(coverage, mine, fit, study, threshold))
if study.finished and study.latest is not None:
    temperature(mine, fit, images, study.latest)
link_to("train", "Label smoothing makes networks less sure: train with it, and compare", "monitoring")
