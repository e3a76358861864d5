"""What the drivers table shows of one driver."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.driver import Activity, App
from core.domain.vehicle import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRow:
    """Times are epoch seconds. ``fix_at`` is the time of the last position, ``None`` where there is none yet.

    ``stale`` says that the last position is older than its mode allows. ``mode`` is what the phone reports, ``mode_wanted``
    what it was asked for; empty where unknown. ``trouble`` says what is wrong with its tracking, and what to do.
    ``sent_for`` says why a free driver is sent where ``next_stop`` says.
    ``off_shift`` is who is not to work now by the plan, and does not.
    ``clock_s`` is by how much its clock is behind, below 0 ahead. ``battery`` is in percent, ``speed_kmh`` in km/h.
    """

    id: str
    name: str
    vehicle: Vehicle
    activity: Activity
    app: App = App.KERBSIDE
    orders: int = 0
    next_stop: str = ""
    sent_for: str = ""
    eta: float | None = None
    fix_at: float | None = None
    stale: bool = False
    battery: float | None = None
    speed_kmh: float | None = None
    mode: str = ""
    mode_wanted: str = ""
    trouble: str = ""
    clock_s: float = 0.0
    shift_end: float | None = None
    off_shift: bool = False
    phone: str = ""
    group: str = ""

    def haystack(self) -> str:
        """What the filter field searches, folded to one case."""
        return " ".join((self.id, self.name, self.vehicle.value, self.group, self.phone, self.next_stop)).casefold()
