"""What the map is given to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.domain.driver import StopKind
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.language import mark, tr
from core.domain.order import Status


class DriverColumns:
    """All drivers at once, in columns of one length.

    Degrees; ``heading`` clockwise from north, NaN where the driver stands still; ``speed_mps`` along it, NaN or 0 where it is
    not known; ``activity`` as in `states.ACTIVITY_CODE`; ``age_s`` of the last fix, NaN where there is none; ``silent`` where
    the phone has said nothing for longer than it should. ``pace`` is how many seconds of the drivers' time pass in one here.
    A driver whose place is NaN is not drawn.
    """

    def __init__(
        self,
        lat: ArrayLike,
        lon: ArrayLike,
        heading: ArrayLike,
        activity: ArrayLike,
        age_s: ArrayLike,
        speed_mps: ArrayLike | None = None,
        silent: ArrayLike | None = None,
        pace: float = 1.0,
    ) -> None:
        """Raises BadInput where the columns are not of one length."""
        self.lat, self.lon, self.heading, self.activity, self.age_s = lat, lon, heading, activity, age_s
        self.speed_mps = np.zeros(np.shape(lat)) if speed_mps is None else speed_mps
        self.silent = np.zeros(np.shape(lat), np.bool_) if silent is None else silent
        self.pace = pace
        shapes = {np.shape(c) for c in (lat, lon, heading, activity, age_s, self.speed_mps, self.silent)}
        if len(shapes) != 1:
            raise BadInput(
                tr("the drivers' columns are not of one length: {join}", join=", ".join(sorted(str(s) for s in shapes)))
            )

    def __len__(self) -> int:
        return int(np.shape(self.lat)[0])


Rings = tuple[tuple[LatLon, ...], ...]
"""One polygon: its outside, then its holes."""


@dataclass(frozen=True, slots=True)
class OrderMark:
    """An order on the map. Once it is picked up only the drop-off shows; ``label`` stands beside it when it is selected."""

    id: str
    status: Status
    pickup: LatLon
    dropoff: LatLon
    late: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class AreaShape:
    id: str
    name: str
    polygons: tuple[Rings, ...]


@dataclass(frozen=True, slots=True)
class RouteStop:
    """``label`` is what the dispatcher reads beside the stop: "O-12, 12:41"."""

    kind: StopKind
    place: LatLon
    label: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """Where somebody was: ways as arrays of shape (k, 2), single places (n, 2), both latitude and longitude in degrees, and
    stops with what is written beside them."""

    lines: tuple[NDArray[np.float64], ...] = ()
    dots: NDArray[np.float64] | None = None
    stops: tuple[tuple[LatLon, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn on the map: the centre of a circle, two opposite corners of a rectangle, the corners of an outline, or a
    point. ``radius_m`` is 0 where a circle was clicked and not dragged."""

    kind: str
    places: tuple[LatLon, ...]
    radius_m: float = 0.0


DRAWN = {
    "circle": mark("Press at the centre and drag to the edge, or click for the radius given. Esc stops"),
    "rectangle": mark("Press at one corner and drag to the other. Esc stops"),
    "outline": mark("Click corner after corner; double-click or Enter closes it, Backspace takes one back. Esc stops"),
    "line": mark("Click place after place across it; double-click or Enter ends it, Backspace takes one back. Esc stops"),
    "measure": mark("Click place after place; double-click or Enter ends it, Backspace takes one back. Esc stops"),
    "lasso": mark("Draw round what you want, or click corner after corner and close it with Enter. Esc stops"),
    "point": mark("Click the place. Esc stops"),
}
"""What can be drawn, and how."""

LAYERS = ("drivers", "orders", "heat", "areas", "routes", "labels", "base")
"""Layers a person can turn off, by name."""
LAYERS_OFF = frozenset({"heat"})
"""Those that nobody sees until they are asked for."""
