"""The report's map: folium's page with nothing to fetch, over the city's own shapes."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from xstatic.pkg import leaflet

from app.report.ground import ground_of
from app.report.places import labels, rounded
from app.report.series import Series
from core.clock import local_time
from core.domain.language import ntr, tr
from core.domain.merchant import Area, Merchant
from core.domain.order import ENDED, Order, Status
from core.routing.city import City
from widgets.common.states import STATUS
from widgets.common.words import lateness

MAX_DELIVERIES = 1500
"""The last so many are drawn: more would hide each other, and the city."""

_LEAFLET = Path(leaflet.BASE_DIR)


@dataclass(frozen=True, slots=True)
class MapParts:
    """Pieces of a page: ``html`` holds the map's element, ``script`` makes the map in it; ``left_out`` orders are not drawn."""

    html: str
    script: str
    left_out: int


class BareMap(folium.Map):
    """folium's map without folium's links to content networks."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  # folium's own attribute is a list
    default_css: list[tuple[str, str]] = []  # noqa: RUF012  # the same


class Call(MacroElement):
    """A call of one of the page's own functions, with the element it belongs to and JSON."""

    _template = Template(
        "{% macro script(this, kwargs) %}Report.{{ this.function }}({{ this._parent.get_name() }},{{ this.data|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, function: str, data: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca declares no types here
        self._name = self._id = function
        self.function, self.data = function, data


def build_map(series: Series, city: City, zone: tzinfo | None) -> MapParts:
    """Ground, areas, merchants and what became of the orders. The same run gives the same text."""
    page = BareMap(tiles=None, attribution_control=False, min_zoom=9, max_zoom=18, zoom_snap=0.5)
    page._id = "report"
    Call("ground", {**ground_of(city.base_map), "bounds": [city.bounds[:2], city.bounds[2:]], "places": labels(city)}).add_to(
        page
    )
    drawn = [o for o in series.orders if o.status not in (Status.CANCELLED, Status.FAILED)]
    shown = drawn[-MAX_DELIVERIES:]
    late = [o for o in shown if o.delivered_at is not None and o.delivered_at > o.due_at]
    punctual = [o for o in shown if o.delivered_at is not None and o.delivered_at <= o.due_at]
    under_way = [o for o in shown if o.status not in ENDED]
    counts: dict[str, int] = {}
    for order in series.orders:
        counts[order.merchant_id] = counts.get(order.merchant_id, 0) + 1
    merchants = [_merchant(m, counts.get(m.id, 0)) for m in series.world.merchants.values()]
    for number, (name, function, data) in enumerate(
        (
            (tr("Areas"), "areas", [_area(a) for a in series.world.areas.values()]),
            (tr("Merchants"), "merchants", merchants),
            (tr("Under way ({n})", n=len(under_way)), "underWay", [_order(o, zone) for o in under_way]),
            (tr("Delivered in time ({n})", n=len(punctual)), "inTime", [_order(o, zone) for o in punctual]),
            (tr("Delivered late ({n})", n=len(late)), "late", [_order(o, zone) for o in late]),
        )
    ):
        if not data:
            continue
        group = folium.FeatureGroup(name=name)
        group._id = str(number)
        Call(function, data).add_to(group)
        group.add_to(page)
    control = folium.LayerControl(collapsed=False)
    control._id = "report"
    control.add_to(page)
    bounds = _extent(shown) or city.bounds
    page.fit_bounds([bounds[:2], bounds[2:]], padding=(24, 24))
    figure = rendered(page)
    return MapParts(html=figure.html.render(), script=figure.script.render(), left_out=len(drawn) - len(shown))


def rendered(page: BareMap) -> Figure:
    """The page's figure with its HTML and script. Nothing of it is named by chance: the same map gives the same text."""
    for child in page._children.values():
        if child._name == "FitBounds":
            child._id = page._id
    figure = page.get_root()
    assert isinstance(figure, Figure)
    figure.render()
    return figure


def leaflet_script() -> str:
    """Leaflet without the pointer to its source map, which a browser's developer tools would try to fetch."""
    return re.sub(r"//# sourceMappingURL=.*", "", (_LEAFLET / "leaflet.js").read_text(encoding="utf-8"))


def leaflet_style() -> str:
    """Leaflet's style sheet with its pictures inside it."""

    def inside(match: re.Match[str]) -> str:
        data = base64.b64encode((_LEAFLET / match[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{data})"

    return re.sub(r"url\((images/[\w.-]+\.png)\)", inside, (_LEAFLET / "leaflet.css").read_text(encoding="utf-8"))


def _area(area: Area) -> list[object]:
    return [area.name, [[[rounded(p) for p in ring] for ring in polygon] for polygon in area.polygons]]


def _merchant(merchant: Merchant, orders: int) -> list[object]:
    return [*rounded(merchant.place), merchant.name, orders, ntr("{n} order", "{n} orders", orders)]


def _order(order: Order, zone: tzinfo | None) -> list[object]:
    """Pick-up, drop-off, and lines that say what became of it."""
    due = local_time(order.due_at, zone)
    if order.delivered_at is not None:
        early_or_late = lateness((order.delivered_at - order.due_at) / 60)
        at = local_time(order.delivered_at, zone)
        told = tr("promised for {due}, delivered {at} ({lateness})", due=due, at=at, lateness=early_or_late)
    else:
        told = tr("promised for {due}: {state}", due=due, state=STATUS[order.status].label)
    title = tr("{order} by {driver}", order=order.id, driver=order.driver_id) if order.driver_id else order.id
    return [*rounded(order.pickup), *rounded(order.dropoff), title, told]


def _extent(orders: list[Order]) -> tuple[float, float, float, float] | None:
    """South, west, north, east of all that was delivered or is under way."""
    places = [p for o in orders for p in (o.pickup, o.dropoff)]
    if not places:
        return None
    lats, lons = [p.lat for p in places], [p.lon for p in places]
    return min(lats), min(lons), max(lats), max(lons)
