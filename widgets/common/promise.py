"""How an order stands to its promise."""

from __future__ import annotations

from core.domain.order import ENDED, Status


def lateness_min(status: Status, status_at: float, due_at: float, eta: float | None, now: float) -> float | None:
    """Minutes after the promise: as it was, as it is expected, or as it grows; negative is early. Times are epoch seconds.

    ``None`` where it can't be said: nobody is on the way and the promise is not over yet, or the order came to nothing.
    """
    if status is Status.DELIVERED:
        return (status_at - due_at) / 60
    if status in ENDED:
        return None
    if eta is not None:
        return (max(eta, now) - due_at) / 60
    return (now - due_at) / 60 if now > due_at else None
