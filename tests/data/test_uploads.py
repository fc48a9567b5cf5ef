"""Pictures that people send: the good are read, the bad get a sentence, none takes the server down."""

import io
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.data import load, uploads
from core.data.uploads import InvalidPicture, drawing_input, network_input, read_picture
from core.data.uploads import _one_at_a_time as LOCK

ROOT = Path(__file__).parents[2]


def saved(image, kind="PNG", **options):
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def four(mode="L", ink=255, ground=0):
    """A 4 of broad strokes."""
    field = np.full((80, 60), ground, np.uint8)
    field[10:45, 12:18] = field[40:46, 12:50] = field[10:70, 38:44] = ink
    return Image.fromarray(field).convert(mode)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixels_is_read(mode):
    if mode == "I;16":
        content = saved(Image.fromarray(np.asarray(four()).astype(np.uint16) * 200))
    else:
        content = saved(four("RGB").convert(mode), "JPEG" if mode == "CMYK" else "PNG")
    found = read_picture(content)
    assert found.shape == (80, 60, 4) and found.dtype == np.uint8
    digit = network_input(found, (28, 28, 1))
    expected = network_input(read_picture(saved(four())), (28, 28, 1))
    assert np.corrcoef(digit.ravel(), expected.ravel())[0, 1] > 0.97


def test_the_first_frame_of_an_animation_is_read():
    blank = Image.new("L", (60, 80))
    content = saved(four("P"), "GIF", save_all=True, append_images=[blank.convert("P")] * 3)
    assert network_input(read_picture(content), (28, 28, 1)) is not None


def test_a_photo_that_lies_on_its_side_is_turned():
    upright = four("RGB")
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise
    found = read_picture(saved(turned, "JPEG", exif=exif, quality=95))
    assert found.shape[:2] == (80, 60)


def test_a_large_picture_becomes_small():
    assert max(read_picture(saved(Image.new("L", (3000, 20)))).shape[:2]) == 1024


NOISE = Image.fromarray(np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8))


def png_header(width, height):
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = (
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (body, pixels)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no picture"),
        (b"hello", "no picture"),
        (b"%PDF-1.4", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (saved(NOISE)[:900], "damaged"),
        (saved(NOISE, "JPEG")[:300], "damaged|no picture"),
        (png_header(60_000, 60_000), "pixels"),
        (png_header(3000, 3000), "damaged"),
        (b"\0" * 10_000_001, "MB"),
    ],
    ids=["empty", "text", "pdf", "svg", "cut png", "cut jpeg", "bomb", "header only", "long"],
)
def test_what_cannot_be_read_gets_a_sentence(content, said):
    with pytest.raises(InvalidPicture, match=said):
        read_picture(content)


