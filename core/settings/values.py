"""The values settings have, and the file they are kept in."""

from __future__ import annotations

import errno
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tomli_w

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.settings.declared import BY_KEY, declared
from core.settings.setting import Value

DESK = "desk"
"""The table of a file of settings that holds none: how the window of whoever wrote it was arranged."""
FILE = "settings.toml"


class Settings:
    """Values by key. Assigning checks; `save` writes what differs from the defaults; listeners hear each change."""

    def __init__(self, values: Mapping[str, object] | None = None, path: Path | None = None) -> None:
        self._values: dict[str, Value] = {}
        self._listeners: list[Callable[[str, Value], None]] = []
        self._unknown: dict[str, object] = {}
        self.path = path
        self._stamp = _stamp(path)
        self._in_file: set[str] = set()
        self._unread = False
        self.kept: dict[str, Value] = {}
        """What differs from the defaults in the file; a value that only this run was given is not among it."""
        self._kept_listeners: list[Callable[[str], None]] = []
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
            settings.problems.append(
                Message(
                    "{path} can't be read: {reason}. Defaults are used, and nothing is saved over it",
                    path=path,
                    reason=cause(error),
                )
            )
            settings._unread = True
            return settings
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            aside = path.with_name(path.name + ".bad")
            path.replace(aside)
            settings.problems.append(
                Message(
                    "settings.toml can't be read ({reason}); defaults are used, the file is kept as {aside}",
                    reason=cause(error),
                    aside=aside.name,
                )
            )
            settings._stamp = _stamp(path)
            return settings
        for key, value in _flat(table):
            try:
                settings.set(key, value)
                settings._in_file.add(key)
            except BadInput as error:
                settings.problems.append(Message("{problem}; the default is used", problem=cause(error)))
                settings._unknown[key] = value
        settings.kept = settings.changed()
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
            raise BadInput(Message("there is no setting {key}", key=key))
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
                raise BadInput(Message("there is no setting {key}", key=key))
            setting.checked(value)
        for key in {*BY_KEY, *self._values, *values}:
            setting = declared(key)
            assert setting is not None
            self.set(key, values.get(key, setting.default))

    def on_change(self, listener: Callable[[str, Value], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_kept(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Hear that other values are `kept` from now on, and by whom: who is at the desk, or the file's own name."""
        self._kept_listeners.append(listener)
        return lambda: self._kept_listeners.remove(listener)

    @property
    def desk_name(self) -> str:
        """Who is at the desk, as the log has it."""
        return self.text("alerts.name").strip() or "dispatcher"

    def _keep(self, kept: dict[str, Value], by: str) -> None:
        self.kept = kept
        for listener in tuple(self._kept_listeners):
            listener(by)

    def follow_file(self) -> list[str]:
        """Take over what somebody has changed in the file since it was read or saved; to be asked now and then.

        Returns what can't be used, a line each; it leaves things as they were.
        """
        if self.path is None or _stamp(self.path) == self._stamp:
            return []
        self._stamp = _stamp(self.path)
        if self._stamp is None:
            return []  # taken away, or an editor is about to put another in its place
        try:
            table = tomllib.loads(self.path.read_text(encoding="utf-8-sig"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            return [Message("settings.toml can't be read ({reason}); the settings stay as they were", reason=cause(error))]
        self._unread = False
        said = dict(_flat(table))
        problems: list[str] = []
        gone = {key: setting.default for key in self._in_file - said.keys() if (setting := declared(key)) is not None}
        self._in_file = {key for key in said if declared(key) is not None}
        for key, value in {**gone, **said}.items():
            try:
                self.set(key, value)
            except BadInput as error:
                problems.append(Message("settings.toml: {problem}", problem=cause(error)))
        self._keep({key: self[key] for key in sorted(self._in_file) if self.given(key)}, FILE)
        return problems

    def save(self) -> None:
        """Write atomically; values that could not be read are kept as they stood."""
        if self.path is not None:
            self._write(self.path)
        self._keep(self.changed(), self.desk_name)

    def _write(self, path: Path) -> None:
        if self._unread:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        table: dict[str, Any] = {k: v for k, v in self._unknown.items() if "." not in k}
        for key, value in sorted({**self._unknown, **self.changed()}.items()):
            if "." in key:
                _put(table, key, value)
        scratch = path.with_name(path.name + ".new")
        scratch.write_text(tomli_w.dumps(table), encoding="utf-8")
        os.replace(scratch, path)
        self._stamp, self._in_file = _stamp(path), {k for k in self._values if self.given(k)}


def toml_of(values: Mapping[str, Value], desk: Mapping[str, str] | None = None) -> str:
    """Values as a file of settings, a table for each section, and one for how the window is arranged."""
    table: dict[str, Any] = {DESK: dict(desk)} if desk else {}
    for key, value in sorted(values.items()):
        _put(table, key, value)
    return tomli_w.dumps(table)


def values_of(text: str) -> tuple[dict[str, Value], list[str]]:
    """The settings in a TOML text, and a line for each that can't be used; raises BadInput where it is no TOML."""
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(Message("this is no file of settings: {reason}", reason=cause(error))) from None
    table.pop(DESK, None)
    values: dict[str, Value] = {}
    problems: list[str] = []
    for key, value in _flat(table):
        setting = declared(key)
        try:
            if setting is None:
                raise BadInput(Message("there is no setting {key}", key=key))
            values[key] = setting.checked(value)
        except BadInput as error:
            problems.append(cause(error))
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
