"""The drivers table behind a large fleet: what happens is seen at once, the rest in turn, and no refresh makes many rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.presenters import panels
from app.presenters.panels import DriversPresenter
from app.presenters.selection import Selection
from core.domain import commands as c
from core.domain.driver import Activity, Driver, Presence
from core.domain.events import DriverRegistered
from core.domain.vehicle import Vehicle
from tests.rigs import NEAR, Rig
from widgets.drivers.panel import DriversPanel
from widgets.drivers.rows import DriverRow

FLEET = 60
AT_ONCE = 20


class Desk:
    """A fleet, its table, and how many rows each refresh made anew."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.rig = Rig(folder / "kerbside.db")
        self.add(FLEET)
        self.panel = DriversPanel()
        qtbot.addWidget(self.panel)
        self.panel.resize(900, 200)
        self.panel.show()
        self.presenter = DriversPresenter(self.rig.engine, self.panel, Selection())

    def add(self, count: int, first: int = 0) -> None:
        people = tuple(
            Driver(f"D-{i}", f"Name {i}", Vehicle.BIKE, presence=Presence.ONLINE, presence_at=self.rig.clock.now())
            for i in range(first, first + count)
        )
        self.rig.engine._apply([DriverRegistered(at=self.rig.clock.now(), drivers=people)])

    def row(self, driver_id: str) -> DriverRow:
        return next(row for row in self.panel.model.rows if row.id == driver_id)

    def refresh(self) -> None:
        self.presenter._refresh.now()


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(panels, "DRIVERS_AT_ONCE", AT_ONCE)
    made = Desk(qtbot, tmp_path)
    yield made
    made.presenter.close()
    made.rig.close()


def test_everybody_is_there_from_the_first_and_counted(desk: Desk) -> None:
    assert len(desk.panel.model.rows) == FLEET
    assert "Free 60" in [button.accessibleName() for button in desk.panel.chips._buttons.values()]
    desk.add(1, first=FLEET)
    desk.refresh()
    assert desk.row(f"D-{FLEET}").activity is Activity.FREE


def test_what_happens_to_a_driver_out_of_sight_is_in_the_next_refresh(desk: Desk) -> None:
    assert "D-59" not in desk.panel.in_view()
    desk.rig.do(c.SetPresence(driver_id="D-59", presence=Presence.BREAK))
    desk.refresh()
    assert desk.row("D-59").activity is Activity.BREAK


def test_positions_out_of_sight_come_in_turn_and_those_in_sight_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    update = desk.panel.update_rows
    monkeypatch.setattr(desk.panel, "update_rows", lambda rows: (made.append(len(rows)), update(rows)))
    for i in range(FLEET):
        desk.rig.fix(f"D-{i}", NEAR)
    desk.rig.tick()
    desk.refresh()
    assert all(desk.row(driver_id).fix_at is not None for driver_id in desk.panel.in_view())
    assert sum(row.fix_at is None for row in desk.panel.model.rows) > 0
    for _ in range(8):
        desk.refresh()
    assert all(row.fix_at is not None for row in desk.panel.model.rows)
    assert max(made) <= AT_ONCE + len(desk.panel.in_view())


def test_a_hidden_table_makes_no_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.panel.hide()
    made: list[object] = []
    monkeypatch.setattr(desk.panel, "update_rows", made.append)
    desk.rig.fix("D-1", NEAR)
    desk.rig.tick()
    desk.refresh()
    assert made == []
