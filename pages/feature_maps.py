"""Feature maps: what every layer makes of one image, down to a single number."""

from core.ui.pages.feature_maps.feature_maps import feature_maps
from core.ui.shell.frame import head
from core.ui.shell.pages import link_to
from core.ui.shell.session import session
from core.ui.widgets.input_image import choose_model_and_image
from core.ui.widgets.model_view import watch

mine = session()
head(
    "Feature maps", "Follow an image through the layers. Move over a number to see what it sees; click to explain it."
)
subject, picture = choose_model_and_image(mine, "maps")
watch(mine, subject, lambda: feature_maps(mine, subject, picture))
link_to("receptive_fields", "Which pixels does one of these numbers depend on? Receptive fields")
