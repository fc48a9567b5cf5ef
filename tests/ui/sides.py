"""A network that tells what ink speaks for and against, and the colours in which a page shows it."""

import base64
import io
import re

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.network import Dense, Flatten, Network
from core.training import build_model
from core.ui.widgets.model_view import ModelView
from tests.ui.drawn_page import html

NETWORK = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")), "Sides")
LEFT, RIGHT = (14, 5), (14, 22)  # pixels


def sides() -> ModelView:
    """A network that says 3 for ink: the more of it on the left, the surer, and the less sure on the right."""
    model = build_model(NETWORK)
    weights = np.zeros((28, 28, 10), np.float32)
    weights[:, :14, 3], weights[:, 14:, 3] = 0.1, -0.1
    model.set_weights([weights.reshape(784, 10), 9.0 * np.eye(10, dtype=np.float32)[3]])
    return ModelView("Sides", NETWORK, model, "mnist", False, "sides")


def inked(*places: tuple[int, int]) -> np.ndarray:
    """An image with ink in these pixels only."""
    image = np.zeros((28, 28, 1), np.float32)
    for place in places:
        image[place] = 1
    return image


def pictures(app: AppTest) -> list[tuple[str, np.ndarray]]:
    """The text alternative and the pixels of each picture on the page, (rows, columns, 3) of 0…255."""
    found = []
    for tag in re.findall(r"<img [^>]*>", html(app)):
        content = base64.b64decode(re.search(r'base64,([^"]+)', tag)[1])
        pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), int)
        found.append((re.search(r'alt="([^"]*)"', tag)[1], pixels))
    return found


def colour(pixels: np.ndarray, place: tuple[int, int]) -> str:
    """`orange`, `blue`, or `grey` where it is neither."""
    red, _, blue = pixels[place]
    return "grey" if abs(red - blue) < 20 else "orange" if red > blue else "blue"
