"""LeNet-5's table of connections between S2 and C3, to tick: what it costs and what it means."""

from core.ui.pages.s2_c3.s2_c3 import meaning, price, tick
from core.ui.pages.s2_c3.state import S2C3State
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
own = mine.state(S2C3State)
head(
    "S2–C3 table",
    "In the LeNet-5 of 1998, the maps of its second convolution (C3) do not read all maps before it (S2). Tick which feed which, "
    "and see what it costs. Maps count from 1; the paper counts from 0.",
)
mine.show_notice()
tick(own)
price(own)
meaning(own)
link_to("cost", "What a layer costs between any two shapes", "payments")
