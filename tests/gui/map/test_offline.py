"""The map needs no network and gets none."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtNetwork import QHostAddress, QNetworkProxy, QTcpServer
from PySide6.QtTest import QTest

from core.domain.errors import BadInput
from widgets.map import build
from widgets.map.page import ORIGIN, OWN_SCRIPTS, PAGE_FILE, local_files, page_html

Screen = Any  # tests/gui/map/conftest.py


@pytest.fixture
def trap(qapp: Any) -> Any:
    """A server that counts who comes, and through which everything would have to go that leaves by HTTP."""
    server = QTcpServer()
    assert server.listen(QHostAddress.SpecialAddress.LocalHost)
    before = QNetworkProxy.applicationProxy()
    QNetworkProxy.setApplicationProxy(QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "127.0.0.1", server.serverPort()))
    yield server
    QNetworkProxy.setApplicationProxy(before)
    server.close()


def test_the_page_is_what_folium_builds() -> None:
    assert PAGE_FILE.read_text(encoding="utf-8") == build.build_page(), "run: python -m widgets.map.build"


def test_every_link_of_the_page_is_local_and_there() -> None:
    links = build.links(page_html().decode())
    files = local_files()
    assert len(links) >= len(OWN_SCRIPTS) + 3
    assert [link for link in links if link.removeprefix(ORIGIN) not in files] == []


def test_nothing_goes_out_while_the_map_is_used(trap: QTcpServer, screen: Screen) -> None:
    screen.view.fit_all()
    for zoom in (3, 12, 19):
        screen.view.set_view(45.0, 9.0, zoom)
        screen.settled()
    screen.drivers((45.0, 9.0), (45.001, 9.001))
    QTest.qWait(200)
    assert screen.view.guard.blocked == 0
    assert not trap.hasPendingConnections()


@pytest.mark.parametrize(
    "attempt",
    [
        "fetch('http://127.0.0.1:{port}/x').catch(() => 0) && 1",
        "(new Image().src = 'http://127.0.0.1:{port}/x.png') && 1",
        "document.head.append(Object.assign(document.createElement('script'), {{src: 'http://127.0.0.1:{port}/x.js'}})) || 1",
        "(location.href = 'http://127.0.0.1:{port}/') && 1",
        "navigator.sendBeacon('http://127.0.0.1:{port}/') || 1",
    ],
)
def test_a_script_in_the_page_does_not_get_out(trap: QTcpServer, screen: Screen, attempt: str) -> None:
    assert screen.ask(attempt.format(port=trap.serverPort())) == 1
    QTest.qWait(150)
    assert not trap.hasPendingConnections()
    assert screen.ask("typeof Kerbside.map.getZoom()") == "number"


def test_the_second_guard_stops_what_has_no_policy(trap: QTcpServer, screen: Screen) -> None:
    """A page without the policy, in the same profile: the interceptor alone stands."""
    from PySide6.QtWebEngineCore import QWebEnginePage

    page = QWebEnginePage(screen.view.profile, screen.view)
    before = screen.view.guard.blocked
    page.setHtml(f"<img src='http://127.0.0.1:{trap.serverPort()}/x.png'>")
    screen.until(lambda: screen.view.guard.blocked > before)
    QTest.qWait(100)
    assert not trap.hasPendingConnections()
    page.deleteLater()
    screen.view.guard.blocked = before


def test_the_painter_has_a_policy_of_its_own(screen: Screen) -> None:
    script = (
        "(fetch('kerbside://map/scripts/painter.js').then(r => window.policy = r.headers.get('Content-Security-Policy')), 1)"
    )
    assert screen.ask(script) == 1
    screen.until(lambda: screen.ask("window.policy"))
    assert screen.ask("window.policy") == f"default-src 'none'; script-src {ORIGIN}"


def test_strange_paths_find_nothing(screen: Screen) -> None:
    script = (
        "(window.found = [], Promise.all(['/etc/passwd', '/scripts/../../pyproject.toml', '/data/nothing', '/scripts/'].map("
    )
    script += "p => fetch('kerbside://map' + p).then(r => r.ok && found.push(p), () => 0))).then(() => found.push('done')), 1)"
    assert screen.ask(script) == 1
    screen.until(lambda: screen.ask("window.found.includes('done')"))
    assert screen.ask("window.found") == ["done"]


def test_the_policy_opens_for_one_tile_host_and_for_pictures_alone() -> None:
    def policy(html: bytes) -> dict[str, str]:
        found = re.search(r'Content-Security-Policy" content="([^"]+)"', html.decode())
        assert found is not None
        return dict(part.strip().split(" ", 1) for part in found[1].split(";"))

    shut, open_ = policy(page_html()), policy(page_html("https://tiles.example.org"))
    assert shut["default-src"] == "'none'"
    assert shut["img-src"] == ORIGIN
    assert "https://tiles.example.org" in open_["img-src"].split()
    assert {k: v for k, v in open_.items() if k != "img-src"} == {k: v for k, v in shut.items() if k != "img-src"}


@pytest.mark.parametrize("url", ["http://tiles.org/{z}/{x}/{y}.png", "https://{s}.tiles.org/{z}/{x}/{y}.png", "tiles", ""])
def test_tiles_come_from_one_https_host(screen: Screen, url: str) -> None:
    with pytest.raises(BadInput, match="https"):
        screen.view.set_online_tiles(True, url)
    assert screen.view.guard.allowed_host == ""
