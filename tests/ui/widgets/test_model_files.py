"""Files are called after their networks."""

import pytest

from core.ui.widgets.model_files import file_stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("LeNet-5, changed", "lenet-5-changed"),
        ("../../etc", "etc"),
        ("猫", "network"),
        ("", "network"),
        ("CON", "network-con"),
        ("Lpt1", "network-lpt1"),
    ],
)
def test_a_name_becomes_a_harmless_file_name(name, stem):
    assert file_stem(name) == stem
