from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.domain.driver import Activity, App, StopKind
from core.domain.order import Status
from core.domain.vehicle import Vehicle
from widgets.common.words import Moment
from widgets.inspector.details import Candidate, Deed, DriverDetails, HistoryLine, OrderDetails, StopLine
from widgets.inspector.panel import InspectorPanel


@pytest.fixture
def panel(qtbot: QtBot, noon: Moment) -> InspectorPanel:
    made = InspectorPanel()
    qtbot.addWidget(made)
    made.set_moment(noon)
    made.resize(360, 700)
    made.show()
    return made


@pytest.fixture
def order(noon: Moment) -> OrderDetails:
    t = noon.now
    return OrderDetails(
        id="1042",
        status=Status.ASSIGNED,
        due_at=t + 600,
        placed_at=t - 1500,
        eta=t + 840,
        pickup_eta=t + 240,
        merchant="Taquería El Faro",
        address="Upper Bridge Street <203>",
        driver_id="D-17",
        driver_name="Ana Silva",
        assigned_at=t - 420,
        batched=True,
        exception="Will be late",
        history=(HistoryLine(t - 1500, "Order received", "customer"), HistoryLine(t - 420, "Accepted", "D-17")),
        candidates=(
            Candidate("D-17", "Ana Silva", "14.2 min", "pick-up leg 4.1", chosen=True),
            Candidate("D-31", "Mei Lin", "16.9 min", "pick-up leg 6.8"),
            Candidate("D-9", "Ida Nilsen", excluded="shift ends 12:30"),
        ),
        reason="no driver is near",
        deeds=(Deed("reassign", "Reassign…", primary=True), Deed("hold", "Hold", enabled=False, why_not="it has a driver")),
    )


@pytest.fixture
def driver(noon: Moment) -> DriverDetails:
    t = noon.now
    return DriverDetails(
        id="D-17",
        name="Ana Silva",
        vehicle=Vehicle.SCOOTER,
        activity=Activity.TO_PICKUP,
        app=App.OWNTRACKS,
        phone="+47 912 34 567",
        fix_at=t - 8,
        accuracy_m=12.0,
        battery=14.0,
        mode="passive",
        mode_wanted="active",
        troubles=("Asked for active 3 min ago, the phone still reports passive",),
        fix_it=("Set the mode to Move",),
        held_back="2 positions held back: impossible jump of 14 km",
        variants="sending: slow",
        shift_end=t + 3600,
        stops=(
            StopLine(StopKind.PICKUP, "1042", "Taquería El Faro", arrived_at=t - 60),
            StopLine(StopKind.DROPOFF, "1042", "Upper Bridge Street 203", t + 840, 4.0),
        ),
        deeds=(Deed("assign", "Assign order…"),),
    )


def link(panel: InspectorPanel, target: str) -> QLabel:
    return next(w for w in panel.findChildren(QLabel) if f'href="{target}"' in w.text() and not w.isHidden())


def test_nothing_selected_teaches(panel: InspectorPanel) -> None:
    assert panel.empty.isVisible()
    assert panel.shown is None


def test_an_order_is_told_whole(panel: InspectorPanel, order: OrderDetails) -> None:
    panel.show_order(order)
    page = panel.order_page
    assert page.head.title.text() == "Order 1042"
    assert page.head.badge.text() == "To pick-up"
    assert page.head.below.text() == "Promised for 12:10, in 10 min   ⚠\u00a0expected\u00a0+4\u00a0min\nWill be late"
    assert "Drop-off  Upper Bridge Street <203>" in page.parties.lines.text()
    assert "Driver  D-17 Ana Silva, in a batch" in page.parties.lines.text()
    assert page.times.lines.text().split("\n") == [
        "Placed  11:35",
        "Assigned  11:53   after 18 min",
        "At pick-up  expected 12:04, in 4 min",
        "Delivered  expected 12:14, in 14 min",
    ]
    assert page.history.lines.text() == "11:53:00  Accepted\nD-17\n11:35:00  Order received\ncustomer"


