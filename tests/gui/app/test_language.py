from collections.abc import Iterator
from unittest.mock import patch

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication

from app.language import speak
from core.domain.language import language, use_language
from core.settings import Settings


@pytest.fixture
def settings(qapp: QApplication) -> Iterator[Settings]:
    yield Settings()
    use_language("en")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_the_window_reads_as_it_is_told(qapp: QApplication, settings: Settings) -> None:
    settings.set("window.language", "en")
    speak(qapp, settings)
    assert qapp.layoutDirection() is Qt.LayoutDirection.LeftToRight
    settings.set("window.direction", "right to left")
    speak(qapp, settings)
    assert qapp.layoutDirection() is Qt.LayoutDirection.RightToLeft


def test_qt_speaks_the_language_too(qapp: QApplication, settings: Settings) -> None:
    settings.set("window.language", "de")
    speak(qapp, settings)
    assert qapp.translate("QPlatformTheme", "Cancel") == "Abbrechen"


def test_a_language_that_nobody_has_translated_is_english_throughout(qapp: QApplication, settings: Settings) -> None:
    with patch("app.language.QLocale.system", lambda: QLocale("ar")):
        speak(qapp, settings)
    assert (language(), QLocale().language(), qapp.layoutDirection()) == (
        "en",
        QLocale.Language.C,
        Qt.LayoutDirection.LeftToRight,
    )
