"""What each phone is asked for, what it says it does, and how long the two have differed."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain.driver import App, Driver
from core.domain.experiment import variants_of
from core.domain.world import World
from core.messaging import topics
from core.messaging.codecs import owntracks
from core.messaging.codecs.kerbside import ConfigMessage, Rates, config_version, encode_config
from core.ports import OutMessage
from core.settings import RATES, Settings, Value
from core.tracking.positions import PositionStore, Rows

LOOKED_AT_ONCE = 400
TOLD_AT_ONCE = 100
"""What a change of the settings costs one tick: so many drivers looked at, so many of them told."""
AGAIN_S, AGAIN_MOST_S = 60.0, 1800.0
"""A phone that reports another mode is asked again after this long, then after twice as long each time, up to the most."""

_NOT_ASKED, _PASSIVE, _ACTIVE, _OTHER = range(4)
_CODES = {"": _NOT_ASKED, "passive": _PASSIVE, "active": _ACTIVE}


@dataclass(frozen=True, slots=True)
class Tracking:
    """One phone's tracking. ``asked_at`` is epoch seconds; ``since`` when its word began to differ from what was asked,
    ``None`` where it agrees or has not said.

    ``config`` is the version it should run, ``config_said`` the one it says it runs (empty: it does not say), ``config_since``
    when it was told of the change. ``variants`` maps experiments to variants.
    """

    wanted: str
    said: str
    asked_at: float
    since: float | None
    config: str
    config_said: str
    config_since: float
    variants: dict[str, str]


class Modes:
    """Active while there is something to do, passive otherwise; rates by the settings and the driver's variants."""

    def __init__(self, world: World, settings: Settings, positions: PositionStore, now: Callable[[], float]) -> None:
        self._world, self._settings, self._positions, self._now = world, settings, positions, now
        self._wanted = np.zeros(0, np.int8)
        self._asked_at, self._since, self._again_at, self._wait_s = (np.full(0, math.nan) for _ in range(4))
        self._told: dict[str, int] = {}
        self._config_said: dict[str, str] = {}
        self._to_look_at: deque[str] = deque()
        self._common_due = False
        self._common = self._rates(())
        self._common_since = now()
        self._own_version: dict[str, tuple[str, float]] = {}
        self._forget_settings = settings.on_change(self._setting_changed)

    def close(self) -> None:
        self._forget_settings()

    # Asking

    def greet(self) -> list[OutMessage]:
        """Begin anew: whoever is asked next is told all of it. Gives what is common to all."""
        self._told.clear()
        return [self._common_message()]

    def ask(self, driver: Driver) -> list[OutMessage]:
        """What the driver's phone has to be told, if that differs from what it was told last."""
        active = driver.id in self._world.routes
        self._note_asked(driver.id, _ACTIVE if active else _PASSIVE)
        topic, messages = self._own(driver, active)
        told = hash(tuple(messages))
        if self._told.get(driver.id) == told:
            return []
        self._told[driver.id] = told
        if driver.app is App.OWNTRACKS:
            # A phone that lies still would confirm only when it moves.
            return [OutMessage(topic, payload) for payload in (*messages, owntracks.report_location())]
        return [OutMessage(topic, payload, retain=True) for payload in messages]

    def forget(self, driver_id: str) -> list[OutMessage]:
        """The driver is gone: nothing is asked of them, and nothing of theirs stays at the broker."""
        self._told.pop(driver_id, None)
        self._config_said.pop(driver_id, None)
        self._own_version.pop(driver_id, None)
        row = self._positions.find(driver_id)
        if row is not None and row < len(self._wanted):
            self._wanted[row], self._since[row] = _NOT_ASKED, math.nan
        return [OutMessage(topic, b"", retain=True) for topic in (topics.config(driver_id), topics.route(driver_id))]

    def look_at(self, driver_ids: Iterable[str]) -> None:
        """Something changed that may concern these."""
        self._to_look_at.extend(driver_ids)

    def look_at_all(self) -> None:
        """Something changed that may concern anyone: everybody is looked at, over the next ticks."""
        self._to_look_at = deque(self._world.drivers)

    def due(self) -> list[OutMessage]:
        """What is to be told now: changed settings, and again who has not obeyed."""
        out: list[OutMessage] = []
        if self._common_due:
            self._common_due = False
            out.append(self._common_message())
        looked, told = 0, 0
        while self._to_look_at and looked < LOOKED_AT_ONCE and told < TOLD_AT_ONCE:
            driver = self._world.drivers.get(self._to_look_at.popleft())
            messages = self.ask(driver) if driver is not None else []
            out += messages
            looked, told = looked + 1, told + bool(messages)
        return out + self._again()

    def _again(self) -> list[OutMessage]:
        now = self._now()
        rows = np.flatnonzero(self._again_at <= now)
        heard_since = self._positions.received_at[rows] > self._again_at[rows] - self._wait_s[rows]
        rows = rows[heard_since][:TOLD_AT_ONCE]
        if not len(rows):
            return []
        self._wait_s[rows] = np.minimum(2 * self._wait_s[rows], AGAIN_MOST_S)
        self._again_at[rows] = now + self._wait_s[rows]
        out: list[OutMessage] = []
        for driver_id in self._positions.driver_ids(rows):
            driver = self._world.drivers.get(driver_id)
            if driver is not None:
                self._told.pop(driver_id, None)
                out += self.ask(driver)
        return out

    def _common_message(self) -> OutMessage:
        return OutMessage(topics.CONFIG, encode_config(self._common), retain=True)

    def _rates(self, overrides: Iterable[tuple[str, float]]) -> ConfigMessage:
        rate = {**{key: self._settings.number(key) for key in RATES}, **dict(overrides)}
        active, passive = (
            Rates(rate[f"tracking.{mode}_capture_s"], rate[f"tracking.{mode}_send_s"]) for mode in ("active", "passive")
        )
        config = ConfigMessage(active=active, passive=passive)
        return replace_version(config)

    def _own(self, driver: Driver, active: bool) -> tuple[str, list[bytes]]:
        """Topic and payloads of what the driver's phone alone is told."""
        chosen = variants_of(self._world.experiments, driver.id, driver.group)
        overrides = {key: value for variant in chosen.values() for key, value in variant.settings.items()}
        if driver.app is App.OWNTRACKS:
            rate = {**{key: self._settings.number(key) for key in RATES}, **overrides}
            every, passive = rate["tracking.active_send_s"], rate["tracking.owntracks_passive_s"]
            payload = owntracks.encode_cmd_mode(active, every, passive, rate["tracking.owntracks_passive_m"])
            return f"{topics.owntracks(driver.id)}/cmd", [payload]
        config = ConfigMessage()
        if chosen:
            config = self._rates(overrides.items())
            config.variants = {name: variant.name for name, variant in chosen.items()}
            config.app = {key: value for variant in chosen.values() for key, value in variant.app.items()}
            config = replace_version(config)
        if config.version != self._own_version.get(driver.id, ("", 0.0))[0]:
            self._own_version[driver.id] = config.version, self._now()
        config.mode = "active" if active else "passive"
        return topics.config(driver.id), [encode_config(config)]

    def _setting_changed(self, key: str, value: Value) -> None:
        if key in RATES:
            common = self._rates(())
            if common.version != self._common.version:
                self._common, self._common_since, self._common_due = common, self._now(), True
            self.look_at_all()

    # Hearing

    def heard(self, rows: Rows, config: dict[str, str]) -> None:
        """These rows' phones have said which mode they are in, and some which configuration they have taken over."""
        self._config_said.update(config)
        rows = rows[rows < len(self._wanted)]
        if len(rows):
            self._compare(rows)

    def _compare(self, rows: Rows) -> None:
        now = self._now()
        said, wanted = self._said()[self._positions.mode[rows]], self._wanted[rows]
        differs = (said != wanted) & (said != _NOT_ASKED) & (wanted != _NOT_ASKED)
        begins = differs & np.isnan(self._since[rows])
        self._since[rows] = np.where(begins, now, np.where(differs, self._since[rows], math.nan))
        self._wait_s[rows[begins]] = AGAIN_S
        again = np.where(begins, now + AGAIN_S, np.where(differs, self._again_at[rows], math.nan))
        self._again_at[rows] = again

    def _said(self) -> NDArray[np.int8]:
        """What each of the position store's mode codes means here."""
        return np.array([_CODES.get(mode, _OTHER) for mode in self._positions.modes], np.int8)

    def _note_asked(self, driver_id: str, wanted: int) -> None:
        row = self._positions.row(driver_id)
        if row >= len(self._wanted):
            more = max(len(self._positions), 2 * len(self._wanted)) - len(self._wanted)
            self._wanted = np.append(self._wanted, np.zeros(more, np.int8))
            self._asked_at, self._since, self._again_at, self._wait_s = (
                np.append(column, np.full(more, math.nan))
                for column in (self._asked_at, self._since, self._again_at, self._wait_s)
            )
        if self._wanted[row] == wanted:
            return
        self._wanted[row], self._asked_at[row] = wanted, self._now()
        self._since[row] = math.nan  # a difference counts from the asking on
        self._compare(np.array([row]))

    # Showing

    def differing_s(self, now: float) -> NDArray[np.float64]:
        """By row of the position store, (n,): seconds for which a phone's mode has not been what was asked, NaN where it is."""
        ages = np.full(len(self._positions), math.nan)
        known = min(len(ages), len(self._since))
        ages[:known] = now - self._since[:known]
        return ages

    def of(self, driver_id: str) -> Tracking | None:
        """How a driver's phone tracks; ``None`` for one that was asked for nothing yet."""
        row, driver = self._positions.find(driver_id), self._world.drivers.get(driver_id)
        if row is None or driver is None or row >= len(self._wanted) or self._wanted[row] == _NOT_ASKED:
            return None
        version, version_since = self._own_version.get(driver_id, ("", 0.0))
        since = float(self._since[row])
        chosen = variants_of(self._world.experiments, driver_id, driver.group)
        return Tracking(
            wanted="active" if self._wanted[row] == _ACTIVE else "passive",
            said=self._positions.modes[self._positions.mode[row]],
            asked_at=float(self._asked_at[row]),
            since=None if math.isnan(since) else since,
            config=version or self._common.version,
            config_said=self._config_said.get(driver_id, ""),
            config_since=version_since if version else self._common_since,
            variants={name: variant.name for name, variant in chosen.items()},
        )


def replace_version(config: ConfigMessage) -> ConfigMessage:
    config.version = config_version(config)
    return config
