"""What a recipe says of itself, and what follows when one of its settings is changed."""

from dataclasses import asdict

import pytest

from core.network.recipe import SCHEDULES, USUAL_RATES, Recipe
from core.network.settings import Integer, InvalidSetting, Number, settings_of


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "Adam 0.001, batch 128, 3 epochs, crossentropy"),
        ({"epochs": 1}, "Adam 0.001, batch 128, 1 epoch, crossentropy"),
        ({"momentum": 0.9}, "Adam 0.001, batch 128, 3 epochs, crossentropy"),  # Adam has none
        ({"optimizer": "AdamW", "momentum": 0.9}, "AdamW 0.001, batch 128, 3 epochs, crossentropy"),
        (
            {"optimizer": "SGD", "learning_rate": 0.05, "momentum": 0.9},
            "SGD 0.05 with momentum 0.9, batch 128, 3 epochs, crossentropy",
        ),
        (
            {"optimizer": "RMSprop", "momentum": 0.5, "loss": "mse"},
            "RMSprop 0.001 with momentum 0.5, batch 128, 3 epochs, mse",
        ),
        ({"learning_rate": 0.00125}, "Adam 0.00125, batch 128, 3 epochs, crossentropy"),
        ({"schedule": "cosine"}, "Adam 0.001, cosine, batch 128, 3 epochs, crossentropy"),
        ({"schedule": "table"}, "Adam, table, batch 128, 3 epochs, crossentropy"),  # which has rates of its own
        (
            {"training_images": 2000, "rotation": 5.0},
            "Adam 0.001, batch 128, 3 epochs, crossentropy, 2,000 images, augmented",
        ),
        ({"training_images": 1}, "Adam 0.001, batch 128, 3 epochs, crossentropy, 1 image"),
    ],
)
def test_a_recipe_is_described_by_what_has_an_effect(settings, words):
    assert Recipe(**settings).describe() == words


@pytest.mark.parametrize("before", USUAL_RATES)
@pytest.mark.parametrize("after", USUAL_RATES)
def test_another_optimiser_brings_its_usual_rate_unless_one_had_been_chosen(before, after):
    usual = Recipe(optimizer=before, learning_rate=USUAL_RATES[before]).with_setting("optimizer", after)
    assert usual.learning_rate == USUAL_RATES[after]
    chosen = Recipe(optimizer=before, learning_rate=0.02).with_setting("optimizer", after)
    assert (chosen.optimizer, chosen.learning_rate) == (after, 0.02)


def test_no_other_setting_moves_the_rate():
    assert Recipe().with_setting("batch_size", 32) == Recipe(batch_size=32)
    assert Recipe(learning_rate=0.5).with_setting("learning_rate", 0.1).learning_rate == 0.1


@pytest.mark.parametrize(
    ("settings", "name", "words"),
    [
        ({}, "training_images", "all"),
        ({"training_images": 2000}, "training_images", "2,000"),
        ({}, "early_stopping", "0"),
        ({"nesterov": True}, "nesterov", "on"),
        ({}, "nesterov", "off"),
        ({"learning_rate": 1e-05}, "learning_rate", "1e-05"),
        ({"rates": ((2, 0.0123456), (30, 1e-05))}, "rates", "0.0123456 × 2, 1e-05 × 30"),
        ({}, "optimizer", "Adam"),
    ],
)
def test_values_are_told_as_people_read_them(settings, name, words):
    assert Recipe(**settings).value_text(name) == words


@pytest.mark.parametrize(
    ("settings", "idle", "busy"),
    [
        ({}, {"momentum", "nesterov", "weight_decay", "monitor", "factor", "rates"}, {"learning_rate"}),
        ({"optimizer": "SGD"}, {"nesterov", "weight_decay"}, {"momentum"}),
        ({"optimizer": "SGD", "momentum": 0.9}, {"weight_decay"}, {"momentum", "nesterov"}),
        ({"optimizer": "RMSprop", "momentum": 0.9}, {"nesterov"}, {"momentum"}),
        ({"optimizer": "AdamW"}, {"momentum"}, {"weight_decay"}),
        ({"schedule": "table"}, {"learning_rate", "factor"}, {"rates"}),
        ({"schedule": "plateau"}, {"rates"}, {"factor", "plateau_patience", "lowest_rate", "monitor"}),
        ({"early_stopping": 3}, set(), {"monitor"}),
        ({"restore_best": True}, set(), {"monitor"}),
    ],
)
def test_settings_without_an_effect_are_known(settings, idle, busy):
    found = set(Recipe(**settings).idle())
    assert idle <= found and not busy & found


