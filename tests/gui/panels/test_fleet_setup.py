from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.domain.driver import App
from core.domain.vehicle import Vehicle
from widgets.dialogs.fleet import FleetDialog
from widgets.dialogs.setup import BrokerChoice, DriverDraft

ANA = DriverDraft(id="D-1", name="Ana", vehicle=Vehicle.BIKE, app=App.OWNTRACKS)
JONAS = DriverDraft(id="D-2", name="Jonas", vehicle=Vehicle.CAR, app=App.KERBSIDE)


@pytest.fixture
def dialog(qtbot: QtBot) -> FleetDialog:
    made = FleetDialog()
    qtbot.addWidget(made)
    made.show()
    return made


def png(side: int) -> bytes:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def go_on(qtbot: QtBot, dialog: FleetDialog) -> None:
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)


def test_a_page_is_left_only_with_an_answer(qtbot: QtBot, dialog: FleetDialog) -> None:
    go_on(qtbot, dialog)
    assert dialog.page is dialog.map
    assert "Choose the file of your city" in dialog.problem.text()
    dialog.map.without.setChecked(True)
    with qtbot.waitSignal(dialog.map.great_circle_chosen):
        go_on(qtbot, dialog)
    assert dialog.page is dialog.broker
    assert dialog.problem.isHidden()


def test_an_import_is_followed_and_can_be_stopped(qtbot: QtBot, dialog: FleetDialog) -> None:
    with qtbot.waitSignal(dialog.map.import_requested) as caught:
        dialog.map.start("/maps/oslo.osm.pbf")
    assert caught.args == ["/maps/oslo.osm.pbf"]
    dialog.map.set_progress(0.4, "Reading roads")
    assert dialog.map.bar.value() == 400
    assert not dialog.map.choose.isEnabled()
    go_on(qtbot, dialog)
    assert "still being imported" in dialog.problem.text()
    with qtbot.waitSignal(dialog.map.import_cancelled):
        qtbot.mouseClick(dialog.map.stop, Qt.MouseButton.LeftButton)
    dialog.map.set_failed("the import was stopped")
    assert dialog.map.said.property("kind") == "error"
    assert dialog.map.choose.isEnabled()
    go_on(qtbot, dialog)
    assert dialog.page is dialog.map
    dialog.map.start("/maps/oslo.osm.pbf")
    dialog.map.set_report("36,842 crossings")
    assert dialog.map.said.property("kind") == ""
    go_on(qtbot, dialog)
    assert dialog.page is dialog.broker


def test_the_broker_inside_or_outside(qtbot: QtBot, dialog: FleetDialog) -> None:
    dialog.go_to(1)
    page = dialog.broker
    go_on(qtbot, dialog)
    assert "at which address" in dialog.problem.text()
    page.set_addresses(["192.168.1.20", "10.0.0.4"], 1884)
    with qtbot.waitSignal(page.broker_chosen) as caught:
        go_on(qtbot, dialog)
    assert caught.args == [BrokerChoice(embedded=True, host="192.168.1.20", port=1884)]
    dialog.go_to(1)
    page.external.setChecked(True)
    assert not page.inside.isEnabled()
    page.url.setText("broker.example.org")
    qtbot.mouseClick(page.test, Qt.MouseButton.LeftButton)
    assert "begins with mqtt://" in page.said.text()
    page.url.setText("mqtts://broker.example.org")
    page.user.setText("kerbside")
    page.password.setText("secret")
    expected = BrokerChoice(embedded=False, url="mqtts://broker.example.org", user="kerbside", password="secret")
    with qtbot.waitSignal(page.test_requested) as caught:
        qtbot.mouseClick(page.test, Qt.MouseButton.LeftButton)
    assert caught.args == [expected]
    page.set_result(False, "nobody answers there")
    assert page.said.property("kind") == "error"


