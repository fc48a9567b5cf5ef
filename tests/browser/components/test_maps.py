"""Feature maps in the browser: framing, hovering, walking, playing."""

import base64

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.components.conftest import EVIL, stop_clock

BLACK_TO_WHITE = ["#000000", "#ffffff"]
FRAME = "#ff0000"
HELD = [[0, 2], [1, 3], [2, 4]]  # what each row or column of a 2×2 window on 4 reads


def stage(name, values, **more):
    """A stage of (maps, rows, columns) between 0 and 1."""
    values = np.asarray(values, np.float64)
    levels = np.round(values * 65_535).astype("<u2")
    maps, rows, columns = values.shape
    size = {"maps": maps, "channels": maps, "rows": rows, "columns": columns, "low": 0, "high": 1}
    words = {"id": name, "title": f"{name} · Conv2D", "note": "Values.", "shape": "3×3", "colours": BLACK_TO_WHITE}
    drawn = {"values": base64.b64encode(levels.tobytes()).decode(), "vector": False, "reads": [], "field": None}
    return size | words | drawn | more


def network(**more):
    """An image of 4×4, a convolution of two maps of 3×3, a vector of its six names."""
    image = np.linspace(0, 1, 16).reshape(1, 4, 4)
    maps = np.linspace(0, 1, 18).reshape(2, 3, 3)
    spans = {"rows": HELD, "columns": HELD}
    first = stage("0", maps, field=spans, reads=[{"id": "", "maps": "all", **spans}])
    whole = {"rows": [[0, 3]], "columns": [[0, 3]], "maps": "all"}
    names = ["ant", "bee", "cat", "dog", "eel", "fox"]
    vector = np.linspace(0, 1, 6).reshape(6, 1, 1)
    last = stage("1", vector, vector=True, names=names, reads=[{"id": "0", **whole}])
    return {"stages": [stage("", image), first, last], "single": False, "frame": FRAME} | more


@pytest.fixture
def maps(page, mounted):
    stop_clock(page)
    one = mounted("maps")
    one.render(network())
    return one


def said(maps):
    return maps.find(".said").text_content()


def unit(maps):
    return maps.find(".maps").get_attribute("data-unit")


def grid(maps, layer):
    return maps.find(f'.grid[data-layer="{layer}"]')


CELL = 28  # 84 px a map of 3×3


def over(row, column):
    return {"x": column * CELL + 5, "y": row * CELL + 5}


def test_at_first_the_strongest_number_of_the_first_maps_is_framed_and_anew_for_another_image(maps):
    assert unit(maps) == "0|1|2|2"
    assert maps.find(".maps").get_attribute("data-box") == "2,2,4,4"
    assert "map 2, row 3, column 3 is 1.000. It sees rows 3 to 4 and columns 3 to 4 of the image." in said(maps)
    newer = network()
    newer["stages"][1] = stage("0", np.linspace(1, 0, 18).reshape(2, 3, 3))
    maps.render(newer)
    assert unit(maps) == "0|0|0|0"
    grid(maps, "0").hover(position=over(2, 0))
    maps.render(network())
    assert unit(maps) == "0|0|2|0"  # what somebody has chosen stays


def test_hovering_tells_the_number_and_what_it_sees(maps):
    grid(maps, "0").hover(position=over(2, 0))
    assert "map 1, row 3, column 1 is 0.3529. It sees rows 3 to 4 and columns 1 to 2 of the image." in said(maps)
    assert not maps.sent


def test_frames_have_the_colour_that_was_sent_and_lie_where_a_unit_reads(maps):
    grid(maps, "0").hover(position=over(0, 0))
    pixel = "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data]"
    seen, read = maps.find(".seen canvas").nth(1), grid(maps, "0").locator("canvas").nth(1)
    assert seen.evaluate(pixel, [112, 50]) == [255, 0, 0, 255]  # rows and columns 0 and 1 of 4 in 224 px
    assert seen.evaluate(pixel, [180, 180])[3] == 0
    grid(maps, "1").hover(position={"x": 5, "y": 5})
    assert read.evaluate(pixel, [CELL, 30])[3] == 0  # no longer one number, but the whole map
    assert read.evaluate(pixel, [84, 30]) == [255, 0, 0, 255]


