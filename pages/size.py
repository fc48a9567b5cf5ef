"""Accuracy against size: networks measured here, published ones and the visitor's runs as points."""

from core.ui.pages.size.opened import choose_point, opened_point
from core.ui.pages.size.scatter import choose_images, choose_view, follow, points_of, scatter, table, take_away
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.private import bring_into_view
from core.ui.shell.session import session

mine = session()
head(
    "Accuracy against size", "Find the smallest network that is good enough: each point is one. Click one to open it."
)
mine.show_notice()
images = choose_images(mine)
view = choose_view()
follow(mine, images, lambda points: scatter(mine, images, view, points))
choose_point(mine, points_of(mine, images), view)
follow(mine, images, lambda points: opened_point(mine, points, view))
bring_into_view(mine.reveals, "size/opened")
follow(mine, images, lambda points: table(points, view))
take_away(mine, images, view)
link_to("train", "Train a network, and see where it lands", "monitoring")
