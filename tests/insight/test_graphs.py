"""While graphs would wait for a very large training, pages do without them, and get the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from core.insight import activations
from core.insight.graphs import tracings
from core.insight.maximisation import most_exciting
from core.insight.mistakes import predict
from core.insight.pruning import prediction_without
from core.insight.responses import best_patches
from core.insight.saliency import grad_cam, integrated_gradients
from core.network import LENET5
from core.training import build_model
from core.training.priority import graphs_wait, stepping


@contextmanager
def a_training_of_large_steps() -> Iterator[None]:
    """Until the end of the block."""
    with stepping(1):
        yield


def all_answers(model, image, images):
    """What pages ask a model, as arrays."""
    labels = np.arange(len(images)) % 10
    patches = best_patches(model, LENET5, (2,), images, channel=3, count=2)[3]
    return {
        "activations": activations(model, LENET5, image)[(2,)],
        "mistakes": predict(model, LENET5, images, labels).probabilities,
        "pruning": prediction_without(model, LENET5, (2,), 3, image),
        "patches": np.array([patch.value for patch in patches]),
        "integrated gradients": integrated_gradients(model, image, 3, steps=4).values,
        "grad-cam": grad_cam(model, LENET5, image, 3, (2,)),
        "exciting": most_exciting(model, LENET5, (0,), 1, steps=2).image,
    }


def test_graphs_that_would_wait_are_not_used_and_the_answers_are_the_same(random):
    image = random.random((28, 28, 1), dtype=np.float32)
    images = random.integers(0, 256, (20, 28, 28, 1), dtype=np.uint8)
    model = build_model(LENET5, seed=1)
    with a_training_of_large_steps():
        at_once = all_answers(model, image, images)
    assert not sum(tracings(model).values())
    while graphs_wait():
        pass
    in_graphs = all_answers(model, image, images)
    assert sum(tracings(model).values()) > 0
    for what, answer in in_graphs.items():
        np.testing.assert_allclose(at_once[what], answer, rtol=1e-3, atol=1e-4, err_msg=what)


def test_a_long_answer_without_a_graph_lets_short_ones_through(random):
    image = random.random((28, 28, 1), dtype=np.float32)
    model, ended, meanwhile = build_model(LENET5, seed=1), threading.Event(), 0

    def long():
        most_exciting(model, LENET5, (2,), 1, steps=60)
        ended.set()

    with a_training_of_large_steps():
        thread = threading.Thread(target=long)
        thread.start()
        while not ended.is_set():
            activations(model, LENET5, image)
            meanwhile += not ended.is_set()
        thread.join()
    assert meanwhile > 5
