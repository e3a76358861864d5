"""The handover sheet: what stands on it, and that it can be printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QApplication

from app.handover_sheet import Sheet, Table, _widths, as_html, handover
from app.presenters.handover import save_pdf
from core.domain.alert import Alert, AlertKind, alert_id
from core.domain.driver import Break, Driver, Presence, Route, Stop, StopKind
from core.domain.events import AlertRaised
from core.domain.geo import LatLon
from core.domain.note import Note
from core.domain.order import Order, Status
from core.domain.reports import FixBatch
from core.domain.world import World
from core.tracking.positions import PositionStore
from widgets.common.words import Moment

NOW = 1_770_033_600.0
HERE = LatLon(45.0, 9.0)


@pytest.fixture
def evening(town: World, make_order: Callable[..., Order], make_driver: Callable[..., Driver]) -> World:
    world = town
    for order in (
        make_order(id="O-1", status=Status.ASSIGNED, driver_id="D-1", due_at=NOW - 300, address="Mill Lane 4"),
        make_order(id="O-2", status=Status.HELD, status_at=NOW - 600, due_at=NOW + 900, address="Elm Row <2>"),
        make_order(id="O-3", status=Status.WAITING, due_at=NOW + 1800, address="Quiet Street 1"),
    ):
        world.orders[order.id] = world._open[order.id] = order
    world.routes["D-1"] = Route("D-1", (Stop(StopKind.PICKUP, "O-1", HERE),))
    late = Alert(alert_id(AlertKind.LATE, "O-1"), AlertKind.LATE, "O-1", NOW - 300, NOW - 290)
    silent = Alert(
        alert_id(AlertKind.SILENT, "D-1"), AlertKind.SILENT, "D-1", NOW - 400, NOW - 300, acknowledged_by="Ida", owner="Bo"
    )
    world.apply(AlertRaised(at=NOW, alerts=(late, silent)))
    world.drivers["D-2"] = make_driver(
        id="D-2",
        name="Bo Weber",
        presence=Presence.BREAK,
        presence_at=NOW - 60,
        phone="+39 12",
        breaks=(Break(NOW - 60, NOW + 900),),
    )
    world.drivers["D-3"] = make_driver(id="D-3", name="Cy", presence=Presence.OFFLINE, shift_start=NOW - 900)
    world.drivers["D-4"] = make_driver(id="D-4", name="Di")
    world.notes["n"] = Note("n", NOW - 3600, "Ida", "The lift at Mill Lane is broken")
    world.notes["old"] = Note("old", NOW - 20 * 3600, "Ida", "Yesterday")
    return world


def sheet_of(world: World) -> Sheet:
    positions = PositionStore()
    nothing = np.full(1, np.nan)
    positions.apply(
        FixBatch(
            ["D-1"], np.zeros(1, np.int64), np.array([NOW - 400]), np.array([45.0]), np.array([9.0]), nothing, nothing, nothing
        ),
        NOW - 400,
    )
    silent = np.zeros(len(positions), np.bool_)
    silent[positions.find("D-1")] = True
    return handover(world, positions, silent, Moment(NOW, UTC), "Ida", paused=True)


def test_everything_the_next_shift_has_to_know(evening: World) -> None:
    sheet = sheet_of(evening)
    assert sheet.title == "Handover, 2 Feb 2026, 12:00"
    assert sheet.facts == (
        "by Ida, 2 orders without a driver, 1 order under way, 2 drivers online, automatic offers are paused"
    )
    notes, new, orders, seen, drivers = (table.rows for table in sheet.tables)
    assert notes == (("11:00", "Ida", "The lift at Mill Lane is broken"),)
    assert new == (("late, +5 min", "O-1, Trattoria → Mill Lane 4", "11:55", "–"),)
    assert [row[0] for row in orders] == ["O-1", "O-2"]
    assert orders[0][5] == "late, +5 min"
    assert orders[1][5] == "on hold since 11:50"
    assert seen == (("driver silent for 6 min", "D-1, Driver 1", "11:53", "seen by Ida", "Bo"),)
    assert {row[0]: row[2] for row in drivers} == {
        "D-1 Driver 1": "silent for 6 min; has order O-1",
        "D-2 Bo Weber": "on a break since 11:59, until 12:15",
        "D-3 Cy": "should be here",
    }
    assert drivers[1][1] == "+39 12"


def test_a_snoozed_alert_says_until_when(evening: World) -> None:
    alert = evening.alerts["late O-1"]
    evening.alerts["late O-1"] = replace(alert, snoozed_until=NOW + 600)
    assert [row[3] for row in sheet_of(evening).tables[3].rows] == ["seen by Ida", "snoozed until 12:10"]
    assert sheet_of(evening).tables[1].rows == ()


def test_on_a_quiet_evening_it_says_so(town: World) -> None:
    town.drivers["D-1"] = replace(town.drivers["D-1"], presence=Presence.OFFLINE)
    html = as_html(sheet_of(town))
    for words in ("No notes were taken", "every alert was seen", "every order is on its way", "All drivers are as planned"):
        assert words in html


def test_what_people_type_is_text_and_no_markup(evening: World) -> None:
    html = as_html(sheet_of(evening))
    assert "Elm Row &lt;2&gt;" in html
    assert "<2>" not in html


def test_a_pdf_of_as_many_pages_as_it_takes(qapp: QApplication, tmp_path: Path) -> None:
    rows = tuple((str(n), f"Order {n} waits for somebody who looks after it") for n in range(150))
    html = as_html(Sheet("Handover", "by Ida", (Table("Orders", ("Order", "What"), rows, ""),)))
    path = tmp_path / "sheet.pdf"
    save_pdf(html, path)
    pdf = path.read_bytes()
    assert pdf.startswith(b"%PDF")
    pages = pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")
    assert pages >= 3
    with pytest.raises(OSError, match=r".*"):
        save_pdf(html, tmp_path / "none" / "sheet.pdf")


def test_long_lines_get_the_room_that_short_words_leave(qapp: QApplication, tmp_path: Path) -> None:
    """Qt alone gives the way of an order a fifth of the page, as to everything else: five lines a row."""
    way = "Trattoria Ulden dei Fratelli Rossi → Garbridge Street 4"
    rows = tuple((f"{1000 + n}", way, "Zurückgehalten", "–", "11:55", "held since 11:50") for n in range(60))
    table = Table("Orders", ("Order", "From and to", "State", "Driver", "Promised", "What"), rows, "")
    order, long, state, *_ = widths = _widths(table)
    assert sum(widths) == pytest.approx(100)
    assert long > 2 * state > 2 * order
    page = tmp_path / "sheet.pdf"
    save_pdf(as_html(Sheet("Handover", "", (table,))), page)
    document = QPdfDocument()
    document.load(str(page))
    assert document.pageCount() <= 3
