"""The typed event bus: one process, one thread, in order."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from core.domain.events import Event

log = logging.getLogger(__name__)
E = TypeVar("E", bound=Event)


class Bus:
    """Handlers are keyed by class; a handler of a base class hears its subclasses as well.

    A handler that raises is logged with its event and does not keep the others from hearing it.
    """

    def __init__(self) -> None:
        self._handlers: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[E], handler: Callable[[E], None]) -> Callable[[], None]:
        """Hear every event of ``kind``; call what is returned to hear no more."""
        self._handlers[kind].append(handler)

        def unsubscribe() -> None:
            if handler in self._handlers[kind]:
                self._handlers[kind].remove(handler)

        return unsubscribe

    def publish(self, event: Event) -> None:
        for kind in type(event).__mro__:
            for handler in tuple(self._handlers.get(kind, ())):
                try:
                    handler(event)
                except Exception:
                    log.exception("a handler failed on %r", event)
