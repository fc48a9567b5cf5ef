"""What is pressed while another page is already on its way, and the browser has not heard of it."""

from playwright.sync_api import Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.learn.lessons import to_token
from tests.browser.test_journey import clean
from tools.screenshots import settled

TEXT = """---
title: Two pages
minutes: 5
aim: You have seen both pages.
begin: build
---

## One

## Two

@page equivariance
@predict What do the maps do?
@option* They move along
@option They stay
@because A kernel is everywhere the same.
"""


class Held:
    """What the server says to a page, which can be held back."""

    def __init__(self, page: Page):
        self.held: list[bytes | str] = []
        self.holds = self.turned = self.asked = False
        page.route_web_socket("**/_stcore/stream", self._open)

    def _open(self, route) -> None:
        server = route.connect_to_server()
        self.send = route.send

        def said(message) -> None:
            if not self.holds:
                route.send(message)
                return
            self.held.append(message)
            told = ForwardMsg()
            told.ParseFromString(message)
            self.turned |= told.WhichOneof("type") == "new_session" and len(told.metadata.run.fragment_ids) == 0

        def asked(message) -> None:
            wanted = BackMsg()
            wanted.ParseFromString(message)
            self.asked |= self.turned and bool(wanted.rerun_script.fragment_id)
            server.send(message)

        server.on_message(said)
        route.on_message(asked)

    def hold(self) -> None:
        self.holds, self.turned, self.asked = True, False, False

    def let_go(self) -> None:
        self.holds = False
        for message in self.held:
            self.send(message)


def until(page: Page, holds) -> None:
    """Let messages pass until this holds."""
    while not holds():
        page.evaluate("() => new Promise(requestAnimationFrame)")


def test_what_is_pressed_while_a_page_is_on_its_way_is_done_on_that_page(chromium, server):
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    line = Held(page)
    page.goto(f"{server}/?lesson={to_token(TEXT)}")
    card = page.get_by_role("region", name="Lesson: Two pages")
    card.get_by_role("button", name="Next", exact=True).click()
    expect(card.get_by_text("Step 2 of 2")).to_be_visible()
    settled(page)
    line.hold()
    card.get_by_role("button", name="Open Shift equivariance").click()
    until(page, lambda: line.turned)
    card.get_by_text("They move along").click()
    until(page, lambda: line.asked)
    line.let_go()
    expect(page.get_by_role("heading", name="Shift equivariance", exact=True)).to_be_visible()
    expect(card.get_by_role("radio", name="They move along")).to_be_checked()
    keep = card.get_by_role("button", name="Keep this prediction")
    expect(keep).to_be_enabled()
    keep.click()
    expect(card.get_by_text("As you predicted.")).to_be_visible()
    assert not problems
    clean(page)
    context.close()
