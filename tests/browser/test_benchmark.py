"""The benchmarks that need a browser, once and small: that each measures something."""

from tools import benchmark


def test_the_first_page_is_measured():
    (seconds,) = benchmark.first_page(1)
    assert seconds > 0


def test_a_stroke_is_measured():
    measured = benchmark.strokes(3)
    assert [len(seconds) for seconds in measured.values()] == [3, 3, 1]
    assert all(second > 0 for seconds in measured.values() for second in seconds)
