"""Settings, each declared once: key, type, unit, range, default and what it does.

The file `settings.toml` in the data folder holds only what differs from the defaults. The same declarations fill the
settings window.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from core.domain.errors import BadInput
from core.domain.language import mark

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Setting:
    """``low`` and ``high`` bound a number; ``choices`` bounds a text. ``unit`` is shown beside the value.

    ``live`` settings take effect at once, the others when the core starts the next time.
    """

    key: str
    default: Value
    description: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    live: bool = True

    @property
    def range(self) -> str:
        """What a number may be, in words: ``1 to 300 s``; empty where nothing bounds it."""
        if isinstance(self.default, bool | str) or math.isinf(self.low) or math.isinf(self.high):
            return ""
        return f"{self.low:g} to {self.high:g} {self.unit}".strip()

    def read(self, text: str) -> Value:
        """The value of a text as a person types it: a decimal comma serves as well as a point. BadInput as by `checked`."""
        text = text.strip()
        if isinstance(self.default, bool):
            return self.checked(
                {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(text.casefold(), text)
            )
        if isinstance(self.default, str):
            return self.checked(text)
        number = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
        try:
            return self.checked(int(number) if isinstance(self.default, int) else float(number))
        except ValueError:
            return self.checked(text)

    def checked(self, value: object) -> Value:
        """Return the value as the setting's type, or raise BadInput with what is allowed."""
        wanted = type(self.default)
        if wanted is float and type(value) is int:
            value = float(value)
        if type(value) is not wanted:
            kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
            raise BadInput(f"setting {self.key} wants {kinds[wanted]}, not {value!r}")
        assert isinstance(value, bool | int | float | str)
        if self.choices and value not in self.choices:
            raise BadInput(f"setting {self.key} wants one of {', '.join(self.choices)}, not {value!r}")
        number = not isinstance(value, bool | str)
        if number and not self.low <= float(value) <= self.high:
            raise BadInput(f"setting {self.key} wants {self.low:g} to {self.high:g} {self.unit}, not {value!r}".strip())
        return value


def _s(key: str, default: Value, description: str, unit: str = "", low: float = -math.inf, high: float = math.inf,
       choices: tuple[str, ...] = (), live: bool = True) -> Setting:  # fmt: skip
    return Setting(key, default, description, unit, low, high, choices, live)


SECTIONS: dict[str, str] = {
    "matching": mark("Matching"),
    "offers": mark("Offers"),
    "orders": mark("Orders"),
    "goods": mark("Goods"),
    "estimates": mark("Estimates"),
    "alerts": mark("Alerts"),
    "providers": mark("Providers"),
    "http": mark("Other systems"),
    "forwarding": mark("Passing events on"),
    "storage": mark("Backups"),
    "tracking": mark("Tracking"),
    "geofencing": mark("Fences"),
    "mqtt": mark("Broker"),
    "routing": mark("Ways and times"),
    "map": mark("Map"),
    "window": mark("Window"),
}
"""What the sections of keys are called, in the order in which they are shown; one that is missing here comes last."""


