"""Confidence of a prediction, compared with a measured threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SURE_FROM = 0.99  # for a network of which nobody has measured a better threshold


@dataclass(frozen=True)
class Verdict:
    """A prediction, and whether it is confident.

    Attributes:
        label: the class with the highest probability; the first of equals.
        runner_up: the class that comes next; the same one where there is only one.
        probability: of the label, 0…1.
        sure_from: the least probability that counts as sure.
    """

    label: int
    runner_up: int
    probability: float
    sure_from: float

    @property
    def sure(self) -> bool:
        """True where the probability reaches the measured threshold."""
        return self.probability >= self.sure_from


def verdict(probabilities: np.ndarray, sure_from: float = SURE_FROM) -> Verdict:
    """The verdict on a row of probabilities.

    A network that has to choose among ten digits chooses one for a scribble too; how certain it is tells such
    answers from good ones surprisingly well (Hendrycks & Gimpel, “A baseline for detecting misclassified and
    out-of-distribution examples”, 2017), better still if it was shown what is no digit while it learned
    (Hendrycks, Mazeika & Dietterich, “Deep anomaly detection with outlier exposure”, 2019). So one threshold on
    the highest probability decides.

    Args:
        probabilities: (classes,) of one image, or whatever the last layer gives.
        sure_from: the threshold that was measured for this network, 0…1.
    """
    order = np.argsort(-np.asarray(probabilities), kind="stable")
    return Verdict(int(order[0]), int(order[min(1, len(order) - 1)]), float(probabilities[order[0]]), sure_from)
