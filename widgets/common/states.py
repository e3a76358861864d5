"""How a state looks: colour token, label and icon, for drivers and orders, in one place.

Colour never stands alone: each state has its own label and icon, and its own glyph on the map.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.driver import Activity
from core.domain.language import mark, tr
from core.domain.order import Status
from core.domain.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class StateLook:
    """``token`` is a colour of `look.Look`; ``icon`` a name for `icons.icon`."""

    token: str
    text: str
    icon: str

    @property
    def label(self) -> str:
        return tr(self.text)


ACTIVITY: dict[Activity, StateLook] = {
    Activity.OFFLINE: StateLook("offline", "Offline", "wifi-slash"),
    Activity.BREAK: StateLook("offline", "On break", "coffee"),
    Activity.FREE: StateLook("free", "Free", "circle"),
    Activity.OFFERED: StateLook("offered", "Offered", "bell-ringing"),
    Activity.TO_PICKUP: StateLook("to_pickup", "To pick-up", "storefront"),
    Activity.WAITING: StateLook("waiting", "Waiting", "hourglass-medium"),
    Activity.CARRYING: StateLook("carrying", "Carrying", "package"),
}

_VEHICLES = {
    Vehicle.WALK: mark("Walk"),
    Vehicle.BIKE: mark("Bike"),
    Vehicle.SCOOTER: mark("Scooter"),
    Vehicle.CAR: mark("Car"),
}

_MODES = {"active": mark("active"), "passive": mark("passive")}


def vehicle_name(vehicle: Vehicle | str) -> str:
    """Empty for none."""
    return tr(_VEHICLES[Vehicle(vehicle)]) if vehicle else ""


def mode_name(mode: str) -> str:
    """A tracking mode as it is called; what nobody knows stays as the phone says it."""
    return tr(_MODES.get(mode, mode))


ACTIVITY_CODE: dict[Activity, int] = {activity: code for code, activity in enumerate(Activity)}
"""The number that stands for an activity in the map's arrays: its place in the enumeration."""

STATUS: dict[Status, StateLook] = {
    Status.RECEIVED: StateLook("muted", "Received", "tray"),
    Status.SENDING: StateLook("offered", "Being sent", "paper-plane-tilt"),
    Status.OUTSIDE: StateLook("to_pickup", "At a provider", "handshake"),
    Status.WAITING: StateLook("text", "No driver", "circle-dashed"),
    Status.HELD: StateLook("muted", "On hold", "pause"),
    Status.OFFERED: StateLook("offered", "Offered", "bell-ringing"),
    Status.ASSIGNED: StateLook("to_pickup", "To pick-up", "storefront"),
    Status.AT_PICKUP: StateLook("waiting", "At pick-up", "hourglass-medium"),
    Status.CARRYING: StateLook("carrying", "On its way", "package"),
    Status.AT_DROPOFF: StateLook("carrying", "At the door", "house-line"),
    Status.DELIVERED: StateLook("free", "Delivered", "check-circle"),
    Status.CANCELLED: StateLook("offline", "Cancelled", "x-circle"),
    Status.FAILED: StateLook("late", "Failed", "warning-octagon"),
}

LATE = StateLook("late", "Late", "warning")
