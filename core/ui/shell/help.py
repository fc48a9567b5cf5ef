"""What one sees on each page, as its help mark says it in three sentences, and the terms that matter there.

A page's row here is as necessary as its row in the registry; `core.ui.shell.frame.head` draws it beside the title.
"""

from __future__ import annotations

from typing import NamedTuple

from core.views.glossary import defined


class PageHelp(NamedTuple):
    """The help of a page: three sentences in plain English.

    Attributes:
        shows: what one sees.
        reading: how to read it.
        trying: what to try.
        terms: of the glossary, those that matter on this page.
    """

    shows: str
    reading: str
    trying: str
    terms: tuple[str, ...]

    @property
    def sentences(self) -> str:
        """The three of them, each a paragraph."""
        return "\n\n".join((self.shows, self.reading, self.trying))

    @property
    def meanings(self) -> str:
        """The terms with what they mean, as a list."""
        return "\n".join(f"- {defined(name)}" for name in self.terms)


HELP = {
    "playground": PageHelp(
        "A whole convolutional network stands here between a digit and its answer, and everything that it computes for this digit is shown.",
        "Read it from left to right: each small picture is one feature map of a layer, and a line leads from a number to the pixels that it depends on.",
        "Draw a digit, press Start, and watch maps, kernels and curves change while the network learns.",
        ("feature map", "kernel", "learning rate", "loss", "accuracy", "over-fitting"),
    ),
    "draw": PageHelp(
        "What you draw is turned into 28×28 pixels, and a trained network says after each stroke which class it takes it for.",
        "The bars are the probabilities of the classes, and the pictures below show how your drawing was prepared and which ink spoke for the answer.",
        "Draw a digit so badly that the network becomes unsure, then leave out one step of the preparation and compare.",
        ("prediction", "probabilities", "softmax", "confident", "saliency"),
    ),
    "teach": PageHelp(
        "Here a network learns from your own drawings, be they digits or classes that you invent.",
        "The figures compare the network before and after on drawings that it did not learn from, each with its confidence interval.",
        "Collect ten drawings of each class, press Teach it, and then try to deceive it.",
        ("class", "fine-tuning", "held out", "confidence interval", "accuracy"),
    ),
    "games": PageHelp(
        "These are three games against networks: find what two of them disagree on, make one sure of a wrong class, and read its hardest images.",
        "After each stroke or answer the page says what the networks take it for and how your score stands.",
        "Win each game once, and ask yourself what the network must have missed.",
        ("prediction", "confident", "probabilities", "class"),
    ),
    "build": PageHelp(
        "This is the editor: the network as a list of layers, as a drawing, and as numbers.",
        "Beside each layer stand the shape of its output, its parameters and how many pixels one of its units sees.",
        "Set the strides of a convolution to 2×2, and watch what that does to all layers behind it.",
        ("parameter", "multiply-adds", "receptive field", "stride", "padding", "residual block"),
    ),
    "train": PageHelp(
        "The network of the editor is trained here by a recipe that you set, and you look on while it learns.",
        "The curves show accuracy and loss over time: where the one of the training images goes on improving and the other does not, the network over-fits.",
        "Train twice with learning rates that differ ten times, and compare the curves.",
        ("epoch", "batch", "learning rate", "optimizer", "loss", "over-fitting", "validation", "confusion matrix"),
    ),
    "runs": PageHelp(
        "Every training that you have started is listed here with its figures.",
        "A row is one run, the chart above shows the curves of those that are ticked, and a table says in which settings they differ.",
        "Tick two runs that differ in one setting, and find out whether it mattered.",
        ("run", "recipe", "checkpoint", "epoch", "test images"),
    ),
    "kernels": PageHelp(
        "These pictures are the weights that a layer has learned.",
        "All share one scale about zero, so that a pale kernel is a weak one, and equal colours are equal numbers.",
        "Click a kernel to see which images it responds to and what the network predicts without it.",
        ("kernel", "weight", "channel", "dead unit", "convolution"),
    ),
    "feature_maps": PageHelp(
        "One image goes through the network, and the output of every layer is shown as maps.",
        "A bright or strongly coloured place is where a unit found what its kernel looks for.",
        "Move over a number to see which pixels it depends on, and click it to read how it was computed.",
        ("feature map", "activation", "unit", "receptive field", "channel"),
    ),
    "gradients": PageHelp(
        "This is one step of learning in slow motion: forward, loss, backward, update.",
        "Each gradient says how the loss would change with one number, blue where it falls and orange where it grows.",
        "Choose an image that the network gets wrong, and compare the sizes of the gradients from the last layer to the first.",
        ("gradient", "loss", "learning rate", "label", "vanishing gradient"),
    ),
    "receptive_fields": PageHelp(
        "The frame on the image is the part that one unit of a feature map can see at all.",
        "The table and the drawing show how this part grows from layer to layer, and the heat map how much each of its pixels counts.",
        "Move from the first layer to the last, then change kernel, stride or dilation on Build and come back.",
        ("receptive field", "effective receptive field", "stride", "dilation", "padding"),
    ),
    "why": PageHelp(
        "Four methods mark the pixels of an image that a prediction comes from.",
        "Strong colour means much influence, and the row with random weights shows what a method would mark if nothing had been learned.",
        "Find an image for which two methods disagree, and ask which of them an untrained network would have marked, too.",
        ("saliency", "gradient", "integrated gradients", "occlusion", "prediction"),
    ),
    "mistakes": PageHelp(
        "All test images that the network gets wrong are gathered here.",
        "In the confusion matrix a row is what an image really is, and a column what it was taken for.",
        "Click the largest number beside the diagonal, and decide which of those images you would have got right.",
        ("confusion matrix", "accuracy", "label", "prediction", "test images"),
    ),
    "compare": PageHelp(
        "Up to four networks are measured on the same test images.",
        "Where two confidence intervals overlap widely, the difference may be chance, and the McNemar test says how likely that is.",
        "Compare LeNet-5 with the dense network, and look at the images that only one of them gets right.",
        ("accuracy", "confidence interval", "McNemar test", "parameter", "multiply-adds"),
    ),
    "robustness": PageHelp(
        "The test images are turned, moved, blurred or covered, more and more, and each network predicts them again.",
        "A curve that falls late belongs to a robust network, and the band around it is the confidence interval.",
        "Choose Rotation, guess at which angle each network loses half of its accuracy, and then look.",
        ("robustness", "augmentation", "accuracy", "confidence interval"),
    ),
    "equivariance": PageHelp(
        "An image is moved pixel by pixel, and you see which maps of a network move along.",
        "The error of a layer is zero where its maps are exactly shifted, and grows with each stride or pooling that does not fit the shift.",
        "Move the image by one pixel and then by two, and watch the layers behind the first pooling.",
        ("equivariance", "convolution", "pooling", "stride", "padding"),
    ),
    "calibration": PageHelp(
        "This page checks whether a network that says 80 % is right on 80 of 100 images.",
        "In the diagram a point on the diagonal is honest, one below it too sure of itself.",
        "Raise the threshold, and see how many images remain and how many of those are right.",
        ("calibration", "expected calibration error", "temperature", "confident", "probabilities"),
    ),
    "size": PageHelp(
        "Each point is a network, placed by its size or cost and by its accuracy.",
        "The steps join the best ones: nothing that is smaller is as good.",
        "Find the smallest network above 99 %, open it, and try to beat it with fewer parameters.",
        ("frontier", "parameter", "multiply-adds", "accuracy"),
    ),
    "price": PageHelp(
        "A dense and a convolutional network that cost the same are trained side by side.",
        "The figures below their names are the price, the curves show what each makes of it.",
        "Lower the budget step by step, and see which of the two suffers first.",
        ("dense layer", "convolution", "parameter", "multiply-adds", "series"),
    ),
    "cures": PageHelp(
        "One network is trained on few images again and again, each time with one cure for over-fitting.",
        "The gap between training and test accuracy is what over-fitting costs, and a cure should make it smaller without lowering the test accuracy.",
        "Predict which of two cures helps more, then train both and compare their intervals.",
        ("over-fitting", "regularization", "dropout", "augmentation", "early stopping", "confidence interval"),
    ),
    "convolution": PageHelp(
        "A kernel slides over a small input, and every sum that it makes is written out.",
        "Point at a number of the output to see which inputs and weights it comes from, or at an input to see where it goes.",
        "Choose a named kernel, change the stride from 1 to 2, and check the size of the output by the formula.",
        ("convolution", "cross-correlation", "kernel", "stride", "padding", "dilation", "transposed convolution"),
    ),
    "pooling": PageHelp(
        "A window moves over a small map and keeps its maximum or its mean, forward on one side and backward on the other.",
        "The gradient of a maximum goes to the cell that it came from, and that of a mean is shared by all cells of the window.",
        "Let the windows overlap, and find a cell that receives more than one gradient.",
        ("pooling", "stride", "gradient", "global average pooling"),
    ),
    "stacking": PageHelp(
        "Convolutions stand one above the other, and lines lead from one unit of the last down to all that it depends on.",
        "The table follows size, jump and field from row to row, in letters and then with your numbers.",
        "Cover 20×20 pixels with the fewest parameters, and let the hint tell you only why some kernels cost more than they see.",
        ("receptive field", "kernel", "stride", "dilation", "padding", "parameter"),
    ),
    "s2_c3": PageHelp(
        "A box stands for each pair of maps of LeNet-5: ticked where the map of S2 feeds the map of C3.",
        "Each tick costs one kernel of 25 weights, and each map of C3 one bias.",
        "Begin with the empty table, and find a pattern with fewer connections than that of 1998 in which no two maps read the same.",
        ("feature map", "kernel", "parameter", "multiply-adds", "convolution"),
    ),
    "cost": PageHelp(
        "Three kinds of layers lead from one shape to another, and each has its price.",
        "Parameters are what must be stored, multiply-adds what must be computed, both by formula and in numbers.",
        "Double the side of the image, and see which of the numbers stays the same.",
        ("parameter", "multiply-adds", "dense layer", "separable convolution", "depthwise convolution"),
    ),
    "dropout": PageHelp(
        "A batch of four small images goes through one layer, and every number says how it came about.",
        "Hatched numbers were dropped, and the table compares mean and deviation before, after and over many draws.",
        "Train batch normalisation for one step, switch to inference, and find out how many steps it takes until both agree.",
        ("dropout", "batch normalisation", "regularization", "channel", "parameter"),
    ),
    "back_propagation": PageHelp(
        "This is a network so small that all its numbers fit on the page.",
        "Each press computes the next stage, and each number stands with its formula.",
        "Go through one step with pencil and paper first, then press and compare.",
        ("back-propagation", "gradient", "loss", "learning rate", "weight", "activation"),
    ),
    "exercises": PageHelp(
        "Exercises are made here without end, and your answers are checked.",
        "A wrong answer with a typical cause is told that cause, and the solution comes step by step.",
        "Begin with level 1 of a kind, and go up when three answers in a row were right.",
        ("parameter", "multiply-adds", "receptive field", "convolution", "back-propagation"),
    ),
    "lessons": PageHelp(
        "Lessons lead through the app step by step, and you can write your own.",
        "The card of a lesson stays beside every page, says what to do there, and ticks it when it is done.",
        "Start the one whose aim you like, and predict each result before you look.",
        ("convolution", "kernel", "over-fitting", "receptive field"),
    ),
    "glossary": PageHelp(
        "These are the words of the field as all pages use them.",
        "Each line is one term with its meaning, in alphabetical order.",
        "Type a word to find the terms that have it in their name or meaning.",
        (),
    ),
}
