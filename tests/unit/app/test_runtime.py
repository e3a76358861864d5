from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.runtime import Stages, catch_everything, start_logging, steady
from core.domain.errors import KerbsideError
from core.storage.database import StorageError


def test_a_beat_goes_on_and_tells_the_first_failure_of_a_row(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    course: list[Exception | None] = [None, KerbsideError("no map"), KerbsideError("no map"), None, ZeroDivisionError("1/0")]
    strokes = iter(course)

    def beat() -> None:
        error = next(strokes)
        if error is not None:
            raise error

    stroke = steady(beat, told.append)
    with caplog.at_level(logging.ERROR):
        for _ in course:
            stroke()
    assert told[0] == "No map"
    assert "ZeroDivisionError" in told[1]
    assert "the details are in the log" in told[1]
    assert [r.exc_info is not None for r in caplog.records] == [True, True]


def test_stages_end_last_begun_first_whatever_one_of_them_does(caplog: pytest.LogCaptureFixture) -> None:
    stages = Stages()
    ended: list[str] = []
    for name in ("line", "database", "workers"):
        stages.add(name, lambda name=name: ended.append(name))

    def fails() -> None:
        raise OSError("busy")

    def unstored() -> None:
        raise StorageError("3 changes could not be stored")

    stages.add("window", fails)
    stages.add("writer", unstored)
    first, second = stages.end()
    assert first == "3 changes could not be stored"
    assert second == "ending window failed (OSError); the details are in the log"
    assert stages.end() == []
    assert ended == ["workers", "database", "line"]
    assert [r.getMessage() for r in caplog.records] == ["ending writer failed", "ending window failed"]


@pytest.fixture
def hooks() -> Iterator[None]:
    before = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = before


@pytest.mark.usefixtures("hooks")
def test_what_nobody_caught_is_told_in_one_line_and_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    catch_everything(told.append)
    error = ZeroDivisionError("1/0")
    sys.excepthook(ZeroDivisionError, error, None)
    assert len(told) == 1
    assert "ZeroDivisionError" in told[0]
    assert caplog.records[-1].exc_info == (ZeroDivisionError, error, None)

    def fails() -> None:
        raise KeyError("x")

    thread = threading.Thread(target=fails, name="reader")
    thread.start()
    thread.join()
    assert "unexpected error in <Thread(reader" in caplog.records[-1].getMessage()
    assert len(told) == 1  # a thread must not touch the window


def test_the_log_is_a_file_in_the_data_folder_and_the_terminal_stays_quiet(
    tmp_path: Path, root_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(tmp_path / "logs")
    logging.getLogger("kerbside").error("the disk is full")
    for handler in root_logger.handlers:
        handler.flush()
    assert "ERROR kerbside: the disk is full" in (tmp_path / "logs" / "kerbside.log").read_text()
    assert capsys.readouterr().err == ""
    [rotating] = [h for h in root_logger.handlers if isinstance(h, logging.handlers.RotatingFileHandler)]
    assert (rotating.maxBytes, rotating.backupCount) == (2_000_000, 5)


def test_a_log_that_can_not_be_written_is_said_and_holds_nothing_up(tmp_path: Path, root_logger: logging.Logger) -> None:
    (tmp_path / "logs" / "kerbside.log").mkdir(parents=True)
    assert start_logging(tmp_path / "logs").startswith(
        f"No log is written, since {tmp_path / 'logs' / 'kerbside.log'} can't be: "
    )
    assert not [h for h in root_logger.handlers if isinstance(h, logging.handlers.RotatingFileHandler)]
    logging.getLogger("kerbside").error("the disk is full")
