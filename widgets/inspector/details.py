"""What the inspector shows of one order or one driver. Times are epoch seconds, ``None`` where it has not happened."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.driver import Activity, App, StopKind
from core.domain.order import Status
from core.domain.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class HistoryLine:
    at: float
    text: str
    actor: str = ""
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A driver who could take the order, or why not. ``cost`` and ``parts`` are ready to be read ("14.2 min", "pick-up leg 4.1,
    waiting 2.0"); ``excluded`` is the rule that keeps the driver out, empty for one who could go.
    """

    driver_id: str
    name: str
    cost: str = ""
    parts: str = ""
    excluded: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that can be done with what is shown: a button. ``why_not`` is told where it can't be done now."""

    key: str
    label: str
    enabled: bool = True
    primary: bool = False
    danger: bool = False
    why_not: str = ""
    keys: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDetails:
    """``reason`` says why nobody has the order; ``load`` is ready to be read ("1.2 kg, 5 l"); ``told`` says how far the last
    command about it has come, ``told_lost`` that it never will."""

    id: str
    status: Status
    due_at: float
    placed_at: float
    status_at: float = 0.0
    eta: float | None = None
    pickup_eta: float | None = None
    offer_until: float | None = None
    merchant: str = ""
    customer: str = ""
    address: str = ""
    note: str = ""
    load: str = ""
    exception: str = ""
    eased: bool = False
    driver_id: str = ""
    driver_name: str = ""
    ready_at: float | None = None
    assigned_at: float | None = None
    arrived_pickup_at: float | None = None
    picked_up_at: float | None = None
    arrived_dropoff_at: float | None = None
    delivered_at: float | None = None
    batched: bool = False
    chained: bool = False
    by_dispatcher: bool = False
    history: tuple[HistoryLine, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
    deeds: tuple[Deed, ...] = ()
    recorded: bool = False
    """Of a recording, which keeps neither what was expected nor what the matcher thought."""
    told: str = ""
    told_lost: bool = False


@dataclass(frozen=True, slots=True)
class StopLine:
    """A stop still to come. ``late_min`` is positive where it will be late, ``None`` where nothing was promised."""

    kind: StopKind
    order_id: str
    place: str
    eta: float | None = None
    late_min: float | None = None
    arrived_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverDetails:
    """``accuracy_m`` in metres, ``battery`` in percent, ``speed_kmh`` in km/h. ``troubles`` are sentences
    on what is wrong with the phone's tracking, ``fix_it`` lists what to do about it; ``held_back`` tells of positions that are
    not shown. ``off_duty``: offline by somebody's word. ``sent`` is where a free driver is sent, ``sent_for``
    why, ``sent_eta`` when they should be there.
    """

    id: str
    name: str
    vehicle: Vehicle
    activity: Activity
    app: App = App.KERBSIDE
    phone: str = ""
    group: str = ""
    fix_at: float | None = None
    stale: bool = False
    accuracy_m: float | None = None
    battery: float | None = None
    speed_kmh: float | None = None
    mode: str = ""
    mode_wanted: str = ""
    troubles: tuple[str, ...] = ()
    fix_it: tuple[str, ...] = ()
    held_back: str = ""
    variants: str = ""
    off_duty: bool = False
    load: str = ""
    shift_start: float | None = None
    shift_end: float | None = None
    stops: tuple[StopLine, ...] = ()
    sent: str = ""
    sent_for: str = ""
    sent_eta: float | None = None
    recorded: bool = False
    history: tuple[HistoryLine, ...] = ()
    deeds: tuple[Deed, ...] = ()
