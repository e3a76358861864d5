"""The status bar: broker, traffic, what was refused, the stalest driver, the disk, speed, mode and clock."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from core.domain.errors import BadInput
from core.domain.language import ntr, tr
from widgets.common.icons import icon
from widgets.common.look import ICON_PX
from widgets.common.theme import number_font
from widgets.common.words import freshness
from widgets.status.mode import MODES, ModeBadge

SPEEDS = (1, 2, 5, 10, 20, 30, 60)


@dataclass(frozen=True, slots=True)
class BrokerLook:
    text: str
    icon: str
    token: str


BROKER: dict[str, BrokerLook] = {
    "connected": BrokerLook("Broker connected", "broadcast", "free"),
    "connecting": BrokerLook("Connecting to broker", "arrows-clockwise", "offered"),
    "lost": BrokerLook("Broker lost", "link-break", "late"),
    "outgrown": BrokerLook("Broker outgrown", "gauge", "late"),
}


class Piece(QToolButton):
    """One fact with its icon. Clickable only where it leads somewhere."""

    def __init__(self, name: str, leads: bool) -> None:
        super().__init__()
        self._name, self._leads = name, leads
        self._worn = ("", "")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(ICON_PX - 2, ICON_PX - 2))
        self.setFont(number_font(self.font()))
        self.setAutoRaise(True)
        if not leads:
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.setStyleSheet("QToolButton:hover, QToolButton:pressed { background: transparent; }")
        else:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_fact(self, text: str, icon_name: str, token: str = "muted", tip: str = "") -> None:
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(f"{self._name}: {text}")
        if (icon_name, token) != self._worn:
            self._worn = (icon_name, token)
            self.setIcon(icon(icon_name, token))
        self.setToolTip(tip or text)
        self.setVisible(bool(text))


class StatusPieces(QWidget):
    """All pieces in one row, for `QStatusBar.addPermanentWidget(pieces, 1)`.

    Clicks: ``alerts_clicked``, ``broker_clicked``, ``refused_clicked``, ``stalest_clicked(str driver id)``, ``disk_clicked``;
    ``speed_chosen(int)`` is the pace of simulated time.
    """

    broker_clicked = Signal()
    refused_clicked = Signal()
    stalest_clicked = Signal(str)
    disk_clicked = Signal()
    alerts_clicked = Signal()
    speed_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stalest_id = ""
        self._shed = 0
        self.broker = Piece(tr("Broker"), leads=True)
        self.rate = Piece(tr("Messages"), leads=False)
        self.alerts = Piece(tr("Alerts"), leads=True)
        self.refused = Piece(tr("Refused messages"), leads=True)
        self.shed = Piece(tr("Positions given up"), leads=False)
        self.stalest = Piece(tr("Stalest driver"), leads=True)
        self.disk = Piece(tr("Disk"), leads=True)
        self.speed_label = QLabel(tr("Speed"))
        self.speed = QComboBox()
        self.mode = ModeBadge()
        self.clock = QLabel()
        self._lay_out()
        self.broker.clicked.connect(self.broker_clicked)
        self.refused.clicked.connect(self.refused_clicked)
        self.stalest.clicked.connect(lambda: self.stalest_clicked.emit(self._stalest_id))
        self.disk.clicked.connect(self.disk_clicked)
        self.alerts.clicked.connect(self.alerts_clicked)
        self.speed.activated.connect(lambda i: self.speed_chosen.emit(self.speed.itemData(i)))
        self.set_alerts(0, 0)
        self.set_broker("connecting")
        self.set_rate(0.0)
        self.set_refused(0)
        self.set_shed(0)
        self.set_stalest("", "", None)
        self.set_writing(0)
        self.set_mode("live")

    def _lay_out(self) -> None:
        for speed in SPEEDS:
            self.speed.addItem(f"{speed}×", speed)
        self.speed.setAccessibleName(tr("Speed of simulated time"))
        self.speed_label.setProperty("kind", "caption")
        self.speed_label.setBuddy(self.speed)
        self.clock.setFont(number_font(self.clock.font()))
        self.clock.setAccessibleName(tr("Time"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 0, 8, 0)
        layout.setSpacing(4)
        for piece in (self.alerts, self.broker, self.rate, self.refused, self.shed, self.stalest, self.disk):
            layout.addWidget(piece)
        layout.addStretch(1)
        for widget in (self.speed_label, self.speed, self.mode, self.clock):
            layout.addWidget(widget)
        layout.insertSpacing(layout.count() - 1, 4)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_broker(self, state: str, detail: str = "") -> None:
        """``state`` is connected, connecting, lost or outgrown; ``detail`` says what to do. BadInput for another state."""
        if state not in BROKER:
            raise BadInput(f"a broker is {', '.join(BROKER)}, not {state!r}")
        look = BROKER[state]
        self.broker.show_fact(tr(look.text), look.icon, look.token, detail)

    def set_alerts(self, standing: int, new: int, urgent: bool = False) -> None:
        """How many alerts stand, how many of them nobody has seen to, and whether one of these is urgent."""
        text = (
            tr("{standing}, {new:,} new", standing=ntr("{n:,} alert", "{n:,} alerts", standing), new=new)
            if new
            else ntr("{n:,} alert", "{n:,} alerts", standing)
            if standing
            else tr("No alerts")
        )
        token = "late" if urgent else "offered" if new else "muted"
        self.alerts.show_fact(text, "bell-ringing" if new else "bell", token, tr("Alerts: what needs an eye now"))

    def set_rate(self, per_s: float) -> None:
        self.rate.show_fact(tr("{per_s:,.0f} msg/s", per_s=per_s), "arrows-down-up", tip=tr("Messages a second, in and out"))

    def set_refused(self, count: int, last: str = "") -> None:
        """Messages that could not be used since the start; ``last`` is the latest reason."""
        text = tr("{count:,} refused", count=count) if count else ""
        self.refused.show_fact(text, "prohibit", "offered", last or tr("Messages that could not be used"))

    def set_shed(self, count: int) -> None:
        """Messages with positions that were given up since the start, because more came than this computer could take."""
        grows, self._shed = count > self._shed, count
        text = tr("{count} dropped", count=ntr("{n:,} position message", "{n:,} position messages", count)) if count else ""
        tip = tr(
            "{count} with positions came faster than this computer can take them, and were dropped, each driver's oldest "
            "first. No word about an order was lost.",
            count=ntr("{n:,} message", "{n:,} messages", count),
        )
        self.shed.show_fact(text, "gauge", "late" if grows else "muted", tip)

    def set_stalest(self, driver_id: str, name: str, age_s: float | None, alarm: bool = False) -> None:
        """The driver whose last position is oldest of those on duty; an empty id hides the piece."""
        self._stalest_id = driver_id
        if not driver_id or age_s is None:
            self.stalest.show_fact("", "clock")
            return
        tip = tr(
            "{driver_id} {name} sent no position for {age_s}", driver_id=driver_id, name=name, age_s=freshness(age_s)
        ).replace("  ", " ")
        self.stalest.show_fact(
            tr("Stalest {driver_id}, {age_s}", driver_id=driver_id, age_s=freshness(age_s)),
            "clock",
            "late" if alarm else "muted",
            tip,
        )

    def set_writing(self, pending: int, problem: str = "") -> None:
        """Changes not on disk yet, and what keeps them from it, if anything does."""
        if problem:
            self.disk.show_fact(
                problem,
                "hard-drives",
                "late",
                tr("{problem}\n{pending} not on disk", problem=problem, pending=ntr("{n:,} change", "{n:,} changes", pending)),
            )
        else:
            text = tr("{pending:,} to write", pending=pending) if pending else ""
            self.disk.show_fact(text, "hard-drives", "muted", tr("Changes on their way to the disk"))

    def set_speed(self, speed: int | None) -> None:
        """The pace of simulated time; ``None`` where time is real, which hides the control."""
        self.speed.setVisible(speed is not None)
        self.speed_label.setVisible(speed is not None)
        if speed is None:
            return
        place = self.speed.findData(speed)
        if place < 0:
            self.speed.addItem(f"{speed}×", speed)
            place = self.speed.count() - 1
        self.speed.setCurrentIndex(place)

    def set_mode(self, mode: str) -> None:
        """One of `MODES`; the speed is shown in training and replay alone."""
        self.mode.set_mode(mode)
        if not MODES[mode].simulated:
            self.set_speed(None)
        elif self.speed.isHidden():
            self.set_speed(self.speed.currentData())

    def set_clock(self, text: str, tip: str = "") -> None:
        self.clock.setText(text)
        self.clock.setToolTip(tip)
