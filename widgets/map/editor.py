"""The shape of an area on the map: shown, or taken hold of by its corners."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from core.domain.geo import LatLon
from widgets.map.bridge import Fields, PageState
from widgets.map.marks import Rings

MOST_LAT = 85.05
"""Beyond it the map shows nothing."""


class ShapeEditor(QObject):
    """``edited(polygons, what)``: the dispatcher did one thing to the shape that `show` gave, ``insert``, ``move`` or
    ``remove`` of a corner. ``refused``: the last corners of a shape can't be taken away."""

    edited = Signal(object, str)
    refused = Signal()

    def __init__(self, state: PageState) -> None:
        super().__init__(state)
        self._state = state
        state.heard.connect(self._hear)
        self.show(())

    def show(self, polygons: Sequence[Rings], live: bool = False, problem: LatLon | None = None) -> None:
        """Show a shape; a ``live`` one can be changed. ``problem`` marks where it is wrong. No polygons: nothing is shown."""
        value = None
        if polygons:
            rings = [[[[lat, lon] for lat, lon in ring[:-1]] for ring in polygon] for polygon in polygons]
            value = {"polygons": rings, "live": live, "problem": problem}
        text = json.dumps(value, separators=(",", ":")).encode()
        self._state.put("edit", lambda: text)

    def put_corner(self, place: LatLon) -> None:
        """A corner that was typed, of what is being drawn."""
        self._state.say_now("corner", lat=place.lat, lon=place.lon)

    def finish(self) -> None:
        """What is being drawn corner by corner is whole."""
        self._state.say_now("finish")

    def _hear(self, kind: str, message: Fields) -> None:
        if kind == "edit_refused":
            self.refused.emit()
        elif kind == "edited":
            polygons = message.get("polygons")
            if isinstance(polygons, list):
                self.edited.emit(tuple(tuple(_ring(ring) for ring in rings) for rings in polygons), str(message.get("what")))


def _ring(corners: list[list[float]]) -> tuple[LatLon, ...]:
    """Closed, on the globe, to a centimetre."""
    places = [
        LatLon(round(math.copysign(min(abs(lat), MOST_LAT), lat), 7), round((lon + 180.0) % 360.0 - 180.0, 7))
        for lat, lon in corners
    ]
    return (*places, places[0]) if places else ()