def test_a_recipe_begins_with_values_that_are_usual():
    """What a record or a link leaves out has these: another default would change what was shared."""
    assert asdict(Recipe()) == {
        **{"epochs": 3, "batch_size": 128, "optimizer": "Adam", "learning_rate": 0.001, "momentum": 0.0},
        **{
            "nesterov": False,
            "weight_decay": 0.004,
            "loss": "crossentropy",
            "label_smoothing": 0.0,
            "clip_norm": 0.0,
        },
        **{"schedule": "constant", "rates": ((2, 0.001), (3, 0.0003), (5, 0.0001)), "stage_epochs": 5, "factor": 0.3},
        **{"cycle_epochs": 2.0, "plateau_patience": 2, "lowest_rate": 0.0, "warm_up": 0.0, "training_images": 0},
        **{"validation_share": 0.0, "early_stopping": 0, "monitor": "val_loss", "restore_best": False, "shift": 0.0},
        **{"rotation": 0.0, "zoom": 0.0, "shear": 0.0, "blur": 0.0, "noise": 0.0, "seed": 1},
    }


BOUNDS = {
    **{"epochs": (1, 200), "batch_size": (1, 1024), "learning_rate": (1e-6, 1000.0), "momentum": (0.0, 0.999)},
    **{
        "weight_decay": (0.0, 1.0),
        "label_smoothing": (0.0, 0.5),
        "clip_norm": (0.0, 1000.0),
        "stage_epochs": (1, 200),
    },
    **{"factor": (0.001, 0.999), "cycle_epochs": (0.1, 200.0), "plateau_patience": (1, 100), "warm_up": (0.0, 50.0)},
    **{"lowest_rate": (0.0, 1000.0), "training_images": (0, 60_000), "validation_share": (0.0, 0.5)},
    **{"early_stopping": (0, 100), "shift": (0.0, 8.0), "rotation": (0.0, 180.0), "zoom": (0.0, 0.5)},
    **{"shear": (0.0, 45.0), "blur": (0.0, 3.0), "noise": (0.0, 0.5), "seed": (0, 2**31 - 1)},
}


@pytest.mark.parametrize(
    "name", [name for name, how in settings_of(Recipe).items() if isinstance(how, (Integer, Number))]
)
def test_a_setting_may_be_at_its_bounds_and_no_further(name):
    least, most = BOUNDS[name]
    beyond = (least - 1, most + 1) if isinstance(least, int) else (least - 1e-6, most * 1.001)
    assert Recipe(**{name: least}) and Recipe(**{name: most})
    for value in beyond:
        with pytest.raises(InvalidSetting):
            Recipe(**{name: value})


@pytest.mark.parametrize(
    ("schedule", "read"),
    [
        ("constant", set()), ("table", {"rates"}), ("step", {"stage_epochs", "factor"}), ("cosine", {"lowest_rate"}),
        ("one-cycle", {"lowest_rate"}), ("triangular", {"cycle_epochs", "lowest_rate"}),
        ("plateau", {"factor", "plateau_patience", "lowest_rate"}),
    ],
)  # fmt: skip
def test_each_schedule_reads_its_own_settings_and_none_of_the_others(schedule, read):
    schedules = {"rates", "stage_epochs", "factor", "lowest_rate", "cycle_epochs", "plateau_patience"}
    assert schedules - set(Recipe(schedule=schedule).idle()) == read


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("early_stopping", [0, 1])
@pytest.mark.parametrize("restore_best", [False, True])
def test_evaluations_decide_something_where_one_of_three_settings_looks_at_them(
    schedule, early_stopping, restore_best
):
    recipe = Recipe(schedule=schedule, early_stopping=early_stopping, restore_best=restore_best)
    assert recipe.selects == (schedule == "plateau" or early_stopping == 1 or restore_best)
    assert ("monitor" in recipe.idle()) != recipe.selects


@pytest.mark.parametrize("name", ["shift", "rotation", "zoom", "shear", "blur", "noise"])
def test_each_change_of_the_images_is_augmentation(name):
    assert Recipe(**{name: 0.25}).augments and not Recipe().augments


@pytest.mark.parametrize(
    ("images", "used", "share", "learned"),
    [
        (1000, 0, 0.1, 900),
        (1000, 99, 0.1, 89),
        (1000, 3, 0.5, 1),
        (1000, 1, 0.5, 1),
        (50, 99, 0.5, 25),
        (1000, 0, 0.0, 1000),
    ],
)
def test_the_last_share_of_the_images_that_are_used_is_held_out_rounded_as_keras_does(images, used, share, learned):
    recipe = Recipe(training_images=used, validation_share=share)
    assert recipe.split(images) == (learned, range(learned, min(used or images, images)))