def test_markup_in_what_people_type_stays_text(panel: InspectorPanel, order: OrderDetails) -> None:
    panel.show_order(replace(order, note="<b>ring</b>", customer='"><a href="driver:D-1">x</a>'))
    labels = [w.text() for w in panel.order_page.parties.findChildren(QLabel)]
    assert any("&lt;b&gt;ring&lt;/b&gt;" in text for text in labels)
    assert not any('href="driver:D-1"' in text for text in labels)


def test_the_candidates_are_taken_apart(qtbot: QtBot, panel: InspectorPanel, order: OrderDetails) -> None:
    panel.show_order(order)
    lines = panel.order_page.candidates.lines.text()
    assert "1  D-17 Ana Silva  chosen\npick-up leg 4.1  14.2 min" in lines
    assert "✕  D-9 Ida Nilsen\nshift ends 12:30" in lines
    assert panel.order_page.candidates.heading.text() == "Why this driver?"
    with qtbot.waitSignal(panel.assign_requested) as caught:
        link(panel, "assign:D-31").linkActivated.emit("assign:D-31")
    assert caught.args == ["1042", "D-31"]
    assert not any("assign:D-9" in w.text() or "assign:D-17" in w.text() for w in panel.findChildren(QLabel))
    panel.show_order(replace(order, status=Status.CARRYING))
    assert not any("assign:" in w.text() for w in panel.findChildren(QLabel))  # too late for another driver


def test_an_order_nobody_has_says_why(panel: InspectorPanel, order: OrderDetails) -> None:
    panel.show_order(order)
    assert panel.order_page.reason.isHidden()
    panel.show_order(replace(order, status=Status.WAITING, driver_id="", driver_name="", eta=None))
    assert panel.order_page.reason.lines.text() == "no driver is near"
    assert panel.order_page.reason.isVisible()
    assert panel.order_page.candidates.heading.text() == "Who could take it"
    assert "Driver" not in panel.order_page.parties.lines.text()


def test_an_open_offer_counts_down(panel: InspectorPanel, order: OrderDetails, noon: Moment) -> None:
    offered = replace(order, status=Status.OFFERED, offer_until=noon.now + 32, exception="")
    panel.show_order(offered)
    assert "Offered to D-17, 0:32 left to answer" in panel.order_page.head.below.text()
    panel.set_moment(Moment(noon.now + 10, noon.zone))
    assert "0:22 left" in panel.order_page.head.below.text()


def test_links_and_buttons_ask(qtbot: QtBot, panel: InspectorPanel, order: OrderDetails, driver: DriverDetails) -> None:
    panel.show_order(order)
    with qtbot.waitSignal(panel.driver_linked) as caught:
        link(panel, "driver:D-17").linkActivated.emit("driver:D-17")
    assert caught.args == ["D-17"]
    reassign, hold = panel.order_page.deeds.buttons()
    assert not hold.isEnabled()
    assert hold.toolTip() == "it has a driver"
    with qtbot.waitSignal(panel.deed_requested) as caught:
        qtbot.mouseClick(reassign, Qt.MouseButton.LeftButton)
    assert caught.args == ["reassign", "order", "1042"]
    panel.show_driver(driver)
    with qtbot.waitSignal(panel.order_linked) as caught:
        link(panel, "order:1042").linkActivated.emit("order:1042")
    assert caught.args == ["1042"]
    with qtbot.waitSignal(panel.deed_requested) as caught:
        qtbot.mouseClick(panel.driver_page.deeds.buttons()[0], Qt.MouseButton.LeftButton)
    assert caught.args == ["assign", "driver", "D-17"]


def test_of_many_deeds_the_last_stand_in_a_menu(qtbot: QtBot, panel: InspectorPanel, order: OrderDetails) -> None:
    six = tuple(Deed(f"deed-{i}", f"Deed {i}") for i in range(6))
    panel.show_order(replace(order, deeds=six))
    assert [b.text() for b in panel.order_page.deeds.buttons()] == [deed.label for deed in six]
    seven = (*six, Deed("copy", "Copy it", keys="Ctrl+C"))
    panel.show_order(replace(order, deeds=seven))
    *at_hand, more = panel.order_page.deeds.buttons()
    assert [b.text() for b in at_hand] == [deed.label for deed in six[:5]]
    actions = more.menu().actions()
    assert [action.text() for action in actions] == ["Deed 5", "Copy it\tCtrl+C"]
    with qtbot.waitSignal(panel.deed_requested) as caught:
        actions[1].trigger()
    assert caught.args == ["copy", "order", "1042"]