def test_a_bomb_takes_no_memory():
    content = png_header(30_000, 30_000)
    tracemalloc.start()
    with pytest.raises(InvalidPicture):
        read_picture(content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


def scanned(times):
    """A progressive JPEG of which one scan comes so many times more."""
    content = saved(Image.new("L", (64, 64), 128), "JPEG", progressive=True)
    first = content.index(b"\xff\xda")
    second = content.index(b"\xff\xda", first + 2)
    return content[:second] + content[first:second] * times + content[second:]


def test_a_jpeg_of_endless_layers_is_refused():
    assert read_picture(scanned(50)).shape == (64, 64, 4)
    with pytest.raises(InvalidPicture, match=r"more than 100 layers.* PNG"):
        read_picture(scanned(4000))


def test_bytes_that_only_look_like_layers_do_not_count():
    content = saved(NOISE, "JPEG", comment=b"\xff\xda" * 500) + b"\xff\xda" * 500  # as behind a photo that moves
    np.testing.assert_array_equal(read_picture(content), read_picture(saved(NOISE, "JPEG")))


def test_only_what_is_made_small_while_it_is_decoded_may_have_forty_million_pixels():
    large = Image.new("L", (6300, 6300), 90)
    assert read_picture(saved(large, "JPEG")).shape == (1024, 1024, 4)
    assert read_picture(saved(Image.new("L", (36_000, 1100)), "JPEG")).shape == (31, 1024, 4)
    deep = Image.fromarray(np.zeros((6300, 6300), np.uint16))
    flat = Image.new("RGB", (6300, 6300))
    for content in (
        saved(large),
        saved(deep, compress_level=1),
        saved(flat, "WEBP", lossless=True, method=0),
        saved(large, "JPEG", progressive=True),  # libjpeg holds all of it, however small it is wanted
    ):
        with pytest.raises(InvalidPicture, match=r"6,300×6,300 pixels; up to 12\.5 million .* plain JPEG"):
            read_picture(content)


def test_deep_pictures_keep_their_range_from_black_to_white():
    values = np.random.default_rng(5).integers(300, 60_000, (700, 900)).astype(np.uint16)  # more than one portion
    found = read_picture(saved(Image.fromarray(values)))[..., 0]
    expected = np.round((values - values.min()) * (255 / float(np.ptp(values))))
    np.testing.assert_array_equal(found, expected)


def test_pictures_are_read_one_after_the_other(monkeypatch):
    held = []
    open_it = uploads.Image.open
    monkeypatch.setattr(
        uploads.Image, "open", lambda *given, **options: held.append(LOCK.locked()) or open_it(*given, **options)
    )
    read_picture(saved(four()))
    with pytest.raises(InvalidPicture):
        read_picture(b"hello")
    assert held == [True, True] and not LOCK.locked()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the most memory held")
@pytest.mark.parametrize("kind", ["deep", "clear", "WEBP", "progressive"])
def test_the_largest_pictures_take_no_more_memory_than_promised(kind):
    size = (3500, 3500)
    if kind == "deep":
        content = saved(Image.fromarray(np.zeros(size, np.uint16)), compress_level=1)
    elif kind == "clear":
        content = saved(Image.new("RGBA", size), compress_level=1)
    elif kind == "WEBP":
        content = saved(Image.new("RGBA", size, (1, 2, 3, 9)), "WEBP", lossless=True, method=0)
    else:
        content = saved(Image.new("CMYK", size), "JPEG", progressive=True)
    code = """
import sys
from core.data.uploads import read_picture
def most():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])  # kB
content = sys.stdin.buffer.read()
before = most()
read_picture(content)
print(most() - before)
"""
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, input=content, capture_output=True, check=True)
    assert int(answer.stdout) < 250_000


