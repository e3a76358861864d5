"""What comes twice, or late: it moves nobody back, is kept in the history, and raises no alarm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.domain import commands as c
from core.domain.events import AreaCrossed, FenceCrossed, FenceDwelled
from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.messaging import topics
from core.messaging.codecs.kerbside import encode_fixes
from core.storage.tracks import TrackLog
from tests.rigs import FAR, MERCHANT, NEAR, START, Rig

YARD = (((45.025, 9.025), (45.035, 9.025), (45.035, 9.035), (45.025, 9.035), (45.025, 9.025)),)


@pytest.fixture
def kept(rig: Rig, tmp_path: Path) -> Iterator[Rig]:
    """A driver of whom the history is kept, on the way to a pick-up, with a watched yard around `FAR`."""
    rig.engine.tracks = TrackLog(tmp_path / "tracks.db", 86_400.0)
    rig.do(c.SaveArea(area=Area("A-1", "Yard", (YARD,), watched=True)))
    rig.place()
    rig.do(c.AssignOrder(order_id="O-1", driver_id="D-1"))
    rig.tick(60)
    rig.fix("D-1", NEAR)
    rig.tick()
    rig.heard.clear()
    yield rig
    rig.engine.tracks.close()


def alarms(rig: Rig) -> list[object]:
    return list(rig.events(FenceCrossed, FenceDwelled, AreaCrossed))


def where(rig: Rig) -> LatLon:
    row = rig.engine.positions.row("D-1")
    return LatLon(float(rig.engine.positions.lat[row]), float(rig.engine.positions.lon[row]))


def ever_at(rig: Rig, place: LatLon) -> int:
    assert rig.engine.tracks is not None
    track = rig.engine.tracks.track("D-1", START - 86_400, START + 86_400)
    return int((np.hypot(track.lat - place.lat, track.lon - place.lon) < 1e-5).sum())


def test_a_backlog_older_than_what_is_known_is_history_and_no_news(kept: Rig) -> None:
    then = kept.clock.now() - 50
    kept.fix("D-1", MERCHANT, t=then)
    kept.fix("D-1", FAR, t=then + 1)
    kept.tick()
    assert where(kept) == NEAR
    assert alarms(kept) == []
    assert (ever_at(kept, MERCHANT), ever_at(kept, FAR)) == (1, 1)


def test_a_message_that_comes_twice_counts_once(kept: Rig) -> None:
    kept.tick(10)
    t = kept.clock.now() - np.array([2.0, 1.0, 0.0])
    places = np.array([NEAR, MERCHANT, MERCHANT])
    message = encode_fixes(t, places[:, 0], places[:, 1], np.full(3, 5.0), mode="active")
    for _ in range(2):
        kept.send(topics.fixes("D-1"), message)
    kept.tick()
    assert [(e.stop, e.entered) for e in kept.events(FenceCrossed)] == [("pickup", True)]
    kept.send(topics.fixes("D-1"), message)
    kept.tick()
    assert len(alarms(kept)) == 1
    assert where(kept) == MERCHANT
    assert ever_at(kept, MERCHANT) == 2


def test_of_a_message_part_backlog_part_news_the_news_counts(kept: Rig) -> None:
    kept.tick(10)
    now = kept.clock.now()
    t = np.array([now - 40, now, now - 30])
    places = np.array([MERCHANT, FAR, MERCHANT])
    kept.send(topics.fixes("D-1"), encode_fixes(t, places[:, 0], places[:, 1], np.full(3, 5.0), mode="active"))
    kept.tick()
    assert where(kept) == FAR
    assert not [event for event in kept.events(FenceCrossed) if event.stop == "pickup"]
    assert [(e.area_id, e.entered) for e in kept.events(AreaCrossed)] == [("A-1", True)]
    assert ever_at(kept, MERCHANT) == 2
