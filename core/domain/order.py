"""An order and its state machine.

The machine is one table. A step that the table does not hold is refused by name, so that no code path can bring an
order into a state by assignment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.domain.errors import IllegalStep
from core.domain.geo import LatLon
from core.domain.language import Message, mark
from core.domain.vehicle import Vehicle


class Status(StrEnum):
    RECEIVED = "received"
    SENDING = "sending"
    OUTSIDE = "outside"
    WAITING = "waiting"
    HELD = "held"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    AT_PICKUP = "at_pickup"
    CARRYING = "carrying"
    AT_DROPOFF = "at_dropoff"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    FAILED = "failed"


WORDS = {
    Status.RECEIVED: Message("received"),
    Status.SENDING: Message("sending"),
    Status.OUTSIDE: Message("outside"),
    Status.WAITING: Message("waiting"),
    Status.HELD: Message("held"),
    Status.OFFERED: Message("offered"),
    Status.ASSIGNED: Message("assigned"),
    Status.AT_PICKUP: Message("at the pick-up"),
    Status.CARRYING: Message("carrying"),
    Status.AT_DROPOFF: Message("at the drop-off"),
    Status.DELIVERED: Message("delivered"),
    Status.CANCELLED: Message("cancelled"),
    Status.FAILED: Message("failed"),
}
"""A status within a sentence."""


class Step(StrEnum):
    QUEUE = mark("queue")
    HOLD = mark("hold")
    RELEASE = mark("release")
    OFFER = mark("offer")
    ACCEPT = mark("accept")
    TAKE_BACK = mark("take back")
    ASSIGN = mark("assign")
    UNASSIGN = mark("unassign")
    ARRIVE_PICKUP = mark("arrive at the pick-up")
    PICK_UP = mark("pick up")
    ARRIVE_DROPOFF = mark("arrive at the drop-off")
    DELIVER = mark("deliver")
    FAIL = mark("fail")
    CANCEL = mark("cancel")
    REINSTATE = mark("reinstate")
    SEND = mark("go to a provider")
    TAKE_OUTSIDE = mark("be taken by a provider")
    LOSE_PROVIDER = mark("lose its provider")


_S, _T = Status, Step

STEPS: dict[tuple[Status, Step], Status] = {
    (_S.RECEIVED, _T.QUEUE): _S.WAITING,
    (_S.WAITING, _T.HOLD): _S.HELD,
    (_S.HELD, _T.RELEASE): _S.WAITING,
    (_S.WAITING, _T.OFFER): _S.OFFERED,
    (_S.OFFERED, _T.ACCEPT): _S.ASSIGNED,
    (_S.OFFERED, _T.TAKE_BACK): _S.WAITING,
    (_S.WAITING, _T.ASSIGN): _S.ASSIGNED,
    (_S.HELD, _T.ASSIGN): _S.ASSIGNED,
    (_S.ASSIGNED, _T.UNASSIGN): _S.WAITING,
    (_S.AT_PICKUP, _T.UNASSIGN): _S.WAITING,
    (_S.ASSIGNED, _T.ARRIVE_PICKUP): _S.AT_PICKUP,
    (_S.ASSIGNED, _T.PICK_UP): _S.CARRYING,
    (_S.AT_PICKUP, _T.PICK_UP): _S.CARRYING,
    (_S.CARRYING, _T.ARRIVE_DROPOFF): _S.AT_DROPOFF,
    (_S.CARRYING, _T.DELIVER): _S.DELIVERED,
    (_S.AT_DROPOFF, _T.DELIVER): _S.DELIVERED,
    (_S.ASSIGNED, _T.FAIL): _S.FAILED,
    (_S.AT_PICKUP, _T.FAIL): _S.FAILED,
    (_S.CARRYING, _T.FAIL): _S.FAILED,
    (_S.AT_DROPOFF, _T.FAIL): _S.FAILED,
    (_S.CANCELLED, _T.REINSTATE): _S.WAITING,
    (_S.RECEIVED, _T.SEND): _S.SENDING,
    (_S.SENDING, _T.TAKE_OUTSIDE): _S.OUTSIDE,
    (_S.SENDING, _T.LOSE_PROVIDER): _S.RECEIVED,
    (_S.OUTSIDE, _T.LOSE_PROVIDER): _S.RECEIVED,
    (_S.RECEIVED, _T.HOLD): _S.HELD,
    (_S.WAITING, _T.SEND): _S.SENDING,
    (_S.HELD, _T.SEND): _S.SENDING,
    (_S.OUTSIDE, _T.ARRIVE_PICKUP): _S.OUTSIDE,
    (_S.OUTSIDE, _T.PICK_UP): _S.OUTSIDE,
    (_S.OUTSIDE, _T.ARRIVE_DROPOFF): _S.OUTSIDE,
    (_S.OUTSIDE, _T.DELIVER): _S.DELIVERED,
    (_S.OUTSIDE, _T.FAIL): _S.FAILED,
    **{
        (status, _T.CANCEL): _S.CANCELLED
        for status in (_S.RECEIVED, _S.WAITING, _S.HELD, _S.OFFERED, _S.ASSIGNED, _S.AT_PICKUP)
    },
}

UNASSIGNED = frozenset({_S.RECEIVED, _S.WAITING, _S.HELD, _S.OFFERED})
ACTIVE = frozenset({_S.ASSIGNED, _S.AT_PICKUP, _S.CARRYING, _S.AT_DROPOFF})
BEFORE_PICKUP = frozenset({_S.ASSIGNED, _S.AT_PICKUP})
ABROAD = frozenset({_S.SENDING, _S.OUTSIDE})
"""With a provider that is not our own fleet: no driver of ours has it or will be asked."""
ENDED = frozenset({_S.DELIVERED, _S.CANCELLED, _S.FAILED})


@dataclass(frozen=True, slots=True)
class Order:
    """One delivery from a merchant to a customer. Times are epoch seconds; ``None`` where it has not happened.

    ``ready_at`` is when the merchant says that it is ready, ``told_ready_at`` what it said at first, ``readied_at`` when it
    said that it *was*; ``due_at`` the promise to the customer. ``goods`` is its kind, by whose rules it travels.
    ``vehicles`` is empty where any vehicle may carry it. ``declined_by`` holds the drivers who
    turned it down and when, ``offers`` how often it has been offered.
    ``value`` is what the goods are worth, in the shop's currency; ``provider_id`` who was chosen to
    deliver it, ``None`` where no rule had a say: our own fleet. ``sends`` counts the providers outside it has been given to.
    """

    id: str
    merchant_id: str
    pickup: LatLon
    dropoff: LatLon
    placed_at: float
    ready_at: float
    due_at: float
    customer: str = ""
    address: str = ""
    note: str = ""
    weight_kg: float = 1.0
    volume_l: float = 5.0
    vehicles: frozenset[Vehicle] = frozenset()
    area_id: str | None = None
    status: Status = Status.RECEIVED
    status_at: float = 0.0
    driver_id: str | None = None
    offer_id: str | None = None
    offers: int = 0
    by_dispatcher: bool = False
    chained: bool = False
    batched: bool = False
    declined_by: dict[str, float] = field(default_factory=dict)
    assigned_at: float | None = None
    arrived_pickup_at: float | None = None
    picked_up_at: float | None = None
    arrived_dropoff_at: float | None = None
    delivered_at: float | None = None
    goods: str = "food"
    told_ready_at: float | None = None
    readied_at: float | None = None
    value: float | None = None
    provider_id: str | None = None
    sends: int = 0

    def can(self, step: Step) -> bool:
        return (self.status, step) in STEPS

    def take(self, step: Step, at: float, **changes: object) -> Order:
        """Return the order after the step, with further fields changed, or raise IllegalStep."""
        after = STEPS.get((self.status, step))
        if after is None:
            raise IllegalStep(
                Message(
                    "order {order} is {what}: it can't {step}", order=self.id, what=WORDS[self.status], step=Message(step.value)
                )
            )
        return replace(self, status=after, status_at=at, **changes)  # type: ignore[arg-type]
