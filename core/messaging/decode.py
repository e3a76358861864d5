"""Raw messages in, checked reports out: in bulk, and whatever the payload holds, it never raises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.compiled import Compiled
from core.domain.driver import Presence
from core.domain.reports import WORD_EVENTS, FixBatch, Floats, PhoneFence, PresenceReport, Refusal, Reports, Word
from core.messaging import topics
from core.messaging.codecs import owntracks
from core.messaging.codecs.kerbside import FixesPayload, StatusPayload, WordPayload
from core.ports import Inbound

MAX_BYTES = 256 * 1024
LATEST = 4_102_444_800.0  # 2100-01-01T00:00:00Z
_MAX_ID, _MAX_REASON, _MAX_MODE = 128, 500, 32
_NAN = math.nan
_DRIVERS = f"{topics.PREFIX}/drivers/"

MANY = 200
"""From so many messages at once on, fixes are read by the compiled kernel: a fleet that sends less does without it."""
KERNELS = Compiled("core.messaging.kernels")

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Plain:
    """What the kernel read. ``at`` gives for each message its place in the lists, or -1 where it was not for the kernel."""

    at: Sequence[int]
    drivers: Sequence[str] = ()
    counts: Sequence[int] = ()
    modes: Sequence[str] = ()
    batt: Sequence[float] = ()
    columns: Floats = field(default_factory=lambda: np.empty((6, 0)))


_fixes = msgspec.json.Decoder(FixesPayload)
_status = msgspec.json.Decoder(StatusPayload)
_word = msgspec.json.Decoder(WordPayload)


class _Refused(Exception):
    """Why a message can't be used; caught below, never outside."""


def decode(messages: Sequence[Inbound]) -> Reports:
    """Everything that can be used of the messages, and a `Refusal` with one clear line for each of the rest.

    Of a message with several positions the good ones are used and the bad ones refused together.
    """
    return _Decoding().run(messages)


