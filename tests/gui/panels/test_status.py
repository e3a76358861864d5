from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from core.domain.errors import BadInput
from widgets.common.icons import icon
from widgets.common.look import LOOKS
from widgets.common.theme import Theme
from widgets.log.panel import KINDS
from widgets.status.bar import BROKER, StatusPieces
from widgets.status.mode import ModeFrame
from widgets.status.strip import MessageStrip


@pytest.fixture
def pieces(qtbot: QtBot) -> StatusPieces:
    made = StatusPieces()
    qtbot.addWidget(made)
    made.resize(1200, 30)
    made.show()
    return made


@pytest.fixture
def strip(qtbot: QtBot) -> MessageStrip:
    made = MessageStrip()
    qtbot.addWidget(made)
    return made


def test_the_badge_of_the_mode_keeps_its_size_in_another_theme(pieces: StatusPieces, qapp: QApplication) -> None:
    theme = Theme(qapp, "light")
    pieces.set_mode("training")
    before = pieces.mode._font().pixelSize(), pieces.mode.size()
    theme.set_mode("dark")
    QApplication.processEvents()
    assert (pieces.mode._font().pixelSize(), pieces.mode.size()) == before
    assert QFontMetrics(pieces.mode._font()).horizontalAdvance("TRAINING") + 16 == pieces.mode.width()
    theme.set_mode("light")


def test_each_state_of_the_broker_has_its_words_and_icon(pieces: StatusPieces) -> None:
    seen = set()
    for state in ("connected", "connecting", "lost", "outgrown"):
        pieces.set_broker(state, "what to do")
        seen.add((pieces.broker.text(), BROKER[state].icon))
        assert pieces.broker.toolTip() == "what to do"
        assert pieces.broker.accessibleName() == f"Broker: {pieces.broker.text()}"
    assert len(seen) == 4
    with pytest.raises(BadInput, match="connected, connecting, lost, outgrown"):
        pieces.set_broker("gone")


def test_what_is_nought_is_not_shown(pieces: StatusPieces) -> None:
    assert pieces.refused.isHidden()
    assert pieces.stalest.isHidden()
    assert pieces.disk.isHidden()
    pieces.set_refused(3, "latitude 123 is not between -90 and 90")
    pieces.set_stalest("D-9", "Ana", 74.0, alarm=True)
    pieces.set_writing(12)
    assert [p.text() for p in (pieces.refused, pieces.stalest, pieces.disk)] == [
        "3 refused",
        "Stalest D-9, 1 min",
        "12 to write",
    ]
    pieces.set_writing(12, "The disk is full")
    assert pieces.disk.text() == "The disk is full"
    assert "12 changes not on disk" in pieces.disk.toolTip()
    pieces.set_stalest("", "", None)
    assert pieces.stalest.isHidden()


