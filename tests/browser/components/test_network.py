"""The drawing of the network, and charts as files."""

from xml.etree import ElementTree

from playwright.sync_api import expect

from tests.browser.components.conftest import EVIL


def svg(width, *paths):
    layers = "".join(
        f'<g data-path="{path}" tabindex="0"><rect x="{60 * at}" width="50" height="40"/><text y="20">{path}</text></g>'
        for at, path in enumerate(paths)
    )
    return {"svg": f'<svg width="{width}" height="40" viewBox="0 0 {width} 40">{layers}</svg>'}


def test_a_layer_is_selected_by_click_enter_or_space(mounted):
    one = mounted("network")
    one.render(svg(200, "0", "1.0.2"))
    layer = one.find("g").nth(1)
    layer.locator("rect").click()
    layer.press("Enter")
    layer.press(" ")
    layer.press("a")
    assert one.sent == [["selected", "1.0.2"]] * 3


def test_the_same_drawing_keeps_the_focus_and_another_takes_its_place(mounted):
    one = mounted("network")
    one.render(svg(200, "0", "1"))
    one.find("g").nth(1).focus()
    one.render(svg(200, "0", "1"))
    assert one.focused() == "1"
    one.render(svg(200, "5"))
    assert one.find("g").all_text_contents() == ["5"]


def test_a_wide_drawing_shows_where_it_goes_on_and_can_be_fitted(mounted):
    one = mounted("network")
    one.render(svg(3000, "0"))
    frame, button = one.find(".network"), one.find(".size")
    expect(frame).to_have_class("network beyond")
    frame.evaluate("frame => { frame.scrollLeft = 5000 }")
    expect(frame).to_have_class("network before")
    button.click()
    expect(button).to_have_text("Full size")
    assert frame.locator("svg").bounding_box()["width"] <= 1000
    button.click()
    expect(button).to_have_text("Fit to width")
    one.render(svg(200, "0"))
    expect(button).to_be_hidden()


def test_a_drawing_that_goes_leaves_no_observer(mounted):
    one = mounted("network")
    one.render(svg(200, "0"))
    assert one.observers == 1
    one.leave()
    assert one.observers == 0


CHART = """<div aria-label="accuracy"><svg class="marks" width="300" height="100" xmlns="http://www.w3.org/2000/svg">
<clipPath id="c"/><g clip-path="url(http://blank.test/page#c)"><rect width="5" height="5"/></g></svg></div>"""
FILE = {"alt": "accuracy", "file": "chart.svg", "label": "Picture", "ground": "#ffffff", "text": "#111111"}


def saved(one, caption):
    one.page.evaluate("chart => document.body.insertAdjacentHTML('beforeend', chart)", CHART)
    one.render(FILE | {"caption": caption})
    with one.page.expect_download() as found:
        one.find("button").click()
    assert found.value.suggested_filename == "chart.svg"
    return found.value.path().read_text("utf-8")


def test_a_chart_is_saved_with_its_caption_and_leads_nowhere(mounted):
    text = saved(mounted("chart_file"), f"Accuracy of {EVIL}")
    page = ElementTree.fromstring(text)  # a file that is well formed
    words = [element.text for element in page.iter("{http://www.w3.org/2000/svg}text")]
    assert " ".join(words) == f"Accuracy of {EVIL}"
    assert "url(#c)" in text and "blank.test" not in text
    assert page.find("{http://www.w3.org/2000/svg}svg").get("class") == "marks"


def test_a_chart_that_is_not_there_gives_nothing(mounted):
    one = mounted("chart_file")
    one.render(FILE | {"caption": ""})
    one.page.evaluate("() => { HTMLAnchorElement.prototype.click = () => window.sent.push('file') }")
    one.find("button").click()
    assert one.find("button").text_content().endswith("Picture") and not one.sent


def test_captions_are_broken_between_words(mounted):
    one = mounted("chart_file")
    assert one.call("wrapped", "one two three four", 9) == ["one two", "three", "four"]
    assert one.call("wrapped", "incomprehensibilities are", 9) == ["incomprehensibilities", "are"]
