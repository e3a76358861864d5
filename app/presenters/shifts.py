"""The plan of shifts: rows out; shifts edited, imported and exported, each as one deed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer

from app.actions.deeds import Deeds
from app.presenters.asking import Asking
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from app.saving import Saver
from core.domain.commands import SaveDriver
from core.domain.driver import Driver, Presence
from core.domain.errors import BadInput, KerbsideError
from core.domain.events import Change
from core.domain.language import ntr, sentence, tr
from core.domain.vehicle import Vehicle
from core.orders.shifts import breaks_written, check_shift, plan_as_csv, read_breaks, read_plan, read_shift, written
from widgets.common.words import Moment
from widgets.dialogs.shift import ShiftDialog, ShiftDraft
from widgets.drivers.table import natural
from widgets.shifts.panel import ShiftsPanel
from widgets.shifts.rows import Duty, ShiftRow

ROWS_MS = 500
BEAT_MS = 15_000
PATIENCE_S = 300.0
"""So long after its time somebody is late, a break overdue."""
T = TypeVar("T")


class ShiftsPresenter(QObject):
    def __init__(self, deeds: Deeds, panel: ShiftsPanel, asking: Asking, saver: Saver) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._asking, self._saver = deeds, panel, asking, saver
        self._engine = deeds.engine
        self._refresh = Refresh(self._show, ROWS_MS, self)
        self._links = Links()
        self._links.keep(self._engine.bus.subscribe(Change, self._hear))
        self._links.connect(panel.edit_asked, self.edit)
        self._links.connect(panel.import_asked, self.load)
        self._links.connect(panel.export_asked, self.save)
        self._links.connect(panel.selection_changed, self._chosen)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._refresh)
        self._timer.start(BEAT_MS)
        self._show()

    def close(self) -> None:
        self._links.end()
        self._timer.stop()
        self._refresh.stop()
        self._panel.set_rows((), Moment())

    def _hear(self, change: Change) -> None:
        if change.drivers:
            self._refresh()

    def _moment(self) -> Moment:
        return Moment(self._engine.clock.now(), self._engine.clock.zone)

    def _show(self) -> None:
        if not self._panel.isVisible():
            self._refresh()  # a row for each of fifty thousand drivers takes its time
            return
        moment = self._moment()
        self._panel.set_rows((shift_row(d, moment.now) for d in self._engine.world.drivers.values()), moment)

    def _chosen(self, ids: Sequence[str]) -> None:
        if ids:
            self._deeds.selection.set_driver(ids[0])
        self._deeds.changed()

    def chosen(self) -> list[Driver]:
        """Those selected among the shifts; else those selected anywhere."""
        drivers = self._engine.world.drivers
        found = [drivers[i] for i in self._panel.selected() if i in drivers] if self._panel.isVisible() else []
        return found or self._deeds.chosen_drivers()

    # What is done

    def edit(self) -> None:
        drivers, zone = self.chosen(), self._engine.clock.zone
        if not drivers:
            self._deeds.window.tell(tr("Select the drivers whose shift is to be planned"), bad=True)
            return
        now = ShiftDraft(
            shift_start=_same(drivers, lambda d: written(d.shift_start, zone)),
            shift_end=_same(drivers, lambda d: written(d.shift_end, zone)),
            breaks=_same(drivers, lambda d: breaks_written(d.breaks, zone)),
            group=_same(drivers, lambda d: d.group),
            vehicle=_same(drivers, lambda d: d.vehicle.value),
        )
        groups = {d.group for d in self._engine.world.drivers.values()}
        dialog = ShiftDialog(drivers[0].name, len(drivers), now, groups, self._asking.window)

        def planned(draft: ShiftDraft) -> None:
            moment = datetime.fromtimestamp(self._engine.clock.now(), zone).astimezone(zone)
            known = self._engine.world.drivers
            try:
                changed = [with_shift(known.get(d.id, d), draft, moment) for d in drivers]
            except BadInput as error:
                dialog.show_problem(sentence(error))
                return
            dialog.accept()
            self._do(tr("Plan"), [SaveDriver(driver=d) for d in changed if d != known.get(d.id)])

        dialog.planned.connect(planned)
        self._asking.show(dialog)

    def load(self) -> None:
        self._asking.open_file(tr("Which plan is to be imported?"), [tr("Table (*.csv)")], self.load_from)

    def load_from(self, path: Path) -> None:
        zone, known = self._engine.clock.zone, self._engine.world.drivers
        now = datetime.fromtimestamp(self._engine.clock.now(), zone).astimezone(zone)
        try:
            commands = read_plan(path, known, now)
        except KerbsideError as error:
            self._deeds.window.tell(sentence(error), bad=True)
            return
        self._do(tr("Import"), [c for c in commands if c.driver != known[c.driver.id]])

    def save(self) -> None:
        zone = self._engine.clock.zone
        drivers = sorted(self._engine.world.drivers.values(), key=lambda d: natural(d.id))
        text = plan_as_csv(drivers, zone)
        name = f"shifts-{datetime.fromtimestamp(self._engine.clock.now(), zone):%Y-%m-%d}.csv"
        self._saver.ask(
            tr("Where are the shifts to be saved?"),
            name,
            "CSV",
            lambda path: path.write_text(text, encoding="utf-8", newline=""),
        )

    def _do(self, verb: str, commands: list[SaveDriver]) -> None:
        if not commands:
            self._deeds.window.tell(tr("Nothing has changed"))
            return
        self._deeds.carry_out(tr("{verb}: {what}", verb=verb, what=ntr("{n} shift", "{n} shifts", len(commands))), commands)


def _same(drivers: Sequence[Driver], of: Callable[[Driver], T]) -> T | None:
    """What all have in common, ``None`` where they differ."""
    found = {of(driver) for driver in drivers}
    return found.pop() if len(found) == 1 else None


def with_shift(driver: Driver, draft: ShiftDraft, now: datetime) -> Driver:
    """The driver with what was typed, the rest as it was. Raises BadInput."""
    zone = now.tzinfo
    changes: dict[str, Any] = {}
    if draft.open:
        changes = {"shift_start": None, "shift_end": None, "breaks": ()}
    elif any(text is not None for text in (draft.shift_start, draft.shift_end, draft.breaks)):
        kept = {
            "shift_start": _clock_or_date(driver.shift_start, now),
            "shift_end": _clock_or_date(driver.shift_end, now),
        }
        typed = {"shift_start": draft.shift_start, "shift_end": draft.shift_end}
        row = {key: kept[key] if typed[key] is None else str(typed[key]) for key in kept}
        changes |= read_shift(row, now, {"shift_start": tr("From"), "shift_end": tr("To")})
        text = breaks_written(driver.breaks, zone) if draft.breaks is None else draft.breaks
        changes["breaks"] = read_breaks(text, changes["shift_start"], now)
    if draft.group is not None:
        changes["group"] = draft.group
    if draft.vehicle is not None:
        changes["vehicle"] = Vehicle(draft.vehicle)
    changed = replace(driver, **changes)
    check_shift(changed)
    return changed


def _clock_or_date(at: float | None, now: datetime) -> str:
    return "" if at is None else datetime.fromtimestamp(at, now.tzinfo).isoformat()


def shift_row(driver: Driver, now: float) -> ShiftRow:
    return ShiftRow(
        id=driver.id,
        name=driver.name,
        group=driver.group,
        vehicle=driver.vehicle,
        duty=duty_of(driver, now),
        shift_start=driver.shift_start,
        shift_end=driver.shift_end,
        breaks=driver.breaks,
    )


def duty_of(driver: Driver, now: float) -> Duty:
    """How the plan and what the driver does stand to each other."""
    over = driver.shift_end is not None and driver.shift_end <= now
    early = driver.shift_start is not None and driver.shift_start > now
    planned = driver.break_at(now)
    if driver.presence is Presence.OFFLINE:
        if early:
            return Duty.COMING
        if over:
            return Duty.OVER
        begun = driver.shift_start is not None and now - driver.shift_start > PATIENCE_S
        return Duty.MISSING if begun and planned is None else Duty.OFF
    if driver.presence is Presence.BREAK:
        last = max((one.end for one in driver.breaks if one.end <= now), default=None)
        began_before = last is not None and driver.presence_at < last
        return Duty.OVERDUE if planned is None and began_before and last is not None and now - last > PATIENCE_S else Duty.BREAK
    if planned is not None:
        return Duty.BREAK_DUE
    return Duty.OVER_TIME if over else Duty.ON
