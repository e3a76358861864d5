"""Raw messages in, checked reports out: in bulk, and whatever the payload holds, it never raises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.compiled import Compiled
from core.domain.causes import cause
from core.domain.driver import Presence
from core.domain.language import Message
from core.domain.reports import WORD_EVENTS, FixBatch, Floats, PhoneFence, PresenceReport, Refusal, Reports, Word
from core.messaging import topics
from core.messaging.codecs import owntracks
from core.messaging.codecs.kerbside import FixesPayload, StatusPayload, WordPayload
from core.ports import Inbound

MAX_BYTES = 256 * 1024
LATEST = 4_102_444_800.0  # 2100-01-01T00:00:00Z
_MAX_ID, _MAX_REASON, _MAX_MODE = 128, 500, 32
_NAN = math.nan
_DRIVERS, _FIXES = f"{topics.PREFIX}/drivers/", "/fixes"

MANY = 200
"""From so many messages at once on, fixes are read by the compiled kernel: a fleet that sends less does without it."""
KERNELS = Compiled("core.messaging.kernels")

Bools = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Plain:
    """What the kernel read of some messages, and which of them, ``left``, were not for it.

    ``codes`` (n,) index ``modes``, of which the last is that of a phone that did not say. ``columns`` are those of the kernel.
    """

    left: Sequence[int]
    drivers: list[str] = field(default_factory=list)
    counts: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    codes: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    modes: Sequence[str] = ("",)
    batt: Floats = field(default_factory=lambda: np.empty(0))
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
        self.runs: list[tuple[Numbers, Numbers, bool]] = []
        self.topics: dict[str, str] = {}
        self.columns: tuple[list[float | None], ...] = ([], [], [], [], [], [])
        self.mode: dict[str, str] = {}
        self.batt: dict[str, float] = {}
        self.config: dict[str, str] = {}
        self.route: dict[str, int] = {}
        self.words: list[Word] = []
        self.presences: list[PresenceReport] = []
        self.fences: list[PhoneFence] = []
        self.refused: list[Refusal] = []

    def run(self, messages: Sequence[Inbound]) -> Reports:
        plain = _read_plain(messages)
        done = 0
        for nth, place in enumerate(plain.left):
            if place - nth > done:
                self._note_plain(plain, done, place - nth)
                done = place - nth
            message = messages[place]
            try:
                self._one(message)
            except _Refused as refused:
                self.refused.append(Refusal(_clean(message.topic), refused.args[0]))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                self.refused.append(
                    Refusal(_clean(message.topic), Message("the payload can't be read: {reason}", reason=cause(error)))
                )
        self._note_plain(plain, done, len(plain.drivers))
        checked = self._checked_fixes(plain.columns)
        return Reports(checked, self.words, self.presences, self.fences, self.refused)

    def _one(self, message: Inbound) -> None:
        if len(message.payload) > MAX_BYTES:
            raise _Refused(
                Message("the message has {size} bytes; at most {most} are read", size=len(message.payload), most=MAX_BYTES)
            )
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
        raise _Refused(
            Message("unknown topic; positions go to {prefix}/drivers/ID/fixes or owntracks/ID/DEVICE", prefix=topics.PREFIX)
        )

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
        if report.route is not None:
            self.route[driver] = report.route
        self._note_batt(driver, report.batt)

    def _word(self, driver: str, payload: bytes) -> None:
        word = _word.decode(payload)
        _same_driver(driver, word.driver)
        if not _is_id(word.id):
            raise _Refused(Message("a word needs an id of 1 to {most} printable characters", most=_MAX_ID))
        if word.event not in WORD_EVENTS:
            raise _Refused(
                Message(
                    "unknown event {event!r}; known are {known}", event=_clean(word.event), known=", ".join(sorted(WORD_EVENTS))
                )
            )
        for named in (word.offer, word.order):
            if named is not None and not _is_id(named):
                raise _Refused(Message("an offer or order has an id of 1 to {most} printable characters", most=_MAX_ID))
        if word.order is None and (word.offer is None or word.event not in ("accept", "reject")):
            raise _Refused(Message("{event} does not say which order it is about", event=word.event))
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
            raise _Refused(
                Message("the payload names the topic {topic}, but came as {driver}", topic=_clean(report.topic), driver=driver)
            )
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
                raise _Refused(
                    Message("encrypted by the app: empty the Encryption key in OwnTracks' settings; TLS protects the way")
                )
            case kind if kind not in owntracks.QUIET_TYPES:
                raise _Refused(Message("unknown OwnTracks message {kind!r}", kind=_clean(kind)))

    def _location(self, driver: str, topic: str, report: owntracks.Message) -> None:
        if report.lat is None or report.lon is None or report.tst is None:
            raise _Refused(Message("a location needs lat, lon and tst"))
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
            raise _Refused(Message("a transition needs tst and the event enter or leave"))
        _check_time(report.tst)
        entered = report.event == "enter"
        self.fences.append(PhoneFence(driver, entered, _clean(report.desc or "")[:_MAX_REASON], report.wtst, report.tst))

    # --- columns

    def _note_source(self, driver: str, topic: str, count: int) -> None:
        self.topics[driver] = topic
        self.owners.append(self.drivers.setdefault(driver, len(self.drivers)))
        self.counts.append(count)

    def _end_run(self) -> None:
        if self.owners:
            self.runs.append((np.array(self.owners, np.int64), np.array(self.counts, np.int64), False))
            self.owners, self.counts = [], []

    def _note_plain(self, plain: _Plain, start: int, stop: int) -> None:
        """A run of messages that the kernel read, all at once."""
        self._end_run()
        drivers, counts = plain.drivers[start:stop], plain.counts[start:stop]
        codes, batt = plain.codes[start:stop], plain.batt[start:stop]
        with_fixes = drivers
        if not counts.all():
            with_fixes = [d for d, count in zip(drivers, counts.tolist(), strict=True) if count]
            counts = counts[counts > 0]
        self.runs.append((self._numbers(with_fixes), counts, True))
        said = codes >= 0
        if said.all() and len(plain.modes) == 2:
            self.mode |= dict.fromkeys(drivers, plain.modes[0])
        elif said.any():
            self.mode |= {d: plain.modes[code] for d, code in zip(drivers, codes.tolist(), strict=True) if code >= 0}
        charged = (batt >= 0) & (batt <= 100)
        if charged.all():
            self.batt |= zip(drivers, batt.tolist(), strict=True)
        elif charged.any():
            self.batt |= {d: b for d, b in zip(drivers, batt.tolist(), strict=True) if 0 <= b <= 100}

    def _numbers(self, drivers: list[str]) -> Numbers:
        """The place of each among the drivers of this batch, where new ones are added."""
        known = self.drivers
        new = dict.fromkeys(drivers) if not known else [d for d in dict.fromkeys(drivers) if d not in known]
        first = len(known)
        known |= zip(new, range(first, first + len(new)), strict=True)
        if len(new) == len(drivers):
            return np.arange(first, first + len(new))
        return np.fromiter(map(known.__getitem__, drivers), np.int64, len(drivers))

    def _note_batt(self, driver: str, batt: float | None) -> None:
        if batt is not None and 0 <= batt <= 100:
            self.batt[driver] = batt

    def _checked_fixes(self, plain: Floats) -> FixBatch:
        self._end_run()
        parts = [np.repeat(owners, counts) for owners, counts, _ in self.runs]
        driver = np.concatenate(parts) if parts else np.empty(0, np.int64)
        # numpy turns None into NaN here
        columns = np.array(self.columns, np.float64)
        if not columns.size:
            columns = plain
        elif plain.size:
            by_kernel = np.repeat([whose for _, _, whose in self.runs], [len(part) for part in parts])
            both = np.empty((len(plain), len(driver)))
            both[:, by_kernel], both[:, ~by_kernel] = plain, columns
            columns = both
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
        return FixBatch(names, driver, t, lat, lon, acc, spd, hdg, self.mode, self.batt, self.config, self.route)

    def _refuse_fixes(
        self, names: list[str], driver: NDArray[np.int64], t: Floats, lat: Floats, lon: Floats, on_globe: Bools, good: Bools
    ) -> None:
        """One line per driver: the first bad position, and how many more there are."""
        bad = np.flatnonzero(~good)
        for owner in np.unique(driver[bad]):
            of_owner = bad[driver[bad] == owner]
            first = of_owner[0]
            if on_globe[first]:
                reason = _no_time(t[first])
            else:
                reason = Message("{place} is not on the globe", place=f"{lat[first]:.17g}, {lon[first]:.17g}")
            said = Message("a position is refused: {reason}", reason=reason)
            if len(of_owner) > 1:
                said = Message("{said} (and {more} more like it)", said=said, more=len(of_owner) - 1)
            topic = self.topics.get(names[owner]) or topics.fixes(names[owner])
            self.refused.append(Refusal(_clean(topic), said))


def _read_plain(messages: Sequence[Inbound]) -> _Plain:
    kernel = KERNELS.get() if len(messages) >= MANY else None
    if kernel is None:
        return _Plain(range(len(messages)))
    drivers = _reporting([message.topic for message in messages])
    payloads = [message.payload for message in messages]
    sizes = np.fromiter(map(len, payloads), np.int64, len(payloads))
    left: list[int] = []
    if "" in drivers or (sizes > MAX_BYTES).any():
        kept = [bool(driver) and size <= MAX_BYTES for driver, size in zip(drivers, sizes.tolist(), strict=True)]
        left = [place for place, keep in enumerate(kept) if not keep]
        drivers, payloads = list(compress(drivers, kept)), list(compress(payloads, kept))
        sizes = sizes[kept]
    data = np.frombuffer(b"".join((*payloads, b"\0")), np.uint8)
    columns, counts, codes, batt, spans = kernel.read(data, np.cumsum(sizes))
    modes = [data[first:last].tobytes().decode() for first, last in spans.tolist() if first >= 0]
    modes.append("")
    read = counts >= 0
    if not read.all():
        places = np.delete(np.arange(len(messages)), left)
        left = sorted((*left, *places[~read].tolist()))
        drivers = list(compress(drivers, read.tolist()))
        counts, codes, batt = counts[read], codes[read], batt[read]
    return _Plain(left, drivers, counts, codes, modes, batt, columns)


def _reporting(of_topics: list[str]) -> list[str]:
    """Whose fixes each topic brings; empty for any other topic."""
    begin, end = len(_DRIVERS), -len(_FIXES)
    drivers = [topic[begin:end] for topic in of_topics]
    # All looked at in one go: put together again they are what they were taken from, length by length.
    if f"{_DRIVERS}{(_FIXES + _DRIVERS).join(drivers)}{_FIXES}" == "".join(of_topics) and "/" not in "".join(drivers):
        return drivers
    for place, (topic, driver) in enumerate(zip(of_topics, drivers, strict=True)):
        if "/" in driver or not (topic.endswith(_FIXES) and topic.startswith(_DRIVERS)):
            drivers[place] = ""
    return drivers


def _same_driver(of_topic: str, of_payload: str | None) -> None:
    if of_payload is not None and of_payload != of_topic:
        raise _Refused(
            Message(
                "the payload names the driver {named}, but came as {driver}", named=_clean(of_payload), driver=_clean(of_topic)
            )
        )


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID and text.isprintable()


def _check_time(t: float) -> None:
    if not 0.0 < t < LATEST:
        raise _Refused(_no_time(t))


def _no_time(t: float) -> Message:
    return Message("the time {time} is not in seconds since 1970 and before 2100", time=f"{t:.17g}")


def _clean(text: str) -> str:
    """On one line, of bounded length: it ends in logs and windows."""
    return "".join(c if c.isprintable() else "?" for c in text[:_MAX_REASON])
