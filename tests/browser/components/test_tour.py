"""The tour in the browser: what it lights up, notices and remembers; and the digit that invites to draw."""

import pytest
from playwright.sync_api import expect

PARTS = """<div class="one" style="position: absolute; left: 100px; top: 200px; width: 200px; height: 100px">
<button onclick="document.title = 'pressed'">there</button></div>"""
STOPS = [
    {"id": "a", "sentence": "Touch it.", "act": {"kind": "happens", "events": ["pointerup"], "on": ".one"}},
    {"id": "b", "sentence": "Change it.", "act": {"kind": "changes", "fact": "image"}},
    {"id": "c", "sentence": "Begin it.", "act": {"kind": "becomes", "fact": "on", "value": True}},
]
DATA = {
    "name": "test",
    "stops": [stop | {"places": ["one"], "inside": ""} for stop in STOPS],
    "facts": {"image": "1", "on": False},
    "offered": True,
}


@pytest.fixture
def tour(page, mounted):
    page.evaluate("parts => document.body.insertAdjacentHTML('beforeend', parts)", PARTS)
    one = mounted("tour")
    one.render(DATA)
    return one


def kept(page):
    return page.evaluate("localStorage.getItem('receptive-tour-test')")


def test_its_button_invites_until_the_tour_was_begun(tour, page):
    assert tour.find(".begin").inner_text() == "New? Take the tour"
    expect(tour.find(".card")).to_be_hidden()  # nobody is led who does not ask for it
    tour.find(".begin").click()
    expect(tour.find(".sentence")).to_have_text("Touch it.")
    assert tour.find(".begin").inner_text() == "Tour" and kept(page) == "a"
    tour.find(".end").click()
    expect(tour.find(".card")).to_be_hidden()
    assert kept(page) == "ended"
    tour.find(".begin").click()
    expect(tour.find(".count")).to_have_text("1 of 3")


def test_each_act_is_noticed_and_leads_on(tour, page):
    tour.find(".begin").click()
    ring = tour.find(".ring").bounding_box()
    assert ring == {"x": 96, "y": 196, "width": 208, "height": 108}
    page.get_by_role("button", name="there").click()  # through the tour
    assert page.title() == "pressed"
    expect(tour.find(".sentence")).to_have_text("Change it.")
    tour.render(DATA)
    expect(tour.find(".count")).to_have_text("2 of 3")
    tour.render(DATA | {"facts": {"image": "2", "on": False}})
    expect(tour.find(".sentence")).to_have_text("Begin it.")
    assert kept(page) == "c"
    tour.render(DATA | {"facts": {"image": "2", "on": True}})
    expect(tour.find(".card")).to_be_hidden()
    assert kept(page) == "ended"


def test_at_the_last_stop_nothing_is_next_and_what_was_copied_is_said_so(tour, page):
    copies = {"id": "c", "sentence": "Copy it.", "act": {"kind": "copies", "label": "Copy the link"}}
    page.evaluate("window.setTimeout = () => 0")  # it stays for the look at it
    tour.render(DATA | {"stops": [*DATA["stops"][:2], copies | {"places": [], "inside": ""}]})
    tour.find(".begin").click()
    tour.find(".next").click()
    expect(tour.find(".next")).to_be_visible()
    tour.find(".next").click()
    expect(tour.find(".next")).to_be_hidden()
    assert tour.focused() == "Back"
    tour.find(".copy").click()
    expect(tour.find(".copy")).to_have_text("Copied")
    expect(tour.find(".count")).to_have_text("3 of 3 ✓")


def test_escape_ends_it_and_back_goes_back(tour, page):
    tour.find(".begin").click()
    tour.find(".next").click()
    tour.find(".back").click()
    expect(tour.find(".sentence")).to_have_text("Touch it.")
    page.keyboard.press("Escape")
    expect(tour.find(".card")).to_be_hidden()
    assert kept(page) == "ended" and tour.focused() == "Tour"


def test_the_ghost_goes_at_the_first_touch_which_goes_through_it(page, mounted):
    page.evaluate(
        "const main = document.querySelector('main'); main.className = 'st-key-replaced-canvas-a';"
        "main.style = 'display: block; position: relative; width: 280px; height: 280px'"
    )
    ghost = mounted("ghost")
    ghost.render({})
    expect(ghost.find(".ghost")).to_be_visible()
    assert (
        ghost.find("path").evaluate("one => getComputedStyle(one).animationName") == "none"
    )  # less motion was asked
    page.mouse.click(150, 150)
    expect(ghost.find(".ghost")).to_be_hidden()
    ghost.render({})
    expect(ghost.find(".ghost")).to_be_hidden()