DECLARED: tuple[Setting, ...] = (
    _s("matching.cycle_s", 10.0, "How often the matcher runs", "s", 1, 300),
    _s(
        "matching.max_pickup_km",
        6.0,
        "Farthest a driver is asked to come for an order, as the crow flies",
        "km",
        0.1,
        100,
    ),
    _s("matching.nearest_drivers", 25, "How many of the nearest drivers are priced for an order", "", 1, 1000),
    _s(
        "matching.chain_within_min",
        10.0,
        "Offer a next order to a driver who will be free within this time; 0 never",
        "min",
        0,
        60,
    ),
    _s(
        "matching.commit_before_ready_min",
        3.0,
        "Offer an order no earlier than this before a driver has to set off to be there when it is ready",
        "min",
        0,
        240,
    ),
    _s(
        "matching.generators",
        "alone, into_route, multibundle, nearby_merchants, same_merchant",
        "Which routes are proposed: each order alone, between the stops of a route under way, any number of orders, two of"
        " merchants nearby, several of one merchant; leave out what is not wanted",
    ),
    _s("matching.multibundle_s", 60.0, "How often routes of any number of orders are looked for; 0 never", "s", 0, 3600),
    _s("matching.multibundle_limit_s", 4.0, "How long such a search may take", "s", 0.1, 60),
    _s(
        "matching.share_margin_min",
        6.0,
        "Most that orders sharing a driver keep in hand before their promises; less where the kitchens are done",
        "min",
        0,
        60,
    ),
    _s("matching.weight_pickup_leg", 1.0, "Cost of a minute on the way to a pick-up", "", 0, 100),
    _s("matching.weight_pickup_stop", 1.0, "Cost of a minute spent at a pick-up", "", 0, 100),
    _s("matching.weight_dropoff_leg", 1.0, "Cost of a minute on the way to a drop-off", "", 0, 100),
    _s("matching.weight_dropoff_stop", 1.0, "Cost of a minute spent at a drop-off", "", 0, 100),
    _s("matching.weight_pickup_early", 1.0, "Cost of a minute a driver waits for an order", "", 0, 100),
    _s("matching.weight_pickup_late", 1.0, "Cost of a minute an order waits ready for its driver", "", 0, 100),
    _s("matching.weight_dropoff_early", 0.0, "Cost of a minute an order comes before its window", "", 0, 100),
    _s("matching.weight_dropoff_late", 3.0, "Cost of a minute an order comes after its promise", "", 0, 100),
    _s(
        "matching.weight_spread_pay",
        0.0,
        "What a delivery costs more with a driver whose deliveries have earned the guaranteed pay already",
        "min",
        0,
        100,
    ),
    _s(
        "matching.weight_shortage",
        0.0,
        "What a minute of a driver's time costs more for each order per driver beyond one",
        "",
        0,
        100,
    ),
    _s("matching.weight_fairness", 0.0, "Cost of each delivery a driver has done more than the mean of late", "min", 0, 100),
    _s("matching.weight_rating", 0.0, "Cost of each star a driver's rating lacks to five", "min", 0, 100),
    _s("matching.weight_cold", 0.0, "Cost of a minute from ready to door, for goods with a longest time", "", 0, 100),
    _s(
        "matching.profile",
        "default",
        "What the matcher strives for: gives the weights that are not set here themselves",
        choices=("default", "punctuality", "efficiency", "fairness", "rating"),
    ),
    _s(
        "matching.swap_margin_min",
        3.0,
        "How much better another driver has to be before an order that is not picked up yet changes hands; 0 never",
        "min",
        0,
        240,
    ),
    _s(
        "matching.record_cycles",
        30,
        "How many of the matcher's last cycles are kept as files, to be played again; 0 none",
        "",
        0,
        10000,
    ),
    _s(
        "estimates.quantile",
        0.5,
        "Quantile of preparation and stop times that is planned on: 0.5 is as often early as late",
        "",
        0.05,
        0.95,
    ),
    _s("estimates.days", 28, "Days of history that estimates are learnt from; 0 plans on what merchants say", "days", 0, 365),
    _s("matching.workers", 1, "Processes that match", "", 1, 64, live=False),
    _s("matching.cluster_orders", 1000, "Orders matched at once; a larger market is matched in clusters", "", 20, 100_000),
    _s("offers.limit_s", 45.0, "How long a driver has to answer an offer", "s", 5, 600),
    _s(
        "offers.rest_after_no_s",
        600.0,
        "How long an order a driver turned down is not offered to them again",
        "s",
        0,
        86400,
    ),
    _s("goods.*.door_min", 0.0, "Longest time from ready to door for goods of this kind; 0 for no limit", "min", 0, 1440),
    _s("goods.*.cold_box", False, "Goods of this kind go by drivers with a cold box only"),
    _s("goods.food.door_min", 45.0, "Longest time from ready to door for food: it gets cold", "min", 0, 1440),
    _s("orders.promise_min", 40.0, "Promised time from order to door where the order does not say", "min", 5, 1440),
    _s("orders.in_memory_h", 6.0, "How long an order that has ended stays in the tables; the database keeps it", "h", 0.5, 168),
    _s("orders.pickup_stop_min", 2.0, "Usual time at a pick-up", "min", 0, 60),
    _s("orders.dropoff_stop_min", 2.0, "Usual time at a drop-off", "min", 0, 60),
    _s(
        "orders.unassigned_alarm_min",
        8.0,
        "After this long without a driver, from ten minutes before it is ready, an order counts as an exception",
        "min",
        1,
        240,
    ),
    _s(
        "alerts.hold_s",
        30.0,
        "A delay that is foreseen, or a wrong way, has to last this long before it is an alert",
        "s",
        0,
        3600,
    ),
    _s(
        "alerts.clear_s",
        60.0,
        "What was the matter has to be over this long before its alert ends; twice as long each time it comes back",
        "s",
        0,
        3600,
    ),
    _s("alerts.will_be_late_min", 1.0, "Expected this long after its promise, an order is an alert", "min", 0.5, 240),
    _s("alerts.stopped_min", 5.0, "A driver under way who has not moved for this long is an alert", "min", 1, 240),
    _s(
        "alerts.off_route_m",
        700.0,
        "A driver this much farther from the next stop than they have been is an alert",
        "m",
        100,
        20000,
    ),
    _s(
        "alerts.broker_grace_s",
        60.0,
        "After the broker was away, drivers have this long to be heard from before anything is concluded about them",
        "s",
        0,
        3600,
    ),
    _s("alerts.group_from", 5, "So many alerts of one kind that come together are shown as one", "", 2, 1000),
    _s("alerts.snooze_min", 10.0, "How long a snoozed alert keeps still", "min", 1, 480),
    _s("alerts.sound_critical", True, "A sound for an urgent alert: late, no driver, driver silent"),
    _s("alerts.sound_warning", False, "A sound for every other alert"),
    _s("alerts.name", "", "Your name, as alerts show who has seen or taken them; empty for dispatcher"),
    _s("tracking.offline_after_s", 90.0, "A driver silent this long in active mode counts as offline", "s", 5, 86400),
    _s("tracking.offline_after_passive_s", 180.0, "The same in passive mode", "s", 5, 86400),
    _s(
        "tracking.stuck_after_min",
        10.0,
        "A driver on the way to a pick-up who has not moved this long loses the orders not picked up yet; 0 never",
        "min",
        0,
        240,
    ),
    _s("tracking.active_capture_s", 1.0, "How often a phone captures its position while on an order", "s", 0.2, 600),
    _s("tracking.active_send_s", 8.0, "How often it sends them", "s", 0.2, 600),
    _s("tracking.passive_capture_s", 4.0, "How often a phone captures its position while free", "s", 0.2, 600),
    _s("tracking.passive_send_s", 20.0, "How often it sends them", "s", 0.2, 600),
    _s("tracking.owntracks_passive_s", 60.0, "How often OwnTracks looks for its position while free", "s", 1, 3600),
    _s("tracking.owntracks_passive_m", 500.0, "Way after which OwnTracks sends it while free", "m", 10, 10000),
    _s(
        "tracking.confirm_within_s",
        60.0,
        "A phone that has not come into the mode it was asked for after this long is shown, with what to do",
        "s",
        5,
        3600,
    ),
    _s(
        "tracking.clock_tolerance_s",
        30.0,
        "A phone whose clock is off by more than this is shown, and its times are corrected",
        "s",
        5,
        3600,
    ),
    _s("geofencing.radius_m", 100.0, "Radius around a stop in which a driver counts as there", "m", 10, 5000),
    _s("geofencing.dwell_s", 180.0, "A driver who stays at a stop this long without leaving it is told of", "s", 10, 86400),
    _s("tracking.history_h", 24.0, "How long positions are kept, to see where a driver was; 0 keeps none", "h", 0, 8760),
    _s(
        "tracking.fastest_kmh",
        250.0,
        "A position that would need a higher speed is held back until the next one confirms it; 0 never",
        "km/h",
        0,
        2000,
    ),
    _s("mqtt.broker", "embedded", "embedded, or the address of a broker: mqtt://host:1883, mqtts://host:8883", live=False),
    _s(
        "mqtt.version",
        "5",
        "Version of MQTT to speak with a broker of one's own: 5 lets offers expire there; positions come by 3.1.1 either way",
        choices=("5", "3.1.1"),
        live=False,
    ),
    _s("mqtt.port", 1883, "Port of the embedded broker", "", 0, 65535, live=False),
    _s("mqtt.listen", "0.0.0.0", "Address the embedded broker listens at; 127.0.0.1 keeps phones out", live=False),
    _s("mqtt.address", "", "Address at which phones reach the embedded broker; empty for this machine's own", live=False),
    _s("mqtt.user", "kerbside-console", "The console's own user at the broker", live=False),
    _s(
        "mqtt.client_rate", 50.0, "Most messages a second the embedded broker takes from one driver", "/s", 1, 10000, live=False
    ),
    _s(
        "mqtt.outgrown_at",
        2000.0,
        "Messages a second beyond which the embedded broker counts as outgrown",
        "/s",
        10,
        100000,
        live=False,
    ),
    _s(
        "http.listen",
        "",
        "Where other systems reach this program by HTTP, as 127.0.0.1:8080 or 0.0.0.0:8080; empty for nowhere",
        live=False,
    ),
    _s("http.rate", 200.0, "Most requests a second of one key, in the long run", "/s", 0.1, 100000, live=False),
    _s("http.burst", 2000.0, "Most requests of one key at once", "", 1, 1000000, live=False),
    _s("http.strangers_rate", 10.0, "Most requests a second of one address without a good key", "/s", 0.1, 100000, live=False),
    _s("http.body_kb", 1000.0, "Largest request", "kB", 1, 100000, live=False),
    _s("http.certificate", "", "File of the certificate (PEM) with which HTTP is encrypted; empty for plain HTTP", live=False),
    _s("http.certificate_key", "", "File of its key (PEM), where that is another file", live=False),
    _s("forwarding.tries", 10, "So often an event is tried to be passed on before it counts as dead", "", 1, 100, live=False),
    _s(
        "forwarding.first_wait_s",
        2.0,
        "Wait before the second try; each further wait is twice as long",
        "s",
        0.01,
        3600,
        live=False,
    ),
    _s("storage.backup_every_h", 24.0, "How often the data folder is backed up into its folder backups; 0 never", "h", 0, 8760),
    _s("storage.backups_kept", 7, "How many of these backups are kept", "", 1, 1000),
    _s(
        "providers.breaker_after",
        5,
        "So many calls in a row fail before a provider is left alone for a while",
        "",
        1,
        100,
        live=False,
    ),
    _s(
        "providers.breaker_open_s",
        30.0,
        "How long at first; twice as long each time the next call fails too",
        "s",
        1,
        3600,
        live=False,
    ),
    _s("providers.at_once", 16, "Calls to one provider that may be under way together", "", 1, 1000, live=False),
    _s("providers.retry_share", 0.2, "Retries a provider is sent for each order it is sent", "", 0, 10, live=False),
    _s("providers.callback_age_s", 300.0, "A provider's callback signed longer ago than this is refused", "s", 5, 86400),
    _s("routing.detour_factor", 1.35, "Great-circle distance times this, where there is no road map", "", 1, 5, live=False),
    _s("routing.tree_cache_mb", 512, "Memory for cached shortest-path trees, per process", "MB", 16, 65536, live=False),
    _s("window.theme", "system", "Colours of the window", choices=("system", "light", "dark")),
    _s("window.rows", "compact", "Height of table rows", choices=("compact", "comfortable")),
    _s(
        "window.stall_warn_ms",
        250.0,
        "What keeps the window waiting for longer is logged, with where; 0 nothing",
        "ms",
        0,
        60000,
    ),
    _s(
        "window.language",
        "system",
        "Language of the window: en English, de Deutsch; from the next start of the program on",
        choices=("system", "en", "de"),
    ),
    _s(
        "window.direction",
        "as the language",
        "Which way the window reads; from the next start of the program on",
        choices=("as the language", "left to right", "right to left"),
    ),
    _s("window.only_on_shift", False, "Leave out of the drivers' table who is not on shift and has no order"),
    _s("map.online_tiles", False, "Fetch map tiles from the internet; off keeps the console offline"),
    _s("map.city", "", "The city file in use; empty for great-circle distances", live=False),
)

