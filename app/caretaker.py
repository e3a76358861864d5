"""Looks after what a run keeps: has it backed up in time, and says what a person has to know about disk and clock."""

from __future__ import annotations

from datetime import timedelta

from app.bootstrap import SMALL_STEP_BACK_S, System
from core.clock import RealClock
from core.domain.language import line, said, tr
from core.rules.ruleset import Unreadable
from core.storage.backup import Backups
from core.storage.folder import DataFolder

NOTICED_S = 5.0
LEAP_TOLD_S = 600.0


class Caretaker:
    """Of a real fleet's folder: a demo is left to itself."""

    def __init__(self, system: System, folder: DataFolder) -> None:
        self._store = system.store
        self._clock = system.clock
        self._dispatch = system.engine.errands.dispatch
        self._backups = Backups(folder.path, system.settings)
        self._phones = system.engine.movement.clocks
        self._tracks = system.engine.tracks
        self._log_until = system.store.last_at()
        ahead_s = self._log_until - system.clock.now()
        self._set_back = ""
        self._log_ahead = ""
        if ahead_s > SMALL_STEP_BACK_S:
            self._log_ahead = tr(
                "the last entry in the database is {gap} ahead of this machine's clock: check its date and time",
                gap=_told(ahead_s),
            )
        system.stages.add("backup", self._backups.close)

    def look(self) -> dict[str, str]:
        """Once a second or so. What is wrong, by subject, with what to do; the empty text where nothing is."""
        self._backups.look()
        return {
            "disk": said(self._store.health.problem),
            "clock": self._about_the_clock(),
            "backup": said(self._backups.problem),
            "rules": self._about_the_rules(),
            "history": said(self._tracks.problem or self._tracks.set_aside) if self._tracks is not None else "",
        }

    def _about_the_rules(self) -> str:
        try:
            self._dispatch.rules  # noqa: B018
        except Unreadable as error:
            return line(error)
        return ""

    def _about_the_clock(self) -> str:
        ahead_s = self._clock.ahead_s if isinstance(self._clock, RealClock) else 0.0
        if ahead_s <= NOTICED_S:
            self._set_back = ""
        elif not self._set_back:
            self._set_back = tr(
                "this machine's clock was set back by {gap}: Kerbside goes on with its own until the other has caught up; "
                "if the new time is right, start Kerbside anew",
                gap=_told(ahead_s),
            )
        if self._clock.now() >= self._log_until:
            self._log_ahead = ""
        return self._set_back or self._against_phones() or self._leapt() or self._log_ahead

    def _against_phones(self) -> str:
        off_s = self._phones.this_machine_s
        if not off_s:
            return ""
        gap = _told(10 * round(abs(off_s) / 10))  # by tens of seconds: not a new message with every phone
        if off_s < 0:
            return tr("this machine's clock is about {gap} behind most drivers' phones: set it right", gap=gap)
        return tr(
            "this machine's clock is about {gap} ahead of most drivers' phones: set it right, then start Kerbside anew", gap=gap
        )

    def _leapt(self) -> str:
        """For a while after it."""
        leap = self._clock.leap if isinstance(self._clock, RealClock) else None
        if leap is None or self._clock.now() - leap[0] > LEAP_TOLD_S:
            return ""
        return tr(
            "this machine slept, or its clock was set forward, by {gap}: if its time is wrong now, set it right and start "
            "Kerbside anew",
            gap=_told(leap[1]),
        )


def _told(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
