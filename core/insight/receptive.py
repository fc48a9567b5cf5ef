"""What each unit of a layer sees, as a table for the pictures."""

from __future__ import annotations

from math import prod

import numpy as np

from core.network import ReceptiveField
from core.network.geometry import Row


def regions(field: ReceptiveField) -> np.ndarray:
    """The box of every unit.

    Returns:
        (rows·columns, 6) int32: row, column, top, left, bottom, right; input pixels, half open.
    """
    rows, columns = field.units
    return np.array([(r, c, *field.region(r, c)) for r in range(rows) for c in range(columns)], np.int32)


def position(row: Row, unit: int) -> tuple[int, int]:
    """Where the receptive field of a layer has one of its units.

    Args:
        row: of the layer, in the trace of its network.
        unit: index into the layer's output, laid out flat.

    Returns:
        (row, column): of the unit in its map, also where the map was flattened since; (0, 0) of a
        unit that sees the whole image.
    """
    rows, columns = row.receptive_field.units
    return divmod(unit // (prod(row.output_shape) // (rows * columns)), columns)
