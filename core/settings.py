"""Settings, each declared once: key, type, unit, range, default and what it does.

The file `settings.toml` in the data folder holds only what differs from the defaults. The same declarations will fill the
settings window and the documentation.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from core.domain.errors import BadInput

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Setting:
    """``low`` and ``high`` bound a number; ``choices`` bounds a text. ``unit`` is shown beside the value."""

    key: str
    default: Value
    description: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

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
       choices: tuple[str, ...] = ()) -> Setting:  # fmt: skip
    return Setting(key, default, description, unit, low, high, choices)


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
    _s("matching.weight_pickup_leg", 1.0, "Cost of a minute on the way to a pick-up", "", 0, 100),
    _s("matching.weight_pickup_stop", 1.0, "Cost of a minute spent at a pick-up", "", 0, 100),
    _s("matching.weight_dropoff_leg", 1.0, "Cost of a minute on the way to a drop-off", "", 0, 100),
    _s("matching.weight_dropoff_stop", 1.0, "Cost of a minute spent at a drop-off", "", 0, 100),
    _s("matching.weight_pickup_early", 1.0, "Cost of a minute a driver waits for an order", "", 0, 100),
    _s("matching.weight_pickup_late", 1.0, "Cost of a minute an order waits ready for its driver", "", 0, 100),
    _s("matching.weight_dropoff_early", 0.0, "Cost of a minute an order comes before its window", "", 0, 100),
    _s("matching.weight_dropoff_late", 3.0, "Cost of a minute an order comes after its promise", "", 0, 100),
    _s("matching.workers", 1, "Processes that match", "", 1, 64),
    _s("offers.limit_s", 45.0, "How long a driver has to answer an offer", "s", 5, 600),
    _s(
        "offers.rest_after_no_s",
        600.0,
        "How long an order a driver turned down is not offered to them again",
        "s",
        0,
        86400,
    ),
    _s("orders.promise_min", 40.0, "Promised time from order to door where the order does not say", "min", 5, 1440),
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
    _s("tracking.offline_after_s", 90.0, "A driver silent this long in active mode counts as offline", "s", 5, 86400),
    _s("tracking.offline_after_passive_s", 180.0, "The same in passive mode", "s", 5, 86400),
    _s("tracking.active_capture_s", 1.0, "How often a phone captures its position while on an order", "s", 0.2, 600),
    _s("tracking.active_send_s", 8.0, "How often it sends them", "s", 0.2, 600),
    _s("tracking.passive_capture_s", 4.0, "How often a phone captures its position while free", "s", 0.2, 600),
    _s("tracking.passive_send_s", 20.0, "How often it sends them", "s", 0.2, 600),
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
    _s("mqtt.broker", "embedded", "embedded, or the address of a broker: mqtt://host:1883, mqtts://host:8883"),
    _s(
        "mqtt.version",
        "5",
        "Version of MQTT to speak with a broker of one's own: 5 lets offers expire there, 3.1.1 takes twice as many positions",
        choices=("5", "3.1.1"),
    ),
    _s("mqtt.port", 1883, "Port of the embedded broker", "", 0, 65535),
    _s("mqtt.listen", "0.0.0.0", "Address the embedded broker listens at; 127.0.0.1 keeps phones out"),
    _s("mqtt.address", "", "Address at which phones reach the embedded broker; empty for this machine's own"),
    _s("mqtt.user", "kerbside-console", "The console's own user at the broker"),
    _s("mqtt.client_rate", 50.0, "Most messages a second the embedded broker takes from one driver", "/s", 1, 10000),
    _s(
        "mqtt.outgrown_at",
        2000.0,
        "Messages a second beyond which the embedded broker counts as outgrown",
        "/s",
        10,
        100000,
    ),
    _s(
        "http.listen",
        "",
        "Where other systems reach this program by HTTP, as 127.0.0.1:8080 or 0.0.0.0:8080; empty for nowhere",
    ),
    _s("http.rate", 200.0, "Most requests a second of one key, in the long run", "/s", 0.1, 100000),
    _s("http.burst", 2000.0, "Most requests of one key at once", "", 1, 1000000),
    _s("http.strangers_rate", 10.0, "Most requests a second of one address without a good key", "/s", 0.1, 100000),
    _s("http.body_kb", 1000.0, "Largest request", "kB", 1, 100000),
    _s("http.certificate", "", "File of the certificate (PEM) with which HTTP is encrypted; empty for plain HTTP"),
    _s("http.certificate_key", "", "File of its key (PEM), where that is another file"),
    _s("forwarding.tries", 10, "So often an event is tried to be passed on before it counts as dead", "", 1, 100),
    _s("forwarding.first_wait_s", 2.0, "Wait before the second try; each further wait is twice as long", "s", 0.01, 3600),
    _s("routing.detour_factor", 1.35, "Great-circle distance times this, where there is no road map", "", 1, 5),
    _s("routing.tree_cache_mb", 512, "Memory for cached shortest-path trees, per process", "MB", 16, 65536),
    _s("storage.backup_every_h", 24.0, "How often the data folder is backed up into its folder backups; 0 never", "h", 0, 8760),
    _s("storage.backups_kept", 7, "How many of these backups are kept", "", 1, 1000),
    _s("window.theme", "system", "Colours of the window", choices=("system", "light", "dark")),
    _s("window.rows", "compact", "Height of table rows", choices=("compact", "comfortable")),
    _s("map.online_tiles", False, "Fetch map tiles from the internet; off keeps the console offline"),
    _s("map.city", "", "The city file in use; empty for great-circle distances"),
)

BY_KEY: dict[str, Setting] = {s.key: s for s in DECLARED}


class Settings:
    """Values by key. Assigning checks; `save` writes what differs from the defaults; listeners hear each change."""

    def __init__(self, values: Mapping[str, object] | None = None, path: Path | None = None) -> None:
        self._values: dict[str, Value] = {}
        self._listeners: list[Callable[[str, Value], None]] = []
        self._unknown: dict[str, object] = {}
        self.path = path
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
        for section, entries in table.items():
            for name, value in entries.items() if isinstance(entries, dict) else [("", entries)]:
                key = f"{section}.{name}" if name else section
                try:
                    settings.set(key, value)
                except BadInput as error:
                    settings.problems.append(f"{error}; the default is used")
                    settings._unknown[key] = value
        return settings

    def __getitem__(self, key: str) -> Value:
        return self._values.get(key, BY_KEY[key].default)

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
        setting = BY_KEY.get(key)
        if setting is None:
            raise BadInput(f"there is no setting {key}")
        checked = setting.checked(value)
        self._unknown.pop(key, None)
        if checked == self[key]:
            return
        self._values[key] = checked
        for listener in tuple(self._listeners):
            listener(key, checked)

    def on_change(self, listener: Callable[[str, Value], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def save(self) -> None:
        """Write atomically; values that could not be read are kept as they stood."""
        if self.path is None:
            return
        table: dict[str, Any] = {k: v for k, v in self._unknown.items() if "." not in k}
        changed = {k: v for k, v in self._values.items() if v != BY_KEY[k].default}
        for key, value in sorted({**self._unknown, **changed}.items()):
            section, _, name = key.partition(".")
            if name:
                if not isinstance(table.get(section), dict):
                    table[section] = {}
                table[section][name] = value
        scratch = self.path.with_name(self.path.name + ".new")
        scratch.write_text(tomli_w.dumps(table), encoding="utf-8")
        os.replace(scratch, self.path)