def test_pieces_lead_somewhere(qtbot: QtBot, pieces: StatusPieces) -> None:
    pieces.set_refused(3)
    pieces.set_stalest("D-9", "Ana", 5.0)
    with qtbot.waitSignal(pieces.refused_clicked):
        qtbot.mouseClick(pieces.refused, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(pieces.stalest_clicked) as caught:
        pieces.stalest.setFocus()
        qtbot.keyClick(pieces.stalest, Qt.Key.Key_Space)
    assert caught.args == ["D-9"]


def test_speed_is_there_only_where_time_is_simulated(pieces: StatusPieces) -> None:
    assert pieces.speed.isHidden()
    pieces.set_mode("training")
    pieces.set_speed(20)
    assert pieces.speed.isVisible()
    assert pieces.speed.currentText() == "20×"
    pieces.set_speed(7)
    assert pieces.speed.currentText() == "7×"
    pieces.set_mode("live")
    assert pieces.speed.isHidden()
    with pytest.raises(BadInput, match="live, training, replay"):
        pieces.mode.set_mode("dream")


def test_a_speed_is_told_only_when_the_user_chose_it(qtbot: QtBot, pieces: StatusPieces) -> None:
    heard: list[int] = []
    pieces.speed_chosen.connect(heard.append)
    pieces.set_mode("training")
    pieces.set_speed(20)
    assert heard == []
    pieces.speed.setFocus()
    qtbot.keyClick(pieces.speed, Qt.Key.Key_Down)
    assert heard == [30]


def test_the_frame_fits_its_window_and_lets_the_mouse_through(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    frame = ModeFrame(window)
    window.resize(400, 300)
    window.show()
    assert frame.isHidden()
    frame.set_mode("training")
    window.resize(500, 320)
    qtbot.waitUntil(lambda: frame.geometry() == window.rect(), timeout=1000)
    assert frame.isVisible()
    assert frame.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    frame.set_mode("live")
    assert frame.isHidden()


def test_a_problem_stands_until_it_is_over(qtbot: QtBot, strip: MessageStrip) -> None:
    assert strip.isHidden()
    strip.show_problem("broker", "The broker is away", "Broker settings")
    strip.show_problem("disk", "The disk is full")
    strip.show_problem("broker", "The broker is away for 2 min", "Broker settings")
    assert strip.problems() == {"broker": "The broker is away for 2 min", "disk": "The disk is full"}
    problem = strip._problems["broker"]
    with qtbot.waitSignal(strip.action_clicked) as caught:
        qtbot.mouseClick(problem.action, Qt.MouseButton.LeftButton)
    assert caught.args == ["broker"]
    assert strip._problems["disk"].action.isHidden()
    strip.clear_problem("broker")
    strip.clear_problem("disk")
    strip.clear_problem("never there")
    assert strip.problems() == {}
    assert strip.isHidden()


def test_the_mark_of_a_problem_follows_the_theme(qtbot: QtBot, qapp: QApplication, strip: MessageStrip) -> None:
    theme = Theme(qapp, "light")
    strip.show_problem("disk", "The disk is full")
    try:
        for name in ("light", "dark", "light"):
            theme.set_mode(name)
            picture = strip._problems["disk"]._mark.pixmap().toImage()
            colours = {
                picture.pixelColor(x, y).name()
                for x in range(picture.width())
                for y in range(picture.height())
                if picture.pixelColor(x, y).alpha() == 255
            }
            assert QColor(LOOKS[theme.name].late).name() in colours
    finally:
        theme.set_mode("light")


def test_a_problem_hidden_by_hand_comes_back_only_with_news(qtbot: QtBot, strip: MessageStrip) -> None:
    strip.show_problem("disk", "The disk is full")
    with qtbot.waitSignal(strip.dismissed):
        qtbot.mouseClick(strip._problems["disk"].close_button, Qt.MouseButton.LeftButton)
    strip.show_problem("disk", "The disk is full")
    assert strip.problems() == {}
    strip.show_problem("disk", "The disk can't be reached")
    assert strip.problems() == {"disk": "The disk can't be reached"}
    qtbot.mouseClick(strip._problems["disk"].close_button, Qt.MouseButton.LeftButton)
    strip.clear_problem("disk")
    strip.show_problem("disk", "The disk can't be reached")
    assert strip.problems() == {"disk": "The disk can't be reached"}


def test_every_icon_that_is_named_exists(qtbot: QtBot) -> None:
    for look in BROKER.values():
        assert not icon(look.icon, look.token).isNull()
    for _, name in KINDS.values():
        assert not icon(name).isNull()


def test_positions_given_up_are_counted_in_a_sentence(pieces: StatusPieces) -> None:
    pieces.set_shed(0)
    assert pieces.shed.isHidden()
    pieces.set_shed(12_345)
    assert pieces.shed.text() == "12,345 position messages dropped"
    assert "No word about an order was lost" in pieces.shed.toolTip()
    assert pieces.shed.isVisible()
