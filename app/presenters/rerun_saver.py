"""A stretch of the recording saved as a page: gathered by the recorder's thread, put together by a worker."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from datetime import datetime, tzinfo
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.presenters.asking import Asking
from app.report.journey import Journey, gathered
from app.report.rerun_page import Soil, page_of, soil_of
from core.domain.causes import cause
from core.domain.errors import KerbsideError
from core.domain.language import language, said, sentence, tr
from core.routing.city import City
from core.storage.rerun import Rerun


class RerunSaver(QObject):
    """``tell(text, bad)`` says how it goes; ``read`` has work done by the thread the recording belongs to."""

    _gathered = Signal(object, object)
    _made = Signal(object, object)

    def __init__(
        self,
        asking: Asking,
        executor: Executor,
        city: City | None,
        read: Callable[[Callable[[], Journey]], Future[Journey]],
        tell: Callable[[str, bool], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._asking, self._executor, self._city = asking, executor, city
        self._read, self._tell = read, tell
        self._gathered.connect(self._make)
        self._made.connect(self._write)

    def save(self, rerun: Rerun, since: float, until: float, zone: tzinfo | None) -> None:
        name = f"{datetime.fromtimestamp(since, zone):%Y-%m-%d-%H%M}.html"

        def chosen(path: Path) -> None:
            self._tell(tr("Putting the page together…"), False)
            work = self._read(lambda: gathered(rerun, since, until, zone))
            work.add_done_callback(lambda done: self._gathered.emit(path, done))

        self._asking.save_file(tr("Where is the page to be saved?"), [tr("Page (*.html)")], name, chosen)

    def _make(self, path: Path, done: Future[Journey]) -> None:
        try:
            journey = done.result()
        except CancelledError:
            return
        except KerbsideError as error:
            self._tell(sentence(error), True)
            return
        soil: Soil | None = soil_of(self._city) if self._city is not None else None
        self._executor.submit(page_of, journey, soil, language()).add_done_callback(lambda made: self._made.emit(path, made))

    def _write(self, path: Path, made: Future[str]) -> None:
        try:
            path.write_text(made.result(), encoding="utf-8", newline="\n")
        except CancelledError:
            return
        except (KerbsideError, RuntimeError) as error:
            self._tell(tr("The page could not be made: {error}", error=said(cause(error))), True)
        except OSError as error:
            self._tell(tr("{path} can't be written: {why}", path=path, why=said(cause(error))), True)
        else:
            self._tell(tr("Saved as {path}", path=path), False)
