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
from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import date, language, ntr, number, tr
from core.routing.city import City
from widgets.common.look import css_variables
from widgets.common.states import ACTIVITY

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
    """Write the run that has come to its end now as one HTML file, in the language in use.

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
        raise BadInput(f"the report can't be written to {path}: {cause(error)}") from None


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
    when = tr("{day}, {since} to {until}", day=date(began), since=f"{began:%H:%M}", until=f"{ended:%H:%M}")
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FileSystemLoader(RESOURCES))
    return environment.get_template("page.html").render(
        policy=policy(styles, scripts),
        language=language(),
        title=tr("Deliveries in {city}", city=city.name),
        facts=_facts(system, figures, f"{when} {began:%Z}".rstrip()),
        tiles=_tiles(figures),
        cards=_cards(series, system, figures),
        map=parts,
        map_title=tr("Where the orders went"),
        map_caption=_map_caption(parts.left_out),
        all_title=tr("All figures"),
        all_figures=[(name, _plain(value)) for name, value in figures.items()],
        footer=[*filter(None, (city.attribution,)), *made()],
        styles=styles,
        scripts=scripts,
    )


def made() -> tuple[str, str]:
    """What a page says of its making."""
    return tr("Made by Kerbside"), tr("Map drawn with Leaflet")


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
    drivers, merchants = len(world.drivers), len(world.merchants)
    facts = [when, ntr("{n} driver", "{n} drivers", drivers), ntr("{n} merchant", "{n} merchants", merchants)]
    if "seed" in figures:
        facts.append(tr("seed {seed}", seed=str(figures["seed"])))
    if figures.get("wall_s"):
        took = _number(figures, "wall_s")
        facts.append(tr("{minutes:g} min simulated in {seconds} s", minutes=figures["simulated_min"], seconds=took))
    return facts


def _tiles(figures: Figures) -> list[Tile]:
    def n(key: str, digits: int = 1) -> str:
        return _number(figures, key, digits)

    late = figures.get("late_orders_pct")
    any_late = isinstance(late, int | float) and late > 0
    p50 = figures.get("cycle_p50_s")
    p95 = figures.get("cycle_p95_s")
    cycle, unit = charts.seconds(p50).split() if isinstance(p50, float) and p50 > 0 else ("–", "")
    late_more = (
        tr("by {minutes} min on average", minutes=n("late_min_mean"))
        if any_late
        else tr("every delivery in time")
        if late is not None
        else tr("nothing delivered")
    )
    within = tr("median; 95 % within {time}", time=charts.seconds(p95)) if isinstance(p95, float) and p95 > 0 else ""
    ended = {"open": n("orders_open"), "cancelled": n("orders_cancelled"), "failed": n("orders_failed")}
    due = tr("of {n} orders due by the end", n=n("orders_due"))
    return [
        Tile(tr("Delivered"), n("orders_delivered"), tr("of {n} orders", n=n("orders_placed")),
             tr("{open} still open, {cancelled} cancelled, {failed} failed", **ended)),
        Tile(tr("Delivered of those due"), n("due_delivered_pct"), "%", due),
        Tile(tr("Delivered late"), f"▲ {n('late_orders_pct')}" if any_late else n("late_orders_pct"), "%", late_more,
             late=any_late),
        Tile(tr("Driver's time per delivery"), n("pdt_min"), "min", tr("shared minutes count once")),
        Tile(tr("Waiting at the pick-up"), n("waiting_min"), "min", tr("beyond the usual stop, per delivery")),
        Tile(tr("Deliveries per driver-hour"), n("orders_per_driver_hour", 2), "", tr("hours online")),
        Tile(tr("Batched"), n("batched_pct"), "%", tr("delivered together with another")),
        Tile(tr("Chained"), n("chained_pct"), "%", tr("taken on under way")),
        Tile(tr("Matcher's cycle"), cycle, unit, within or tr("no cycle yet")),
        Tile(tr("Messages received"), n("mqtt_received"), "",
             tr("{sent} sent, {refused} refused", sent=n("mqtt_sent"), refused=n("refused"))),
    ]  # fmt: skip


def _cards(series: Series, system: System, figures: Figures) -> list[Card]:
    zone = system.clock.zone
    parts = [value for key, *_ in charts.PARTS if isinstance(value := figures.get(key), int | float)]
    pdt = figures.get("pdt_min")
    cycles = series.cycles_s
    none_yet = tr("Nothing has been delivered yet")
    p50, p95 = (float(str(figures.get(key, 0.0))) for key in ("cycle_p50_s", "cycle_p95_s"))
    return [
        Card(tr("Orders placed and delivered"), tr("Per {minutes:g} minutes", minutes=series.bin_s / 60),
             charts.orders_chart(series, zone), legend=[("placed", tr("Placed")), ("free", tr("Delivered"))]),
        Card(tr("What the drivers were doing"), tr("Drivers at each moment"), charts.states_chart(series, zone)
             if series.world.drivers else "", tr("There are no drivers"),
             legend=[(kind, ACTIVITY[one].label) for one, kind in reversed(charts.STATES) if any(series.states[one])]),
        Card(tr("Time to the door"), tr("Deliveries by minutes from the order to the door"), charts.door_chart(series.door_min)
             if series.door_min else "", none_yet),
        Card(tr("Driver's time per delivery"), tr("From assignment to delivery, in four parts"),
             charts.parts_chart(parts) if pdt and len(parts) == len(charts.PARTS) else "", none_yet),
        Card(tr("Lateness"), tr("Deliveries by minutes before or after the promise"), charts.lateness_chart(series.lateness_min)
             if series.lateness_min else "", none_yet, legend=[("free", tr("In time")), ("late", tr("Late"))]),
        Card(tr("The matcher's cycles"), tr("Wall time of each of {n} cycles", n=len(cycles)),
             charts.cycles_chart(cycles, p50, p95) if cycles else "", tr("No cycle was measured")),
    ]  # fmt: skip


def _map_caption(left_out: int) -> str:
    caption = tr(
        "Squares are merchants; lines lead from the pick-up to the drop-off, dashed while under way; ! marks what came late"
    )
    return tr("{caption}. The {n} oldest orders are not drawn", caption=caption, n=left_out) if left_out else caption


def _number(figures: Figures, key: str, digits: int = 1) -> str:
    """``1,234`` or ``12.3``, and a dash for what there is not."""
    value = figures.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–"
    return number(value) if isinstance(value, int) else number(value, f",.{digits}f")


def _plain(value: object) -> str:
    return "–" if value is None else str(value)
