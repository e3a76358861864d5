"""What the set-up of a fleet hands on."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.driver import App
from core.domain.vehicle import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverDraft:
    """A driver as typed in; an empty ``id`` leaves the number to whoever registers them."""

    id: str = ""
    name: str
    vehicle: Vehicle
    app: App
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerChoice:
    """``embedded`` uses ``host`` and ``port``, which phones have to reach; otherwise ``url``, ``user`` and ``password``."""

    embedded: bool
    host: str = ""
    port: int = 1883
    url: str = ""
    user: str = ""
    password: str = ""
