"""A visitor without a browser: speaks Streamlit's own protocol over the websocket, as its page in a browser does.

What a browser would do, it does: it sends the values of all widgets on the page
with each request, names the messages that it still has, and asks for the
fragments that repeat themselves as often as the server has told it to.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

ANSWER_SECONDS = 30.0  # what takes longer is an error
OVER = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass(frozen=True)
class Shown:
    """An element on the page, and the fragment that drew it; empty if none did."""

    element: Element
    fragment: str


class Visitor:
    """One open page. Use it as an asynchronous context.

    Args:
        url: of the server, `http://…`.
        page: the path of the page that is opened first; the default one if empty.
        query: what stands after the question mark of the first page's address.
        token: the visitor's cookie; by default that of somebody new.
    """

    def __init__(self, url: str, page: str = "", query: str = "", token: str = "") -> None:
        self._url = url
        self.page = page
        self._query = query
        self.pages: dict[str, str] = {}  # path → the server's name for it
        self.runs = 0  # of the script or of fragments, finished
        self.arrived: list[tuple[float, Element]] = []  # seconds since the last request, and what came then
        self.problems: list[str] = []  # what a page has shown instead of an answer
        self.received = 0  # bytes
        self._asked = 0.0
        self.token = token or secrets.token_urlsafe(32)
        self._page_hash = ""
        self._shown: dict[tuple[int, ...], Shown] = {}
        self._fresh: set[tuple[int, ...]] = set()
        self._values: dict[str, WidgetState] = {}
        self._known: dict[str, ForwardMsg] = {}
        self._drawing: tuple[str, ...] = ()  # fragments of the run that is going on; empty: the whole page
        self._ticks: dict[str, asyncio.Task] = {}
        self._awaited: tuple[str, asyncio.Future] | None = None  # fragment, or empty for the whole page

    async def __aenter__(self) -> Visitor:
        self._socket: ClientConnection = await connect(
            self._url.replace("http", "ws", 1) + "/_stcore/stream",
            origin=Origin(self._url),
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": f"receptive={self.token}"},
            max_size=None,
        )
        self._listener = asyncio.create_task(self._listen())
        self.first_seconds = await self._ask(page_name=self.page)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_ticks()
        self._listener.cancel()
        await self._socket.close()

    # What a person does; each returns the seconds until the server has answered in full

    async def open(self, page: str) -> float:
        """Choose a page in the sidebar."""
        self.page, self._page_hash, self._query = page, self.pages[page], ""
        return await self._ask()

    async def press(self, key: str) -> float:
        """Press the button with this key."""
        return await self._act(key, WidgetState(trigger_value=True))

    async def enter(self, key: str, value: Any) -> float:
        """Give a widget a value: a number, a text (also what is chosen in a list), or the texts of pressed segments."""
        state = WidgetState()
        if isinstance(value, list):
            state.string_array_value.data.extend(value)
        elif isinstance(value, str):
            state.string_value = value
        else:
            state.double_value = value
        return await self._act(key, state)

    async def trigger(self, key: str, event: str, value: Any) -> float:
        """Let a component tell of an event."""
        events = f"$$STREAMLIT_INTERNAL_KEY_{self.widget(key).id}__events"
        state = WidgetState(id=events, json_trigger_value=json.dumps([{"event": event, "value": value}]))
        return await self._ask(self._find(key).fragment, trigger=state)

    async def send_json(self, key: str, text: str) -> float:
        """Let a component send its state."""
        return await self._act(key, WidgetState(json_value=text))

    def look_away(self) -> None:
        """Ask for no fragment again by itself, as a tab in the background."""
        self._stop_ticks()

    async def look(self) -> float:
        """Ask for the whole page again, and for its fragments from then on."""
        return await self._ask()

    # What a person sees

    @property
    def elements(self) -> Iterator[Element]:
        """All elements of the page, in no particular order."""
        return (shown.element for shown in self._shown.values())

    @property
    def title(self) -> str:
        """The page's first-level heading; empty if there is none."""
        return next((one.heading.body for one in self.elements if one.heading.tag == "h1"), "")

    def metric(self, label: str) -> str:
        """The figure under this label; empty if it is not on the page."""
        return next((one.metric.body for one in self.elements if one.metric.label == label), "")

    def keys(self, beginning: str) -> list[str]:
        """Keys of widgets that begin so and can be used now."""
        found = (_widget(shown.element) for shown in self._shown.values())
        return [key_of(one.id) for one in found if _usable(one) and key_of(one.id).startswith(beginning)]

    def widget(self, key: str) -> Any:
        """The protocol's description of a widget; raises `KeyError`."""
        return _widget(self._find(key).element)

    @property
    def ticking(self) -> list[str]:
        """The fragments that repeat themselves."""
        return list(self._ticks)

    def _find(self, key: str) -> Shown:
        for shown in self._shown.values():
            widget = _widget(shown.element)
            if getattr(widget, "id", "") and key_of(widget.id) == key:
                return shown
        raise KeyError(f"{key} is not on the page {self.title!r}")

    # The protocol

    async def _act(self, key: str, state: WidgetState) -> float:
        shown = self._find(key)
        state.id = _widget(shown.element).id
        if state.WhichOneof("value") == "trigger_value":
            return await self._ask(shown.fragment, trigger=state)
        self._values[state.id] = state
        return await self._ask(shown.fragment)

    async def _ask(self, fragment: str = "", page_name: str = "", trigger: WidgetState | None = None) -> float:
        answered = asyncio.get_running_loop().create_future()
        self._awaited = (fragment, answered)
        self._asked, self.arrived = time.perf_counter(), []
        await self._send(fragment, page_name, trigger)
        await asyncio.wait((answered, self._listener), timeout=ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not answered.done():
            if self._listener.done():
                self._listener.result()  # it says why it has ended
            raise TimeoutError(f"{self.page}: no answer for {ANSWER_SECONDS:.0f} s")
        return time.perf_counter() - self._asked

    async def _send(
        self, fragment: str = "", page_name: str = "", trigger: WidgetState | None = None, by_itself: bool = False
    ) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.page_script_hash, state.query_string = page_name, self._page_hash, self._query
        state.fragment_id, state.is_auto_rerun = fragment, by_itself
        state.cached_message_hashes.extend(self._known)
        state.context_info.url, state.context_info.color_scheme = f"{self._url}/{self.page}", "light"
        held = (self._held(shown.element) for shown in self._shown.values())
        state.widget_states.widgets.extend(one for one in held if one is not None)
        if trigger is not None:
            state.widget_states.widgets.append(trigger)
        await self._socket.send(message.SerializeToString())

    def _held(self, element: Element) -> WidgetState | None:
        """Current value of a widget of this page; None if the server's default applies."""
        widget = _widget(element)
        found = self._values.get(getattr(widget, "id", ""))
        return found if found is not None else _default(element)

    async def _listen(self) -> None:
        async for data in self._socket:
            assert isinstance(data, bytes), data
            self.received += len(data)
            message = ForwardMsg.FromString(data)
            if message.metadata.cacheable:
                self._known[message.hash] = message
            if message.WhichOneof("type") == "ref_hash":
                known = ForwardMsg()
                known.CopyFrom(self._known[message.ref_hash])
                known.metadata.CopyFrom(message.metadata)
                message = known
            self._take(message)

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                self._drawing = tuple(message.metadata.run.fragment_ids)
                self._fresh = set()
                if not self._drawing:
                    self._stop_ticks()
            case "navigation":
                self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
                self._page_hash = message.navigation.page_script_hash
            case "delta":
                self._draw(message)
            case "auto_rerun":
                name = message.auto_rerun.fragment_id
                self._stop_ticks([name])
                self._ticks[name] = asyncio.create_task(self._tick(name, message.auto_rerun.interval))
            case "stop_auto_rerun":
                self._stop_ticks(list(message.stop_auto_rerun.fragment_ids))
            case "script_finished":
                self._finished(message.script_finished)

    def _draw(self, message: ForwardMsg) -> None:
        if message.delta.WhichOneof("type") != "new_element":
            return
        path = tuple(message.metadata.delta_path)
        element = message.delta.new_element
        self._fresh.add(path)
        self.arrived.append((time.perf_counter() - self._asked, element))
        self._shown[path] = Shown(element, message.delta.fragment_id)
        if element.WhichOneof("type") == "exception":
            self.problems.append(element.exception.message)
        widget = _widget(element)
        if getattr(widget, "set_value", False):
            self._values.pop(widget.id, None)  # the server has changed it

    def _finished(self, how: int) -> None:
        if how not in OVER:
            return
        self.runs += 1
        drawn = set(self._drawing)
        self._shown = {
            path: shown
            for path, shown in self._shown.items()
            if path in self._fresh or (drawn and shown.fragment not in drawn)
        }
        if self._awaited is not None:
            fragment, answered = self._awaited
            if (not drawn or fragment in drawn) and not answered.done():
                answered.set_result(None)

    async def _tick(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._send(fragment, by_itself=True)

    def _stop_ticks(self, names: list[str] | None = None) -> None:
        for name in list(self._ticks) if names is None else names:
            task = self._ticks.pop(name, None)
            if task is not None:
                task.cancel()


def key_of(widget_id: str) -> str:
    """The key that the app's code gave a widget: it ends the widget's id."""
    return widget_id.split("-", 2)[2] if widget_id.count("-") > 1 else ""


def _widget(element: Element) -> Any:
    return getattr(element, element.WhichOneof("type") or "empty")


def _usable(widget: Any) -> bool:
    return bool(getattr(widget, "id", "")) and not getattr(widget, "disabled", False)


def _default(element: Element) -> WidgetState | None:
    """Initial value of a widget of the common kinds."""
    widget = _widget(element)
    match element.WhichOneof("type"):
        case "number_input":
            return WidgetState(id=widget.id, double_value=widget.value if widget.set_value else widget.default)
        case "checkbox":
            return WidgetState(id=widget.id, bool_value=widget.value if widget.set_value else widget.default)
        case "text_input":
            return WidgetState(id=widget.id, string_value=widget.value if widget.set_value else widget.default)
        case "selectbox":
            chosen = widget.options[widget.default] if widget.options and widget.HasField("default") else ""
            text = widget.raw_value if widget.set_value else chosen
            return WidgetState(id=widget.id, string_value=text) if text else None
        case "button_group":
            state = WidgetState(id=widget.id)
            chosen = [widget.options[index].content for index in widget.default]
            state.string_array_value.data.extend(widget.raw_values if widget.set_value else chosen)
            return state
    return None
