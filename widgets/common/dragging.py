"""Orders on their way from one place of the console to another, by drag and drop."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QMimeData

ORDER_MIME = "application/x-kerbside-order"
"""Ids of dragged orders, a line each."""


def order_mime(ids: Iterable[str]) -> QMimeData:
    mime = QMimeData()
    text = "\n".join(ids)
    mime.setData(ORDER_MIME, text.encode())
    mime.setText(text)
    return mime


def dragged_orders(mime: QMimeData) -> list[str]:
    """Ids of the orders that are being dragged; empty where it is something else."""
    if not mime.hasFormat(ORDER_MIME):
        return []
    return [line for line in bytes(mime.data(ORDER_MIME).data()).decode(errors="replace").split("\n") if line]
