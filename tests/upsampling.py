"""Two kinds that no network of ours has: their geometry needs a stride below one, and their class is all there is."""

from dataclasses import dataclass

from core.network.layers import Layer, Shape, Term, Window
from core.network.settings import Choice, Flag, Integer, Pair, setting


@dataclass(frozen=True)
class UpSampling2D(Layer):
    """Each number several times: the nearest neighbour."""

    group = "Shape"
    summary = "Repeats each number, so that the maps grow."
    copies = True

    size: tuple[int, int] = setting((2, 2), Pair("Size", "How often each row and column is repeated.", 1, 4))

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        return tuple(Window(u, 1, -1, 0, n * u, u) for n, u in zip(shape, self.size))

    def output_shape(self, shape: Shape) -> Shape:
        return (*(window.count for window in self.reads(shape)), shape[2])


@dataclass(frozen=True)
class Conv2DTranspose(Layer):
    """A convolution's transposed matrix as a layer; as Keras with `output_padding=None`."""

    group = "Convolution"
    summary = "Slides kernels over a map with zeros between its numbers, so that it grows."
    keras_required = ("filters", "kernel_size")
    kernel_weights = {"kernel": "rcoi"}
    is_convolution = True

    filters: int = setting(2, Integer("Filters", "How many.", 1, 64))
    kernel_size: tuple[int, int] = setting((3, 3), Pair("Kernel size", "Rows × columns.", 1, 7))
    strides: tuple[int, int] = setting((2, 2), Pair("Strides", "How much it grows.", 1, 4))
    padding: str = setting("valid", Choice("Padding", "As of Conv2D.", ("valid", "same")))
    use_bias: bool = setting(True, Flag("Use bias", "One number for each filter."))

    def reads(self, shape: Shape) -> tuple[Window, Window]:
        windows = []
        for n, k, s in zip(shape, self.kernel_size, self.strides):
            beyond = max(k - s, 0)
            cut = beyond // 2 if self.padding == "same" else 0
            windows.append(Window(k, 1, -1, -cut, n * s + (beyond if self.padding == "valid" else 0), s))
        return tuple(windows)

    def output_shape(self, shape: Shape) -> Shape:
        return (*(window.count for window in self.reads(shape)), self.filters)

    def terms(self, shape: Shape) -> tuple[Term, ...]:
        kernel = Term("kernel", (*self.kernel_size, self.filters, shape[2]))
        return (kernel, Term("bias", (self.filters,))) if self.use_bias else (kernel,)

    def preactivation_channels(self, shape: Shape, channel: int) -> range:
        return range(shape[2])
