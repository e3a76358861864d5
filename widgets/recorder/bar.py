"""The recorder's bar: the time, a slider over the stretch, the speed, and the way back to live."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from core.domain.language import mark, ntr, tr
from widgets.common.cells import look_now
from widgets.common.icons import icon
from widgets.common.theme import number_font
from widgets.recorder.scale import TimeScale

SPEEDS = (1, 2, 5, 10, 20, 30, 60)
SPANS_H = {1.0: mark("Last hour"), 4.0: mark("Last 4 hours"), 8.0: mark("Last 8 hours"), 24.0: mark("Last 24 hours")}
WHOLE = 0.0
OTHER = -1.0


class TimeField(QLineEdit):
    """The time that is shown, to be typed over; Esc leaves it as it was."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            self.clearFocus()
        else:
            super().keyPressEvent(event)


class RecorderBar(QWidget):
    """``play_pressed``; ``step_pressed(bool back)``; ``chosen(float)`` a time on the slider, epoch seconds; ``typed(str)``;
    ``speed_chosen(int)``; ``span_chosen(float)`` hours back from now, `WHOLE` for all there is; ``follow_pressed``,
    ``save_pressed``, ``live_pressed``.
    """

    play_pressed = Signal()
    step_pressed = Signal(bool)
    chosen = Signal(float)
    typed = Signal(str)
    speed_chosen = Signal(int)
    span_chosen = Signal(float)
    follow_pressed = Signal()
    save_pressed = Signal()
    live_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs so, and the buttons point along it
        self.scale = TimeScale()
        self.back = self._tool("skip-back", tr("Event before"))
        self.play = self._tool("play", tr("Play"))
        self.forward = self._tool("skip-forward", tr("Next event"))
        self.time = TimeField()
        self.time.setFont(number_font(self.time.font()))
        self.time.setFixedWidth(132)
        self.time.setAccessibleName(tr("Time shown, type another to go there"))
        self.time.setToolTip(tr("Type a time to go there: 14:05, 24 Nov 14:05, or −10 for ten minutes back"))
        self.speed = QComboBox()
        for speed in SPEEDS:
            self.speed.addItem(f"{speed}×", speed)
        self.speed.setAccessibleName(tr("Speed of the recording"))
        self.speed.setToolTip(self.speed.accessibleName())
        self.span = QComboBox()
        for hours, text in SPANS_H.items():
            self.span.addItem(tr(text), hours)
        self.span.addItem(tr("All there is"), WHOLE)
        self.span.setAccessibleName(tr("Stretch that the slider covers"))
        self.span.setToolTip(self.span.accessibleName())
        self.follow = self._tool("crosshair", tr("Follow the selected driver on the map"))
        self.save = QPushButton(tr("Save as page…"))
        self.save.setToolTip(tr("This stretch as one HTML page that opens anywhere, without a network"))
        self.told = QLabel()
        self.told.setProperty("kind", "caption")
        self.live = QPushButton(tr("Back to live"))
        self.live.setProperty("kind", "primary")
        self.live.setIcon(icon("broadcast", "on_accent"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 2, 12, 2)
        layout.setSpacing(8)
        for widget in (self.back, self.play, self.forward, self.time, self.speed):
            layout.addWidget(widget)
        layout.addWidget(self.scale, 1)
        for last in (self.span, self.follow, self.save, self.told, self.live):
            layout.addWidget(last)
        self.back.clicked.connect(lambda: self.step_pressed.emit(True))
        self.play.clicked.connect(self.play_pressed)
        self.forward.clicked.connect(lambda: self.step_pressed.emit(False))
        self.time.returnPressed.connect(lambda: self.typed.emit(self.time.text()))
        self.time.left.connect(lambda: self.time.setText(self._shown))
        self.speed.activated.connect(lambda i: self.speed_chosen.emit(self.speed.itemData(i)))
        self.span.activated.connect(lambda i: self.span_chosen.emit(self.span.itemData(i)))
        self.scale.chosen.connect(self.chosen)
        self.follow.clicked.connect(self.follow_pressed)
        self.save.clicked.connect(self.save_pressed)
        self.live.clicked.connect(self.live_pressed)
        self.set_playing(False)
        self.set_live("", 0)

    def _tool(self, icon_name: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name, "text"))
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def set_playing(self, playing: bool) -> None:
        name = tr("Pause") if playing else tr("Play")
        self.play.setIcon(icon("pause" if playing else "play", "text"))
        self.play.setAccessibleName(name)
        self.play.setToolTip(name)

    def set_speed(self, speed: int) -> None:
        self.speed.setCurrentIndex(SPEEDS.index(speed))

    def set_span_hours(self, hours: float) -> None:
        """One of `SPANS_H`, `WHOLE`, or `OTHER`, which shows none."""
        self.span.setCurrentIndex(self.span.findData(hours))

    def show_time(self, text: str, at: float) -> None:
        """The moment shown, as it is written and in epoch seconds."""
        self._shown = text
        if not self.time.hasFocus():
            self.time.setText(text)
        self.scale.show_time(at)

    def set_live(self, clock: str, alerts: int, note: str = "") -> None:
        """What goes on meanwhile: the time, and how many alerts have come since the recording is looked at."""
        live = tr("Live {time}", time=clock) if clock else ""
        news = ntr("{n} new alert", "{n} new alerts", alerts) if alerts else ""
        self.told.setText(note or ", ".join(filter(None, (live, news))))
        self.told.setProperty("kind", "error" if alerts and not note else "caption")
        self.told.style().polish(self.told)

    def set_ready(self, ready: bool) -> None:
        """Nothing but the way back can be used while the log is read."""
        for widget in (self.back, self.play, self.forward, self.time, self.speed, self.scale, self.span, self.save):
            widget.setEnabled(ready)

    def set_can_follow(self, can: bool) -> None:
        self.follow.setEnabled(can)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look_now().surface))
        painter.fillRect(0, 0, self.width(), 1, QColor(look_now().line))
        painter.end()
