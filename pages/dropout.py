"""Dropout and batch normalisation on a small batch: what is drawn, what comes out, training against inference."""

from core.ui.pages.dropout.dropout import choose, drop, normalise
from core.ui.pages.dropout.state import DropoutState
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
own = mine.state(DropoutState)
head(
    "Dropout, batch norm",
    "Choose a layer, and click a number with a coloured foot to type another. Draw again, and compare training with inference.",
)
mine.show_notice()
choose(own)
if own.kind == "norm":
    normalise(own)
else:
    drop(mine, own, own.kind)
link_to("cures", "Over-fitting: what dropout does to a network that trains", "healing")
