"""The live map: a web page in a widget, fed with state and giving back what the dispatcher does on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPoint, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.driver import Activity
from core.domain.errors import BadInput
from widgets.common.look import LOOKS, ThemeName, colours
from widgets.map import encode
from widgets.map.bridge import Fields, PageState
from widgets.map.marks import LAYERS, AreaShape, OrderMark, Rings, RouteStop
from widgets.map.page import ORIGIN, page_html
from widgets.map.scheme import Guard, PageFiles
from widgets.map.web import MapPage, MapWeb

_log = logging.getLogger(__name__)

OSM_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
OSM_ATTRIBUTION = "© OpenStreetMap contributors"
STALE_AFTER_S = 60.0
_RELOAD_MS = 500


class MapView(QWidget):
    """Setters may be called at any time and as often as wanted: the page draws the last word.

    Ids are the caller's. Points on the screen (`driver_context`, `order_context`) are global.
    """

    ready = Signal()
    driver_clicked = Signal(str)
    order_clicked = Signal(str)
    driver_context = Signal(str, QPoint)
    order_context = Signal(str, QPoint)
    context = Signal(float, float, QPoint)
    """Right click on the ground: latitude, longitude."""
    ground_clicked = Signal(float, float)
    """Left click on the ground: latitude, longitude. `cleared` follows."""
    cleared = Signal()
    order_dropped = Signal(list, str)
    """Order ids, driver id."""
    drop_target_changed = Signal(str)
    """The driver under the order that is being dragged; empty for none."""
    follow_ended = Signal()
    layers_changed = Signal(dict)
    view_changed = Signal(float, float, float)
    """Latitude and longitude of the centre, zoom."""

    def __init__(self, theme: ThemeName = "light", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = PageState(self)
        self._state.heard.connect(self._hear)
        self._config: Fields = {
            "activities": [a.value for a in Activity],
            "layers": dict.fromkeys(LAYERS, True),
            "motion": True,
            "attribution": "",
            "tiles": "",
            "select": None,
            "follow": None,
            "view": None,
            "font": self.font().family(),
            "texts": self._texts(),
        }
        self._base: bytes | None = None
        self._ids: tuple[str, ...] = ()
        self._ids_revision = 0

        # The view first: children end in the order of their making, and a page must end before its profile.
        self._web = MapWeb(self)
        self.profile = QWebEngineProfile(self)
        self.guard = Guard(self.profile)
        self._files = PageFiles(self._page_html, self._state.fetch, self.profile)
        self.profile.setUrlRequestInterceptor(self.guard)
        self.profile.installUrlSchemeHandler(b"kerbside", self._files)
        self._page = MapPage(self.profile, self._web)
        self._page.renderProcessTerminated.connect(self._renderer_ended)
        channel = QWebChannel(self._page)
        channel.registerObject("wire", self._state.wire)
        self._page.setWebChannel(channel)
        self._web.setPage(self._page)
        self._web.dragged.connect(lambda at: self._state.say_now("drag", x=at.x(), y=at.y()))
        self._web.drag_left.connect(lambda: self._state.say_now("drag_end"))
        self._web.dropped.connect(lambda ids, at: self._state.say_now("drop", ids=ids, x=at.x(), y=at.y()))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._web)
        self.setFocusProxy(self._web)
        self.set_theme(theme)
        self._web.load(QUrl(ORIGIN + "/"))

    # What the map shows

    def set_base_map(self, data: bytes | None, attribution: str = "") -> None:
        """The city's base map (UTF-8 JSON of the city file), or ``None`` for plain ground with a graticule."""
        self._base = data
        self._state.put("base", lambda: self._base or b"null")
        self._configure(attribution=attribution)

    def set_drivers(
        self,
        ids: Sequence[str],
        lat: ArrayLike,
        lon: ArrayLike,
        heading: ArrayLike,
        activity_code: ArrayLike,
        age_s: ArrayLike,
        stale_after_s: float = STALE_AFTER_S,
    ) -> None:
        """All drivers at once, columns of one length.

        Degrees; ``heading`` clockwise from north, NaN where the driver stands still; ``activity_code`` as in
        `states.ACTIVITY_CODE`; ``age_s`` of the last fix. A driver whose place is NaN is not drawn. The columns are read
        when the page asks for them: hand over new arrays each time, or ones that only ever move on.
        """
        if any(np.shape(column) != (len(ids),) for column in (lat, lon, heading, activity_code, age_s)):
            raise BadInput(f"the drivers' columns are not of one length: there are {len(ids)} ids")
        if tuple(ids) != self._ids:
            self._ids = tuple(ids)
            self._ids_revision += 1
            listed, number = self._ids, self._ids_revision
            self._state.put("ids", lambda: encode.ids_json(number, listed))
        revision = self._ids_revision

        def blob() -> bytes:
            stale = np.asarray(age_s, np.float64) > stale_after_s
            return encode.drivers_blob(revision, lat, lon, heading, activity_code, stale)

        self._state.put("drivers", blob)

    def set_driver_names(self, names: Mapping[str, str]) -> None:
        """Names by id, shown beside the id where a driver is pointed at."""
        kept = dict(names)
        self._state.put("names", lambda: encode.names_json(kept))

    def set_orders(self, orders: Sequence[OrderMark]) -> None:
        kept = tuple(orders)
        self._state.put("orders", lambda: encode.orders_json(kept))

    def set_route(self, driver_id: str | None, legs: Sequence[ArrayLike] = (), stops: Sequence[RouteStop] = ()) -> None:
        """One driver's route: a leg of shape (k, 2), latitude and longitude, to each stop. ``None`` takes it away."""
        data = b"null" if driver_id is None else encode.route_json(driver_id, legs, stops)
        self._state.put("route", lambda: data)

    def set_areas(self, areas: Sequence[AreaShape]) -> None:
        kept = tuple(areas)
        self._state.put("areas", lambda: encode.areas_json(kept))

    def set_shape(self, polygons: Sequence[Rings] | None) -> None:
        """A passing shape, such as an isochrone. ``None`` takes it away."""
        data = encode.shape_json(polygons or ())
        self._state.put("shape", lambda: data)

    # How it shows it

    def set_theme(self, theme: ThemeName) -> None:
        self._page.setBackgroundColor(QColor(LOOKS[theme].land))
        self._configure(theme=theme, colours=colours(theme))

    def set_layers(self, layers: Mapping[str, bool]) -> None:
        """Turn layers on or off, by the names in `marks.LAYERS`."""
        unknown = set(layers) - set(LAYERS)
        if unknown:
            raise BadInput(f"the map has no layer {', '.join(sorted(unknown))}; it has {', '.join(LAYERS)}")
        self._configure(layers={**self.layers(), **layers})

    def layers(self) -> dict[str, bool]:
        now = self._config["layers"]
        assert isinstance(now, dict)
        return dict(now)

    def set_reduced_motion(self, reduced: bool) -> None:
        self._configure(motion=not reduced)

    def set_online_tiles(self, on: bool, url: str = OSM_TILES, attribution: str = OSM_ATTRIBUTION) -> None:
        """Let the map fetch tiles from one https server, or shut it off again. The page starts anew under its new policy."""
        parts = urlsplit(url)
        if on and (parts.scheme != "https" or not parts.hostname or "{" in parts.netloc):
            raise BadInput(f"tiles come from an https address with one host, like {OSM_TILES}; not {url!r}")
        host = parts.netloc if on else ""
        if host == self.guard.allowed_host and (url if on else "") == self._config["tiles"]:
            return
        self.guard.allowed_host = host
        self._config["tiles_attribution"] = attribution if on else ""
        self._configure(tiles=url if on else "")
        self._reload()

    def set_view(self, lat: float, lon: float, zoom: float) -> None:
        self._config["view"] = [lat, lon, zoom]
        self._state.say("view", lat=lat, lon=lon, zoom=zoom)

    def view(self) -> tuple[float, float, float] | None:
        """Centre and zoom as last seen, for the layout; ``None`` before the map has settled."""
        now = self._config["view"]
        return (float(now[0]), float(now[1]), float(now[2])) if isinstance(now, list) else None

    def fit_all(self) -> None:
        """Bring every driver and order into view; where there are none, the city."""
        self._state.say("fit")

    def select(self, kind: str | None, thing_id: str = "", reveal: bool = True) -> None:
        """Mark a ``driver`` or an ``order`` as selected, and bring it into view if asked; ``None`` selects nothing."""
        if kind not in {None, "driver", "order"}:
            raise BadInput(f"the map selects a driver or an order, not {kind!r}")
        self._configure(select=[kind, thing_id] if kind else None)
        if kind and reveal:
            self._state.say("reveal", kind=kind, id=thing_id)

    def follow(self, driver_id: str | None) -> None:
        """Keep a driver in view until the dispatcher moves the map by hand."""
        self._configure(follow=driver_id)

    # For measurements and tests

    def page(self) -> QWebEnginePage:
        return self._page

    def settled(self) -> bool:
        """Whether the page has taken in everything it was told."""
        return self._state.settled

    @property
    def refreshes(self) -> int:
        """How often the page was told that there is something new."""
        return self._state.sent_refreshes

    def run(self, script: str, answer: Callable[[object], None]) -> None:
        """Evaluate a script in the page, and hand its answer on."""
        self._page.runJavaScript(script, answer)

    # Within

    def _configure(self, **changes: object) -> None:
        self._config |= changes
        self._state.put("config", lambda: encode.config_json(self._config))

    def _page_html(self) -> bytes:
        return page_html(f"https://{self.guard.allowed_host}" if self.guard.allowed_host else "")

    def _reload(self) -> None:
        self._state.restart()
        self._web.load(QUrl(ORIGIN + "/"))

    def _renderer_ended(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        if status == QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            return
        _log.error("the map's renderer ended (%s, code %d); it is started again", status.name, code)
        self._state.restart()
        QTimer.singleShot(_RELOAD_MS, self, self._reload)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._state.set_shown(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._state.set_shown(False)

    def _hear(self, kind: str, message: Fields) -> None:
        thing = str(message.get("id", ""))
        match kind:
            case "ready":
                self.ready.emit()
            case "driver_clicked":
                self.driver_clicked.emit(thing)
            case "order_clicked":
                self.order_clicked.emit(thing)
            case "driver_context":
                self.driver_context.emit(thing, self._global(message))
            case "order_context":
                self.order_context.emit(thing, self._global(message))
            case "context":
                self.context.emit(_number(message, "lat"), _number(message, "lon"), self._global(message))
            case "ground":
                self.ground_clicked.emit(_number(message, "lat"), _number(message, "lon"))
            case "cleared":
                self.cleared.emit()
            case "dropped":
                ids = message.get("ids")
                if isinstance(ids, list):
                    self.order_dropped.emit([str(i) for i in ids], thing)
            case "target":
                self.drop_target_changed.emit(thing)
            case "follow_ended":
                self._config["follow"] = None
                self.follow_ended.emit()
            case "layers":
                layers = message.get("layers")
                if isinstance(layers, dict):
                    self._config["layers"] = {name: bool(layers.get(name, True)) for name in LAYERS}
                    self.layers_changed.emit(self.layers())
            case "view":
                lat, lon, zoom = _number(message, "lat"), _number(message, "lon"), _number(message, "zoom")
                self._config["view"] = [lat, lon, zoom]
                self.view_changed.emit(lat, lon, zoom)
            case _:
                _log.warning("the map's page said %r, which nobody understands", kind)

    def _global(self, message: Fields) -> QPoint:
        return self._web.mapToGlobal(QPoint(int(_number(message, "x")), int(_number(message, "y"))))

    def _texts(self) -> dict[str, str]:
        return {
            "drivers": self.tr("Drivers"),
            "orders": self.tr("Orders"),
            "areas": self.tr("Areas"),
            "routes": self.tr("Routes"),
            "labels": self.tr("Labels"),
            "base": self.tr("Base map"),
            "layers": self.tr("Layers"),
            "zoom_in": self.tr("Zoom in (+)"),
            "zoom_out": self.tr("Zoom out (−)"),
            "fit": self.tr("Show all (Home)"),
            "pickup": self.tr("Pick-up"),
            "dropoff": self.tr("Drop-off"),
        }


def _number(message: Fields, name: str) -> float:
    value = message.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
