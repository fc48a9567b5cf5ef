"""The sums behind a layer's numbers, written out: how many parameters it has, and how large its output is."""

from __future__ import annotations

from math import prod

from core.network.layers import Layer, Shape, Window

TIMES = "·"


def parameters_sum(layer: Layer, shape: Shape) -> str:
    """`(5·5·6 + 1)·16 = 2,416`: what each of the outputs has, times how many there are; empty where there are none.

    Args:
        layer: the layer.
        shape: of what arrives.
    """
    terms = [term.shape for term in layer.terms(shape)]
    if not terms:
        return ""
    total = f"{sum(map(prod, terms)):,}"
    first, *others = terms
    if others == [first[-1:]] and len(first) > 1:  # a kernel and a bias for each output
        words = f"({_product(first[:-1])} + 1){TIMES}{first[-1]:,}"
    elif others and set(terms) == {first}:  # arrays of one size, as those of a normalisation
        words = f"{len(terms)}{TIMES}{_product(first)}"
    else:
        words = " + ".join(map(_product, terms))
    return total if words == total else f"{words} = {total}"


def output_sums(layer: Layer, shape: Shape) -> tuple[str, ...]:
    """`⌊(28 + 2·2 − 5)/1⌋ + 1 = 28` for height and width, once where the two are alike; empty where nothing slides.

    Source: Dumoulin and Visin, “A guide to convolution arithmetic for deep learning” (2016), chapters 2 and 4.
    """
    reads = layer.reads(shape)
    if not isinstance(reads, tuple) or not (layer.is_convolution or layer.is_pooling):
        return ()
    return tuple(dict.fromkeys(_length(window, n) for window, n in zip(reads, shape)))


def _length(window: Window, n: int) -> str:
    """The number of places at which a window stands on n pixels with their padding."""
    extent = (window.size - 1) * window.dilation + 1
    after = max((window.count - 1) * window.stride + extent - n - window.before, 0)
    if not window.before + after:
        padding = ""
    else:
        padding = f" + 2{TIMES}{after}" if window.before == after else f" + {window.before} + {after}"
    size = f"(({window.size} − 1){TIMES}{window.dilation} + 1)" if window.dilation > 1 else f"{window.size}"
    return f"⌊({n}{padding} − {size})/{window.stride}⌋ + 1 = {window.count}"


def _product(shape: Shape) -> str:
    return TIMES.join(f"{n:,}" for n in shape)
