"""The topics, in one place. `{id}` is the driver's id, which may hold no `/`, `+` or `#`."""

from __future__ import annotations

PREFIX = "kerbside/v1"
CONFIG = f"{PREFIX}/config"
EVENTS = f"{PREFIX}/events"
"""Drivers' comings and goings, for whoever wants to act on them outside. No driver may read it."""
MARKER = f"{PREFIX}/marker"
"""A stepped run marks the end of a step here; see `core.simulation`."""

POSITIONS = (f"{PREFIX}/drivers/+/fixes", "owntracks/+/+")
"""What comes by the thousand, and may be given up where more comes than can be taken."""

FROM_DRIVERS = (
    *POSITIONS,
    f"{PREFIX}/drivers/+/status",
    f"{PREFIX}/drivers/+/orders",
    "owntracks/+/+/event",
    "owntracks/+/+/status",
    "owntracks/+/+/waypoint",
    "owntracks/+/+/waypoints",
    "owntracks/+/+/dump",
)
"""What the console subscribes to."""


def is_for_others(topic: str) -> bool:
    """Whether other systems may be told there; everything else is between drivers and the console."""
    return topic == EVENTS or topic.startswith(f"{EVENTS}/") or not topic.startswith(("kerbside/", "owntracks/", "$"))


def fixes(driver_id: str) -> str:
    return f"{PREFIX}/drivers/{driver_id}/fixes"


def status(driver_id: str) -> str:
    return f"{PREFIX}/drivers/{driver_id}/status"


def orders(driver_id: str) -> str:
    return f"{PREFIX}/drivers/{driver_id}/orders"


def offers(driver_id: str) -> str:
    return f"{PREFIX}/drivers/{driver_id}/offers"


def route(driver_id: str) -> str:
    return f"{PREFIX}/drivers/{driver_id}/route"


def config(driver_id: str) -> str:
    return f"{PREFIX}/drivers/{driver_id}/config"


def owntracks(driver_id: str, device: str = "phone") -> str:
    return f"owntracks/{driver_id}/{device}"
