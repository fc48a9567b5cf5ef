"""Names of the classes of datasets that are not here."""

from string import ascii_lowercase, ascii_uppercase, digits

import pytest

from core.data.class_lists import CLASS_LISTS, fitting_lists

BY_TITLE = {one.title: one.names for one in CLASS_LISTS}


def test_digits_and_letters_are_numbered_in_their_order():
    assert BY_TITLE["digits"] == tuple(digits) and BY_TITLE["letters"] == tuple(ascii_uppercase)
    assert BY_TITLE["digits and letters"] == tuple(digits + ascii_uppercase)


def test_emnist_has_small_letters_only_where_they_look_unlike_their_capitals():
    """C, I, J, K, L, M, O, P, S, U, V, W, X, Y and Z are merged (Cohen et al. 2017, section II.B)."""
    unlike = [letter for letter in ascii_lowercase if letter not in "cijklmopsuvwxyz"]
    assert BY_TITLE["EMNIST Balanced"] == tuple([*digits, *ascii_uppercase, *unlike])


def test_the_classes_of_cifar_10_are_in_alphabetical_order():
    assert BY_TITLE["CIFAR-10"] == tuple(sorted(BY_TITLE["CIFAR-10"])) and len(set(BY_TITLE["CIFAR-10"])) == 10


@pytest.mark.parametrize(
    ("classes", "shape", "titles"),
    [
        (10, (28, 28, 1), ["digits"]), (10, (32, 32, 3), ["digits", "CIFAR-10"]), (10, (32, 32, 1), ["digits"]),
        (26, (64, 64, 1), ["letters"]), (36, (28, 28, 1), ["digits and letters"]), (47, (28, 28, 1), ["EMNIST Balanced"]),
        (11, (28, 28, 1), []), (9, (32, 32, 3), []),
    ],
)  # fmt: skip
def test_a_network_is_offered_the_names_that_it_has_room_for(classes, shape, titles):
    assert [one.title for one in fitting_lists(classes, shape)] == titles
