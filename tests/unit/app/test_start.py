"""A console that can't begin says so in its window and waits until that is closed."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.start import _live, run_console
from core.domain.errors import BadInput, KerbsideError
from core.storage.folder import DataFolder
from widgets.dialogs.confirm import ConfirmDialog


class Window:
    """What `_live` needs of a window."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.close: Callable[[], None] = lambda: None
        self.strip = self.closing = self

    def connect(self, close: Callable[[], None]) -> None:
        self.close = close


class Console:
    """One that can't start; ``mended`` while its window waits."""

    def __init__(self, window: Window, mended: bool) -> None:
        self.window, self.mended = window, mended
        self.system: object = None

    def cannot_start(self, error: KerbsideError) -> None:
        self.window.said.append(str(error))
        self.system = self if self.mended else None

    async def open(self, ground: object) -> None:
        raise BadInput("the database is damaged: restore the last backup")


@pytest.mark.parametrize(("screenshot", "mended"), [(None, False), (None, True), ("picture.png", False)])
def test_it_is_told_where_it_is_looked_for(screenshot: str | None, mended: bool, capsys: pytest.CaptureFixture[str]) -> None:
    window: Any = Window()

    async def live() -> int:
        console: Any = Console(window, mended)
        task = asyncio.ensure_future(_live(window, console, window, argparse.Namespace(screenshot=screenshot)))
        await asyncio.sleep(0.01)
        assert task.done() is (screenshot is not None)
        window.close()
        return await task

    with ThreadPoolExecutor(1) as apart:  # the tests' own thread may have Qt's loop running
        assert apart.submit(asyncio.run, live()).result() == (0 if mended else 2)
    assert window.said == (["the database is damaged: restore the last backup"] if screenshot is None else [])
    assert capsys.readouterr().err == "kerbside: the database is damaged: restore the last backup\n"


@pytest.mark.qt_log_ignore("does not support propagateSizeHints")
def test_a_second_start_says_so_where_no_terminal_is_seen(
    tmp_path: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ConfirmDialog)
        shown.extend((dialog.heading.text(), dialog.text.text()))
        assert not dialog.cancel.isVisible()
        dialog.action.click()

    QTimer.singleShot(0, look)
    with closing(DataFolder(tmp_path)):
        assert run_console(argparse.Namespace(data=tmp_path, command=None, verbose=False, screenshot=None)) == 2
        assert run_console(argparse.Namespace(data=tmp_path, command=None, verbose=False, screenshot="picture.png")) == 2
    assert shown[0] == "Kerbside can't start"
    assert shown[1].startswith(f"The data folder {tmp_path} is in use by another Kerbside")
    assert capsys.readouterr().err.count("close that one, or choose another folder") == 2
