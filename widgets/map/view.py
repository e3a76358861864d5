"""The live map: a web page in a widget, fed with state and giving back what the dispatcher does on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from numpy.typing import ArrayLike
from PySide6.QtCore import QPoint, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QHideEvent, QShowEvent
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.driver import Activity
from core.domain.errors import BadInput
from core.domain.language import inner, language, tr
from widgets.common.look import LOOKS, ThemeName, colours
from widgets.common.states import ACTIVITY
from widgets.map import encode
from widgets.map.bridge import Fields, PageState
from widgets.map.editor import ShapeEditor
from widgets.map.marks import DRAWN, LAYERS, LAYERS_OFF, AreaShape, DriverColumns, OrderMark, Past, Rings, RouteStop
from widgets.map.page import ORIGIN, page_html
from widgets.map.scheme import Guard, PageFiles
from widgets.map.texts import page_texts, read_drawn, read_number
from widgets.map.tools import MapTools, Mirrored
from widgets.map.web import MapPage, MapWeb

_log = logging.getLogger(__name__)

OSM_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
OSM_ATTRIBUTION = "© OpenStreetMap contributors"
_RELOAD_MS = 500
_NEEDED_BY = {"drivers": ("drivers", "ids"), "orders": ("orders",), "areas": ("areas",), "routes": ("route",)}
"""Layer, and what the page needs for nothing else."""
_HEATED = frozenset({"drivers", "orders"})
"""Layers whose state the heat is made of."""
_MIRRORED = ("select", "chosen", "motion", "attribution")
_TOLD_BACK = (
    "driver_clicked", "order_clicked", "driver_context", "order_context", "context", "ground_clicked", "cleared",
    "order_dropped", "drop_target_changed", "name_wanted", "woken",
)  # fmt: skip


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
    name_wanted = Signal(str)
    """A driver's, who is pointed at."""
    layers_changed = Signal(dict)
    drawn = Signal(object)
    """`marks.Drawn`, after `draw`."""
    draw_ended = Signal()
    """Nothing was drawn after all."""
    woken = Signal()
    """Something is shown again that was not, or not at all: the map, or one of its layers."""
    view_changed = Signal(float, float, float)
    """Latitude and longitude of the centre, zoom."""

    def __init__(self, theme: ThemeName = "light", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = PageState(self)
        self._state.heard.connect(self._hear)
        self.editor = ShapeEditor(self._state)
        self.tools = MapTools(self._state)
        self._mirrors: list[MapView] = []
        self._config: Fields = {
            "activities": [a.value for a in Activity],
            "activity_names": [inner(tr(ACTIVITY[a].label)) for a in Activity],
            "layers": {name: name not in LAYERS_OFF for name in LAYERS},
            "motion": True,
            "attribution": "",
            "tiles": "",
            "select": None,
            "chosen": {"orders": [], "drivers": []},
            "follow": None,
            "view": None,
            "font": self.font().family(),
            "texts": page_texts(),
            "language": language(),
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

    def set_drivers(self, ids: Sequence[str], columns: DriverColumns) -> None:
        """All drivers. The columns are read when the page asks for them: hand over new arrays each time, or ones that only
        ever move on."""
        if len(columns) != len(ids):
            raise BadInput(tr("the drivers' columns are not of one length: there are {ids} ids", ids=len(ids)))
        if ids is not self._ids and tuple(ids) != self._ids:
            self._ids = tuple(ids)
            self._ids_revision += 1
            listed, number = self._ids, self._ids_revision
            self._state.put("ids", lambda: encode.ids_json(number, listed))
        revision = self._ids_revision
        self._state.put("drivers", lambda: encode.drivers_blob(revision, columns))

    def set_driver_names(self, names: Mapping[str, str]) -> None:
        """Names by id, shown beside the id where a driver is pointed at. `name_wanted` says whose is missing."""
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

    def set_found(self, driver_ids: Sequence[str]) -> None:
        """Drivers who are marked as found by a search."""
        kept = list(driver_ids)
        self._state.put("found", lambda: encode.found_json(kept))

    def set_past(self, past: Past | None) -> None:
        """Where somebody was; what is there now steps back for it. ``None`` takes it away."""
        self._state.put("past", lambda: encode.past_json(past))

    def reveal(self, what: str) -> None:
        """Bring the whole ``shape``, ``past`` or ``edit`` into view."""
        self._state.say("show", what=what)

    def draw(self, kind: str) -> None:
        """Let the dispatcher draw one of `marks.DRAWN`; `drawn` or `draw_ended` follows."""
        self._web.setFocus()
        self._state.say("draw", kind=kind, hint=tr(DRAWN[kind]))

    def stop_drawing(self) -> None:
        self._state.say("draw", kind=None, hint="")
        self.draw_ended.emit()

    # How it shows it

    def set_theme(self, theme: ThemeName) -> None:
        self._theme: ThemeName = theme
        self._page.setBackgroundColor(QColor(LOOKS[theme].land))
        self._configure(theme=theme, colours=colours(theme))
        for other in self._mirrors:
            other.set_theme(theme)

    def set_layers(self, layers: Mapping[str, bool]) -> None:
        """Turn layers on or off, by the names in `marks.LAYERS`."""
        unknown = set(layers) - set(LAYERS)
        if unknown:
            raise BadInput(
                tr("the map has no layer {join}; it has {LAYERS}", join=", ".join(sorted(unknown)), LAYERS=", ".join(LAYERS))
            )
        self._set_layers({**self.layers(), **layers})

    def shows(self, layer: str) -> bool:
        """Whether anybody can see the layer: where not, it is sent nothing, and what is told meanwhile is kept."""
        on = self.layers()
        wanted = on[layer] or (layer in _HEATED and on["heat"])
        return (self.isVisible() and wanted) or any(other.shows(layer) for other in self._mirrors)

    def _set_layers(self, layers: dict[str, bool]) -> None:
        before = self.layers()
        self._configure(layers=layers)
        needless = {layer for layer in _NEEDED_BY if not layers[layer] and not (layer in _HEATED and layers["heat"])}
        self._state.hold({name for layer in needless for name in _NEEDED_BY[layer]})
        if any(on and not before[name] for name, on in layers.items()):
            self.woken.emit()

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
            raise BadInput(
                tr(
                    "tiles come from an https address with one host, like {OSM_TILES}; not {url!r}",
                    OSM_TILES=OSM_TILES,
                    url=url,
                )
            )
        host = parts.netloc if on else ""
        if host == self.guard.allowed_host and (url if on else "") == self._config["tiles"]:
            return
        self.guard.allowed_host = host
        self._config["tiles_attribution"] = attribution if on else ""
        self._configure(tiles=url if on else "")
        self._reload()
        for other in self._mirrors:
            other.set_online_tiles(on, url, attribution)

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
            raise BadInput(tr("the map selects a driver or an order, not {kind!r}", kind=kind))
        self._configure(select=[kind, thing_id] if kind else None)
        if kind and reveal:
            self._state.say("reveal", kind=kind, id=thing_id)

    def choose(self, order_ids: Sequence[str], driver_ids: Sequence[str]) -> None:
        """Ring these as selected together; `select` is for one, and says more."""
        self._configure(chosen={"orders": list(order_ids), "drivers": list(driver_ids)})

    def follow(self, driver_id: str | None) -> None:
        """Keep a driver in view until the dispatcher moves the map by hand."""
        self._configure(follow=driver_id)

    # Another window with the same map

    def mirror(self, other: MapView) -> None:
        """From now on ``other`` shows what is told here, encoded once for both, with a view and layers of its own; what is done
        there is told here."""
        self._mirrors.append(other)
        self._state.share(other._state)
        other._configure(**{name: self._config[name] for name in _MIRRORED})
        other.set_theme(self._theme)
        if self._config["tiles"]:
            other.set_online_tiles(True, str(self._config["tiles"]), str(self._config["tiles_attribution"]))
        if (view := self.view()) is not None:
            other.set_view(*view)
        links: Mirrored = [(getattr(other, name), getattr(self, name)) for name in _TOLD_BACK]
        for theirs, ours in (*links, (other.tools.acted, self.tools.acted)):
            theirs.connect(ours)

    def let_go(self, other: MapView) -> None:
        """End of `mirror`; the other is about to go."""
        self._mirrors.remove(other)
        self._state.unshare(other._state)

    # For measurements and tests

    def page(self) -> QWebEnginePage:
        return self._page

    def settled(self) -> bool:
        """Whether the page has taken in everything it was told."""
        return self._state.settled

    def encoded(self, name: str) -> bytes:
        """What the page gets when it fetches that state; empty where there is none."""
        return self._state.encoded(name)

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
        if shared := {name: value for name, value in changes.items() if name in _MIRRORED}:
            for other in self._mirrors:
                other._configure(**shared)

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
        self.woken.emit()

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
                self.context.emit(read_number(message, "lat"), read_number(message, "lon"), self._global(message))
            case "ground":
                self.ground_clicked.emit(read_number(message, "lat"), read_number(message, "lon"))
            case "cleared":
                self.cleared.emit()
            case "dropped":
                ids = message.get("ids")
                if isinstance(ids, list):
                    self.order_dropped.emit([str(i) for i in ids], thing)
            case "drawn":
                self.drawn.emit(read_drawn(message))
            case "draw_ended":
                self.draw_ended.emit()
            case "edited" | "edit_refused" | "act" | "lassoed" | "measured":
                return  # `editor` and `tools` hear them themselves
            case "name_wanted":
                self.name_wanted.emit(thing)
            case "target":
                self.drop_target_changed.emit(thing)
            case "follow_ended":
                self._config["follow"] = None
                self.follow_ended.emit()
            case "layers":
                layers = message.get("layers")
                if isinstance(layers, dict):
                    self._set_layers({name: bool(layers.get(name, True)) for name in LAYERS})
                    self.layers_changed.emit(self.layers())
            case "view":
                lat, lon, zoom = read_number(message, "lat"), read_number(message, "lon"), read_number(message, "zoom")
                self._config["view"] = [lat, lon, zoom]
                self.view_changed.emit(lat, lon, zoom)
            case _:
                _log.warning("the map's page said %r, which nobody understands", kind)

    def _global(self, message: Fields) -> QPoint:
        return self._web.mapToGlobal(QPoint(int(read_number(message, "x")), int(read_number(message, "y"))))

    def layer_names(self) -> dict[str, str]:
        """What each layer is called."""
        texts = page_texts()
        return {name: texts.get(name, name.capitalize()) for name in LAYERS}
