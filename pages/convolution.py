"""A convolution by hand: small channels and kernels of which every number can be typed, and every sum is written out."""

from core.ui.pages.convolution.convolution import look_and_type
from core.ui.pages.convolution.settings import choose
from core.ui.pages.convolution.state import ConvolutionState
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session

mine = session()
own = mine.state(ConvolutionState)
head(
    "Convolution",
    "Click a number with a coloured foot and type another. Point at any cell: what belongs to it lights up, as a sum.",
)
mine.show_notice()
choose(own)
look_and_type(own)
link_to("kernels", "See the kernels that a trained network has learned", "grid_view")
