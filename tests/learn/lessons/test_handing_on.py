"""A lesson in a link comes back whole, and what is none ends in a sentence."""

import base64
import time
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn.lessons import EXAMPLE, MAX_TOKEN, UnreadableLesson, from_token, shipped_text, to_token


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=2_000))
def test_a_text_comes_back_whole(text):
    assert from_token(to_token(text)) == text


def test_a_token_is_what_other_programs_make_of_deflate_and_base64():
    packed = zlib.compress("## Größe".encode(), 9)[2:-4]
    assert from_token("1" + base64.urlsafe_b64encode(packed).decode().rstrip("=")) == "## Größe"


def test_the_example_fits_into_an_address_with_room():
    assert len(to_token(shipped_text(EXAMPLE))) < MAX_TOKEN / 10


@given(st.text(max_size=200) | st.from_regex(r"1[A-Za-z0-9_-]{1,300}", fullmatch=True))
def test_whatever_a_token_is_it_is_read_or_refused(token):
    try:
        from_token(token)
    except UnreadableLesson as problem:
        assert str(problem).endswith(".")


@pytest.mark.parametrize("size", [10**6, 10**9 // 8])
def test_a_bomb_is_refused_without_unpacking_it(size):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"a" * size) + packer.flush()
    token = "1" + base64.urlsafe_b64encode(packed).decode().rstrip("=")
    began = time.perf_counter()
    with pytest.raises(UnreadableLesson, match="too l"):
        from_token(token)
    assert time.perf_counter() - began < 1


def test_a_token_that_was_cut_off_is_refused():
    token = to_token(shipped_text(EXAMPLE))
    for length in range(0, len(token), 97):
        with pytest.raises(UnreadableLesson):
            from_token(token[:length])
