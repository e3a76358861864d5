"""The model of the drivers table, and its columns."""

from __future__ import annotations

from functools import lru_cache

from core.domain.driver import Activity, App
from core.domain.language import ntr, number, tr
from widgets.common.states import ACTIVITY, mode_name, vehicle_name
from widgets.common.tables import Column, RowsModel
from widgets.common.words import Moment, clock_off, freshness
from widgets.drivers.rows import DriverRow

LOW_BATTERY_PCT = 20

RANK: dict[Activity, int] = {activity: i for i, activity in enumerate(Activity)}


@lru_cache(maxsize=100_000)
def natural(text: str) -> str:
    """A key that puts D-9 before D-10: runs of digits are padded."""
    out: list[str] = []
    digits = ""
    for character in text.casefold() + "\0":
        if character.isdecimal():
            digits += character
            continue
        if digits:
            out.append(digits.zfill(12))
            digits = ""
        out.append(character)
    return "".join(out[:-1])


def _fix_age(row: DriverRow, moment: Moment) -> str:
    return tr("never") if row.fix_at is None else freshness(moment.now - row.fix_at)


def _mode(row: DriverRow, _: Moment) -> str:
    """What is wrong first; the tip has all of it."""
    mode, wanted = mode_name(row.mode), mode_name(row.mode_wanted)
    if row.mode_wanted and row.mode and row.mode != row.mode_wanted:
        return tr("{mode}, not {mode_wanted}", mode=mode, mode_wanted=wanted)
    return tr("clock {off}", off=clock_off(row.clock_s)) if row.clock_s else mode or wanted


def _tip(row: DriverRow, moment: Moment) -> str:
    lines = [f"{row.id} {row.name}: {ACTIVITY[row.activity].label.lower()}"]
    if row.next_stop:
        lines.append(
            tr("Next: {next_stop}", next_stop=row.next_stop)
            + (f", {moment.clock_and_gap(row.eta)}" if row.eta is not None else "")
        )
    if row.sent_for:
        lines.append(row.sent_for)
    if row.orders:
        lines.append(ntr("{n:,} order", "{n:,} orders", row.orders))
    age = _fix_age(row, moment)
    lines.append(tr("No position yet") if row.fix_at is None else tr("Last position {age} ago", age=age))
    if row.trouble:
        lines.append(row.trouble)
    if row.phone:
        lines.append(row.phone)
    return "\n".join(lines)


def app_name(app: App) -> str:
    return {App.KERBSIDE: "Kerbside", App.OWNTRACKS: "OwnTracks"}[app]


COLUMNS: tuple[Column[DriverRow], ...] = (
    Column("Driver", lambda r, m: r.id, sort=lambda r: natural(r.id), tip=_tip, width=72, narrow=64),
    Column("Name", lambda r, m: r.name, sort=lambda r: r.name.casefold(), tip=_tip, width=0, least=62),
    Column(
        "Activity",
        lambda r, m: ACTIVITY[r.activity].label,
        sort=lambda r: RANK[r.activity],
        token=lambda r, m: ACTIVITY[r.activity].token,
        icon=lambda r, m: ACTIVITY[r.activity].icon,
        tip=_tip,
        width=132,
        narrow=114,
        least=102,
    ),
    Column(
        "Vehicle",
        lambda r, m: vehicle_name(r.vehicle),
        sort=lambda r: r.vehicle.value,
        tip=_tip,
        width=76,
        narrow=70,
        spare=3,
    ),
    Column(
        "Orders",
        lambda r, m: str(r.orders) if r.orders else "",
        sort=lambda r: r.orders,
        tip=_tip,
        right=True,
        width=62,
        narrow=58,
        spare=2,
    ),
    Column(
        "Next stop",
        lambda r, m: r.next_stop,
        sort=lambda r: r.next_stop.casefold() or None,
        tip=_tip,
        width=0,
        least=70,
        spare=1,
    ),
    Column("ETA", lambda r, m: m.clock(r.eta), sort=lambda r: r.eta, tip=_tip, right=True, width=62, narrow=58),
    Column(
        "Last seen",
        _fix_age,
        sort=lambda r: None if r.fix_at is None else -r.fix_at,
        token=lambda r, m: "late" if r.stale and r.activity is not Activity.OFFLINE else "offline" if r.stale else "text",
        icon=lambda r, m: "wifi-slash" if r.stale else "",
        tip=_tip,
        right=True,
        timed=True,
        width=78,
        spare=4,
        name="Age of the last position",
    ),
    Column(
        "Battery",
        lambda r, m: "" if r.battery is None else f"{number(r.battery, '.0f')} %",
        sort=lambda r: r.battery,
        token=lambda r, m: "late" if _low(r) else "text",
        icon=lambda r, m: "battery-warning" if _low(r) else "",
        tip=_tip,
        right=True,
        width=76,
        narrow=72,
        spare=4,
    ),
    Column(
        "Speed",
        lambda r, m: "" if r.speed_kmh is None else tr("{speed_kmh:.0f} km/h", speed_kmh=r.speed_kmh),
        sort=lambda r: r.speed_kmh,
        tip=_tip,
        right=True,
        width=76,
        shown=False,
    ),
    Column(
        "Tracking",
        _mode,
        sort=lambda r: r.mode,
        token=lambda r, m: "offered" if r.trouble else "text",
        icon=lambda r, m: "warning" if r.trouble else "",
        tip=_tip,
        width=170,
        narrow=160,
        spare=4,
    ),
    Column("App", lambda r, m: app_name(r.app), sort=lambda r: r.app.value, tip=_tip, width=86, shown=False),
    Column(
        "Shift ends", lambda r, m: m.clock(r.shift_end), sort=lambda r: r.shift_end, tip=_tip, right=True, width=84, shown=False
    ),
    Column("Group", lambda r, m: r.group, sort=lambda r: r.group.casefold() or None, tip=_tip, width=90, shown=False),
    Column("Phone", lambda r, m: r.phone, sort=lambda r: r.phone or None, tip=_tip, width=120, shown=False),
)


def _low(row: DriverRow) -> bool:
    return row.battery is not None and row.battery < LOW_BATTERY_PCT


class DriversModel(RowsModel[DriverRow]):
    def __init__(self) -> None:
        super().__init__(COLUMNS)
        self._sort = (0, False)
