"""The window's language and reading direction, chosen once at its start."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from core.domain.language import use_language
from core.settings import Settings

DIRECTIONS = {"left to right": Qt.LayoutDirection.LeftToRight, "right to left": Qt.LayoutDirection.RightToLeft}


def speak(app: QApplication, settings: Settings) -> None:
    """Before any widget is made: our own texts, Qt's (in its dialogs and text fields), and which way the window reads."""
    wanted = settings.text("window.language")
    locale = QLocale.system() if wanted == "system" else QLocale(wanted)
    code = locale.name().partition("_")[0]
    use_language(code)
    QLocale.setDefault(locale)  # numbers and dates in fields
    translator = QTranslator(app)
    if translator.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    app.setLayoutDirection(DIRECTIONS.get(settings.text("window.direction"), locale.textDirection()))
