"""Each component alone on a blank page, loaded as Streamlit loads it: as a module, in a shadow root."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from core.ui.components import FOLDER, bundled, source

EMPTY = "<!doctype html><body><main></main></body>"
EVIL = "<img src=x onerror=\"document.title='broken into'\"><b>bold</b>"
LOAD = """async ({ name, js, html, css }) => {
  window.observers = 0;
  window.ResizeObserver = class extends ResizeObserver {
    observe(element) { super.observe(element); window.observers += 1; }
    disconnect() { super.disconnect(); window.observers -= 1; }
  };
  const root = document.querySelector('main').attachShadow({ mode: 'open' });
  root.innerHTML = `<style>${css}</style>${html}`;
  window.component = await import(URL.createObjectURL(new Blob([js], { type: 'text/javascript' })));
  window.sent = [];
  const setTriggerValue = (name, value) => window.sent.push([name, value]);
  const setStateValue = setTriggerValue;
  window.render = (data) => {
    window.leave = component.default({ name, data, parentElement: root, setTriggerValue, setStateValue });
  };
}"""


class Mounted:
    """One component on a page of its own."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        texts = {kind: text or "" for kind, text in source(name)._asdict().items()}
        page.evaluate(LOAD, texts | {"name": f"receptive_{name}"})

    def render(self, data: Any) -> None:
        self.page.evaluate("data => window.render(data)", data)

    def leave(self) -> None:
        """What Streamlit does when the component goes from the page."""
        self.page.evaluate("window.leave()")

    def find(self, selector: str) -> Locator:
        return self.page.locator(f"main {selector}")

    @property
    def sent(self) -> list[list[Any]]:
        """The triggers and states so far: their names and values."""
        return self.page.evaluate("window.sent")

    @property
    def observers(self) -> int:
        return self.page.evaluate("window.observers")

    def call(self, function: str, *values: Any) -> Any:
        """What one of the component's exported functions gives."""
        return self.page.evaluate(f"window.component.{function}(...{json.dumps(values)})")

    def focused(self) -> str:
        """The words of what the keyboard is on."""
        return self.page.evaluate(
            "(document.activeElement.shadowRoot?.activeElement ?? document.activeElement).textContent.trim()"
        )

    def nothing_became_html(self) -> bool:
        """Whether the words of EVIL, given as a name, have stayed words."""
        return self.page.title() == "" and not self.find("b").count() and not self.find("img[src=x]").count()


@pytest.fixture
def scale() -> float:
    """The screen's pixels for one of the page, along each side."""
    return 1


@pytest.fixture
def page(chromium, scale) -> Page:
    """A blank page with an address, in which no script may fail."""
    context = chromium.new_context(
        viewport={"width": 1000, "height": 800}, reduced_motion="reduce", device_scale_factor=scale
    )
    context.set_default_timeout(10_000)
    context.route("**/*", lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("http://blank.test/")
    yield page
    context.close()
    assert not errors


def brought(page: Page, name: str) -> None:
    """Load the script of another component of the page, which this one borrows."""
    page.evaluate("js => import(URL.createObjectURL(new Blob([js], { type: 'text/javascript' })))", source(name).js)


class Module:
    """A module that components import, alone on the page; call it with the name of a function and its values."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        page.evaluate(
            "async (js) => { window.module = "
            "await import(URL.createObjectURL(new Blob([js], { type: 'text/javascript' }))); }",
            bundled(FOLDER / f"{name}.js"),
        )

    def __call__(self, function: str, *values: Any) -> Any:
        return self.page.evaluate(f"window.module.{function}(...{json.dumps(values)})")


@pytest.fixture
def module(page):
    """Name of a module → the module on the page."""
    return lambda name: Module(page, name)


@pytest.fixture
def mounted(page):
    """Name of a component → the component on the page."""
    return lambda name: Mounted(page, name)


def stop_clock(page: Page) -> None:
    """From now on time passes for the page only by `page.clock.run_for`, however busy the machine is."""
    page.clock.install(time=0)
    page.clock.pause_at(1000)
