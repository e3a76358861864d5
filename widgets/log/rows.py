"""What the event log shows of one event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LogKind(StrEnum):
    ORDER = "order"
    OFFER = "offer"
    DRIVER = "driver"
    MATCHER = "matcher"
    MESSAGE = "message"
    ALERT = "alert"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """``id`` is unique; ``at`` epoch seconds; ``actor`` who did it, as it is to be read; ``alarm`` marks what went wrong.

    ``order_id`` and ``driver_id`` are what the event is about, for following it; empty where it is about none.
    """

    id: str
    at: float
    kind: LogKind
    text: str
    actor: str = ""
    order_id: str = ""
    driver_id: str = ""
    alarm: bool = False

    def haystack(self) -> str:
        """What the filter field searches, folded to one case."""
        return " ".join((self.text, self.actor, self.order_id, self.driver_id)).casefold()