PICTURES = [saved(four("RGB"), kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP")]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PICTURES), st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(content, data):
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_picture(bytes(damaged))
    except InvalidPicture:
        return
    assert found.ndim == 3 and found.shape[2] == 4


def test_a_picture_becomes_what_the_network_sees():
    picture = read_picture(saved(four("RGB")))
    assert network_input(picture, (28, 28, 1)).shape == (28, 28, 1)
    for shape in ((32, 32, 3), (16, 20, 1), (8, 8, 2)):
        found = network_input(picture, shape)
        assert found.shape == shape and found.dtype == np.float32 and found.min() >= 0 and found.max() <= 1
    assert network_input(np.full((9, 9, 4), 255, np.uint8), (28, 28, 1)) is None  # an empty page


def test_what_is_transparent_is_black_for_a_network_of_colours():
    clear = np.zeros((8, 8, 4), np.uint8)
    clear[..., 0] = 255
    assert network_input(clear, (8, 8, 3)).max() == 0


def test_images_of_mnist_stay_what_they_are():
    images = load("mnist").x_test[:50, ..., 0]
    alike = []
    for image in images:
        found = network_input(read_picture(saved(Image.fromarray(image))), (28, 28, 1))[..., 0]
        alike.append(np.corrcoef(found.ravel(), image.ravel())[0, 1])
    assert np.median(alike) > 0.9


@pytest.mark.parametrize("shape", [(28, 28, 1), (28, 28, 3), (32, 32, 3), (20, 30, 1), (64, 40, 1), (8, 8, 4)])
def test_a_drawing_fits_into_any_input_in_the_middle_and_in_every_channel(shape):
    ink = np.zeros((28, 28), np.float32)
    ink[4:24, 8:20] = 1.0
    found = drawing_input(ink, shape)
    assert found.shape == shape and found.dtype == np.float32 and 0 <= found.min() <= found.max() <= 1
    assert all((found[..., channel] == found[..., 0]).all() for channel in range(shape[2]))
    side = min(shape[:2])
    share = found[..., 0].sum() / side**2  # of the square that it is scaled to
    assert share == pytest.approx(ink.mean(), abs=0.02)
    rows, columns = np.indices(shape[:2])
    where = [float((found[..., 0] * (at + 0.5)).sum() / found[..., 0].sum()) for at in (rows, columns)]
    assert where == pytest.approx([shape[0] / 2, shape[1] / 2], abs=0.51)


def test_a_drawing_is_what_it_is_for_a_network_of_its_size(random):
    ink = random.random((28, 28), np.float32)
    np.testing.assert_array_equal(drawing_input(ink, (28, 28, 1))[..., 0], ink)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes(10_000_001), "The file has 10.1 MB; up to 10 MB work."),
        (bytes(12_340_000), "The file has 12.4 MB; up to 10 MB work."),
        (png_header(9000, 5000), "The picture has 9,000×5,000 pixels; up to 40 million work."),
        (
            png_header(6000, 4000),
            "The picture has 6,000×4,000 pixels; up to 12.5 million work for files of this kind, and up to 40 million for a plain JPEG.",
        ),
    ],
)
def test_what_is_too_large_is_told_its_size_and_the_limit(content, said):
    with pytest.raises(InvalidPicture) as problem:
        read_picture(content)
    assert str(problem.value).startswith(said)


@pytest.mark.parametrize(("pixels", "large"), [((5000, 2500), False), ((5000, 2501), True)])
def test_twelve_and_a_half_million_pixels_are_held_and_no_more(pixels, large):
    with pytest.raises(InvalidPicture, match=r"12\.5 million" if large else "damaged"):
        read_picture(png_header(*pixels))


def test_a_file_of_ten_megabytes_is_read():
    picture = saved(four("RGB"), "BMP")
    assert read_picture(picture + bytes(10_000_000 - len(picture))).shape == (80, 60, 4)


def test_a_network_gets_the_middle_of_a_picture_in_its_own_colours():
    """A red, a green and a blue third, from left to right; seen are the three quarters in the middle."""
    colours = np.eye(3, dtype=np.uint8).repeat(20, axis=0) * 255
    picture = np.dstack([np.broadcast_to(colours, (45, 60, 3)), np.full((45, 60, 1), 255, np.uint8)])
    found = network_input(picture, (9, 9, 3))
    assert (
        found[4, 0].tolist() == [1, 0, 0] and found[4, 4].tolist() == [0, 1, 0] and found[4, 8].tolist() == [0, 0, 1]
    )
    grey = network_input(picture, (9, 9, 1))[4, [0, 4, 8], 0]
    assert grey.tolist() == pytest.approx([0.299, 0.587, 0.114])  # ITU-R BT.601
    wide = network_input(np.swapaxes(picture, 0, 1), (4, 8, 3))  # three bands; seen is the middle of their height
    assert wide.shape == (4, 8, 3) and (wide[..., 1] > 0.8).sum() >= 16


@pytest.mark.parametrize(("layers", "read"), [(100, True), (101, False)])
def test_a_jpeg_may_have_a_hundred_layers(layers, read):
    own = scanned(0).count(b"\xff\xda")
    content = scanned(layers - own)
    assert content.count(b"\xff\xda") == layers
    if read:
        assert read_picture(content).shape == (64, 64, 4)
    else:
        with pytest.raises(InvalidPicture, match="more than 100 layers"):
            read_picture(content)