class _Decoding:
    def __init__(self) -> None:
        self.drivers: dict[str, int] = {}
        self.counts: list[int] = []
        self.owners: list[int] = []
        self.by_kernel: list[bool] = []
        self.topics: dict[str, str] = {}
        self.columns: tuple[list[float | None], ...] = ([], [], [], [], [], [])
        self.mode: dict[str, str] = {}
        self.batt: dict[str, float] = {}
        self.config: dict[str, str] = {}
        self.words: list[Word] = []
        self.presences: list[PresenceReport] = []
        self.fences: list[PhoneFence] = []
        self.refused: list[Refusal] = []

    def run(self, messages: Sequence[Inbound]) -> Reports:
        plain = _read_plain(messages)
        for message, at in zip(messages, plain.at, strict=True):
            if at >= 0:
                self._note_plain(plain.drivers[at], plain.counts[at], plain.modes[at], plain.batt[at])
                continue
            try:
                self._one(message)
            except _Refused as refused:
                self.refused.append(Refusal(_clean(message.topic), str(refused)))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                self.refused.append(Refusal(_clean(message.topic), f"the payload can't be read: {_clean(str(error))}"))
        checked = self._checked_fixes(plain.columns)
        return Reports(checked, self.words, self.presences, self.fences, self.refused)

    def _one(self, message: Inbound) -> None:
        if len(message.payload) > MAX_BYTES:
            raise _Refused(f"the message has {len(message.payload)} bytes; at most {MAX_BYTES} are read")
        parts = message.topic.split("/")
        if len(parts) == 5 and parts[0] == "kerbside" and parts[1] == "v1" and parts[2] == "drivers" and parts[3]:
            driver, kind = parts[3], parts[4]
            if kind == "fixes":
                return self._fixes(driver, message.payload)
            if kind == "orders":
                return self._word(driver, message.payload)
            if kind == "status":
                return self._status(driver, message.payload)
        elif 3 <= len(parts) <= 4 and parts[0] == "owntracks" and parts[1] and parts[2]:
            return self._owntracks(parts[1], message)
        raise _Refused(f"unknown topic; positions go to {topics.PREFIX}/drivers/ID/fixes or owntracks/ID/DEVICE")

    # --- Kerbside's own app

    def _fixes(self, driver: str, payload: bytes) -> None:
        report = _fixes.decode(payload)
        _same_driver(driver, report.driver)
        fixes = report.fixes
        if fixes:
            self._note_source(driver, topics.fixes(driver), len(fixes))
            t, lat, lon, acc, spd, hdg = self.columns
            t += [f.t for f in fixes]
            lat += [f.lat for f in fixes]
            lon += [f.lon for f in fixes]
            acc += [f.acc for f in fixes]
            spd += [f.spd for f in fixes]
            hdg += [f.hdg for f in fixes]
        if report.mode:
            self.mode[driver] = _clean(report.mode)[:_MAX_MODE]
        if report.config:
            self.config[driver] = _clean(report.config)[:_MAX_MODE]
        self._note_batt(driver, report.batt)

    def _word(self, driver: str, payload: bytes) -> None:
        word = _word.decode(payload)
        _same_driver(driver, word.driver)
        if not _is_id(word.id):
            raise _Refused(f"a word needs an id of 1 to {_MAX_ID} printable characters")
        if word.event not in WORD_EVENTS:
            raise _Refused(f"unknown event {_clean(word.event)!r}; known are {', '.join(sorted(WORD_EVENTS))}")
        for named in (word.offer, word.order):
            if named is not None and not _is_id(named):
                raise _Refused(f"an offer or order has an id of 1 to {_MAX_ID} printable characters")
        if word.order is None and (word.offer is None or word.event not in ("accept", "reject")):
            raise _Refused(f"{word.event} does not say which order it is about")
        if word.t:
            _check_time(word.t)
        reason = _clean(word.reason)[:_MAX_REASON]
        self.words.append(Word(driver, word.id, word.event, word.offer, word.order, reason, word.t))

    def _status(self, driver: str, payload: bytes) -> None:
        status = _status.decode(payload)
        _same_driver(driver, status.driver)
        if status.t is not None:
            _check_time(status.t)
        self.presences.append(PresenceReport(driver, Presence(status.state), status.t))

    # --- OwnTracks

    def _owntracks(self, driver: str, message: Inbound) -> None:
        if not message.payload:
            return  # a retained message was cleared
        report = owntracks.decoder.decode(message.payload)
        if report.topic is not None and report.topic.split("/")[:2] != ["owntracks", driver]:
            raise _Refused(f"the payload names the topic {_clean(report.topic)}, but came as {driver}")
        match report.kind:
            case "location":
                self._location(driver, message.topic, report)
            case "lwt":
                at = report.tst if report.tst is not None and 0 < report.tst < LATEST else None
                self.presences.append(PresenceReport(driver, Presence.OFFLINE, at))
            case "transition":
                self._transition(driver, report)
            case "configuration" | "dump":
                said = report.configuration.monitoring if report.configuration is not None else report.monitoring
                if said is not None:
                    self.mode[driver] = owntracks.mode_name(said)[:_MAX_MODE]
            case "encrypted":
                raise _Refused("encrypted by the app: empty the Encryption key in OwnTracks' settings; TLS protects the way")
            case kind if kind not in owntracks.QUIET_TYPES:
                raise _Refused(f"unknown OwnTracks message {_clean(kind)!r}")

    def _location(self, driver: str, topic: str, report: owntracks.Message) -> None:
        if report.lat is None or report.lon is None or report.tst is None:
            raise _Refused("a location needs lat, lon and tst")
        self._note_source(driver, topic, 1)
        speed = None if report.vel is None else report.vel / 3.6
        row = (report.tst, report.lat, report.lon, report.acc, speed, report.cog)
        for column, value in zip(self.columns, row, strict=True):
            column.append(value)
        if report.m is not None:
            self.mode[driver] = owntracks.mode_name(report.m)[:_MAX_MODE]
        self._note_batt(driver, report.batt)

    def _transition(self, driver: str, report: owntracks.Message) -> None:
        if report.event not in ("enter", "leave") or report.tst is None:
            raise _Refused("a transition needs tst and the event enter or leave")
        _check_time(report.tst)
        entered = report.event == "enter"
        self.fences.append(PhoneFence(driver, entered, _clean(report.desc or "")[:_MAX_REASON], report.wtst, report.tst))

    # --- columns

    def _note_source(self, driver: str, topic: str, count: int) -> None:
        self.topics[driver] = topic
        self.owners.append(self.drivers.setdefault(driver, len(self.drivers)))
        self.counts.append(count)
        self.by_kernel.append(False)

    def _note_plain(self, driver: str, count: int, mode: str, batt: float) -> None:
        if count:
            self.owners.append(self.drivers.setdefault(driver, len(self.drivers)))
            self.counts.append(count)
            self.by_kernel.append(True)
        if mode:
            self.mode[driver] = mode
        if 0 <= batt <= 100:
            self.batt[driver] = batt

    def _note_batt(self, driver: str, batt: float | None) -> None:
        if batt is not None and 0 <= batt <= 100:
            self.batt[driver] = batt

    def _checked_fixes(self, plain: Floats) -> FixBatch:
        driver = np.repeat(np.array(self.owners, np.int64), self.counts)
        # numpy turns None into NaN here
        columns = np.array(self.columns, np.float64)
        if plain.size:
            by_kernel = np.repeat(np.array(self.by_kernel, np.bool_), self.counts)
            both = np.empty((len(plain), len(driver)))
            both[:, by_kernel], both[:, ~by_kernel] = plain, columns
            columns = both if columns.size else plain
        t, lat, lon, acc, spd, hdg = columns
        with np.errstate(invalid="ignore"):
            on_globe = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0)
            in_time = (t > 0.0) & (t < LATEST)
            acc[~((acc >= 0.0) & (acc < math.inf))] = _NAN
            spd[~((spd >= 0.0) & (spd < math.inf))] = _NAN  # iOS says -1 where it does not know
            hdg[~((hdg >= 0.0) & (hdg <= 360.0))] = _NAN
        hdg[hdg == 360.0] = 0.0
        good = on_globe & in_time
        names = list(self.drivers)
        if not good.all():
            self._refuse_fixes(names, driver, t, lat, lon, on_globe, good)
            driver = driver[good]
            t, lat, lon, acc, spd, hdg = (c[good] for c in (t, lat, lon, acc, spd, hdg))
        return FixBatch(names, driver, t, lat, lon, acc, spd, hdg, self.mode, self.batt, self.config)

    def _refuse_fixes(
        self, names: list[str], driver: NDArray[np.int64], t: Floats, lat: Floats, lon: Floats, on_globe: Bools, good: Bools
    ) -> None:
        """One line per driver: the first bad position, and how many more there are."""
        bad = np.flatnonzero(~good)
        for owner in np.unique(driver[bad]):
            of_owner = bad[driver[bad] == owner]
            first = of_owner[0]
            if on_globe[first]:
                reason = f"the time {t[first]:.17g} is not in seconds since 1970 and before 2100"
            else:
                reason = f"{lat[first]:.17g}, {lon[first]:.17g} is not on the globe"
            more = f" (and {len(of_owner) - 1} more like it)" if len(of_owner) > 1 else ""
            topic = self.topics.get(names[owner]) or topics.fixes(names[owner])
            self.refused.append(Refusal(_clean(topic), f"a position is refused: {reason}{more}"))


