"""A stretch of a shift as a page: what it holds, that it fetches nothing, and that it plays in a real browser engine."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWebEngineCore import QWebEngineProfile
from PySide6.QtWebEngineWidgets import QWebEngineView

from app.benches.fleet import ids, places
from app.benches.recorder import day
from app.report.journey import Journey, Way, gathered, thinned, totals
from app.report.rerun_page import page_of
from core.domain.language import language
from core.domain.order import Status
from core.domain.reports import FixBatch
from core.storage.recording import Recording
from core.storage.rerun import Rerun
from core.storage.store import Store
from core.storage.tracks import Track, TrackLog
from tests.unit.app.report.test_report_browser import Page, Watcher, ask
from tests.unit.app.report.test_report_page import Tags

DRIVERS = 4
SPAN_S = 900.0


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    folder = tmp_path_factory.mktemp("stretch")
    log = day(300, DRIVERS)
    with closing(Store.open(folder / "kerbside.db")) as store, closing(TrackLog(folder / "tracks.db", 86_400.0)) as tracks:
        store.write(log)
        store.flush()
        since = log[150].at
        at, nothing = places(DRIVERS, np.random.default_rng(1)), np.full(DRIVERS, np.nan)
        for t in np.arange(since - 60, since + SPAN_S, 5.0).tolist():
            at[:, 0] += 0.0005
            when = np.full(DRIVERS, t)
            tracks.add(FixBatch(ids(DRIVERS), np.arange(DRIVERS), when, at[:, 0].copy(), at[:, 1].copy(), *[nothing] * 3), t)
        rerun = Rerun(Recording(store, 6 * 3600.0), tracks)
        return gathered(rerun, since, since + SPAN_S, UTC)


@pytest.fixture(scope="module")
def page(journey: Journey) -> str:
    return page_of(journey, None)


def test_everyone_and_what_they_did_is_gathered(journey: Journey) -> None:
    assert [way.driver_id for way in journey.ways] == ids(DRIVERS)
    for way in journey.ways:
        assert way.track.t[0] == pytest.approx(journey.since, rel=0, abs=0.01)
        assert (np.diff(way.track.t) > 0).all()
        assert way.track.t[-1] <= journey.until
        assert [at for at, _ in way.doing] == sorted(at for at, _ in way.doing)
        assert all(a[1] != b[1] for a, b in pairwise(way.doing))
    assert any(len(way.doing) > 1 for way in journey.ways)
    assert len(journey.orders) > 3


def test_totals_are_of_the_way_and_the_orders(journey: Journey) -> None:
    way = journey.ways[0]
    km, stops, stood_min, done = totals(way, journey.orders)
    assert km == pytest.approx((way.track.lat[-1] - way.track.lat[0]) * 111.195, rel=0.01)
    assert (stops, stood_min) == (0, 0.0)
    assert done == sum(o.driver_id == way.driver_id and o.status is Status.DELIVERED for o in journey.orders)
    still = Track(np.arange(0.0, 600.0, 10.0), np.full(60, 45.0), np.full(60, 9.0))
    assert totals(Way("D-9", "Ann", still, []), [])[1:3] == (1, pytest.approx(590 / 60))


def test_many_fixes_are_thinned_in_time() -> None:
    t = np.arange(0.0, 100.0, 1.0)
    assert t[thinned(t, 10.0)].tolist() == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99]
    assert len(thinned(np.empty(0), 10.0)) == 0


def test_there_is_nothing_to_fetch_and_nothing_else_runs(page: str) -> None:
    tags = Tags(page)
    assert tags.loads == []
    policy = dict(part.strip().split(" ", 1) for part in tags.policy.split(";"))
    assert policy["default-src"] == "'none'"
    assert len(policy["script-src"].split()) == len(tags.code["script"])
    addresses = re.findall(r"url\(([^)]*)\)", "".join(tags.code["style"]))
    assert [a for a in addresses if not a.startswith(("data:", "#"))] == []
    for host in ("cdn.", "unpkg", "jsdelivr", "googleapis", "tile.openstreetmap"):
        assert host not in page


def test_names_are_text_and_never_code(journey: Journey) -> None:
    bad = Way("D-1", "<script>alert(1)</script>", journey.ways[0].track, journey.ways[0].doing)
    html = page_of(Journey(journey.since, journey.until, 0.0, [bad], []), None)
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_it_plays_and_follows_in_a_browser_and_asks_for_nothing(
    page: str, journey: Journey, tmp_path: Path, qtbot: Any
) -> None:
    path = tmp_path / "stretch.html"
    path.write_text(page, encoding="utf-8")
    profile, watcher = QWebEngineProfile(), Watcher()
    profile.setUrlRequestInterceptor(watcher)
    browser, view = Page(profile), QWebEngineView()
    view.setPage(browser)
    view.resize(900, 600)
    view.show()  # what nobody sees is not animated
    with qtbot.waitSignal(browser.loadFinished, timeout=30_000):
        browser.load(QUrl.fromLocalFile(str(path)))
    try:
        state = "JSON.stringify(Report.rerun.state())"
        assert json.loads(ask(browser, state, qtbot)) == {"time": 0, "playing": False, "speed": 30, "followed": ""}
        half = "Report.rerun.go(450); JSON.stringify(Report.rerun.where('D-1'))"
        place, way = json.loads(ask(browser, half, qtbot)), journey.ways[1]
        assert place["lat"] == pytest.approx(np.interp(journey.since + 450, way.track.t, way.track.lat), rel=0, abs=2e-5)
        assert place["heading"] == pytest.approx(0.0, abs=0.02)
        assert ask(browser, "document.getElementById('r-time').textContent", qtbot).count(":") == 2
        ask(browser, "document.querySelector('#r-drivers tbody tr:nth-child(2)').click(); 1", qtbot)
        assert ask(browser, "document.getElementById('r-follow').value", qtbot) == "D-1"
        ask(browser, "Report.rerun.go(0); document.getElementById('r-play').click(); 1", qtbot)
        qtbot.waitUntil(lambda: json.loads(ask(browser, state, qtbot))["time"] > 1, timeout=20_000)
        assert watcher.asked == [QUrl.fromLocalFile(str(path)).toString()]
        assert browser.said == []
    finally:
        view.deleteLater()
        browser.deleteLater()
        qtbot.wait(10)
        profile.deleteLater()


def test_it_is_written_in_the_language_of_who_saves_it_and_no_other_word_is(journey: Journey) -> None:
    html = page_of(journey, None, "de")
    assert '<html lang="de">' in html
    for word in ("<h1>Zustellungen</h1>", ">Abspielen</button>", "{open} offen, {done} zugestellt", "Erstellt mit Kerbside"):
        assert word in html
    assert ">Play<" not in html
    assert language() == "en"
