"""The report in a real browser engine: its scripts run under its own policy, and nothing is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineUrlRequestInfo, QWebEngineUrlRequestInterceptor

from app.report import write_report


class Watcher(QWebEngineUrlRequestInterceptor):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        if info.requestUrl().scheme() != "data":
            self.asked.append(info.requestUrl().toString())


class Page(QWebEnginePage):
    def __init__(self, profile: QWebEngineProfile) -> None:
        super().__init__(profile)
        self.said: list[str] = []

    def javaScriptConsoleMessage(self, level: Any, message: str, line: int, source: str) -> None:
        self.said.append(message)


@pytest.fixture
def opened(small_run, tmp_path: Path, qtbot) -> Any:
    path = tmp_path / "report.html"
    write_report(path, small_run.system, small_run.city, small_run.figures, small_run.cycles_s)
    profile, watcher = QWebEngineProfile(), Watcher()
    profile.setUrlRequestInterceptor(watcher)
    page = Page(profile)
    with qtbot.waitSignal(page.loadFinished, timeout=30_000):
        page.load(QUrl.fromLocalFile(str(path)))
    yield page, watcher, path
    page.deleteLater()
    qtbot.wait(10)
    profile.deleteLater()


def ask(page: QWebEnginePage, script: str, qtbot) -> Any:
    answers: list[Any] = []
    page.runJavaScript(script, 0, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    return answers[0]


def test_the_map_is_drawn_and_nothing_is_asked_for(opened: Any, qtbot) -> None:
    page, watcher, path = opened
    count = "document.querySelectorAll('{}').length"
    assert ask(page, count.format("path.m-line"), qtbot) == 3
    assert ask(page, count.format(".m-late-mark"), qtbot) == 1
    assert ask(page, count.format("path.g-road"), qtbot) == 2
    assert ask(page, count.format(".leaflet-control-layers-overlays input:checked"), qtbot) == 5
    assert ask(page, "document.querySelector('.g-place').textContent", qtbot) == "North <b>End</b>"
    assert ask(page, "getComputedStyle(document.querySelector('.tile.late .value')).color", qtbot) in (
        "rgb(179, 38, 30)",
        "rgb(255, 138, 128)",
    )
    assert watcher.asked == [QUrl.fromLocalFile(str(path)).toString()]
    assert page.said == []


def test_a_script_that_is_not_the_pages_own_does_not_run(opened: Any, qtbot) -> None:
    page, watcher, _ = opened
    ask(page, "document.body.appendChild(document.createElement('script')).textContent = 'window.stranger = 1'; 1", qtbot)
    ask(page, "new Image().src = 'http://127.0.0.1:9/x.png'; 1", qtbot)
    assert ask(page, "window.stranger === undefined", qtbot) is True
    assert [url for url in watcher.asked if url.startswith("http")] == []
    assert any("Content Security Policy" in line for line in page.said)
