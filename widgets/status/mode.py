"""Which world this is: the real one, none yet, a training run, or a recorded day; told by a badge and a tinted frame."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QChildEvent, QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain.errors import BadInput
from core.domain.language import tr
from widgets.common.cells import look_now
from widgets.common.look import CAPTION_PX, WEIGHT_STRONG

FRAME_PX = 3


@dataclass(frozen=True, slots=True)
class ModeLook:
    label: str
    token: str
    simulated: bool
    tip: str


MODES: dict[str, ModeLook] = {
    "live": ModeLook("LIVE", "free", False, "Real orders and real drivers"),
    "training": ModeLook("TRAINING", "waiting", True, "Simulated orders and drivers: nothing here reaches a phone"),
    "replay": ModeLook("REPLAY", "offered", True, "A recorded day: nothing here can be changed"),
    "what_if": ModeLook(
        "WHAT IF", "carrying", True, "Changes are only tried: no driver hears of them until they are carried out"
    ),
    "stopped": ModeLook("NOT RUNNING", "late", False, "Nothing is running: what is in the way is said above"),
}


def mode_look(mode: str) -> ModeLook:
    if mode not in MODES:
        raise BadInput(f"the mode is {', '.join(MODES)}, not {mode!r}")
    return MODES[mode]


class ModeBadge(QWidget):
    """LIVE is outlined; the others are filled, so that they can't be taken for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = MODES["live"]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_mode("live")

    def set_mode(self, mode: str) -> None:
        self._look = mode_look(mode)
        metrics = QFontMetrics(self._font())
        self.setFixedSize(metrics.horizontalAdvance(tr(self._look.label)) + 16, metrics.height() + 4)
        self.setAccessibleName(tr("Mode: {mode}", mode=tr(self._look.label)))
        self.setToolTip(tr(self._look.tip))
        self.update()

    def _font(self) -> QFont:
        """Made anew each time: a style sheet that is laid anew, with another theme, takes a widget's own font away."""
        font = QFont(self.font())
        font.setPixelSize(CAPTION_PX)
        font.setWeight(QFont.Weight(WEIGHT_STRONG))
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        look = look_now()
        colour = QColor(getattr(look, self._look.token))
        painter = QPainter(self)
        painter.setFont(self._font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour)
        painter.setBrush(colour if self._look.simulated else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRect(0, 0, self.width() - 1, self.height() - 1), 4, 4)
        painter.setPen(QColor(look.on_accent) if self._look.simulated else colour)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr(self._look.label))
        painter.end()


class ModeFrame(QWidget):
    """A tinted frame over the whole of its parent for as long as the world is not the real one; the mouse goes through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._token = "free"
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parent.installEventFilter(self)
        self.set_mode("live")

    def set_mode(self, mode: str) -> None:
        look = mode_look(mode)
        self._token = look.token
        self.setVisible(look.simulated)
        self._fit()

    def _fit(self) -> None:
        self.setGeometry(self._over.rect())
        self.raise_()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = QEvent.Type
        if watched is not self._over:
            if event.type() == kinds.ZOrderChange:
                # Once the dock has found itself in front: only then does it come before those it is in tabs with.
                QTimer.singleShot(0, self, self.raise_)
        elif event.type() in (kinds.Resize, kinds.ChildAdded, kinds.Show):
            if isinstance(event, QChildEvent) and event.child() is not self:
                # A dock that comes before the others would come before the frame.
                event.child().installEventFilter(self)
            self._fit()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = QColor(getattr(look_now(), self._token))
        width, height, px = self.width(), self.height(), FRAME_PX
        for strip in (
            QRect(0, 0, width, px),
            QRect(0, height - px, width, px),
            QRect(0, 0, px, height),
            QRect(width - px, 0, px, height),
        ):
            painter.fillRect(strip, colour)
        painter.end()
