"""What the orders board shows of one order."""

from __future__ import annotations

from dataclasses import dataclass, field
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

    # There is one of each, so where it lies is enough: Enum's own hash, of the name, is Python's and is asked for each row.
    __hash__ = object.__hash__


def _queue(status: Status) -> Section:
    if status in ACTIVE or status in ABROAD:
        return Section.ACTIVE
    if status in ENDED:
        return Section.DONE
    return {Status.HELD: Section.HELD, Status.OFFERED: Section.OFFERED}.get(status, Section.UNASSIGNED)


_SECTION = {status: _queue(status) for status in Status}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """Times are epoch seconds. ``eta`` is the expected arrival at the door, ``offer_until`` the end of the open offer.

    ``exception`` is empty, or says in a few words what is wrong ("late", "no driver for 11 min", "driver silent").
    ``eased`` says that it has come right again and stands a while longer.
    ``since`` is when the order began to wait for a driver. ``told`` is how far the last command to a driver about it has
    come, ``told_what`` which that was; ``refused`` why the last thing that was tried with it could not be done.
    ``tried`` says that it would be so: a what-if that is not carried out.

    ``section`` and ``urgency`` follow from the rest, and are worked out once for all boards that show the row: what needs a
    hand first stands first in its queue; what is done, newest first.
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
    eased: bool = False
    batched: bool = False
    chained: bool = False
    by_dispatcher: bool = False
    area: str = ""
    told: Told | None = None
    told_what: str = ""
    refused: str = ""
    tried: bool = False
    section: Section = field(init=False, compare=False, repr=False)
    urgency: tuple[float, str] = field(init=False, compare=False, repr=False)
    _searched: str = field(init=False, compare=False, repr=False, default="")

    def __post_init__(self) -> None:
        section = _SECTION[self.status] if not self.exception else Section.EXCEPTIONS
        object.__setattr__(self, "section", section)
        object.__setattr__(self, "urgency", (self._pressing(section), self.id))

    def _pressing(self, section: Section) -> float:
        if section is Section.OFFERED:
            return self.offer_until or self.due_at
        if section is Section.UNASSIGNED or section is Section.HELD:
            return self.waiting_since
        return -self.status_at if section is Section.DONE else self.due_at

    @property
    def waiting_since(self) -> float:
        return self.placed_at if self.since is None else self.since

    def lateness_min(self, now: float) -> float | None:
        """Minutes after the promise, negative where early; see `promise.lateness_min`."""
        return lateness_min(self.status, self.status_at, self.due_at, self.eta, now)

    @property
    def alarming(self) -> bool:
        return bool(self.exception) and not self.eased

    def haystack(self) -> str:
        """What the filter field searches, folded to one case; put together when it is first searched."""
        if not self._searched:
            words = (self.id, self.merchant, self.customer, self.address, self.driver_id, self.driver_name)
            object.__setattr__(self, "_searched", " ".join(words).casefold())
        return self._searched
