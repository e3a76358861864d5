"""The quiet surface that panels lie on."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget


def lay_ground(widget: QWidget) -> None:
    """Paint the widget's ground in the colour of surfaces, which a plain widget does not do by itself."""
    widget.setBackgroundRole(QPalette.ColorRole.Base)
    widget.setAutoFillBackground(True)
