"""What is done beside the world, brought into the log: settings as they are saved, what commands of the terminal left in the
spool, and whatever else somebody says was done."""

from __future__ import annotations

from collections.abc import Callable

from core.clock import Clock
from core.domain.commands import Command, RecordUpkeep
from core.domain.events import SettingsChanged
from core.domain.upkeep import Altered
from core.orders.desk import Handler
from core.orders.draft import Draft
from core.orders.tells import Outcome
from core.settings import FILE, Settings, declared
from core.storage.store import Store
from core.storage.upkeep import Spool, is_logged, settings_logged


class Upkeep:
    def __init__(self, clock: Clock, settings: Settings, store: Store, commit: Callable[[Outcome], None]) -> None:
        self._clock, self._settings, self._store, self._commit = clock, settings, store, commit
        self._spool = Spool(store.path)
        self._taken: set[str] = set()
        self._logged = settings_logged(store)
        self._forget_settings = settings.on_kept(self._kept)

    def handlers(self) -> dict[type[Command], Handler]:
        return {RecordUpkeep: _record}

    def begin(self) -> None:
        """The engine can take changes now. Settings may be others than they were when it last ran."""
        self.look()
        self._kept(FILE)

    def look(self) -> None:
        """Take what is in the spool; it goes from there once it is on disk here, so that a stop loses and doubles nothing."""
        for path, change in self._spool.entries():
            if is_logged(self._store, change):
                self._spool.drop(path)
            elif path.name not in self._taken:
                self._taken.add(path.name)
                if isinstance(change, SettingsChanged):
                    self._logged.update((one.id, one.after) for one in change.altered if one.after is not None)
                self._commit(Outcome([change]))

    def close(self) -> None:
        self._forget_settings()

    def _kept(self, by: str) -> None:
        """The settings are kept as they are now, by somebody's hand."""
        kept, altered = self._settings.kept, []
        for key in sorted({*kept, *self._logged}):
            setting = declared(key)
            if setting is not None:
                before, after = self._logged.get(key, setting.default), kept.get(key, setting.default)
                if before != after:
                    altered.append(Altered(key, "", before, after))
                    self._logged[key] = after
        if altered:
            self._commit(Outcome([SettingsChanged(at=self._clock.now(), actor=by, altered=tuple(altered))]))


def _record(draft: Draft, command: RecordUpkeep) -> None:
    draft.add(command.kind(at=draft.now, actor=draft.actor, altered=command.altered))