def test_a_driver_is_told_whole(panel: InspectorPanel, driver: DriverDetails) -> None:
    panel.show_driver(driver)
    page = panel.driver_page
    assert page.head.title.text() == "D-17 Ana Silva"
    assert page.head.badge.text() == "To pick-up"
    assert page.stops.lines.text() == (
        "here since 11:59  Pick up 1042\nTaquería El Faro  \n12:14  Deliver 1042\nUpper Bridge Street 203  ⚠ +4 min"
    )
    assert page.tracking.lines.text().split("\n") == [
        "Last position  8 s ago, 11:59:52",
        "Accuracy  12 m",
        "Battery  ⚠ 14 %",
        "Tracking  ⚠ Asked for active 3 min ago, the phone still reports passive",
        "Held back  2 positions held back: impossible jump of 14 km",
        "Experiments  sending: slow",
    ]
    assert page.fix_it.lines.text() == "1  Set the mode to Move"
    assert "App  OwnTracks, accepts by your word" in page.person.lines.text()
    assert "Shift  until 13:00" in page.person.lines.text()


def test_a_mode_that_has_just_been_asked_for_is_no_trouble(panel: InspectorPanel, driver: DriverDetails) -> None:
    panel.show_driver(replace(driver, troubles=(), fix_it=(), held_back="", variants="", off_duty=True))
    page = panel.driver_page
    assert page.tracking.lines.text().endswith("Tracking  passive, active has just been asked for")
    assert not page.fix_it.isVisibleTo(page)
    assert page.head.below.text().endswith("off duty until they or you say otherwise")


def test_a_driver_who_sent_nothing_yet(panel: InspectorPanel, driver: DriverDetails) -> None:
    blank = replace(driver, troubles=(), held_back="", variants="")
    panel.show_driver(replace(blank, fix_at=None, mode="", battery=None, accuracy_m=None, stops=()))
    assert panel.driver_page.tracking.lines.text().split("\n") == [
        "Last position  none yet: the phone has not sent one",
        "Tracking  active was asked for, the phone has not confirmed it",
    ]
    assert panel.driver_page.stops.isHidden()


def test_telling_it_again_leaves_the_page_where_it_is(
    panel: InspectorPanel, order: OrderDetails, driver: DriverDetails
) -> None:
    panel.resize(360, 240)
    panel.show_order(order)
    bar = panel._areas[panel.order_page].verticalScrollBar()
    bar.setValue(120)
    button = panel.order_page.deeds.buttons()[0]
    panel.show_order(replace(order, eta=order.due_at))
    assert bar.value() == 120
    assert panel.order_page.deeds.buttons()[0] is button
    panel.show_order(replace(order, id="1043"))
    assert bar.value() == 0


def test_a_shorter_list_leaves_no_old_lines(panel: InspectorPanel, order: OrderDetails) -> None:
    panel.show_order(order)
    panel.show_order(replace(order, history=order.history[:1]))
    visible = [w for w in panel.order_page.history.lines.findChildren(QLabel) if not w.isHidden()]
    assert len(visible) == 2


def test_the_focus_stays_on_a_button_that_comes_again(qtbot: QtBot, panel: InspectorPanel, order: OrderDetails) -> None:
    panel.show_order(order)
    panel.activateWindow()
    panel.order_page.deeds.buttons()[0].setFocus()
    panel.show_order(replace(order, deeds=(*order.deeds[:1], Deed("cancel", "Cancel order", danger=True))))
    focused = panel.focusWidget()
    assert isinstance(focused, QPushButton)
    assert focused.property("key") == "reassign"


def test_where_a_free_driver_is_sent_and_why(panel: InspectorPanel, driver: DriverDetails, noon: Moment) -> None:
    why = "3.2 orders expected within 15 min, free there by then: 1"
    free = replace(driver, activity=Activity.FREE, stops=(), sent="sent towards Rosa", sent_for=why, sent_eta=noon.now + 240)
    panel.show_driver(free)
    assert panel.driver_page.stops.lines.text() == f"12:04  sent towards Rosa\n{why}"
    panel.show_driver(driver)
    assert why not in panel.driver_page.stops.lines.text()