def test_the_pixels_have_the_colours_of_the_scale(maps):
    pixel = "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data]"
    drawn = grid(maps, "0").locator("canvas").first
    assert drawn.evaluate(pixel, [5, 5]) == [0, 0, 0, 255]
    level = round(8 / 17 * 255)
    assert abs(drawn.evaluate(pixel, [2 * CELL + 5, 2 * CELL + 5])[0] - level) <= 1


def test_a_click_asks_for_an_explanation_and_between_maps_for_none(maps):
    grid(maps, "0").click(position=over(1, 2))
    grid(maps, "0").click(position={"x": 3 * CELL + 4, "y": 5})
    grid(maps, "1").click(position={"x": 2 * 38 + 5, "y": 5})
    maps.find(".explain").click()
    assert maps.sent == [["unit", "0|0|1|2"], ["unit", "1|2|0|0"], ["unit", "1|2|0|0"]]
    assert "“cat” is 0.4000" in said(maps)


@pytest.mark.parametrize("scale", [1, 1.25, 1.5])
def test_the_number_that_is_explained_is_the_one_that_is_hovered_and_drawn_there(page, maps):
    """Also at the edges of its cell, where a click that comes in whole pixels would mean its neighbour."""
    page.evaluate("document.querySelector('main').style = 'display: block; margin: 7.4px 0 0 3.7px'")
    colour = """(canvas, [x, y]) => {
      const box = canvas.getBoundingClientRect();
      const [across, down] = [canvas.width / box.width, canvas.height / box.height];
      const at = [Math.floor((x - box.left) * across), Math.floor((y - box.top) * down)];
      return canvas.getContext('2d').getImageData(...at, 1, 1).data[0];
    }"""
    drawn = grid(maps, "0").locator("canvas").first
    corner = grid(maps, "0").bounding_box()
    edges = [CELL * n for n in (1, 2)]
    places = [edge + by for edge in edges for by in (-0.9, -0.3, 0.2, 0.8)]
    for number, (across, down) in enumerate((across, down) for across in places for down in places):
        x, y = corner["x"] + across, corner["y"] + down
        page.mouse.move(x, y)
        hovered = unit(maps)
        page.mouse.down()
        page.mouse.up()
        row, column = int(down // CELL), int(across // CELL)
        assert hovered == f"0|0|{row}|{column}"
        assert len(maps.sent) == number + 1 and maps.sent[-1] == ["unit", hovered]
        if all(abs(side - edge) > 0.85 for side in (across, down) for edge in edges):
            assert abs(drawn.evaluate(colour, [x, y]) - round((3 * row + column) / 17 * 255)) <= 1


def test_what_is_explained_keeps_its_mark_and_is_named_where_the_maps_are_drawn_anew(maps):
    maps.render(network(explained="0|1|2|0"))
    assert unit(maps) == "0|1|2|0"
    mark, there = maps.find(".explained").bounding_box(), grid(maps, "0").bounding_box()
    assert (mark["x"] - there["x"], mark["y"] - there["y"]) == (84 + 8, 2 * CELL)
    assert (mark["width"], mark["height"]) == (CELL, CELL)
    grid(maps, "0").hover(position=over(0, 0))
    maps.render(network(explained="0|1|2|0"))  # newer weights: the number that is hovered stays
    assert unit(maps) == "0|0|0|0" and maps.find(".explained").bounding_box() == mark
    fewer = network(explained="")
    fewer["stages"] = fewer["stages"][:2]
    maps.render(fewer)
    expect(maps.find(".explained")).to_be_hidden()


def test_a_title_opens_its_layer_alone_and_leads_back(maps):
    maps.find(".head button").first.click()
    maps.render(network(single=True))
    maps.find(".head button").first.click()
    assert maps.sent == [["layer", "0"], ["layer", "all"]]


def test_arrow_keys_walk_round_a_map_and_enter_explains(maps):
    grid(maps, "0").focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowDown", "Enter"):
        maps.page.keyboard.press(key)
    assert maps.sent == [["unit", "0|1|1|0"]]


def test_arrow_keys_walk_from_unit_to_unit(maps):
    grid(maps, "1").focus()
    for key in ("ArrowRight", "ArrowLeft", "ArrowRight", "Enter"):  # the first goes to the layer
        maps.page.keyboard.press(key)
    assert maps.sent == [["unit", "1|0|0|0"]]


def test_play_walks_on_until_pause_and_step_goes_one_further(maps):
    maps.find(".play").click()
    maps.page.clock.run_for(3 * 120)
    assert unit(maps) == "0|1|0|2"
    maps.find(".play").click()
    maps.page.clock.run_for(1000)
    assert unit(maps) == "0|1|0|2"
    maps.find(".step").click()
    maps.find(".step").click()
    assert unit(maps) == "0|1|1|1"


def test_newer_numbers_go_on_playing_with_one_timer_and_one_observer(maps):
    maps.find(".play").click()
    maps.render(network())
    maps.render(network())
    expect(maps.find(".play")).to_have_text("Pause")
    maps.page.clock.run_for(2 * 120)
    assert unit(maps) == "0|1|0|1" and maps.observers == 1


def test_maps_that_go_leave_no_timer_and_no_observer(maps):
    maps.find(".play").click()
    maps.leave()
    maps.page.clock.run_for(1000)
    assert unit(maps) == "0|1|2|2" and maps.observers == 0


def test_newer_numbers_leave_the_focus_and_the_unit(maps):
    grid(maps, "0").focus()
    maps.page.keyboard.press("ArrowRight")
    newer = network()
    newer["stages"][1] = stage("0", np.ones((2, 3, 3)), field=None)
    maps.render(newer)
    assert unit(maps) == "0|1|2|0" and "is 1.000. It sees the whole image." in said(maps)
    maps.page.keyboard.press("ArrowLeft")
    assert unit(maps) == "0|1|2|2"


def test_a_unit_that_is_no_longer_there_gives_way_to_the_first_map(maps):
    grid(maps, "1").hover(position={"x": 5, "y": 5})
    fewer = network()
    fewer["stages"] = [fewer["stages"][0], stage("7", np.zeros((1, 3, 3)))]
    maps.render(fewer)
    assert unit(maps) == "7|0|1|1" and maps.find("section").count() == 1


def test_names_are_only_words(maps):
    evil = network()
    evil["stages"][1] |= {"title": EVIL, "note": EVIL, "shape": EVIL}
    evil["stages"][2]["names"] = [EVIL] * 6
    maps.render(evil)
    grid(maps, "1").hover(position={"x": 5, "y": 5})
    assert maps.nothing_became_html() and EVIL in said(maps)
    assert maps.find(".head button").first.text_content() == EVIL


def test_a_narrower_page_has_fewer_maps_in_a_row(maps):
    expect(grid(maps, "1")).to_have_css("width", f"{6 * 38}px")
    maps.page.evaluate("document.querySelector('main').style = 'display: block; width: 400px'")
    expect(grid(maps, "1")).to_have_css("width", f"{3 * 38}px")  # four fit, but rows are of one length
    assert unit(maps) == "0|1|2|2"


def test_rows_of_maps_have_one_length(maps):
    of_seven = {"rows": 3, "columns": 3, "maps": 7, "vector": False}
    found = maps.call("layout", of_seven, 6 * 92, 84)  # six fit
    assert (found["cell"], found["across"], found["perRow"]) == (28, 92, 4)
    many = {"rows": 1, "columns": 1, "maps": 120, "vector": True}
    assert maps.call("layout", many, 10_000, 84)["perRow"] == 40
