"""The wire between the widget and its page: short messages over Qt's web channel, bulk by address.

What the map shows is state, kept here by name with a revision. A change is not sent; the page is told that the name has a
new revision and fetches it when it can. So nothing is queued before the page is ready, a slow page skips what is out of
date by then, and a page that crashed and came back draws the same as before.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from widgets.map.scheme import BINARY, JSON

_log = logging.getLogger(__name__)

Encoder = Callable[[], bytes]
Fields = dict[str, object]


class Wire(QObject):
    """The one object the page sees."""

    to_page = Signal(str)
    from_page = Signal(str)

    @Slot(str)
    def tell(self, message: str) -> None:
        self.from_page.emit(message)


class PageState(QObject):
    """State by name. `heard` tells what the page says: its kind and the whole message."""

    heard = Signal(str, dict)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.wire = Wire(self)
        self.wire.from_page.connect(self._hear)
        self._encoders: dict[str, Encoder] = {}
        self._encoded: dict[str, tuple[int, bytes]] = {}
        self._revisions: dict[str, int] = {}
        self._stale: set[str] = set()
        self._held: set[str] = set()
        self._said: dict[str, Fields] = {}
        self._ready = self._shown = self._busy = False
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._flush)
        self.sent_refreshes = 0
        self._shared: list[PageState] = []

    @property
    def ready(self) -> bool:
        return self._ready

    @property
    def settled(self) -> bool:
        return self._ready and not (self._busy or self._stale - self._held or self._said or self._timer.isActive())

    def put(self, name: str, encode: Encoder) -> None:
        """New state under a name; ``encode`` is called when the page fetches it, and once at most."""
        self._encoders[name] = encode
        self._revisions[name] = self._revisions.get(name, 0) + 1
        self._stale.add(name)
        self._soon()
        for other in self._shared:
            self._pass_on(name, other)

    def share(self, other: PageState) -> None:
        """From now on ``other`` has the same state, all but what a page is set up with, encoded once for both."""
        self._shared.append(other)
        for name in self._encoders:
            self._pass_on(name, other)

    def unshare(self, other: PageState) -> None:
        self._shared.remove(other)

    def _pass_on(self, name: str, other: PageState) -> None:
        if name != "config":
            other.put(name, lambda: self.encoded(name))

    def encoded(self, name: str) -> bytes:
        """What stands under a name as bytes; empty where nothing does."""
        found = self.fetch(name)
        return found[1] if found is not None else b""

    def fetch(self, name: str) -> tuple[bytes, bytes] | None:
        """MIME type and bytes of what stands under a name, ``None`` where nothing does."""
        encode = self._encoders.get(name)
        if encode is None:
            return None
        revision = self._revisions[name]
        if name not in self._encoded or self._encoded[name][0] != revision:
            self._encoded[name] = revision, encode()
        return (BINARY if name == "drivers" else JSON), self._encoded[name][1]

    def say(self, what: str, /, **fields: object) -> None:
        """Have the page do something once it has all the state so far; of one kind, the last word counts."""
        self._said.pop(what, None)
        self._said[what] = fields
        self._soon()

    def say_now(self, what: str, /, **fields: object) -> None:
        """What is worth nothing later, such as where the mouse is; lost on a page that is not there."""
        if self._ready:
            self.wire.to_page.emit(json.dumps({"do": what, **fields}))

    def set_shown(self, shown: bool) -> None:
        """A hidden map is sent nothing; when it shows again, it is sent what changed, once."""
        self._shown = shown
        self._soon()

    def hold(self, names: set[str]) -> None:
        """Don't send these until they are let go: what has changed by then is sent once."""
        self._held = names
        self._soon()

    def restart(self) -> None:
        """The page is gone and a new one is on its way: it will want everything."""
        self._ready = self._busy = False
        self._stale = set(self._encoders)

    def _soon(self) -> None:
        """Changes of one turn of the event loop go out together."""
        if not self._timer.isActive():
            self._timer.start()

    def _flush(self) -> None:
        """One refresh at a time: the next goes out when the page has taken in the one before."""
        if not (self._ready and self._shown) or self._busy:
            return
        if due := self._stale - self._held:
            names = {name: self._revisions[name] for name in sorted(due)}
            self._stale -= due
            self._busy = True
            self.sent_refreshes += 1
            self.say_now("refresh", names=names)
        said, self._said = self._said, {}
        for what, fields in said.items():
            self.say_now(what, **fields)

    def _hear(self, text: str) -> None:
        message: Fields = json.loads(text)
        kind = str(message.get("ev"))
        if kind == "ready":
            self._ready = True
            self._soon()
        elif kind == "done":
            self._busy = False
            self._soon()
            return
        self.heard.emit(kind, message)