def test_whoever_answers_can_refuse_to_go_on(qtbot: QtBot, dialog: FleetDialog) -> None:
    dialog.go_to(1)
    dialog.broker.set_addresses(["192.168.1.20"])
    dialog.broker.broker_chosen.connect(lambda _: dialog.show_problem("port 1883 is taken: choose another one"))
    go_on(qtbot, dialog)
    assert dialog.page is dialog.broker
    assert "Port 1883" in dialog.problem.text()


def test_drivers_are_added_by_name_and_enter(qtbot: QtBot, dialog: FleetDialog) -> None:
    dialog.go_to(2)
    page = dialog.drivers
    go_on(qtbot, dialog)
    assert "at least one driver" in dialog.problem.text()
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    assert "Type the driver's name" in dialog.problem.text()
    qtbot.keyClicks(page.name, " Ana ")
    page.vehicle.setCurrentText("Scooter")
    with qtbot.waitSignal(page.driver_added) as caught:
        qtbot.keyClick(page.name, Qt.Key.Key_Return)
    assert caught.args == [DriverDraft(name="Ana", vehicle=Vehicle.SCOOTER, app=App.OWNTRACKS)]
    assert dialog.page is page
    assert page.name.text() == ""
    dialog.set_drivers([ANA, JONAS])
    go_on(qtbot, dialog)
    assert dialog.page is dialog.phones


def test_a_driver_is_taken_out_again(qtbot: QtBot, dialog: FleetDialog) -> None:
    dialog.go_to(2)
    dialog.set_drivers([ANA, JONAS])
    assert not dialog.drivers.remove.isEnabled()
    dialog.drivers.view.select_ids(["D-2"])
    with qtbot.waitSignal(dialog.drivers.driver_removed) as caught:
        qtbot.mouseClick(dialog.drivers.remove, Qt.MouseButton.LeftButton)
    assert caught.args == ["D-2"]


def test_each_phone_gets_its_own_code_and_steps(qtbot: QtBot, dialog: FleetDialog, tmp_path: Path) -> None:
    dialog.set_drivers([ANA, JONAS])
    page = dialog.phones
    asked: list[str] = []
    page.code_requested.connect(asked.append)
    dialog.go_to(3)
    assert asked == ["D-1"]
    assert "configuration links" in page.steps.text()
    assert not page.save.isEnabled()
    page.set_code("D-2", png(105), "not for Ana")
    assert page.config.toPlainText() == ""
    page.set_code("D-1", png(105), "owntracks:///config?inline=abc")
    assert page.code.pixmap().width() == 210
    assert page.config.toPlainText() == "owntracks:///config?inline=abc"
    page.save_to(tmp_path / "ana.png")
    assert (tmp_path / "ana.png").read_bytes() == png(105)
    page.save_to(tmp_path / "no" / "such" / "folder.png")
    assert "can't be written" in dialog.problem.text()
    page.view.select_ids(["D-2"])
    assert asked == ["D-1", "D-2"]
    assert page.config.toPlainText() == ""
    assert "Scan the code" in page.steps.text()
    page.set_code("D-2", b"no image", "text")
    assert "use the text" in page.code.text()


def test_the_end_is_told_once(qtbot: QtBot, dialog: FleetDialog) -> None:
    dialog.set_drivers([ANA])
    dialog.go_to(3)
    assert dialog.action.text() == "Finish"
    with qtbot.waitSignal(dialog.completed):
        go_on(qtbot, dialog)
    assert not dialog.isVisible()


def test_one_can_go_back(qtbot: QtBot, dialog: FleetDialog) -> None:
    assert dialog.back.isHidden()
    dialog.go_to(2)
    qtbot.mouseClick(dialog.back, Qt.MouseButton.LeftButton)
    assert dialog.page is dialog.broker


def test_its_buttons_are_seen_on_a_low_screen_with_large_letters(dialog: FleetDialog) -> None:
    dialog.set_drivers([ANA, JONAS])
    for place in range(4):
        dialog.go_to(place)
        assert dialog.minimumSizeHint().height() <= 768 / 1.5 - 32
