"""The program's frame: one asyncio loop that is Qt's as well, logs, and an end in stages."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from core.domain.causes import cause
from core.domain.errors import KerbsideError
from core.domain.language import said, sentence, tr

log = logging.getLogger("kerbside")


class _LogFile(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A full disk is told by whoever could not store what counts; a traceback for each line would help nobody."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def start_logging(folder: Path | None, *, verbose: bool = False) -> str:
    """Log to `kerbside.log` in ``folder``, rotated at 2 MB, five kept; to the terminal only what matters.

    Returns why there will be no log file, empty where there is one: nobody's work has to wait for it."""
    problem = ""
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.DEBUG if verbose else logging.CRITICAL)
    handlers: list[logging.Handler] = [terminal]
    if folder is not None:
        path = folder / "kerbside.log"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handlers.append(_LogFile(path, maxBytes=2_000_000, backupCount=5, encoding="utf-8"))
        except OSError as error:
            problem = tr("No log is written, since {path} can't be: {why}", path=path, why=said(cause(error)))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for before in root.handlers:
        if isinstance(before, logging.handlers.RotatingFileHandler):
            before.close()  # of a data folder that is left
    root.handlers[:] = handlers
    for talkative in ("asyncio", "qasync"):
        logging.getLogger(talkative).setLevel(logging.INFO)
    return problem


def _apology(kind: type[BaseException]) -> str:
    return f"Something went wrong inside the program ({kind.__name__}). It goes on; the details are in the log."


def catch_everything(tell: Callable[[str], None]) -> None:
    """What nobody caught is logged whole and told to the user in one line; the program goes on."""

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("unexpected error", exc_info=(kind, error, trace))
        tell(_apology(kind))

    sys.excepthook = caught

    def caught_in_thread(args: threading.ExceptHookArgs) -> None:
        # Telling is left to the log: a thread must not touch the window.
        log.critical("unexpected error in %s", args.thread, exc_info=args.exc_value)

    threading.excepthook = caught_in_thread


def steady(beat: Callable[[], None], tell: Callable[[str], None]) -> Callable[[], None]:
    """The beat, made to go on whatever one stroke meets: of failures in a row the first is logged and told."""
    failing = False

    def stroke() -> None:
        nonlocal failing
        try:
            beat()
        except Exception as error:  # a bug in one message or panel must not end the dispatching of all the others
            if not failing:
                log.exception("a beat failed")
                tell(sentence(error) if isinstance(error, KerbsideError) else _apology(type(error)))
            failing = True
        else:
            failing = False

    return stroke


class Stages:
    """What has to be ended, last begun first; one that fails does not keep the others from ending."""

    def __init__(self) -> None:
        self._ends: list[tuple[str, Callable[[], None]]] = []

    def add(self, name: str, end: Callable[[], None]) -> None:
        self._ends.append((name, end))

    def end(self) -> list[str]:
        """What went wrong, a line for each: empty where all is well and stored."""
        problems = []
        while self._ends:
            name, end = self._ends.pop()
            try:
                end()
            except Exception as error:  # whatever one part does, the database below it must still be closed
                log.exception("ending %s failed", name)
                unexpected = f"ending {name} failed ({type(error).__name__}); the details are in the log"
                problems.append(str(error) if isinstance(error, KerbsideError) else unexpected)
        return problems
