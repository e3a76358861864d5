"""The window's language and reading direction, chosen once at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator

from core.domain.language import language, use_language
from core.settings import Settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

DIRECTIONS = {"left to right": Qt.LayoutDirection.LeftToRight, "right to left": Qt.LayoutDirection.RightToLeft}


def code_of(settings: Settings) -> str:
    """The language that is set, or the system's."""
    return _locale(settings).name().partition("_")[0]


def _locale(settings: Settings) -> QLocale:
    wanted = settings.text("window.language")
    return QLocale.system() if wanted == "system" else QLocale(wanted)


def speak(app: QApplication, settings: Settings) -> None:
    """Before any widget is made: our own texts, Qt's (in its dialogs and text fields), and which way the window reads."""
    locale, code = _locale(settings), code_of(settings)
    use_language(code)
    if language() != code:
        locale = QLocale.c()  # English, which nobody has translated for it: no part of the window in another language
    QLocale.setDefault(locale)  # numbers and dates in fields
    translator = QTranslator(app)
    if translator.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    app.setLayoutDirection(DIRECTIONS.get(settings.text("window.direction"), locale.textDirection()))
