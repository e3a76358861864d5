from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from core.domain.driver import Activity
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from widgets.dialogs.about import AboutDialog
from widgets.dialogs.assign import AssignChoice, AssignDialog
from widgets.dialogs.confirm import ConfirmDialog
from widgets.dialogs.first_start import FirstStartDialog
from widgets.dialogs.keys import KeysDialog
from widgets.dialogs.new_order import NewOrder, NewOrderDialog, read_place


def choices() -> list[AssignChoice]:
    return [
        AssignChoice(id="D-117", name="Jonas Berg", activity=Activity.FREE, rank=1.0),
        AssignChoice(id="D-17", name="Ana Silva", activity=Activity.CARRYING, rank=2.0),
        AssignChoice(id="D-4", name="Mei Lin", activity=Activity.FREE, rank=0.0),
    ]


@pytest.fixture
def assign(qtbot: QtBot) -> AssignDialog:
    made = AssignDialog(["1042"], choices())
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_title_is_the_question(qtbot: QtBot, assign: AssignDialog) -> None:
    assert assign.windowTitle() == "Who takes order 1042?"
    several = AssignDialog(["1", "2"], choices())
    qtbot.addWidget(several)
    assert several.windowTitle() == "Who takes these 2 orders?"


def test_the_best_driver_is_one_enter_away(qtbot: QtBot, assign: AssignDialog) -> None:
    assert assign.action.text() == "Assign to D-4"
    with qtbot.waitSignal(assign.chosen) as caught:
        qtbot.keyClick(assign.search, Qt.Key.Key_Return)
    assert caught.args == [["1042"], "D-4"]
    assert not assign.isVisible()


def test_a_number_typed_in_full_is_that_driver(qtbot: QtBot, assign: AssignDialog) -> None:
    qtbot.keyClicks(assign.search, "17")
    assert [row.id for row in assign.model.shown] == ["D-17", "D-117"]
    with qtbot.waitSignal(assign.chosen) as caught:
        qtbot.keyClick(assign.search, Qt.Key.Key_Return)
    assert caught.args == [["1042"], "D-17"]


def test_the_arrows_walk_the_list_while_letters_are_typed(qtbot: QtBot, assign: AssignDialog) -> None:
    qtbot.keyClick(assign.search, Qt.Key.Key_Down)
    assert assign.action.text() == "Assign to D-117"
    qtbot.keyClick(assign.search, Qt.Key.Key_PageDown)
    assert assign.action.text() == "Assign to D-17"
    qtbot.keyClick(assign.search, Qt.Key.Key_Up)
    assert assign.action.text() == "Assign to D-117"
    assert assign.search.hasFocus()


def test_where_nobody_fits_nothing_is_assigned(qtbot: QtBot, assign: AssignDialog) -> None:
    heard: list[object] = []
    assign.chosen.connect(lambda *args: heard.append(args))
    qtbot.keyClicks(assign.search, "nobody")
    assert not assign.action.isEnabled()
    qtbot.keyClick(assign.search, Qt.Key.Key_Return)
    assert heard == []
    assert assign.isVisible()


@pytest.fixture
def new_order(qtbot: QtBot) -> NewOrderDialog:
    made = NewOrderDialog([("M-1", "Sushi Ko"), ("M-2", "Golden Wok")], promise_min=35)
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_new_order_is_handed_on_and_waits_for_the_answer(qtbot: QtBot, new_order: NewOrderDialog) -> None:
    new_order.merchant.setCurrentText("golden wok")
    new_order.address.setText(" Mill Lane 4 ")
    new_order.place.setText("59.913, 10.752")
    with qtbot.waitSignal(new_order.placed) as caught:
        qtbot.mouseClick(new_order.action, Qt.MouseButton.LeftButton)
    assert caught.args == [
        NewOrder(
            merchant_id="M-2",
            address="Mill Lane 4",
            dropoff=LatLon(59.913, 10.752),
            customer="",
            note="",
            due_in_min=35,
            weight_kg=1.0,
        )
    ]
    assert new_order.isVisible()
    new_order.show_problem("there is no driver near")
    assert new_order.problem.isVisible()


