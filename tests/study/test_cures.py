"""Cures for over-fitting: each run has its own and no other."""

from hypothesis import given, settings

from core.network import LENET5, PRESETS, Dense, Flatten, Network, Recipe, trace
from core.study.cures import IMAGES, variants
from tests.strategies import networks, recipes

NAMES = [
    "nothing", "l2", "dropout", "spatial_dropout", "gaussian_dropout", "batch_normalisation", "augmentation",
    "early_stopping", "smaller",
]  # fmt: skip


def test_lenet_has_all_of_them():
    found, missing = variants(LENET5, Recipe())
    assert [one.name for one in found] == NAMES and missing == ()
    assert len({one.title for one in found}) == 9
    assert all(one.says.endswith(".") and not trace(one.network, 10).problems for one in found)
    assert all(one.source for one in found[1:])


def test_each_differs_from_the_plain_one_in_the_network_or_in_the_recipe_and_learns_from_the_same_images():
    (plain, *others), _ = variants(LENET5, Recipe(rotation=20.0, early_stopping=3, validation_share=0.2, seed=7))
    assert plain.network == LENET5 and plain.recipe == Recipe(training_images=IMAGES, seed=7)
    for one in others:
        assert (one.network != plain.network) != (one.recipe != plain.recipe), one.name
        assert one.recipe.training_images == IMAGES and one.recipe.seed == 7
    changed = {one.name: set(plain.recipe.differing(one.recipe)) for one in others if one.recipe != plain.recipe}
    assert changed == {
        "augmentation": {"shift", "rotation", "zoom"},
        "early_stopping": {"validation_share", "early_stopping", "restore_best"},
    }


def test_nothing_but_early_stopping_is_chosen_by_images():
    found, _ = variants(LENET5, Recipe(schedule="plateau", restore_best=True))
    assert [one.name for one in found if one.recipe.selects] == ["early_stopping"]
    assert all(one.recipe.validation_share for one in found if one.recipe.selects)


def test_what_does_not_work_is_said_with_its_reason():
    network = Network((28, 28, 1), (Flatten(), Dense(10, "softmax")))
    found, missing = variants(network, Recipe(), 500)
    assert [one.name for one in found] == ["nothing", "l2", "augmentation", "early_stopping"]
    assert all(one.recipe.training_images == 500 for one in found)
    assert {one.name for one in missing} == {
        "dropout",
        "spatial_dropout",
        "gaussian_dropout",
        "batch_normalisation",
        "smaller",
    }
    assert all(one.why.endswith(".") for one in missing)


def test_a_normalised_network_is_not_normalised_again():
    found, missing = variants(PRESETS["C5"].network, Recipe())
    assert "batch_normalisation" in [one.name for one in missing] and "spatial_dropout" in [one.name for one in found]


@given(networks(), recipes())
@settings(max_examples=30)
def test_any_network_has_each_cure_or_a_reason(network, recipe):
    found, missing = variants(network, recipe)
    assert sorted([*(one.name for one in found), *(one.name for one in missing)]) == sorted(NAMES)
    assert found[0].name == "nothing"
