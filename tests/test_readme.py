"""The README's claims, where a test can check them."""

import json
import re
import tomllib
from pathlib import Path

from core.data import SOURCES
from core.network import LAYERS, LENET5, PRESETS, trace
from core.network.reproduced import reproduced, table
from core.training import card
from core.ui.shell.pages import PAGES
from core.ui.shell.pages import table as page_table
from tools.drawings.calibration import table as calibration

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
MEASURED = (ROOT / "docs" / "measured.md").read_text("utf-8")


def test_every_make_command_it_names_exists():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"(?:^|`)make (\w+)", README, re.M))
    assert named and named <= targets


def test_every_page_is_listed_and_has_its_file():
    assert "\n".join(page_table()) in README
    assert {page.file for page in PAGES.values()} == {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}


def test_every_layer_is_listed():
    section = README.split("## Layers")[1].split("##")[0]
    assert set(re.findall(r"[A-Z]\w+", section)) >= set(LAYERS)


def test_every_folder_and_tool_it_maps_exists():
    section = README.split("## Architecture")[1].split("```")[1]
    for folder in re.findall(r"^\s*(\w+)/ ", section, re.M):
        assert (ROOT / folder).is_dir() or (ROOT / "core" / folder).is_dir(), folder
    for tool in re.search(r"tools/\s+(.*)", section)[1].split(", "):
        assert (ROOT / "tools" / f"{tool}.py").is_file() or (ROOT / "tools" / tool / "__init__.py").is_file()


def test_the_accuracy_it_claims_is_that_of_the_card():
    assert f"{card('lenet5').test_accuracy * 100:.2f} % of MNIST" in MEASURED
    assert (
        f"{trace(LENET5).parameters:,} parameters" in README
        and f"{card('lenet5').test_accuracy * 100:.2f} % of MNIST" in README
    )
    table = (ROOT / "assets" / "pretrained" / "README.md").read_text("utf-8")
    assert f"{card('lenet5').test_accuracy * 100:.2f} %" in table
    recipe = json.loads((ROOT / "assets/pretrained/lenet5.json").read_text())["recipe"]
    assert f"{recipe['epochs']} epochs" in table and f"seed {recipe['seed']}" in table


def test_its_table_of_certainty_is_that_of_the_cards():
    names = ["lenet5", "dense-128", "seven-thousand", "draw"]
    for line in calibration([card(name) for name in names]):
        assert line in MEASURED
    table = (ROOT / "assets" / "pretrained" / "README.md").read_text("utf-8")
    for name in names:
        assert f"{trace(card(name).network).parameters:,} parameters" in table
        assert f"{card(name).test_accuracy * 100:.2f} %" in table


def test_the_data_have_their_sources_licences_and_fingerprints():
    credits = (ROOT / "assets" / "datasets" / "README.md").read_text("utf-8")
    for source in SOURCES.values():
        assert source.file in credits and source.sha256 in credits
    assert "CC BY-SA 3.0" in credits and "MIT" in credits
    assert "MIT License" in (ROOT / "LICENSE").read_text("utf-8")


def test_it_shows_one_picture_that_exists():
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert (ROOT / picture).is_file()


def test_requirements_are_pinned_and_complete():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    names = {re.match(r"([\w-]+)(?:\[\w+\])?==[\d.]+", line)[1] for line in lines}
    assert names >= {"streamlit", "tensorflow", "altair", "pillow", "streamlit-drawable-canvas", "numpy"}


def test_the_servers_settings_are_ours():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["maxUploadSize"] <= 20
    assert config["runner"]["postScriptGC"] is False  # `core.ui.shell.warming` does it
    assert config["theme"]["light"]["primaryColor"] == "#4F46E5"
    assert config["theme"]["dark"]["primaryColor"] == "#818CF8"


def test_its_table_of_published_networks_is_the_one_that_was_measured():
    for line in table():
        assert line in MEASURED
    for key, row in json.loads((ROOT / "assets" / "reproduced.json").read_text("utf-8")).items():
        assert row["parameters"] == trace(PRESETS[key].network).parameters
        assert row["published"] == PRESETS[key].published
        assert row.get("improved") == reproduced().get(key, {}).get("improved"), f"{key}: run make reproduce"
        assert key in reproduced(), f"{key} has changed since it was measured: run make reproduce"
