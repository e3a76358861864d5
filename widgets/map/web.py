"""The web view that holds the map's page, and what may be dropped on it."""

from __future__ import annotations

import logging

from PySide6.QtCore import QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

from widgets.common.dragging import dragged_orders

_log = logging.getLogger(__name__)


class MapPage(QWebEnginePage):
    """A page that stays where it is."""

    def __init__(self, profile: QWebEngineProfile, parent: QWidget) -> None:
        super().__init__(profile, parent)
        attribute = QWebEngineSettings.WebAttribute
        for off in (
            attribute.LocalStorageEnabled,
            attribute.PluginsEnabled,
            attribute.PdfViewerEnabled,
            attribute.ErrorPageEnabled,
            attribute.JavascriptCanOpenWindows,
            attribute.JavascriptCanAccessClipboard,
            attribute.LocalContentCanAccessFileUrls,
            attribute.FullScreenSupportEnabled,
            attribute.DnsPrefetchEnabled,
            attribute.NavigateOnDropEnabled,
            attribute.ShowScrollBars,
        ):
            self.settings().setAttribute(off, False)

    def acceptNavigationRequest(self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main_frame: bool) -> bool:
        address = QUrl(url)
        return address.scheme() == "kerbside" and address.host() == "map"

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        levels = QWebEnginePage.JavaScriptConsoleMessageLevel
        weight = {levels.ErrorMessageLevel: logging.ERROR, levels.WarningMessageLevel: logging.WARNING}
        _log.log(weight.get(level, logging.DEBUG), "map page, %s:%d: %s", source.rpartition("/")[2], line, message)


class MapWeb(QWebEngineView):
    """Takes orders dragged from anywhere in the program; Chromium itself would not know what they are."""

    dragged = Signal(QPoint)
    drag_left = Signal()
    dropped = Signal(list, QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_orders(event.mimeData()):
            event.acceptProposedAction()
            self.dragged.emit(event.position().toPoint())
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        # The page answers a moment later which driver is there, and shows it; where there is none the drop does nothing.
        self.dragged.emit(event.position().toPoint())
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drag_left.emit()

    def dropEvent(self, event: QDropEvent) -> None:
        ids = dragged_orders(event.mimeData())
        if ids:
            self.dropped.emit(ids, event.position().toPoint())
            event.acceptProposedAction()
        else:
            event.ignore()
