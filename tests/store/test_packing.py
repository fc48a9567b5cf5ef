"""Arrays as files of the safetensors format."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from safetensors import numpy as safetensors

from core.store import StoreError, packed, unpacked

TYPES = st.one_of(
    arrays_of.boolean_dtypes(),
    arrays_of.integer_dtypes(endianness="="),
    arrays_of.unsigned_integer_dtypes(endianness="="),
)
ARRAYS = arrays_of.arrays(TYPES, arrays_of.array_shapes(min_dims=0, min_side=0, max_side=4))
FLOATS = arrays_of.arrays(
    arrays_of.floating_dtypes(endianness="="),
    arrays_of.array_shapes(min_dims=0, min_side=0, max_side=4),
    elements={"allow_nan": False, "allow_infinity": False},
)
GROUPS = st.dictionaries(st.sampled_from(["weights", "optimizer", "käse"]), st.lists(ARRAYS | FLOATS, max_size=4))


@given(GROUPS)
def test_the_library_reads_what_is_packed(groups):
    found = safetensors.load(bytes(packed(groups)))
    named = {f"{key}.{n:05}": array for key, group in groups.items() for n, array in enumerate(group)}
    assert found.keys() == named.keys()
    for name, array in named.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape
        np.testing.assert_array_equal(found[name], array)


@given(GROUPS)
def test_what_is_packed_comes_back_in_its_order(groups):
    found = unpacked(bytes(packed(groups)))
    assert found.keys() == {key for key, group in groups.items() if group}
    for key, group in found.items():
        for one, other in zip(group, groups[key], strict=True):
            np.testing.assert_array_equal(one, other)


def test_each_array_begins_where_its_numbers_may_lie():
    groups = {"a": [np.ones(3, np.uint8), np.ones(3, np.float64), np.ones(1, np.float16), np.ones(5, np.float32)]}
    file = bytes(packed(groups))
    header = 8 + int.from_bytes(file[:8], "little")
    assert header % 8 == 0 and file[header : header + 24] == np.ones(3).tobytes()


def test_numbers_are_written_in_the_byte_order_of_the_format_and_wherever_they_lie():
    turned = np.arange(6, dtype=">i4").reshape(2, 3).T
    assert np.array_equal(unpacked(bytes(packed({"a": [turned]})))["a"][0], turned)


@pytest.mark.parametrize("odd", [np.array(["word"]), np.array([None]), np.array([1j]), np.array([1], np.longdouble)])
def test_what_the_format_has_no_name_for_is_refused(odd):
    with pytest.raises(StoreError, match="plain numbers"):
        packed({"weights": [odd]})
