"""A stretch of a shift as one page that plays it: folium's map over the city's own shapes, nothing to fetch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from app.report.journey import ACTIVITIES, Journey, Way, totals
from app.report.places import labels
from core.domain.geo import LatLon
from core.domain.language import date, number, speaking, tr
from core.domain.order import ENDED, Order, Status
from core.routing.city import Bounds, City
from widgets.common.look import css_variables
from widgets.common.states import ACTIVITY

SPEEDS = (1, 2, 5, 10, 20, 30, 60, 120)
PER_DEGREE = 1e5


class Soil(NamedTuple):
    """What the page needs of a city, small enough to be handed to a worker."""

    name: str
    base_map: bytes
    bounds: Bounds
    labels: list[list[object]]
    attribution: str


def soil_of(city: City) -> Soil:
    return Soil(city.name, city.base_map, city.bounds, labels(city), city.attribution)


def page_of(journey: Journey, soil: Soil | None, language: str = "en") -> str:
    """The page, in a worker: folium takes a second to load, and the totals of a large fleet their time. ``language`` is that of
    who saves it."""
    with speaking(language):
        return _page_of(journey, soil, language)


def _page_of(journey: Journey, soil: Soil | None, language: str) -> str:
    import folium
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from app.report.city_map import BareMap, Call, leaflet_script, leaflet_style, rendered
    from app.report.ground import ground_of
    from app.report.page import RESOURCES, made, policy, resource

    page = BareMap(tiles=None, attribution_control=False, min_zoom=9, max_zoom=18, zoom_snap=0.5, prefer_canvas=True)
    page._id = "rerun"
    if soil is not None:
        south, west, north, east = soil.bounds
        bounds = [[south, west], [north, east]]
        Call("ground", {**ground_of(soil.base_map), "bounds": bounds, "places": soil.labels}).add_to(page)
    group = folium.FeatureGroup(name="rerun", control=False)
    group._id = "rerun"
    Call("rerun", _data(journey)).add_to(group)
    group.add_to(page)
    page.fit_bounds(_extent(journey), padding=(24, 24))
    figure = rendered(page)
    tokens = f"{css_variables('light')}@media(prefers-color-scheme:dark){{{css_variables('dark')}}}"
    styles = [tokens, leaflet_style(), resource("report.css"), resource("rerun.css")]
    scripts = [leaflet_script(), resource("map.js"), resource("rerun.js"), figure.script.render()]
    began, ended = (
        datetime.fromtimestamp(at, UTC) + timedelta(seconds=journey.offset_s) for at in (journey.since, journey.until)
    )
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(RESOURCES))
    return environment.get_template("rerun.html").render(
        policy=policy(styles, scripts),
        language=language,
        title=tr("Deliveries in {city}", city=soil.name) if soil is not None else tr("Deliveries"),
        when=tr("{day}, {since} to {until}", day=date(began), since=f"{began:%H:%M}", until=f"{ended:%H:%M}"),
        words=_words(),
        figures=_figures(journey),
        legend=[(ACTIVITY[one].token.replace("_", "-"), ACTIVITY[one].label) for one in ACTIVITIES],
        drivers=[_driver(way, journey.orders) for way in journey.ways],
        speeds=SPEEDS,
        map=figure.html.render(),
        footer=[*filter(None, (soil.attribution if soil is not None else "",)), *made()],
        styles=styles,
        scripts=scripts,
    )


def _words() -> dict[str, str]:
    """What the page itself says; ``totals`` is filled in as it plays."""
    return {
        "driver": tr("Driver"),
        "delivered": tr("Delivered"),
        "km": tr("km"),
        "stops": tr("Stops"),
        "stood": tr("Stood, min"),
        "play": tr("Play"),
        "pause": tr("Pause"),
        "time": tr("Time"),
        "speed": tr("Speed"),
        "follow": tr("Follow"),
        "nobody": tr("nobody"),
        "totals": tr("{open} open, {done} delivered, {late} late"),
        "legend": tr("Squares are pick-ups, circles drop-offs, ! is late"),
    }


def _figures(journey: Journey) -> list[tuple[str, str]]:
    orders = [o for o in journey.orders if o.placed_at <= journey.until]
    placed = sum(journey.since <= o.placed_at for o in orders)
    delivered = [o for o in orders if o.delivered_at is not None and o.delivered_at <= journey.until]
    late = sum(o.delivered_at is not None and o.delivered_at > o.due_at for o in delivered)
    return [
        (tr("Drivers"), number(len(journey.ways))),
        (tr("Orders placed"), number(placed)),
        (tr("Delivered"), number(len(delivered))),
        (tr("Delivered late"), number(late)),
    ]


def _driver(way: Way, orders: list[Order]) -> dict[str, str]:
    km, stops, stood_min, done = totals(way, orders)
    return {
        "id": way.driver_id,
        "name": way.name,
        "km": number(km, ".1f"),
        "stops": str(stops),
        "stood": number(stood_min, ".0f"),
        "done": str(done),
    }


def _data(journey: Journey) -> dict[str, Any]:
    """Times in whole seconds from the start, places in hundred-thousandths of a degree, both as differences."""
    return {
        "seconds": round(journey.until - journey.since),
        "clock": round(journey.since + journey.offset_s) % 86_400,
        "words": _words(),
        "doing": [[ACTIVITY[one].token.replace("_", "-"), ACTIVITY[one].label] for one in ACTIVITIES],
        "drivers": [_way(way, journey.since) for way in journey.ways],
        "orders": [_order(order, journey) for order in journey.orders if order.placed_at <= journey.until],
    }


def _way(way: Way, since: float) -> list[Any]:
    columns = [np.rint(way.track.t - since), np.rint(way.track.lat * PER_DEGREE), np.rint(way.track.lon * PER_DEGREE)]
    steps = [np.diff(column, prepend=0).astype(int).tolist() for column in columns]
    return [way.driver_id, way.name, *steps, [[round(at - since), code] for at, code in way.doing]]


def _order(order: Order, journey: Journey) -> list[Any]:
    def when(at: float | None) -> int | None:
        return None if at is None else round(at - journey.since)

    over = order.status in ENDED
    merchant, _ = journey.merchants.get(order.merchant_id, (order.merchant_id, order.pickup))
    return [order.id, merchant, *_place(order.pickup), *_place(order.dropoff), when(order.placed_at), when(order.picked_up_at),
            when(order.delivered_at or (order.status_at if over else None)), when(order.due_at),
            order.status is Status.DELIVERED]  # fmt: skip


def _place(place: LatLon) -> tuple[int, int]:
    return round(place.lat * PER_DEGREE), round(place.lon * PER_DEGREE)


def _extent(journey: Journey) -> list[list[float]]:
    places = [(o.pickup.lat, o.pickup.lon) for o in journey.orders] + [(o.dropoff.lat, o.dropoff.lon) for o in journey.orders]
    for way in journey.ways:
        places += [
            (float(way.track.lat.min()), float(way.track.lon.min())),
            (float(way.track.lat.max()), float(way.track.lon.max())),
        ]
    if not places:
        return [[-60.0, -180.0], [75.0, 180.0]]
    lats, lons = zip(*places, strict=True)
    return [[min(lats), min(lons)], [max(lats), max(lons)]]