def _read_plain(messages: Sequence[Inbound]) -> _Plain:
    kernel = KERNELS.get() if len(messages) >= MANY else None
    if kernel is None:
        return _Plain([-1] * len(messages))
    at: list[int] = []
    drivers: list[str] = []
    payloads: list[bytes] = []
    begin, end = len(_DRIVERS), -len("/fixes")
    for message in messages:
        topic, driver = message.topic, ""
        if topic.endswith("/fixes") and topic.startswith(_DRIVERS) and len(message.payload) <= MAX_BYTES:
            driver = topic[begin:end]
        if driver and "/" not in driver:
            at.append(len(drivers))
            drivers.append(driver)
            payloads.append(message.payload)
        else:
            at.append(-1)
    data = np.frombuffer(bytearray().join(payloads), np.uint8)
    ends = np.cumsum(np.fromiter(map(len, payloads), np.int64, len(payloads)))
    columns, counts, mode, batt, spans = kernel.read(data, ends)
    names = [data[first:last].tobytes().decode() for first, last in spans.tolist()]
    names.append("")  # that of mode -1, none
    if (counts < 0).any():
        at = [place if place >= 0 and counts[place] >= 0 else -1 for place in at]
    return _Plain(at, drivers, counts.tolist(), [names[code] for code in mode.tolist()], batt.tolist(), columns)


def _same_driver(of_topic: str, of_payload: str | None) -> None:
    if of_payload is not None and of_payload != of_topic:
        raise _Refused(f"the payload names the driver {_clean(of_payload)}, but came as {_clean(of_topic)}")


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID and text.isprintable()


def _check_time(t: float) -> None:
    if not 0.0 < t < LATEST:
        raise _Refused(f"the time {t:.17g} is not in seconds since 1970 and before 2100")


def _clean(text: str) -> str:
    """On one line, of bounded length: it ends in logs and windows."""
    return "".join(c if c.isprintable() else "?" for c in text[:_MAX_REASON])
