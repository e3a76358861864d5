"""One window for a data folder: whoever starts another is shown the one there is."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)

PATIENCE_MS = 1000


def _name(folder: Path) -> str:
    return f"kerbside-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}"


class FirstWindow(QObject):
    """Comes to the front when `call` is heard, until `close`."""

    def __init__(self, folder: Path, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._server = window, QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._come)
        QLocalServer.removeServer(_name(folder))  # the folder is ours: what is left there is of a process that was killed
        if not self._server.listen(_name(folder)):
            log.warning("a second start will not be heard: %s", self._server.errorString())

    def _come(self) -> None:
        while self._server.hasPendingConnections():
            caller = self._server.nextPendingConnection()
            caller.disconnected.connect(caller.deleteLater)
            caller.disconnectFromServer()
        state = self._window.windowState() & ~Qt.WindowState.WindowMinimized
        self._window.setWindowState(state | Qt.WindowState.WindowActive)
        self._window.raise_()
        self._window.activateWindow()

    def close(self) -> None:
        self._server.close()
        self.deleteLater()


def call(folder: Path) -> bool:
    """Have the window that holds this folder come to the front; False where there is none, but something without a window."""
    socket = QLocalSocket()
    socket.connectToServer(_name(folder))
    heard = socket.waitForConnected(PATIENCE_MS)
    socket.abort()
    return heard
