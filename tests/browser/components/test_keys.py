"""The keys of Undo and Redo, and the button that copies."""

import pytest
from playwright.sync_api import expect

from tests.browser.components.conftest import stop_clock

PARTS = """<div class="back"><button onclick="window.done = (window.done || '') + 'u'">Undo</button></div>
<div class="on"><button onclick="window.done = (window.done || '') + 'r'">Redo</button></div>
<input value="typed"><textarea></textarea><div contenteditable="true">words</div><input type="checkbox">"""
KEYS = {"undo": "back", "redo": "on"}


@pytest.fixture
def keys(page, mounted):
    page.evaluate("parts => document.body.insertAdjacentHTML('beforeend', parts)", PARTS)
    one = mounted("keys")
    one.render(KEYS)
    one.render(KEYS)  # as after each run of the page: each press still counts once
    return one


def done(page):
    """What was pressed so far, none of it waiting."""
    page.wait_for_function("!window.receptivePresses?.length")
    return page.evaluate("window.done || ''")


def test_keys_press_undo_and_redo_once(page, keys):
    for press in ("Control+z", "Control+Shift+Z", "Control+y", "Meta+z", "Meta+Shift+Z"):
        page.keyboard.press(press)
    assert done(page) == "urrur"
    for press in ("z", "Shift+Z", "Control+Alt+z", "Control+x", "Control+Shift+Y"):
        page.keyboard.press(press)
    assert done(page) == "urrur"


def test_what_is_pressed_while_the_page_is_drawn_anew_is_heard_when_it_is_at_rest(page, keys):
    page.evaluate("document.body.dataset.testScriptState = 'running'")
    page.evaluate("document.querySelector('.back button').disabled = true")
    for press in ("Control+z", "Control+y", "Control+z"):
        page.keyboard.press(press)
    keys.render(KEYS)
    assert page.evaluate("window.done || ''") == ""
    page.evaluate("document.querySelector('.back button').disabled = false")
    page.evaluate("document.body.dataset.testScriptState = 'notRunning'")
    assert done(page) == "uru"


def test_a_key_that_is_held_down_presses_no_faster_than_the_page_follows(page, keys):
    page.evaluate("document.body.dataset.testScriptState = 'running'")
    page.keyboard.down("Control")
    for _ in range(5):
        page.keyboard.down("z")  # again without an up: it repeats
    page.evaluate("document.body.dataset.testScriptState = 'notRunning'")
    assert done(page) == "u"


def test_one_that_comes_before_the_last_has_gone_goes_on_hearing(page, keys):
    """Streamlit may take a component from the page after its next has been put there."""
    page.evaluate("window.last = window.leave")
    keys.render(KEYS)
    page.evaluate("window.last()")
    page.keyboard.press("Control+z")
    assert done(page) == "u"


@pytest.mark.parametrize(
    "field, counts", [("input:not([type])", 0), ("textarea", 0), ("[contenteditable]", 0), ("[type=checkbox]", 1)]
)
def test_a_field_keeps_its_own_undo(page, keys, field, counts):
    page.locator(field).focus()
    page.keyboard.press("Control+z")
    assert len(done(page)) == counts


def test_a_button_that_is_off_or_gone_is_not_pressed(page, keys):
    page.evaluate("document.querySelector('.back button').disabled = true")
    page.keyboard.press("Control+z")
    page.evaluate("document.querySelector('.on').remove()")
    page.keyboard.press("Control+y")
    assert done(page) == ""
    keys.leave()
    page.evaluate("document.querySelector('.back button').disabled = false")
    page.keyboard.press("Control+z")
    assert done(page) == ""  # the page has gone


@pytest.mark.parametrize("clipboard", [True, False])
def test_a_text_is_copied_and_it_says_so_for_a_moment(page, mounted, clipboard):
    stop_clock(page)
    page.evaluate(
        """there => {
          const clipboard = { writeText: async (text) => { window.copied = text; } };
          Object.defineProperty(navigator, 'clipboard', { value: there ? clipboard : undefined });
          document.addEventListener('copy', () => { window.copied = document.activeElement.value; });
        }""",
        clipboard,
    )
    one = mounted("copy")
    one.render({"text": "https://there.test/?n=1"})
    one.find("button").click()
    expect(one.find("button")).to_have_text("Copied")
    expect(one.find("[role=status]")).to_have_text("Copied")
    assert page.evaluate("window.copied") == "https://there.test/?n=1"
    page.clock.run_for(3000)
    expect(one.find("button")).to_have_text("Copy")


ARROWS = """<div class="pad" onclick="window.done = (window.done || '') + event.target.textContent[0]"><div class="l"><button>left</button></div><div class="r"><button>right</button></div>
<div class="u"><button disabled>up</button></div><div class="slider" tabindex="0" role="slider"></div></div>
<button class="elsewhere">elsewhere</button>"""


@pytest.fixture
def arrows(page, mounted):
    page.evaluate("parts => document.body.insertAdjacentHTML('beforeend', parts)", ARROWS)
    one = mounted("arrows")
    data = {"within": "pad", "buttons": {"left": "l", "right": "r", "up": "u", "down": "d"}}
    one.render(data)
    one.render(data)
    return one


def test_arrow_keys_press_the_buttons_of_their_directions_and_take_the_focus_along(page, arrows):
    page.locator(".l button").focus()
    for press in (
        "ArrowLeft",
        "ArrowRight",
        "ArrowRight",
        "ArrowUp",
        "ArrowDown",
        "Shift+ArrowLeft",
        "Control+ArrowLeft",
    ):
        page.keyboard.press(press)
    assert done(page) == "lrr"
    expect(page.locator(".r button")).to_be_focused()


@pytest.mark.parametrize("place", [".slider", ".elsewhere"])
def test_elsewhere_arrow_keys_do_what_they_always_do(page, arrows, place):
    page.locator(place).focus()
    page.keyboard.press("ArrowLeft")
    assert done(page) == ""
    arrows.leave()
    page.locator(".l button").focus()
    page.keyboard.press("ArrowLeft")
    assert done(page) == ""
