from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from app.presenters.rows import alarms, driver_row, exception_of, mode_wanted, order_row, stop_eta, stop_text
from core.domain import commands as c
from core.domain.alert import Alert, AlertKind, alert_id
from core.domain.driver import Activity, App, Driver, Repositioning, Route, Stop, StopKind
from core.domain.events import Change
from core.domain.geo import LatLon
from core.domain.offer import Offer
from core.domain.order import Status
from core.domain.reports import FixBatch
from core.domain.vehicle import Vehicle
from core.domain.world import World
from core.tracking.positions import PositionStore

DUE = 3400.0
READY = 1600.0


def alarm(world: World, kind: AlertKind, subject: str = "O-1", **more) -> None:
    alert = Alert(alert_id(kind, subject), kind, subject, 900.0, 960.0, **more)
    world.apply(Change(at=0.0, alerts=(alert,)))


@pytest.mark.parametrize(
    ("kind", "now", "what"),
    [
        (AlertKind.LATE, DUE + 240, "late, +4 min"),
        (AlertKind.LATE, DUE + 1, "late, +1 min"),
        (AlertKind.WILL_BE_LATE, 2000.0, "will be late, +3 min"),
        (AlertKind.NO_DRIVER, READY + 600, "no driver for 20 min"),
    ],
)
def test_an_order_with_an_alert_is_an_exception_and_says_why(town: World, make_order, kind, now, what) -> None:
    town.apply(Change(at=0.0, orders=(make_order(status=Status.WAITING),)))
    town.etas["O-1"] = (None, DUE + 180)
    assert exception_of(town.orders["O-1"], town, now) == ""
    alarm(town, kind)
    assert exception_of(town.orders["O-1"], town, now) == what
    alarm(town, kind, "O-2")
    assert exception_of(town.orders["O-1"], town, now) == what


def test_an_alert_that_its_figures_no_longer_bear_out_does_not_contradict_them(town: World, make_order) -> None:
    town.apply(Change(at=0.0, orders=(make_order(status=Status.WAITING),)))
    alarm(town, AlertKind.WILL_BE_LATE)
    for early_s, what in ((-180, "on time again"), (20, "on time again"), (60, "will be late, +1 min")):
        town.etas["O-1"] = (None, DUE + early_s)
        order = town.orders["O-1"]
        assert exception_of(order, town, 2000.0) == what
        row = order_row(order, town, 2000.0)
        assert row.eased == (what == "on time again")
        assert alarms(order, town, 2000.0) == row.alarming == (not row.eased)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (AlertKind.SILENT, "driver silent for 5 min"),
        (AlertKind.STOPPED, "driver stopped for 5 min"),
        (AlertKind.OFF_ROUTE, "off route, going away from the next stop"),
    ],
)
def test_an_order_whose_driver_has_an_alert_is_one_too(town: World, make_order, kind, what) -> None:
    alarm(town, kind, "D-1")
    assert exception_of(make_order(status=Status.CARRYING, driver_id="D-1"), town, 1200.0) == what
    assert exception_of(make_order(status=Status.OFFERED, driver_id="D-1"), town, 1200.0) == ""
    assert exception_of(make_order(status=Status.DELIVERED, driver_id="D-1"), town, 1200.0) == ""


def test_the_most_urgent_alert_counts_and_a_snoozed_one_does_not(town: World, make_order) -> None:
    order = make_order(status=Status.CARRYING, driver_id="D-1")
    town.apply(Change(at=0.0, orders=(order,)))
    alarm(town, AlertKind.STOPPED, "D-1")
    alarm(town, AlertKind.LATE, snoozed_until=DUE + 600)
    assert exception_of(order, town, DUE + 120) == "driver stopped for 43 min"
    assert exception_of(order, town, DUE + 601) == "late, +10 min"
    alarm(town, AlertKind.LATE, cleared_at=1000.0)
    assert exception_of(order, town, DUE + 601).startswith("driver stopped")


def test_a_failed_order_is_one_for_an_hour(town: World, make_order) -> None:
    failed = make_order(status=Status.FAILED, status_at=1000.0)
    assert [exception_of(failed, town, at) for at in (1500.0, 1000.0 + 3601)] == ["failed", ""]


def test_the_row_of_an_order(town: World, make_order) -> None:
    order = make_order(
        status=Status.OFFERED, driver_id="D-2", offer_id="F-1", customer="Ida", address="Main Street 1", batched=True
    )
    town.apply(Change(at=0.0, orders=(order,), offers=(Offer("F-1", "D-2", ("O-1",), 1000.0, 1045.0),)))
    town.etas["O-1"] = (1700.0, 2500.0)
    row = order_row(order, town, 1010.0)
    assert (row.id, row.status, row.merchant, row.customer, row.address) == (
        "O-1",
        Status.OFFERED,
        "Trattoria",
        "Ida",
        "Main Street 1",
    )
    assert (row.driver_id, row.driver_name, row.eta, row.offer_until) == ("D-2", "Driver 2", 2500.0, 1045.0)
    assert (row.placed_at, row.due_at, row.ready_at, row.batched, row.exception) == (1000.0, DUE, READY, True, "")


