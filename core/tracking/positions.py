"""Every driver's last position, in columns: one row per driver, kept as long as the driver is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import Activity
from core.domain.reports import FixBatch, Floats
from core.domain.vehicle import Vehicle
from core.tracking.geometry import unit_vectors
from core.tracking.jumps import Jumps

Rows = NDArray[np.int64]

VEHICLES = tuple(Vehicle)
ACTIVITIES = tuple(Activity)
"""A row's vehicle and activity are kept as indexes of these."""

SKEW_S = 30.0
"""A fix that comes this long before its own time is from a phone whose clock is fast."""
SKEW_PATIENCE_S = 60.0
"""How long a fast clock that was set back can keep newer fixes out."""

_VEHICLE_CODES = {vehicle: code for code, vehicle in enumerate(VEHICLES)}
_ACTIVITY_CODES = {activity: code for code, activity in enumerate(ACTIVITIES)}
_NUMBERS = ("t", "phone_t", "lat", "lon", "acc", "spd", "hdg", "batt", "received_at")


def _by_row_and_time(chosen: Rows, rows: Rows, t: Floats) -> Rows:
    """The chosen fixes by row, then by time, and those of the same time as they came."""
    order = chosen[np.argsort(rows[chosen], kind="stable")]
    ordered, at = rows[order], t[order]
    # Most phones send their fixes in order, and what is in order is not sorted again.
    if ((ordered[1:] == ordered[:-1]) & (at[1:] < at[:-1])).any():
        order = order[np.lexsort((at, ordered))]
    return order


class LastKnown(NamedTuple):
    """A row for safe keeping; the units are those of `PositionStore`."""

    driver_id: str
    t: float
    lat: float
    lon: float
    acc: float
    spd: float
    hdg: float
    batt: float
    mode: str
    received_at: float


class Steps(NamedTuple):
    """What came in and counts: fixes (m,) by row and time, and the rows (n,) that changed, ascending."""

    changed: Rows
    row: Rows
    t: Floats
    lat: Floats
    lon: Floats
    acc: Floats


