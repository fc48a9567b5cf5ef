"""A table of connections in words: its figures, what it means, and the data of the component `ticks`."""

from __future__ import annotations

from core.learn.connections import INPUTS, OUTPUTS, WEIGHTS, Table, alike, counts, feeds
from core.network.words import counted, joined

Spec = dict[str, object]


def ticks_data(table: Table) -> Spec:
    """What the browser draws: a box for each pair of maps."""
    return {
        "maps": ["".join("1" if at in fed else "0" for at in range(INPUTS)) for fed in table],
        "weights": WEIGHTS,
        "idle": "Point at a box: what its map of C3 reads is said here.",
        "alt": f"Which of the {INPUTS} maps of S2 (rows) feed which of the {OUTPUTS} maps of C3 (columns).",
    }


def named(maps: frozenset[int] | tuple[int, ...]) -> str:
    """`1, 2 and 3`: maps counted from 1."""
    return joined([str(at + 1) for at in sorted(maps)])


def reading(table: Table) -> list[str]:
    """What the table means, a sentence each."""
    parts = [f"{counted(maps, 'map')} of C3 {'reads' if maps == 1 else 'read'} {fed or 'none'}" for fed, maps in counts(table).items()]  # fmt: skip
    found = [f"{joined(parts)} of the {INPUTS} maps of S2."]
    unused = [at for at, count in feeds(table).items() if not count]
    if unused:
        found.append(f"S2 {'map' if len(unused) == 1 else 'maps'} {named(tuple(unused))} {'feeds' if len(unused) == 1 else 'feed'} nothing: what {'it has' if len(unused) == 1 else 'they have'} found is lost.")  # fmt: skip
    blind = [at for at, fed in enumerate(table) if not fed]
    if blind:
        found.append(f"C3 {'map' if len(blind) == 1 else 'maps'} {named(tuple(blind))} {'sees' if len(blind) == 1 else 'see'} nothing of the image: each of its numbers is the bias.")  # fmt: skip
    same = [maps for maps in alike(table) if table[maps[0]]]
    if not same:
        found.append(
            "**No two maps of C3 read the same maps.** That breaks the symmetry, as the paper wants it: each has to find something "
            "else, as each gets something else."
        )
    else:
        listed = "; ".join(named(maps) for maps in same)
        found.append(
            f"**Fed by the same maps:** {listed}. Only the random weights that they begin with tell such maps apart; with the table of "
            "1998, the connections do too."
        )
    return found


def table_rows(table: Table) -> list[dict[str, str]]:
    """The table in words: a row for each map of C3."""
    return [
        {
            "C3 map": str(at + 1), "reads the S2 maps": named(fed) or "none",
            "Parameters": f"{WEIGHTS}·{len(fed)} + 1 = {WEIGHTS * len(fed) + 1}",
        }
        for at, fed in enumerate(table)
    ]  # fmt: skip