def test_the_row_of_an_order_of_which_little_is_known(town: World, make_order) -> None:
    row = order_row(make_order(merchant_id="M-9", driver_id="D-9", offer_id="F-9"), town, 1010.0)
    assert (row.merchant, row.driver_name, row.eta, row.offer_until) == ("M-9", "", None, None)


def test_stops_are_named_by_where_one_goes(town: World, make_order) -> None:
    order = make_order(address="Main Street 1", customer="Ida")
    assert stop_text(StopKind.PICKUP, order, town) == "Trattoria"
    assert stop_text(StopKind.DROPOFF, order, town) == "Main Street 1"
    assert stop_text(StopKind.DROPOFF, make_order(customer="Ida"), town) == "Ida"
    assert stop_text(StopKind.DROPOFF, make_order(), town) == "order O-1"
    assert stop_text(StopKind.PICKUP, make_order(merchant_id="M-9"), town) == "M-9"


def test_the_expected_arrival_is_the_stop_s_own(town: World, make_order) -> None:
    order = make_order()
    assert stop_eta(StopKind.PICKUP, order, town) is None
    town.etas["O-1"] = (None, 2500.0)
    assert (stop_eta(StopKind.PICKUP, order, town), stop_eta(StopKind.DROPOFF, order, town)) == (None, 2500.0)


def known_at(positions: PositionStore, driver_id: str, t: float, **values: float) -> None:
    columns = {"lat": 45.0, "lon": 9.0, "acc": 5.0, "spd": math.nan, "hdg": math.nan, **values}
    fix = [np.array([columns[name]]) for name in ("lat", "lon", "acc", "spd", "hdg")]
    positions.apply(FixBatch([driver_id], np.array([0]), np.array([t]), *fix, {driver_id: "active"}, {driver_id: 61.0}), t)


def test_the_row_of_a_driver_on_a_route(town: World, make_order) -> None:
    order = make_order(status=Status.CARRYING, driver_id="D-1", address="Main Street 1")
    stop = Stop(StopKind.DROPOFF, "O-1", order.dropoff)
    town.apply(Change(at=0.0, orders=(order,), routes=(Route("D-1", (stop,)),)))
    town.etas["O-1"] = (None, 2500.0)
    positions = PositionStore()
    known_at(positions, "D-1", 1990.0, spd=10.0)
    row = driver_row(town.drivers["D-1"], town, positions, 2000.0, silent=False)
    assert (row.activity, row.orders, row.next_stop, row.eta) == (Activity.CARRYING, 1, "Main Street 1", 2500.0)
    assert (row.fix_at, row.stale, row.battery, row.speed_kmh) == (1990.0, False, 61.0, 36.0)
    assert (row.mode, row.mode_wanted) == ("active", "active")
    assert driver_row(town.drivers["D-1"], town, positions, 2000.0, silent=True).stale


def test_the_row_of_a_driver_never_heard_of(town: World) -> None:
    positions = PositionStore()
    for described in (False, True):
        if described:  # a row in the store, but no fix yet
            positions.describe({"D-1": (Vehicle.SCOOTER, Activity.FREE)})
        row = driver_row(town.drivers["D-1"], town, positions, 2000.0, silent=described)
        assert (row.activity, row.orders, row.next_stop, row.eta) == (Activity.FREE, 0, "", None)
        assert (row.fix_at, row.stale, row.battery, row.speed_kmh, row.mode) == (None, False, None, None, "")


def test_what_a_phone_does_not_say_is_not_shown(town: World) -> None:
    positions = PositionStore()
    known_at(positions, "D-1", 1990.0)
    row = driver_row(town.drivers["D-1"], town, positions, 2000.0, silent=False)
    assert row.speed_kmh is None


def test_the_mode_asked_for_follows_the_route_and_is_shown_where_the_app_takes_it_from_us(rig) -> None:
    rig.place()
    driver = rig.world.drivers["D-1"]
    assert mode_wanted(driver, rig.world) == "passive"
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    assert mode_wanted(driver, rig.world) == "active"
    owntracks = Driver("OT", "Ot", Vehicle.CAR, App.OWNTRACKS)
    rig.do(c.SaveDriver(driver=owntracks))
    assert driver_row(owntracks, rig.world, rig.engine.positions, 0.0, False).mode_wanted == "passive"


def test_a_driver_who_is_sent_somewhere_is_shown_with_where_when_and_why() -> None:
    sent = Repositioning(LatLon(45.0, 9.0), "Rosa", 1000.0, 1240.0, 1660.0, expected=3.25, supply=1, within_min=15.0)
    world, positions = World(), PositionStore()
    for over in (False, True):
        driver = Driver("D-1", "Ada", Vehicle.BIKE, sent=replace(sent, over=over))
        world.apply(Change(at=0.0, drivers=(driver,)))
        row = driver_row(driver, world, positions, 1000.0, silent=False)
        assert (row.next_stop, row.eta) == (("", None) if over else ("sent towards Rosa", 1240.0))
        assert row.sent_for == ("" if over else "3.2 orders expected within 15 min, free there by then: 1")
