"""The report's page put together."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.bootstrap import System
from app.report import charts
from app.report.series import Series, read_series
from core.domain.errors import BadInput
from core.routing.city import City
from widgets.common.look import css_variables

RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "report"

Figures = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tile:
    name: str
    value: str
    unit: str = ""
    more: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A chart with its words; without an ``svg`` the card says why there is none."""

    title: str
    caption: str
    svg: str = ""
    empty: str = ""
    legend: Sequence[tuple[str, str]] = ()


def check_target(path: Path) -> None:
    """Raise BadInput where a report can't be written to ``path``; asked before a long run."""
    folder = path.absolute().parent
    if path.is_dir():
        raise BadInput(f"the report can't be written: {path} is a folder; name a file in it")
    if not folder.is_dir():
        raise BadInput(f"the report can't be written: there is no folder {folder}")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise BadInput(f"the report can't be written: {path} is write-protected")


def write_report(path: Path, system: System, city: City, figures: Figures, cycles_s: Sequence[float] = ()) -> None:
    """Write the run that has come to its end now as one HTML file.

    ``figures`` are those of `demo --json`, whose ``simulated_min`` tells when the run began; ``cycles_s`` are the matcher's
    cycles in seconds of wall time. What is in the log is what is reported, so all that is queued is written first.
    Raises BadInput where the file can't be written, StorageError where the log can't be read.
    """
    check_target(path)
    system.store.flush()
    html = build_page(system, city, figures, cycles_s)
    scratch = path.with_name(path.name + ".new")
    try:
        scratch.write_text(html, encoding="utf-8", newline="\n")
        os.replace(scratch, path)
    except OSError as error:
        raise BadInput(f"the report can't be written to {path}: {(error.strerror or str(error)).lower()}") from None


def build_page(system: System, city: City, figures: Figures, cycles_s: Sequence[float] = ()) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from app.report.city_map import build_map, leaflet_script, leaflet_style  # folium takes a second to load

    now, minutes = system.clock.now(), figures["simulated_min"]
    assert isinstance(minutes, int | float)
    series = read_series(system.store, now - 60 * minutes, now, cycles_s)
    zone = system.clock.zone
    parts = build_map(series, city, zone)
    tokens = f"{css_variables('light')}@media(prefers-color-scheme:dark){{{css_variables('dark')}}}"
    styles = [tokens, leaflet_style(), resource("report.css")]
    scripts = [leaflet_script(), resource("map.js"), parts.script]
    began, ended = (datetime.fromtimestamp(at, zone) for at in (series.start, series.end))
    day = f"{began:%A} {began.day} {began:%B %Y}"
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(RESOURCES))
    return environment.get_template("page.html").render(
        policy=policy(styles, scripts),
        title=f"Deliveries in {city.name}",
        facts=_facts(system, figures, f"{day}, {began:%H:%M} to {ended:%H:%M} {began:%Z}".rstrip()),
        tiles=_tiles(figures),
        cards=_cards(series, system, figures),
        map=parts,
        map_caption=_map_caption(parts.left_out),
        all_figures=[(name, _plain(value)) for name, value in figures.items()],
        footer=[*filter(None, (city.attribution,)), "Made by Kerbside", "Map drawn with Leaflet"],
        styles=styles,
        scripts=scripts,
    )


def resource(name: str) -> str:
    return (RESOURCES / name).read_text(encoding="utf-8")


def policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """Nothing may be fetched from anywhere, and only what is in this file runs, each piece allowed by its digest."""
    return (
        f"default-src 'none'; script-src {_digests(scripts)}; style-src {_digests(styles)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digests(pieces: Iterable[str]) -> str:
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(p.encode()).digest()).decode()}'" for p in pieces)


def _facts(system: System, figures: Figures, when: str) -> list[str]:
    world = system.engine.world
    facts = [when, _counted(len(world.drivers), "driver"), _counted(len(world.merchants), "merchant")]
    if "seed" in figures:
        facts.append(f"seed {figures['seed']}")
    if figures.get("wall_s"):
        facts.append(f"{figures['simulated_min']:g} min simulated in {_number(figures, 'wall_s')} s")
    return facts