BY_KEY: dict[str, Setting] = {s.key: s for s in DECLARED}

RATES = (
    "tracking.active_capture_s",
    "tracking.active_send_s",
    "tracking.passive_capture_s",
    "tracking.passive_send_s",
    "tracking.owntracks_passive_s",
    "tracking.owntracks_passive_m",
)
"""What phones are told of, as soon as it changes; experiments may vary it."""


def declared(key: str) -> Setting | None:
    """The setting of that key; ``goods.*.door_min`` stands for those of every kind that is not declared by itself."""
    parts = key.split(".")
    family = ".".join((parts[0], "*", *parts[2:])) if len(parts) == 3 and parts[1].isidentifier() else key
    return BY_KEY.get(key) or BY_KEY.get(family)


class Settings:
    """Values by key. Assigning checks; `save` writes what differs from the defaults; listeners hear each change."""

    def __init__(self, values: Mapping[str, object] | None = None, path: Path | None = None) -> None:
        self._values: dict[str, Value] = {}
        self._listeners: list[Callable[[str, Value], None]] = []
        self._unknown: dict[str, object] = {}
        self.path = path
        self._stamp = _stamp(path)
        self._in_file: set[str] = set()
        self.problems: list[str] = []
        for key, value in (values or {}).items():
            self.set(key, value)

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Read a file. What can't be read keeps its default and is named in `problems`; nothing is overwritten.

        A file that is no TOML at all is set aside as ``settings.toml.bad``, so that the next save can't destroy it.
        """
        settings = cls(path=path)
        if not path.exists():
            return settings
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except OSError as error:
            settings.problems.append(f"{path} can't be read ({error.strerror}); defaults are used: check who owns it")
            return settings
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            aside = path.with_name(path.name + ".bad")
            path.replace(aside)
            settings.problems.append(
                f"settings.toml can't be read ({error}); defaults are used, the file is kept as {aside.name}"
            )
            return settings
        for key, value in _flat(table):
            try:
                settings.set(key, value)
                settings._in_file.add(key)
            except BadInput as error:
                settings.problems.append(f"{error}; the default is used")
                settings._unknown[key] = value
        return settings

    def __getitem__(self, key: str) -> Value:
        value = self._values.get(key)
        if value is not None:
            return value
        setting = declared(key)
        if setting is None:
            raise KeyError(key)
        return setting.default

    def given(self, key: str) -> bool:
        """Whether the value differs from the default."""
        setting = declared(key)
        return setting is not None and self[key] != setting.default

    def number(self, key: str) -> float:
        value = self[key]
        assert isinstance(value, int | float)
        return value

    def text(self, key: str) -> str:
        return str(self[key])

    def flag(self, key: str) -> bool:
        return bool(self[key])

    def set(self, key: str, value: object) -> None:
        """Raise BadInput for an unknown key or a value out of range."""
        setting = declared(key)
        if setting is None:
            raise BadInput(f"there is no setting {key}")
        checked = setting.checked(value)
        self._unknown.pop(key, None)
        if checked == self[key]:
            return
        self._values[key] = checked
        for listener in tuple(self._listeners):
            listener(key, checked)

    def changed(self) -> dict[str, Value]:
        """What differs from the defaults."""
        return {key: value for key, value in sorted(self._values.items()) if self.given(key)}

    def replace(self, values: Mapping[str, Value]) -> None:
        """Take these values, and the defaults for all others. Raises BadInput with nothing changed."""
        for key, value in values.items():
            setting = declared(key)
            if setting is None:
                raise BadInput(f"there is no setting {key}")
            setting.checked(value)
        for key in {*BY_KEY, *self._values, *values}:
            setting = declared(key)
            assert setting is not None
            self.set(key, values.get(key, setting.default))

    def on_change(self, listener: Callable[[str, Value], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def follow_file(self) -> list[str]:
        """Take over what somebody has changed in the file since it was read or saved; to be asked now and then.

        Returns what can't be used, a line each; it leaves things as they were.
        """
        if self.path is None or _stamp(self.path) == self._stamp:
            return []
        self._stamp = _stamp(self.path)
        try:
            table = tomllib.loads(self.path.read_text(encoding="utf-8-sig"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            return [f"settings.toml can't be read ({error}); the settings stay as they were"]
        said = dict(_flat(table))
        problems = []
        gone = {key: setting.default for key in self._in_file - said.keys() if (setting := declared(key)) is not None}
        self._in_file = {key for key in said if declared(key) is not None}
        for key, value in {**gone, **said}.items():
            try:
                self.set(key, value)
            except BadInput as error:
                problems.append(f"settings.toml: {error}")
        return problems

    def save(self) -> None:
        """Write atomically; values that could not be read are kept as they stood."""
        if self.path is None:
            return
        table: dict[str, Any] = {k: v for k, v in self._unknown.items() if "." not in k}
        for key, value in sorted({**self._unknown, **self.changed()}.items()):
            if "." in key:
                _put(table, key, value)
        scratch = self.path.with_name(self.path.name + ".new")
        scratch.write_text(tomli_w.dumps(table), encoding="utf-8")
        os.replace(scratch, self.path)
        self._stamp, self._in_file = _stamp(self.path), {k for k in self._values if self.given(k)}


def toml_of(values: Mapping[str, Value]) -> str:
    """Values as a file of settings, a table for each section."""
    table: dict[str, Any] = {}
    for key, value in sorted(values.items()):
        _put(table, key, value)
    return tomli_w.dumps(table)


def values_of(text: str) -> tuple[dict[str, Value], list[str]]:
    """The settings in a TOML text, and a line for each that can't be used; raises BadInput where it is no TOML."""
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"this is no file of settings: {error}") from None
    values: dict[str, Value] = {}
    problems: list[str] = []
    for key, value in _flat(table):
        setting = declared(key)
        try:
            if setting is None:
                raise BadInput(f"there is no setting {key}")
            values[key] = setting.checked(value)
        except BadInput as error:
            problems.append(str(error))
    return values, problems


def _put(table: dict[str, Any], key: str, value: object) -> None:
    """The value into the table of tables that its key names; a value that stands where a table belongs gives way."""
    *sections, name = key.split(".")
    for section in sections:
        if not isinstance(table.get(section), dict):
            table[section] = {}
        table = table[section]
    table[name] = value


def _stamp(path: Path | None) -> tuple[int, int] | None:
    """What changes with the file."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_mtime_ns, found.st_size)


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    """The values of nested tables, each by its whole key."""
    for name, value in table.items():
        key = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            yield from _flat(value, key)
        else:
            yield key, value
