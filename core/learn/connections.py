"""LeNet-5's table of connections: which of the 6 maps of S2 feed which of the 16 maps of C3, and what that costs.

Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition" (1998), section
II.B and Table I.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from core.learn.convolution_layer import Formula

INPUTS, OUTPUTS = 6, 16
KERNEL, SIDE = 5, 10  # of C3: rows and columns of its kernels, and of its maps
WEIGHTS = KERNEL**2

Table = tuple[frozenset[int], ...]  # for each map of C3 the maps of S2 that feed it, both from 0


def _of(*words: str) -> Table:
    return tuple(frozenset(int(digit) for digit in word) for word in words)


OF_1998 = _of(
    "012", "123", "234", "345", "045", "015",
    "0123", "1234", "2345", "0345", "0145", "0125", "0134", "1245", "0235",
    "012345",
)  # fmt: skip
FULL = _of(*["012345"] * OUTPUTS)
EMPTY = _of(*[""] * OUTPUTS)
TWO_GROUPS = _of(*["012"] * 8, *["345"] * 8)


def counts(table: Table) -> dict[int, int]:
    """How many maps of C3 are fed by how many maps of S2, the fewest first."""
    return dict(sorted(Counter(map(len, table)).items()))


def parameters(table: Table) -> Formula:
    """A 5×5 kernel for each connection, and a bias for each map of C3."""
    written = " + ".join(f"{maps}·({WEIGHTS}·{fed} + 1)" for fed, maps in counts(table).items())
    return Formula("Σ (25·ticked + 1)", written, sum(WEIGHTS * len(fed) + 1 for fed in table))


def macs(table: Table) -> Formula:
    """Multiply-adds for all 10×10 numbers of each map."""
    ticked = sum(map(len, table))
    return Formula("25·ticked·10·10", f"{WEIGHTS}·{ticked}·{SIDE}·{SIDE}", WEIGHTS * ticked * SIDE**2)


def connections(table: Table) -> Formula:
    """What the paper counts: each parameter once for each of the 10×10 places where it is used."""
    count = parameters(table).value
    return Formula("parameters·10·10", f"{count:,}·{SIDE}·{SIDE}", count * SIDE**2)


def groups(table: Table) -> int | None:
    """With how many groups a `Conv2D` of Keras connects just so; None where none does.

    It parts both sides into equal runs, of which each feeds one.
    """
    for parts in (1, 2):
        run, fed = INPUTS // parts, OUTPUTS // parts
        wanted = tuple(frozenset(range(at // fed * run, (at // fed + 1) * run)) for at in range(OUTPUTS))
        if table == wanted:
            return parts
    return None


def alike(table: Table) -> list[tuple[int, ...]]:
    """Maps of C3, from 0, that are fed by the same maps of S2: each such set, where it has more than one."""
    found: dict[frozenset[int], list[int]] = {}
    for at, fed in enumerate(table):
        found.setdefault(fed, []).append(at)
    return [tuple(maps) for maps in found.values() if len(maps) > 1]


def feeds(table: Table) -> Mapping[int, int]:
    """Map of S2, from 0 → how many maps of C3 it feeds."""
    return {at: sum(at in fed for fed in table) for at in range(INPUTS)}
