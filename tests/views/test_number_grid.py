"""Numbers in coloured cells: read on whatever colour their cell has."""

import re

import numpy as np
import pytest

from core.views.explanation import number_grid
from core.views.images import Scale, signed_scale
from core.views.theme import MAGMA
from tests.views.test_views import contrast

STEPS = np.linspace(-1, 1, 64).reshape(8, 8)


@pytest.mark.parametrize("scale", [signed_scale(STEPS), Scale(-1, 1, MAGMA)], ids=["signed", "magma"])
def test_every_number_has_the_contrast_of_small_words_to_its_cell(scale):
    cells = re.findall(r"background:(#\w{6});color:(#\w{6})", number_grid(STEPS, scale, "weights"))
    assert len(cells) == STEPS.size
    assert len({ground for ground, _ in cells}) > 50
    assert min(contrast(ground, ink) for ground, ink in cells) >= 4.5
