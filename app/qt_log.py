"""What Qt has to say goes to the log, where it can be read later, and not over a user's terminal."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("qt")

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def send_qt_words_to_the_log(harmless: Sequence[str]) -> None:
    """``harmless`` are patterns of warnings that mean nothing here; they are kept for debugging alone."""
    quiet = re.compile("|".join(harmless))

    def hear(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
        level = logging.DEBUG if quiet.search(text or "") else LEVELS[kind]
        log.log(level, "%s", text)

    qInstallMessageHandler(hear)
