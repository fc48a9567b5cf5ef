"""A convolution by hand: small channels and kernels of which every number can be typed, and every sum is written out."""

from core.ui.pages.convolution.convolution import look_and_type
from core.ui.pages.convolution.settings import PADDINGS, choose
from core.ui.pages.convolution.state import ConvolutionState
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.lesson.controls import tell

mine = session()
own = mine.state(ConvolutionState)
head(
    "Convolution",
    "Click a number with a coloured foot and type another. Point at any cell: what belongs to it lights up, as a sum.",
)
mine.show_notice()
choose(own)
padding = PADDINGS[own.padding]
tell(mine, "convolution", kernel=own.named, size=own.kernel, padding=padding, dilation=own.dilation)
look_and_type(own)
link_to("kernels", "See the kernels that a trained network has learned", "grid_view")
