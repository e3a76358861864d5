"""The history: questions to the positions kept, asked in a thread of their own, and their answers on the map."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.presenters.links import Links
from app.presenters.selection import Selection
from app.scene import Scene
from core.domain.driver import Driver
from core.domain.errors import BadInput, KerbsideError
from core.domain.geo import LatLon, circle_around, distance_m
from core.domain.language import ntr, sentence, tr
from core.domain.merchant import Merchant
from core.routing.city import City
from core.storage.track_story import Story, told
from core.storage.tracks import TrackLog
from widgets.common.words import Moment, duration
from widgets.history.panel import SPAN_S, HistoryPanel, PastRow
from widgets.map.marks import Drawn, Past
from widgets.map.view import MapView

AT_MERCHANT_M = 60.0
LISTED = 2000


class Answer(NamedTuple):
    told: str
    rows: list[PastRow]
    past: Past | None
    story: Story | None = None
    driver_id: str = ""


class PastPresenter(QObject):
    """``save`` asks for a file and writes one of two texts into it: its suggested name, GeoJSON, CSV."""

    _answered = Signal(int, object)

    def __init__(
        self,
        engine: Scene,
        panel: HistoryPanel,
        view: MapView,
        selection: Selection,
        city: City | None,
        save: Callable[[str, Story, list[str]], None],
    ) -> None:
        super().__init__(panel)
        self._engine, self._panel, self._view = engine, panel, view
        self._selection, self._city, self._save = selection, city, save
        self._thread = ThreadPoolExecutor(1, "history")
        self._asked = 0
        self._picking = False
        self._place: LatLon | None = None
        self._answer: Answer | None = None
        self._links = links = Links()
        links.connect(panel.asked, self._ask)
        links.connect(panel.cleared, self.clear)
        links.connect(panel.chosen, self._chosen)
        links.connect(panel.activated, self._way_of)
        links.connect(panel.export_asked, self._export)
        links.connect(view.drawn, self._picked)
        links.connect(view.draw_ended, self._not_picked)
        self._answered.connect(self._show)
        self._now()

    def close(self) -> None:
        self._links.end()
        self.clear()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def begin(self, question: str, driver_id: str | None, place: LatLon | None) -> None:
        """Turn to a question about the last hour; where all is known that it needs, answer it."""
        self._now()
        self._panel.ask(question)
        driver_id = driver_id or self._selection.driver
        if driver_id:
            self._panel.driver.setText(driver_id)
        if question == "near" and place is not None:
            self._place = place
            self._inquire("near")
        elif question == "track" and driver_id:
            self._inquire("track")

    def clear(self) -> None:
        self._asked += 1
        self._answer = None
        if self._picking:
            self._picking = False
            self._view.stop_drawing()
        self._panel.show_answer("")
        self._view.set_past(None)
        if self._place is not None:
            self._place = None
            self._view.set_shape(None)

    def _now(self) -> None:
        now = self._engine.clock.now()
        self._panel.set_moment(Moment(now, self._engine.clock.zone))
        self._panel.set_span(now - SPAN_S, now)

    # Asking

    def _ask(self, question: str) -> None:
        if question == "near":
            self._picking = True
            self._view.draw("point")
        else:
            self._inquire(question)

    def _picked(self, drawn: Drawn) -> None:
        if self._picking:
            self._picking = False
            self._place = drawn.places[0]
            self._inquire("near")

    def _not_picked(self) -> None:
        self._picking = False

    def _inquire(self, question: str) -> None:
        engine, panel = self._engine, self._panel
        self._asked += 1
        asked = self._asked
        try:
            if engine.tracks is None or not engine.settings.number("tracking.history_h"):
                raise BadInput(tr("positions are not kept: set tracking.history_h to the hours they should be kept for"))
            since, until = panel.span()
            if question != "moment" and since >= until:
                raise BadInput(tr("the time it begins must be before the time it ends"))
            work = self._work(question, engine.tracks, since, until)
        except KerbsideError as error:
            self._fail(error)
            return
        panel.show_answer(tr("Looking it up…"))
        self._thread.submit(work).add_done_callback(lambda done: self._answered.emit(asked, done))

    def _work(self, question: str, tracks: TrackLog, since: float, until: float) -> Callable[[], Answer]:
        """All that the other thread needs, taken from the world while it stands still."""
        people, zone = dict(self._engine.world.drivers), self._engine.clock.zone
        if question == "track":
            driver = _who(self._panel.driver.text(), people)
            merchants = list(self._engine.world.merchants.values())
            return lambda: way(tracks, driver, since, until, merchants, self._city, Moment(until, zone))
        if question == "moment":
            return lambda: everyone(tracks, until, people, Moment(until, zone))
        place, radius_m = self._place, float(self._panel.radius.value())
        assert place is not None
        self._view.set_shape([(circle_around(place, radius_m),)])
        return lambda: near(tracks, place, radius_m, since, until, people)

    # Answering

    def _show(self, asked: int, done: Future[Answer]) -> None:
        if asked != self._asked:
            return
        try:
            answer = done.result()
        except CancelledError:
            return
        except KerbsideError as error:
            self._fail(error)
            return
        self._answer = answer
        self._panel.show_answer(answer.told, answer.rows[:LISTED], exports=answer.story is not None)
        self._view.set_past(answer.past)
        self._view.reveal("shape" if self._place is not None else "past")

    def _fail(self, error: KerbsideError) -> None:
        self._panel.show_answer(sentence(error), bad=True)
        self._view.set_past(None)

    def _chosen(self, row_id: str) -> None:
        row = next((row for row in self._answer.rows if row.id == row_id), None) if self._answer else None
        if row is None:
            return
        if self._panel.question() != "track":
            self._selection.set_driver(row_id)
        now = self._view.view()
        self._view.set_view(row.place.lat, row.place.lon, max(15.0, now[2] if now else 0.0))

    def _way_of(self, driver_id: str) -> None:
        """The way of a driver who was found, in the same time or in the hour before."""
        if self._panel.question() == "track":
            return
        if self._panel.question() == "moment":
            _, until = self._panel.span()
            self._panel.set_span(until - SPAN_S, until)
        self._panel.ask("track")
        self._panel.driver.setText(driver_id)
        self._inquire("track")

    def _export(self) -> None:
        if self._answer is not None and self._answer.story is not None:
            self._save(self._answer.driver_id, self._answer.story, [row.name for row in self._answer.rows])


def _who(typed: str, people: dict[str, Driver]) -> Driver:
    """The driver of that number, or the only one of that name. Raises BadInput."""
    text = typed.strip().casefold()
    if not text:
        raise BadInput(tr("whose way? Type a driver's number or name"))
    exact = [d for d in people.values() if text in {d.id.casefold(), d.name.casefold()}]
    found = exact or [d for d in people.values() if text in d.name.casefold()]
    if not found:
        raise BadInput(tr("no driver is called {strip}: try a number like D-17, or part of the name", strip=typed.strip()))
    if len(found) > 1:
        raise BadInput(
            tr(
                "{counted} could be meant by {strip}: {id}, {id2}, …",
                counted=ntr("{n:,} driver", "{n:,} drivers", len(found)),
                strip=typed.strip(),
                id=found[0].id,
                id2=found[1].id,
            )
        )
    return found[0]


def way(
    tracks: TrackLog, driver: Driver, since: float, until: float, merchants: list[Merchant], city: City | None, moment: Moment
) -> Answer:
    """A driver's track with its stops, each named by the merchant or the address it was at."""
    story = told(tracks.track(driver.id, since, until))
    rows = [
        PastRow(str(n), _named(halt.place, merchants, city), halt.since, halt.until, halt.place)
        for n, halt in enumerate(story.halts, start=1)
    ]
    if not len(story.track.t):
        return Answer(tr("{name} sent no position in this time", name=driver.name), [], None)
    stood = sum(halt.until - halt.since for halt in story.halts)
    km = tr("{value:.1f} km", value=story.metres / 1000)
    fixes = ntr("{n:,} position", "{n:,} positions", len(story.track.t))
    words = tr(
        "{name}: {km}, {counted}, {stood} standing, {fixes}",
        name=driver.name,
        km=km,
        counted=ntr("{n:,} stop", "{n:,} stops", len(rows)),
        stood=duration(stood),
        fixes=fixes,
    )
    ends = np.array([[story.track.lat[i], story.track.lon[i]] for i in (0, -1)])
    stops = tuple((row.place, f"{moment.clock(row.since)}, {duration(row.until - row.since)}") for row in rows)
    return Answer(words, rows, Past(story.lines, ends, stops), story, driver.id)


