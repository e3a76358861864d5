"""Work that may take longer than a frame, in a thread of its own; what comes of it is told on the main thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from core.domain.causes import cause
from core.domain.errors import KerbsideError
from core.domain.language import said

T = TypeVar("T")


class Aside(QObject):
    _done = Signal(object)

    def __init__(self, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(1, name)
        self._open = True
        self._done.connect(lambda call: call())

    def do(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None]) -> None:
        """``then`` gets what ``work`` returns; ``failed`` a line, where it raised a KerbsideError or the disk did."""

        def finished(future: Future[T]) -> None:
            if self._open:
                self._done.emit(lambda: self._tell(future, then, failed))

        self._thread.submit(work).add_done_callback(finished)

    def _tell(self, future: Future[T], then: Callable[[T], None], failed: Callable[[str], None]) -> None:
        if not self._open:
            return
        try:
            result = future.result()
        except CancelledError:
            return
        except (KerbsideError, OSError) as error:
            failed(said(cause(error)))
        else:
            then(result)

    def close(self) -> None:
        self._open = False
        self._thread.shutdown(wait=True, cancel_futures=True)
