"""Our own fleet behind the interface of all providers. It answers at once: an order is handed to the intake by being queued."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from core.domain.order import ABROAD, Order, Status
from core.providers.carrier import Answer, Fate, Parcel, Quote

T = TypeVar("T")

_FATES: dict[Status, Fate] = {
    Status.AT_PICKUP: Fate.ARRIVED_PICKUP,
    Status.CARRYING: Fate.PICKED_UP,
    Status.AT_DROPOFF: Fate.ARRIVED_DROPOFF,
    Status.DELIVERED: Fate.DELIVERED,
    Status.FAILED: Fate.FAILED,
    Status.CANCELLED: Fate.CANCELLED,
}


class OwnFleet:
    """``key`` is the order's id. ``online`` tells how many drivers are at work."""

    def __init__(self, order_of: Callable[[str], Order | None], online: Callable[[], int]) -> None:
        self._order_of = order_of
        self._online = online

    async def quote(self, parcel: Parcel) -> Quote:
        order, online = parcel.order, self._online()
        minutes = max(0.0, (order.due_at - order.placed_at) / 60)
        return Quote(online > 0, minutes, reason="" if online else "no driver is online")

    async def send(self, parcel: Parcel) -> Answer:
        return Answer(Fate.ACCEPTED, remote_id=parcel.order.id)

    async def cancel(self, key: str) -> Answer:
        order = self._order_of(key)
        return Answer(Fate.UNKNOWN if order is None else _FATES.get(order.status, Fate.CANCELLED))

    async def follow(self, keys: Sequence[str]) -> dict[str, Answer]:
        return {key: self._fate(self._order_of(key)) for key in keys}

    def _fate(self, order: Order | None) -> Answer:
        if order is None or order.status in ABROAD:
            return Answer(Fate.UNKNOWN)
        return Answer(_FATES.get(order.status, Fate.ACCEPTED), remote_id=order.id, at=order.status_at)


def at_once(call: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing."""
    try:
        call.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    call.close()
    raise RuntimeError("a call that was to answer at once waits for something")
