"""What the orders board shows of one order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from core.domain.language import mark
from core.domain.order import ABROAD, ACTIVE, ENDED, Status
from core.domain.receipt import Told
from widgets.common.promise import lateness_min


class Section(Enum):
    """The queues of the board, in the order in which they stand."""

    EXCEPTIONS = mark("Exceptions")
    UNASSIGNED = mark("Unassigned")
    HELD = mark("Held")
    OFFERED = mark("Offered")
    ACTIVE = mark("Active")
    DONE = mark("Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """Times are epoch seconds. ``eta`` is the expected arrival at the door, ``offer_until`` the end of the open offer.

    ``exception`` is empty, or says in a few words what is wrong ("late", "no driver for 11 min", "driver silent").
    ``since`` is when the order began to wait for a driver. ``told`` is how far the last command to a driver about it has come,
    ``told_what`` which that was; ``refused`` why the last thing that was tried with it could not be done.
    ``tried`` says that it would be so: a what-if that is not carried out.
    """

    id: str
    status: Status
    merchant: str
    placed_at: float
    due_at: float
    customer: str = ""
    address: str = ""
    driver_id: str = ""
    driver_name: str = ""
    ready_at: float | None = None
    status_at: float = 0.0
    since: float | None = None
    eta: float | None = None
    offer_until: float | None = None
    exception: str = ""
    batched: bool = False
    chained: bool = False
    by_dispatcher: bool = False
    area: str = ""
    told: Told | None = None
    told_what: str = ""
    refused: str = ""
    tried: bool = False

    @property
    def section(self) -> Section:
        if self.exception:
            return Section.EXCEPTIONS
        if self.status in ACTIVE or self.status in ABROAD:
            return Section.ACTIVE
        if self.status in ENDED:
            return Section.DONE
        return {Status.HELD: Section.HELD, Status.OFFERED: Section.OFFERED}.get(self.status, Section.UNASSIGNED)

    @property
    def waiting_since(self) -> float:
        return self.placed_at if self.since is None else self.since

    def lateness_min(self, now: float) -> float | None:
        """Minutes after the promise, negative where early; see `promise.lateness_min`."""
        return lateness_min(self.status, self.status_at, self.due_at, self.eta, now)

    def haystack(self) -> str:
        """What the filter field searches, folded to one case."""
        return " ".join((self.id, self.merchant, self.customer, self.address, self.driver_id, self.driver_name)).casefold()


def urgency(row: OrderRow) -> tuple[float, str]:
    """The order of rows in their section: what needs a hand first stands first; what is done, newest first."""
    match row.section:
        case Section.OFFERED:
            return (row.offer_until or row.due_at, row.id)
        case Section.UNASSIGNED | Section.HELD:
            return (row.waiting_since, row.id)
        case Section.DONE:
            return (-row.status_at, row.id)
        case _:
            return (row.due_at, row.id)
