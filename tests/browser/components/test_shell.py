"""The components that nobody sees: the menu on phones, the way of the focus, the visitor's cookie."""

import pytest

from tests.browser.components.conftest import stop_clock

MENU = """<div data-testid="stSidebar"><a href="#there">a page</a></div>
<div data-testid="stSidebarCollapseButton"><button onclick="window.folded = (window.folded || 0) + 1">fold</button></div>"""


@pytest.mark.parametrize("width, folded", [(400, 1), (1000, 0)])
def test_a_link_folds_the_menu_once_where_the_page_is_narrow(page, mounted, width, folded):
    stop_clock(page)
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("menu => document.body.insertAdjacentHTML('beforeend', menu)", MENU)
    one = mounted("fold")
    one.render({})
    one.render({})
    page.get_by_role("link").click()
    page.clock.run_for(1000)
    assert page.evaluate("window.folded || 0") == folded


PARTS = """<input><div class="row"><button>first</button><button>second</button></div>
<div style="height: 3000px"></div><div class="part">opened</div>"""
TURN = {"focus": "row", "opened": ["part"], "turn": "1"}


@pytest.fixture
def revealing(page, mounted):
    stop_clock(page)
    page.evaluate("parts => document.body.insertAdjacentHTML('beforeend', parts)", PARTS)
    return mounted("reveal")


def is_seen(page):
    return page.evaluate("document.querySelector('.part').getBoundingClientRect().top < innerHeight")


def test_what_was_opened_is_focused_and_scrolled_to(page, revealing):
    revealing.render(TURN)
    page.clock.run_for(200)
    assert revealing.focused() == "first" and is_seen(page)


def test_each_turn_counts_once_and_the_first_view_of_a_page_is_none(page, revealing):
    revealing.render(TURN | {"turn": 0})
    page.clock.run_for(200)
    assert not is_seen(page)
    revealing.render(TURN)
    page.clock.run_for(20_000)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    revealing.render(TURN)
    page.clock.run_for(200)
    assert revealing.focused() != "first" and not is_seen(page)


def test_a_mark_of_a_chart_that_is_drawn_anew_stays_where_it_was_pressed(page, revealing):
    chart = (
        '<div class="st-key-chart"><div style="height: 300px"></div><i style="display: block; height: 9px"></i></div>'
    )
    page.evaluate(
        "chart => document.querySelector('.part').insertAdjacentHTML('beforebegin', chart + '<hr style=height:3000px>')",
        chart,
    )
    revealing.render(TURN | {"focus": "", "turn": 0})
    page.locator("i").scroll_into_view_if_needed()
    page.locator("i").click()
    before = page.locator("i").bounding_box()["y"]
    page.evaluate("const one = document.querySelector('i'); one.replaceWith(one.cloneNode())")
    page.evaluate("document.body.dataset.testScriptState = 'running'")
    revealing.render(TURN | {"focus": ""})
    page.clock.run_for(200)
    assert page.locator("i").bounding_box()["y"] == before


def test_what_was_opened_is_seen_to_its_end_though_it_grows_afterwards(page, revealing):
    revealing.render(TURN)
    page.clock.run_for(200)
    page.evaluate("document.querySelector('.part').style.height = '400px'")
    page.clock.run_for(200)
    assert page.evaluate("document.querySelector('.part').getBoundingClientRect().bottom <= innerHeight")


def test_what_was_pressed_is_no_bound_once_its_style_lets_it_stay_in_view(page, revealing):
    """The style of a page may arrive after the press."""
    page.evaluate(
        """() => document.querySelector('.part').insertAdjacentHTML('beforebegin',
          `<div class="st-key-pinned-drawing"><button id="node">node</button></div><div style="height: 300px"></div>`)"""
    )
    revealing.render(TURN | {"turn": 0})
    page.locator("#node").click()
    page.evaluate("document.querySelector('#node').replaceWith('drawn anew')")
    page.evaluate("document.querySelector('.part').style.height = '5000px'")
    revealing.render(TURN | {"focus": ""})
    page.clock.run_for(200)
    held = page.evaluate("scrollY")
    page.evaluate(
        "Object.assign(document.querySelector('.st-key-pinned-drawing').style, {position: 'sticky', top: 0})"
    )
    page.clock.run_for(200)
    assert page.evaluate("scrollY") > held
    assert page.evaluate("document.querySelector('.part').getBoundingClientRect().top") < 300


def test_the_focus_comes_back_until_the_page_is_at_rest(page, revealing):
    revealing.render(TURN)
    page.evaluate("document.body.dataset.testScriptState = 'running'")
    page.clock.run_for(5000)
    page.evaluate("document.activeElement.blur()")  # a popover that closes takes it along
    page.clock.run_for(100)
    assert revealing.focused() == "first"
    page.evaluate("delete document.body.dataset.testScriptState")
    page.clock.run_for(2000)
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for(2000)
    assert revealing.focused() != "first"


@pytest.mark.parametrize("act", ["a field has the focus", "a key was pressed"])
def test_a_visitor_who_does_something_keeps_the_focus(page, revealing, act):
    revealing.render(TURN)
    if act == "a key was pressed":
        page.keyboard.press("Tab")
        assert revealing.focused() == "second"
    else:
        page.evaluate("document.querySelector('input').focus()")
    page.clock.run_for(500)
    assert revealing.focused() == ("second" if act == "a key was pressed" else "")


SECRET = {"name": "receptive", "value": "mine", "seconds": 86_400}


def cookies(page):
    return {one["name"]: one for one in page.context.cookies()}


def test_the_secret_is_kept_for_a_while_and_sent_to_this_site_only(page, mounted):
    one = mounted("remember")
    now = page.evaluate("Date.now() / 1000")
    one.render(SECRET)
    found = cookies(page)["receptive"]
    assert (found["value"], found["path"], found["sameSite"]) == ("mine", "/", "Lax")
    assert abs(found["expires"] - now - 86_400) < 60


def test_the_secret_of_another_window_stays(page, mounted):
    page.evaluate("document.cookie = 'receptive=theirs; Path=/'; document.cookie = 'receptive2=x'")
    mounted("remember").render(SECRET)
    assert cookies(page)["receptive"]["value"] == "theirs"
