"""What each unit of a layer sees, as a table for the pictures."""

from __future__ import annotations

import numpy as np

from core.network import ReceptiveField


def regions(field: ReceptiveField) -> np.ndarray:
    """The box of every unit.

    Returns:
        (rows·columns, 6) int32: row, column, top, left, bottom, right; input pixels, half open.
    """
    rows, columns = field.units
    return np.array([(r, c, *field.region(r, c)) for r in range(rows) for c in range(columns)], np.int32)