@pytest.mark.parametrize(
    ("merchant", "address", "place", "said"),
    [
        ("", "x", "", "Choose the merchant from the list"),
        ("Burgers", "x", "", "There is no merchant 'Burgers': choose the merchant from the list"),
        ("Sushi Ko", "", "", "Say where it goes"),
        ("Sushi Ko", "", "north", "like 59.913, 10.752"),
        ("Sushi Ko", "", "1 2 3", "like 59.913, 10.752"),
        ("Sushi Ko", "", "123, 10", "Latitude 123.0 is not between"),
    ],
)
def test_what_is_missing_is_said_in_the_dialog(
    qtbot: QtBot, new_order: NewOrderDialog, merchant: str, address: str, place: str, said: str
) -> None:
    heard: list[object] = []
    new_order.placed.connect(heard.append)
    new_order.merchant.setCurrentText(merchant)
    new_order.address.setText(address)
    new_order.place.setText(place)
    qtbot.mouseClick(new_order.action, Qt.MouseButton.LeftButton)
    assert heard == []
    assert said.casefold() in new_order.problem.text().casefold()
    assert new_order.problem.text()[:1].isupper()


def test_a_place_can_come_from_the_map(qtbot: QtBot, new_order: NewOrderDialog) -> None:
    with qtbot.waitSignal(new_order.pick_requested):
        qtbot.mouseClick(new_order.pick, Qt.MouseButton.LeftButton)
    new_order.set_place(LatLon(-30.0346, -51.2177), "Rua da Praia 88")
    assert read_place(new_order.place.text()) == LatLon(-30.0346, -51.2177)
    assert new_order.address.text() == "Rua da Praia 88"


def test_places_are_read_with_any_separator() -> None:
    assert read_place("59.9;10.7") == read_place("59.9 10.7") == read_place("59.9, 10.7") == LatLon(59.9, 10.7)
    assert read_place("  ") is None
    with pytest.raises(BadInput, match="longitude"):
        read_place("59, 999")


def test_a_danger_is_not_done_by_a_stray_enter(qtbot: QtBot) -> None:
    dialog = ConfirmDialog("Cancel 3 orders?", "Their drivers are told.", "Cancel 3 orders", danger=True, refuse="Keep them")
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.action.text() == "Cancel 3 orders"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == ConfirmDialog.DialogCode.Rejected
    dialog.show()
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    assert dialog.result() == ConfirmDialog.DialogCode.Accepted


@pytest.mark.parametrize("words", [2, 30, 90])
def test_a_question_is_as_high_as_its_words(qtbot: QtBot, words: int) -> None:
    dialog = ConfirmDialog("Cancel 3 orders?", "word " * words, "Cancel 3 orders", danger=True)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.text.height() == dialog.text.heightForWidth(dialog.text.width())
    assert dialog.heading.height() == dialog.heading.heightForWidth(dialog.heading.width())


def test_the_first_start_asks_once(qtbot: QtBot) -> None:
    for choose in ("demo", "fleet"):
        dialog = FirstStartDialog()
        qtbot.addWidget(dialog)
        dialog.show()
        heard: list[str] = []
        dialog.demo_chosen.connect(lambda heard=heard: heard.append("demo"))
        dialog.fleet_chosen.connect(lambda heard=heard: heard.append("fleet"))
        qtbot.mouseClick(getattr(dialog, choose).button, Qt.MouseButton.LeftButton)
        assert heard == [choose]
        assert not dialog.isVisible()


def test_keys_are_found_by_what_they_do(qtbot: QtBot) -> None:
    dialog = KeysDialog([("Orders", "Assign order", "A"), ("Everywhere", "Undo", "Ctrl+Z")])
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.search.setText("undo")
    qtbot.waitUntil(lambda: len(dialog.model.shown) == 1, timeout=1000)
    assert [row.keys for row in dialog.model.shown] == ["Ctrl+Z"]
    dialog.search.setText("teleport")
    qtbot.waitUntil(lambda: not dialog.model.shown, timeout=1000)
    assert dialog._empty.state.isVisible()


def test_the_facts_of_the_program_can_be_copied(qtbot: QtBot) -> None:
    dialog = AboutDialog([("Version", "0.1.0"), ("Python", "3.11")])
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Version: 0.1.0\nPython: 3.11"
