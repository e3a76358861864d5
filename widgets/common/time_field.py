"""Fields for times."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDateTimeEdit


def show_as(field: QDateTimeEdit, display_format: str) -> None:
    """Have it read so in either direction: from right to left Qt turns the parts round, and 18:30 would be 30:18."""
    field.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    field.setDisplayFormat(display_format)