def _tiles(figures: Figures) -> list[Tile]:
    def n(key: str, digits: int = 1) -> str:
        return _number(figures, key, digits)

    late = figures.get("late_orders_pct")
    any_late = isinstance(late, int | float) and late > 0
    p50 = figures.get("cycle_p50_s")
    p95 = figures.get("cycle_p95_s")
    cycle, unit = charts.seconds(p50).split() if isinstance(p50, float) and p50 > 0 else ("–", "")
    return [
        Tile("Delivered", n("orders_delivered"), f"of {n('orders_placed')} orders",
             f"{n('orders_open')} still open, {n('orders_cancelled')} cancelled, {n('orders_failed')} failed"),
        Tile("Delivered of those due", n("due_delivered_pct"), "%", f"of {n('orders_due')} orders due by the end"),
        Tile("Delivered late", f"▲ {n('late_orders_pct')}" if any_late else n("late_orders_pct"), "%",
             f"by {n('late_min_mean')} min on average" if any_late else "every delivery in time" if late is not None else
             "nothing delivered", late=any_late),
        Tile("Driver's time per delivery", n("pdt_min"), "min", "shared minutes count once"),
        Tile("Waiting at the pick-up", n("waiting_min"), "min", "beyond the usual stop, per delivery"),
        Tile("Deliveries per driver-hour", n("orders_per_driver_hour", 2), "", "hours online"),
        Tile("Batched", n("batched_pct"), "%", "delivered together with another"),
        Tile("Chained", n("chained_pct"), "%", "taken on under way"),
        Tile("Matcher's cycle", cycle, unit, f"median; 95 % within {charts.seconds(p95)}" if isinstance(p95, float) and p95 > 0
             else "no cycle yet"),
        Tile("Messages received", n("mqtt_received"), "", f"{n('mqtt_sent')} sent, {n('refused')} refused"),
    ]  # fmt: skip


def _cards(series: Series, system: System, figures: Figures) -> list[Card]:
    zone = system.clock.zone
    parts = [value for key, *_ in charts.PARTS if isinstance(value := figures.get(key), int | float)]
    pdt = figures.get("pdt_min")
    cycles = series.cycles_s
    none_yet = "Nothing has been delivered yet"
    p50, p95 = (float(str(figures.get(key, 0.0))) for key in ("cycle_p50_s", "cycle_p95_s"))
    return [
        Card("Orders placed and delivered", f"Per {series.bin_s / 60:g} minutes", charts.orders_chart(series, zone),
             legend=[("placed", "Placed"), ("free", "Delivered")]),
        Card("What the drivers were doing", "Drivers at each moment", charts.states_chart(series, zone)
             if series.world.drivers else "", "There are no drivers",
             legend=[(kind, name) for activity, kind, name in reversed(charts.STATES) if any(series.states[activity])]),
        Card("Time to the door", "Deliveries by minutes from the order to the door", charts.door_chart(series.door_min)
             if series.door_min else "", none_yet),
        Card("Driver's time per delivery", "From assignment to delivery, in four parts",
             charts.parts_chart(parts) if pdt and len(parts) == len(charts.PARTS) else "", none_yet),
        Card("Lateness", "Deliveries by minutes before or after the promise", charts.lateness_chart(series.lateness_min)
             if series.lateness_min else "", none_yet, legend=[("free", "In time"), ("late", "Late")]),
        Card("The matcher's cycles", f"Wall time of each of {len(cycles)} cycles", charts.cycles_chart(cycles, p50, p95)
             if cycles else "", "No cycle was measured"),
    ]  # fmt: skip


def _map_caption(left_out: int) -> str:
    caption = (
        "Squares are merchants; lines lead from the pick-up to the drop-off, dashed while under way; ! marks what came late"
    )
    return f"{caption}. The {left_out} oldest orders are not drawn" if left_out else caption


def _number(figures: Figures, key: str, digits: int = 1) -> str:
    """``1,234`` or ``12.3``, and a dash for what there is not."""
    value = figures.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def _plain(value: object) -> str:
    return "–" if value is None else str(value)
