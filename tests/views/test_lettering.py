"""Text in pictures: every script has ink, nothing is lost, lines keep to their width."""

import hashlib
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.views import lettering
from core.views.lettering import BOX, FOLDER, LINE_PX, SHIPPED, lettered, wrapped

NAMES = ["猫", "Größe", "Groe", "Ωμέγα", "Привет", "한국", "ねこ", "ネコ", "שלום", "قطة", "×", "x"]
UNKNOWN = "\U0010ffff"  # never a character
BLANK_BY_DESIGN = "\u115f\u1160\u2800\u3164\uffa0\ufffc"  # fillers, braille without dots, the place of an object
WIDTH = 360


def ink(text: str) -> bytes:
    return lettered(text).tobytes()


@pytest.fixture
def fonts(monkeypatch):
    """A function that sets the fonts that ship and those of the system."""

    def clear():
        for cached in (lettering._face, lettering._shipped, lettering._system):
            cached.cache_clear()

    def given_fonts(shipped, system):
        monkeypatch.setattr(lettering, "SHIPPED", shipped)
        monkeypatch.setattr(lettering, "SYSTEM", system)
        clear()

    yield given_fonts
    clear()


def test_names_in_every_script_have_ink_of_their_own():
    inks = [ink(text) for text in [*NAMES, BOX]]
    assert all(map(any, inks)) and len(set(inks)) == len(inks)


@pytest.mark.parametrize("script", ["漢字假名", "かなカナ", "가나다라", "абвгд", "αβγδε", "äöüßé", "ąćęłń"])
def test_the_fonts_that_ship_have_the_script(script, fonts):
    fonts(SHIPPED, ())
    assert all(ink(character) != ink(BOX) for character in script)


def test_what_no_font_has_is_a_box_beside_the_rest(fonts):
    fonts(SHIPPED, ())
    assert ink(f"a{UNKNOWN}猫") == ink(f"a{BOX}猫") != ink("a猫")
    assert ink("กข") == ink(BOX * 2)  # Thai, without a font of the system
    assert ink("नि") == ink(BOX * 2)  # a letter and its mark


def test_what_does_not_ship_is_drawn_in_a_font_of_the_system(fonts):
    expected = ink("a猫")
    latin, chinese = SHIPPED
    fonts((latin,), ("no such font.ttf",))
    assert ink("a猫") == ink("a" + BOX)
    fonts((latin,), ("no such font.ttf", chinese))
    assert ink("a猫") == expected


@pytest.mark.parametrize("hidden", ["\x07", "\x00", "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\ufe0f"])
def test_characters_without_shape_leave_the_rest_as_it_is(hidden):
    assert ink(f"猫{hidden}cat{hidden}") == ink("猫cat")
    assert lettered(hidden).getbbox() is None


def test_half_a_character_is_a_box():
    assert ink("\ud83dx") == ink(BOX + "x")


def test_accents_are_the_same_apart_and_together_and_seen_alone():
    assert ink("Gro\u0308ße") == ink("Größe")
    assert ink("x\u0302") != ink("x") and lettered("x\u0302").width == lettered("x").width
    assert any(ink("\u0301")) and ink("\u0301") != ink("\u0302")


def test_a_line_is_as_wide_as_its_runs():
    parts = [lettered(part).width for part in ("cat", "猫", "Ω")]
    assert sum(parts) - len(parts) < lettered("cat猫Ω").width <= sum(parts)


def test_text_without_spaces_wraps_between_chinese_characters_and_long_words_anywhere():
    chinese, long = "神经网络的卷积层" * 20, "W" * 100
    for text in (chinese, long, "한국어" * 40):
        lines = wrapped(text, WIDTH)
        assert "".join(lines) == text
        assert all(WIDTH - 2 * LINE_PX < lettered(line).width <= WIDTH for line in lines[:-1])
    assert wrapped("a word " * 30, WIDTH)[0].split(" ")[-1] in ("a", "word")
    assert all(line.count("c") == line.count("cat") for line in wrapped("猫cat犬 " * 40, WIDTH))


@given(st.text(st.characters(), max_size=120))
@example("ก" + "\u0e31" * 2000)
@example("a" + "\u0301" * 2000)
@example("क\u093e" * 200)
def test_no_text_makes_a_line_too_wide_or_loses_a_character(text):
    lines = wrapped(text, WIDTH)
    assert all(0 < lettered(line).width <= WIDTH and lettered(line).height == LINE_PX for line in lines)
    assert lettered(text).mode == "L"
    seen = [sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign)[0] in "LNPSM"]
    drawn = "".join(lines)
    for sign in seen:
        assert sign in drawn or "VARIATION SELECTOR" in unicodedata.name(sign)


@given(st.characters(categories=["L", "N", "P", "S", "Cn", "Co"], exclude_characters=BLANK_BY_DESIGN))
def test_every_character_leaves_ink(character):
    assert lettered(character).getbbox()


def test_many_threads_draw_what_one_draws():
    texts = NAMES * 20
    expected = [ink(text) for text in texts]
    lettering._face.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ink, texts)) == expected


def test_no_font_is_opened_before_there_is_text_to_draw():
    code = "from core.views import images, lettering; print(lettering._shipped.cache_info().misses)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "0\n"


def test_fonts_are_small_and_their_sources_named():
    told = (FOLDER / "README.md").read_text("utf-8")
    files = sorted(FOLDER.glob("*.ttf"))
    assert [str(file) for file in files] == sorted(SHIPPED)
    assert sum(file.stat().st_size for file in files) < 5_000_000
    assert all(file.name in told and hashlib.sha256(file.read_bytes()).hexdigest() in told for file in files)
