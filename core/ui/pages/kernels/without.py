"""The network without one kernel: its prediction for an image, and its accuracy without each kernel of the layer."""

from __future__ import annotations

import streamlit as st

from core.data import load
from core.insight import Pruned, evaluate_without, prediction_without, probabilities
from core.network.words import counted
from core.ui.pages.kernels.one_kernel import TEST_IMAGES, OneKernel, why_no_prediction, why_no_test_images
from core.ui.shell.frame import certainty, look, plain
from core.ui.widgets.downloads import chart_file, table_file
from core.ui.widgets.input_image import choose_image
from core.ui.widgets.lesson.controls import tell
from core.ui.widgets.panels import Computation, Drawn, Panel, Progress
from core.views.images import INK_SCALE, Tile, cell_size, gallery, shown_image
from core.views.inside import accuracy_without, two_predictions
from core.views.wording import accuracy_text


def _draw(one: OneKernel) -> Drawn:
    st.markdown(
        f"**What if this {one.noun} were switched off?** {plain(one.name)} then always puts out 0. No other weight changes, and nothing is "
        "trained again."
    )
    prediction, accuracy = st.columns(2, gap="large")
    with prediction:
        PREDICTION.show(one, headed=False)
    with accuracy:
        ACCURACY.show(one)
    return Drawn()


def _prediction(one: OneKernel) -> Drawn:
    """The prediction for one image, with this kernel and without it."""
    subject, names = one.subject, one.subject.class_names
    picture = choose_image(one.mine, subject, "kernels")
    before, after = one.mine.kept(
        "kernels/without",
        (subject.version, subject.network, one.path, one.channel, picture.image.tobytes()),
        lambda: (
            probabilities(subject.model, picture.image),
            prediction_without(subject.model, subject.network, one.path, one.channel, picture.image),
        ),
    )
    whole, pruned = int(before.argmax()), int(after.argmax())
    words = (
        f"With {one.name} the prediction is “{names[whole]}” ({certainty(float(before[whole]))}), without it "
        f"“{names[pruned]}” ({certainty(float(after[pruned]))})."
    )
    image, said = st.columns([1, 4], vertical_alignment="center")
    with image:
        tile = Tile(shown_image(picture.image), "", picture.title)
        st.html(gallery([tile], INK_SCALE, cell_size(picture.image.shape[:2], 56)))
    with said:
        st.markdown(plain(words))
    both = (f"with {one.name}", "without it")
    st.vega_lite_chart(two_predictions(before, after, names, both, look()), key="kernels/answers", alt=words)
    st.caption(
        f"Filled bars: with {plain(one.name)}; hollow ones: without it. Each class has the same colour on all pages."
    )
    rows = [{"class": n, both[0]: float(b), both[1]: float(a)} for n, b, a in zip(names, before, after)]
    caption = one.layer_caption(f"{picture.title}. {words}")
    return Drawn(files=[chart_file(words, caption, "answers"), table_file(rows, "answers")])


def _evaluate(one: OneKernel, progress: Progress) -> Pruned:
    data = load(one.subject.dataset)
    images, labels = data.x_test[:TEST_IMAGES], data.y_test[:TEST_IMAGES]
    return evaluate_without(one.subject.model, one.subject.network, one.path, images, labels, progress)


def _accuracy(one: OneKernel, pruned: Pruned) -> Drawn:
    """The accuracy without each kernel of the layer."""
    tell(one.mine, "kernels", evaluated=one.number)
    changes = pruned.accuracy[1:] - pruned.accuracy[0]
    worst = int(changes.argmin())
    images = len(load(one.subject.dataset).y_test[:TEST_IMAGES])
    words = (
        f"The dashed line is the whole network: {accuracy_text(float(pruned.accuracy[0]), images)}. A bar hangs down to the accuracy "
        f"without that {one.noun}; {one.name} is marked. {one.noun.capitalize()} {worst + 1} matters most: without "
        f"it {accuracy_text(float(pruned.accuracy[1 + worst]), images)}."
    )
    chart = accuracy_without(pruned.accuracy, one.channel, one.noun, look())
    st.vega_lite_chart(chart, key="kernels/accuracy", alt=words)
    rows = [
        {f"without {one.noun}": n or "none", "accuracy": float(a), "loss": float(loss)}
        for n, (a, loss) in enumerate(zip(pruned.accuracy, pruned.loss))
    ]
    svg = chart_file(words, one.layer_caption(words), "accuracy-without")
    return Drawn(words, [svg, table_file(rows, "accuracy-without")])


PREDICTION = Panel("kernels/answers", "The prediction without it", _prediction)
ACCURACY = Panel(
    "kernels/accuracy",
    lambda one: f"Which {one.noun}s matter?",
    _accuracy,
    Computation(
        _evaluate,
        lambda one: (one.path,),
        f"Evaluate on {TEST_IMAGES:,} test images",
        lambda one: f"{counted(one.channels, one.noun)}: each is switched off in turn, alone.",
        waits=lambda _: True,
    ),
    why_no_test_images,
    help=" The accuracy without each of them",
)
WITHOUT = Panel("kernels/without", lambda one: f"Without this {one.noun}", _draw, why_not=why_no_prediction)