class PositionStore:
    """Columns of n rows. They are views: ask again after anything was added.

    ``t`` is when the fix was taken, epoch seconds, by a clock that is right and never later than ``received_at``; ``phone_t``
    the same as the phone said, by which a driver's fixes are ordered.
    ``lat``, ``lon`` in degrees, ``acc`` metres, ``spd`` m/s, ``hdg`` degrees clockwise from north, ``batt`` percent; NaN is
    not known, and a row without a fix has NaN for its place. ``skewed`` marks phones whose clock is fast.
    ``vehicle`` and ``activity`` index `VEHICLES` and `ACTIVITIES`, ``mode`` indexes `modes`.
    ``xyz`` (3, n) is the place as a unit vector, for searching.
    """

    def __init__(self, capacity: int = 1024, jumps: Jumps | None = None) -> None:
        """With ``jumps`` fixes are held back that no vehicle can have come to."""
        self._jumps = jumps
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._free: list[int] = []
        self._mode_codes = {"": 0}
        self._columns = {name: np.full(capacity, math.nan) for name in _NUMBERS}
        self._codes = {name: np.zeros(capacity, np.int8) for name in ("mode", "vehicle", "activity", "skewed")}
        self._xyz = np.full((3, capacity), math.nan)
        self._correction = np.zeros(capacity)
        self.revision = 0
        """Counts up whenever a place has changed."""

    def __len__(self) -> int:
        """Rows, those of drivers who were forgotten among them."""
        return len(self._ids)

    @property
    def t(self) -> Floats:
        return self._columns["t"][: len(self)]

    @property
    def phone_t(self) -> Floats:
        return self._columns["phone_t"][: len(self)]

    @property
    def lat(self) -> Floats:
        return self._columns["lat"][: len(self)]

    @property
    def lon(self) -> Floats:
        return self._columns["lon"][: len(self)]

    @property
    def acc(self) -> Floats:
        return self._columns["acc"][: len(self)]

    @property
    def spd(self) -> Floats:
        return self._columns["spd"][: len(self)]

    @property
    def hdg(self) -> Floats:
        return self._columns["hdg"][: len(self)]

    @property
    def batt(self) -> Floats:
        return self._columns["batt"][: len(self)]

    @property
    def received_at(self) -> Floats:
        return self._columns["received_at"][: len(self)]

    @property
    def mode(self) -> NDArray[np.int8]:
        return self._codes["mode"][: len(self)]

    @property
    def vehicle(self) -> NDArray[np.int8]:
        return self._codes["vehicle"][: len(self)]

    @property
    def activity(self) -> NDArray[np.int8]:
        return self._codes["activity"][: len(self)]

    @property
    def skewed(self) -> NDArray[np.bool_]:
        return self._codes["skewed"][: len(self)].view(np.bool_)

    @property
    def xyz(self) -> Floats:
        return self._xyz[:, : len(self)]

    @property
    def modes(self) -> tuple[str, ...]:
        """Tracking modes by their code; the first, empty, stands for one that the phone did not say."""
        return tuple(self._mode_codes)

    def row(self, driver_id: str) -> int:
        """The driver's row, added where there is none."""
        row = self._rows.get(driver_id)
        return self._add(driver_id) if row is None else row

    def rows(self, driver_ids: Iterable[str]) -> Rows:
        """The row of each driver, added where there is none."""
        ids = list(driver_ids)
        known = list(map(self._rows.get, ids))
        return np.fromiter(map(self.row, ids) if None in known else known, np.int64, len(ids))

    def find(self, driver_id: str) -> int | None:
        """The driver's row, or ``None``."""
        return self._rows.get(driver_id)

    def driver_ids(self, rows: Rows) -> list[str]:
        """The driver of each row; empty for a row whose driver was forgotten."""
        return [self._ids[row] for row in rows.tolist()]

    def describe(self, drivers: Mapping[str, tuple[Vehicle, Activity]]) -> None:
        """Set what drivers go by and what they are doing, for filtered searches; new ones get a row."""
        rows = self.rows(drivers)
        self._codes["vehicle"][rows] = [_VEHICLE_CODES[vehicle] for vehicle, _ in drivers.values()]
        self._codes["activity"][rows] = [_ACTIVITY_CODES[activity] for _, activity in drivers.values()]

    def forget(self, driver_id: str) -> None:
        """Free the driver's row for another. Nothing happens where there is none."""
        row = self._rows.pop(driver_id, None)
        if row is not None:
            self._ids[row] = ""
            self._free.append(row)
            self._clear(row)
            self.revision += 1

    def apply(self, batch: FixBatch, received_at: float) -> Rows:
        """Take over the newest fix of each driver, by the phone's time; return the rows that changed, ascending.

        Stale and repeated fixes change nothing, and of fixes with the same time the last to come counts. ``received_at`` is
        epoch seconds. Drivers without a row get one.
        """
        return self.take(batch, received_at).changed

    def take(self, batch: FixBatch, received_at: float) -> Steps:
        """The same, with the way each driver has come."""
        of_drivers = self.rows(batch.drivers)
        rows = of_drivers[batch.driver]
        steps = self._take_fixes(rows, batch, received_at)
        changed = steps.changed
        # Most often every phone says both.
        charge, mode = (of_drivers if list(d) == batch.drivers else self.rows(d) for d in (batch.batt, batch.mode))
        # A battery or a mode that came with stale fixes alone is as stale as they are.
        fresh = np.ones(len(self), np.bool_)
        fresh[rows] = False
        fresh[changed] = True
        percent = np.fromiter(batch.batt.values(), np.float64, len(charge))
        self._columns["batt"][charge[fresh[charge]]] = percent[fresh[charge]]
        codes_of = {name: self._mode_code(name) for name in dict.fromkeys(batch.mode.values())}
        codes = np.fromiter(map(codes_of.__getitem__, batch.mode.values()), np.int8, len(mode))
        self._codes["mode"][mode[fresh[mode]]] = codes[fresh[mode]]
        return steps

    def _take_fixes(self, rows: Rows, batch: FixBatch, received_at: float) -> Steps:
        columns = self._columns
        stored, taken = columns["phone_t"][rows], columns["t"][rows]
        fast = batch.t > received_at + SKEW_S
        newer = (batch.t > stored) | np.isnan(stored)
        # A clock that ran ahead and was put right would seem to bring old news until the time it had shown has come.
        put_right = self._codes["skewed"][rows].view(np.bool_) & (
            (~fast & (batch.t > taken)) | (received_at - columns["received_at"][rows] > SKEW_PATIENCE_S)
        )
        usable = np.flatnonzero((newer | put_right) & np.isfinite(batch.t))
        order = _by_row_and_time(usable, rows, batch.t)
        if self._jumps is not None:
            way = rows[order], batch.t[order], batch.lat[order], batch.lon[order], batch.acc[order]
            order = order[self._jumps.plausible(*way, self)]
        if not len(order):
            return Steps(order, order, *(np.empty(0) for _ in range(4)))
        ordered = rows[order]
        last = np.append(ordered[1:] != ordered[:-1], True)
        changed: Rows = ordered[last]
        source = order[last]
        columns["phone_t"][changed] = batch.t[source]
        correction = self._correction[changed]
        # A clock that was ahead and shows no time to come any more has been put right, which is noticed only later.
        correction = np.where((correction < 0) & (batch.t[source] <= received_at), 0.0, correction)
        columns["t"][changed] = np.minimum(batch.t[source] + correction, received_at)
        columns["received_at"][changed] = received_at
        self._codes["skewed"][changed] = fast[source]
        for name, values in (
            ("lat", batch.lat),
            ("lon", batch.lon),
            ("acc", batch.acc),
            ("spd", batch.spd),
            ("hdg", batch.hdg),
        ):
            columns[name][changed] = values[source]
        self._xyz[:, changed] = unit_vectors(batch.lat[source], batch.lon[source])
        self.revision += 1
        each = np.repeat(correction, np.diff(np.flatnonzero(np.append(True, last))))
        t = np.minimum(batch.t[order] + each, received_at)
        return Steps(changed, ordered, t, batch.lat[order], batch.lon[order], batch.acc[order])

    @property
    def correction(self) -> Floats:
        """Seconds to add to what each row's phone says, (n,)."""
        return self._correction[: len(self)]

    def correct(self, rows: Rows, seconds: Floats, phone_t: Floats) -> None:
        """From now on add ``seconds`` to the times of these phones, which last said ``phone_t``.

        A fix by the clock as it is now gets its right time. One that is later than what the phone says was taken before
        the clock was set back: its time was right, and is put into the phone's new reckoning, or nothing newer would count.
        """
        self._correction[rows] = seconds
        stored, taken, received = (self._columns[name][rows] for name in ("phone_t", "t", "received_at"))
        set_back = stored > phone_t
        self._columns["phone_t"][rows] = np.where(set_back, taken - seconds, stored)
        self._columns["t"][rows] = np.where(set_back, taken, np.minimum(stored + seconds, received))

    def offline(self, now: float, limits_s: Mapping[str, float], otherwise_s: float) -> NDArray[np.bool_]:
        """Shape (n,): whose last fix is older than the limit of their tracking mode, or who never sent one.

        ``limits_s`` maps modes to seconds; ``otherwise_s`` is for any other mode. Age is by the phone's time, since a
        position that the broker kept may be days old when it comes.
        """
        limits = np.array([limits_s.get(mode, otherwise_s) for mode in self.modes])
        return ~(now - self.t <= limits[self.mode])

    def export(self, rows: Rows | None = None) -> list[LastKnown]:
        """Rows that have a fix, for safe keeping; all of them by default."""
        chosen = np.arange(len(self)) if rows is None else rows
        chosen = chosen[np.isfinite(self.t[chosen])]
        numbers = {name: self._columns[name][chosen].tolist() for name in _NUMBERS}
        ids, modes = self.driver_ids(chosen), self.modes
        names = [modes[code] for code in self.mode[chosen].tolist()]
        fields = (names if name == "mode" else numbers[name] for name in LastKnown._fields[1:])
        return [LastKnown(*values) for values in zip(ids, *fields, strict=True)]

    def restore(self, known: Sequence[LastKnown]) -> None:
        """Take over what `export` gave. A driver who has a newer fix keeps it."""
        for last in known:
            row = self.row(last.driver_id)
            if last.t <= self._columns["t"][row]:
                continue
            for name in _NUMBERS:
                self._columns[name][row] = last.t if name == "phone_t" else getattr(last, name)
            self._codes["mode"][row] = self._mode_code(last.mode)
            self._xyz[:, row] = unit_vectors(np.array(last.lat), np.array(last.lon))
        self.revision += 1

    def _mode_code(self, mode: str) -> int:
        """A phone can't make the list grow for ever: what is beyond the codes counts as not said."""
        if mode not in self._mode_codes and len(self._mode_codes) > 100:
            return 0
        return self._mode_codes.setdefault(mode, len(self._mode_codes))

    def _add(self, driver_id: str) -> int:
        if self._free:
            row = self._free.pop()
            self._ids[row] = driver_id
        else:
            row = len(self._ids)
            self._ids.append(driver_id)
            if row == self._xyz.shape[1]:
                self._grow()
        self._rows[driver_id] = row
        return row

    def _clear(self, row: int) -> None:
        for column in self._columns.values():
            column[row] = math.nan
        for codes in self._codes.values():
            codes[row] = 0
        self._xyz[:, row] = math.nan
        self._correction[row] = 0.0

    def _grow(self) -> None:
        more = self._xyz.shape[1]
        self._columns = {k: np.append(v, np.full(more, math.nan)) for k, v in self._columns.items()}
        self._codes = {k: np.append(v, np.zeros(more, np.int8)) for k, v in self._codes.items()}
        self._xyz = np.append(self._xyz, np.full((3, more), math.nan), axis=1)
        self._correction = np.append(self._correction, np.zeros(more))