def everyone(tracks: TrackLog, at: float, people: dict[str, Driver], moment: Moment) -> Answer:
    found = tracks.at(at)
    rows = [PastRow(w.driver_id, _name(w.driver_id, people), w.t, at, w.place) for w in found]
    dots = np.array([w.place for w in found]).reshape(-1, 2)
    more = tr("; the first {LISTED:,} are listed", LISTED=LISTED) if len(rows) > LISTED else ""
    return Answer(
        tr(
            "{counted} at {at}{more}",
            counted=ntr("{n:,} driver", "{n:,} drivers", len(rows)),
            at=moment.clock(at, seconds=True),
            more=more,
        ),
        rows,
        Past(dots=dots),
    )


def near(tracks: TrackLog, place: LatLon, radius_m: float, since: float, until: float, people: dict[str, Driver]) -> Answer:
    found = tracks.near(place, radius_m, since, until)
    rows = [PastRow(s.driver_id, _name(s.driver_id, people), s.first_t, s.last_t, place, s.nearest_m) for s in found]
    words = tr(
        "{counted} within {radius_m:.0f} m of the place",
        counted=ntr("{n:,} driver", "{n:,} drivers", len(rows)),
        radius_m=radius_m,
    )
    return Answer(words, rows, Past(dots=np.array([place])))


def _name(driver_id: str, people: dict[str, Driver]) -> str:
    return people[driver_id].name if driver_id in people else tr("no longer with us")


def _named(place: LatLon, merchants: list[Merchant], city: City | None) -> str:
    closest = min(merchants, key=lambda m: distance_m(place, m.place), default=None)
    if closest is not None and distance_m(place, closest.place) <= AT_MERCHANT_M:
        return closest.name
    address = city.address_near(place) if city is not None else ""
    return address or f"{place.lat:.5f}, {place.lon:.5f}"
