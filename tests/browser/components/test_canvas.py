"""What fits the canvases of another package to the window."""

import pytest

PLACE = """<div class="around" style="width: 350px"><div class="st-key-replaced-canvas-one"><div class="host"></div></div></div>"""
INSIDE = '<div class="dc-toolbar" style="opacity: 0"></div><canvas width="280" height="280"></canvas>'
ADD = """([place, inside]) => {
  document.body.insertAdjacentHTML('beforeend', place);
  document.querySelector('.host').attachShadow({ mode: 'open' }).innerHTML = inside;
}"""
SMALLER = INSIDE.replace("280", "250")
WATCH = """() => {
  const place = document.querySelector(".st-key-replaced-canvas-one");
  window.scales = [place.style.getPropertyValue("--canvas-scale")];
  new MutationObserver(() => {
    const now = place.style.getPropertyValue("--canvas-scale");
    if (now !== window.scales.at(-1)) window.scales.push(now);
  }).observe(place, { attributes: true });
}"""
SCALE = "document.querySelector('.st-key-replaced-canvas-one').style.getPropertyValue('--canvas-scale')"


@pytest.mark.parametrize("width, stretch", [(390, "1.25"), (1000, "1")])
def test_a_canvas_that_comes_later_takes_the_width_of_a_phone_and_no_more_of_a_wide_window(
    page, mounted, width, stretch
):
    page.set_viewport_size({"width": width, "height": 800})
    mounted("canvas").render({})
    page.evaluate(ADD, [PLACE, INSIDE])
    page.wait_for_function(f"{SCALE} === '{stretch}'")
    page.set_viewport_size({"width": 1390 - width, "height": 800})
    page.wait_for_function(f"{SCALE} === '{'1' if width == 390 else '1.25'}'")


def test_its_tools_are_always_in_sight_where_nothing_can_hover_and_the_style_is_added_once(page, mounted):
    page.evaluate(ADD, [PLACE, INSIDE])
    one = mounted("canvas")
    one.render({})
    one.render({})
    page.evaluate("document.body.append('more')")
    page.wait_for_function(f"{SCALE} === '1'")
    styles = page.evaluate(
        "[...document.querySelector('.host').shadowRoot.querySelectorAll('style')].map((s) => s.textContent)"
    )
    assert len(styles) == 1 and "(hover: none)" in styles[0] and "opacity: 1" in styles[0]


def test_a_canvas_that_fills_its_shadow_when_the_page_is_at_rest_and_a_room_that_widens_are_noticed(page, mounted):
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate(ADD, [PLACE, ""])
    mounted("canvas").render({})
    page.wait_for_function(f"{SCALE} === '1.25'")  # as the canvas will be
    page.evaluate("(inside) => { document.querySelector('.host').shadowRoot.innerHTML += inside }", SMALLER)
    page.wait_for_function(f"{SCALE} === '1.4'")
    page.evaluate("document.querySelector('.around').style.width = '308px'")
    page.wait_for_function(f"{SCALE} === '1.232'")


def test_the_place_of_a_canvas_stays_as_high_while_another_one_takes_its_place(page, mounted):
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate(ADD, [PLACE, INSIDE])
    mounted("canvas").render({})
    page.wait_for_function(f"{SCALE} === '1.25'")
    page.evaluate(WATCH)
    page.evaluate("document.querySelector('.host').shadowRoot.querySelector('canvas').remove()")
    page.evaluate("document.querySelector('.host').remove()")
    page.evaluate(
        """([place, inside]) => {
          const host = document.createElement("div");
          document.querySelector(".st-key-replaced-canvas-one").append(host);
          host.attachShadow({ mode: "open" });
          requestAnimationFrame(() => (host.shadowRoot.innerHTML = inside));
        }""",
        [PLACE, INSIDE],
    )
    page.wait_for_function(
        "document.querySelector('.st-key-replaced-canvas-one > *')?.shadowRoot.querySelector('canvas')"
    )
    assert page.evaluate("window.scales.join()") == "1.25"
