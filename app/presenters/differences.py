"""What is different between a thing as it was and as it is, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime, tzinfo
from enum import Enum

from app.presenters.event_words import event_text
from app.presenters.rule_text import Named, then_text, when_text
from app.presenters.setting_words import shown
from core.domain.driver import Break
from core.domain.events import LettersDiscarded, LettersResent, SecretChanged, SettingsChanged, UpkeepChange
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.language import day, mark, ntr, number, tr
from core.domain.language import said as heard
from core.domain.order import WORDS, Status
from core.domain.rules import Rule
from core.domain.upkeep import NEW_SECRET, SECRET
from core.settings import declared
from widgets.common.words import arrow, from_to

UNTOLD = frozenset({"id", "version", "status_at", "presence", "presence_at", "off_duty", "removed"})
"""What changes with anything else, or is told otherwise."""
_LABELS = {
    "polygons": mark("shape"),
    "decide_s": mark("time to decide"),
    "poll_s": mark("time between questions"),
    "when": mark("condition"),
    "name": mark("name"),
    "area_id": mark("area"),
    "place": mark("place"),
    "kind": mark("kind"),
    "vehicle": mark("vehicle"),
    "vehicles": mark("vehicles"),
    "phone": mark("phone"),
    "priority": mark("priority"),
    "enabled": mark("in force"),
    "then": mark("action"),
    "watched": mark("watched"),
    "cap_per_hour": mark("orders per hour at most"),
    "goods": mark("goods"),
    "app": mark("app"),
    "group": mark("group"),
    "address": mark("address"),
    "arrived_dropoff_at": mark("arrived dropoff"),
    "arrived_pickup_at": mark("arrived pickup"),
    "assigned_at": mark("assigned"),
    "batched": mark("batched"),
    "breaks": mark("breaks"),
    "by_dispatcher": mark("by dispatcher"),
    "chained": mark("chained"),
    "cold_box": mark("cold box"),
    "customer": mark("customer"),
    "declined_by": mark("declined by"),
    "delivered_at": mark("delivered"),
    "driver_id": mark("driver"),
    "dropoff": mark("dropoff"),
    "due_at": mark("due"),
    "fence_m": mark("fence m"),
    "fleet": mark("fleet"),
    "idempotent": mark("idempotent"),
    "kinds": mark("kinds"),
    "merchant_id": mark("merchant"),
    "note": mark("note"),
    "offer_id": mark("open offer"),
    "own_drivers": mark("own drivers"),
    "picked_up_at": mark("picked up"),
    "pickup": mark("pickup"),
    "placed_at": mark("placed"),
    "prep_min": mark("prep min"),
    "provider_id": mark("provider"),
    "rating": mark("stars"),
    "readied_at": mark("readied"),
    "ready_at": mark("ready"),
    "sends": mark("sends"),
    "sent": mark("sent towards"),
    "share_km": mark("share km"),
    "shift_end": mark("shift end"),
    "shift_start": mark("shift start"),
    "status": mark("status"),
    "timeout_s": mark("timeout s"),
    "to": mark("goes to"),
    "told_ready_at": mark("told ready"),
    "tries": mark("tries"),
    "url": mark("url"),
    "value": mark("value"),
    "volume_l": mark("volume l"),
    "weight_kg": mark("weight kg"),
}
"""Fields as a person calls them; one that is not here is called by its own name."""
_VALUES = (mark("internal"), mark("webhook"), mark("polling"), mark("only"), mark("first"), mark("shared"))
"""Words among the values of fields that are the name of nothing else."""


_SECRETS: dict[object, str] = {SECRET: mark("set"), NEW_SECRET: mark("changed")}
_TIMES = frozenset({"since", "until", "valid_until", "start", "shift_start", "shift_end"})
"""Fields that hold a time, besides those whose names end with ``_at``."""
_NAMED = {"area_id": "area", "merchant_id": "merchant", "provider_id": "provider"}
"""Fields that hold the id of a thing, and of which kind."""


def as_it_is(kind: str, thing_id: str) -> str:
    return thing_id


def difference(before: object, after: object, zone: tzinfo | None = None, named: Named = as_it_is) -> list[str]:
    """A line for each field that is not the same: ``name: Old town → Harbour``. ``None`` before: there was nothing. ``named``
    knows what things were called then."""
    if before is None:
        return [tr("new")]
    if not is_dataclass(before) or not is_dataclass(after) or type(before) is not type(after):
        return []
    lines = []
    if getattr(before, "removed", False) and not getattr(after, "removed", False):
        lines.append(tr("brought back"))
    elif getattr(after, "removed", False) and not getattr(before, "removed", False):
        lines.append(tr("removed"))
    for name in (field.name for field in fields(after)):
        was, now = getattr(before, name), getattr(after, name)
        if name in UNTOLD or was == now:
            continue
        if isinstance(after, Rule) and name in {"when", "then"}:
            text = when_text if name == "when" else then_text
            lines.append(f"{_label(name)}: {from_to(text(was, named), text(now, named))}")
        elif isinstance(after, Forward) and name == "when":
            texts = (event_text(when, named) or tr("always") for when in (was, now))
            lines.append(f"{_label(name)}: {f' {arrow()} '.join(texts)}")
        elif name == "rules":
            lines += _rules(was, now, zone, named)
        elif name == "polygons":
            lines.append(tr("shape: {was} → {now}", was=_shape(was), now=_shape(now)))
        elif name in _NAMED:
            told = (named(_NAMED[name], one) if one else said(one) for one in (was, now))
            lines.append(f"{_label(name)}: {f' {arrow()} '.join(told)}")
        else:
            lines.append(f"{_label(name)}: {from_to(said(was, name, zone), said(now, name, zone))}")
    return lines


def upkeep_lines(change: UpkeepChange) -> list[str]:
    """The same of what is kept beside the world; settings are called by what they mean."""
    if isinstance(change, LettersResent | LettersDiscarded):
        numbers = [str(one.before) for one in change.altered]
        return [ntr("event {numbers}", "events {numbers}", 1 + text.count(","), numbers=text) for text in numbers]
    lines = []
    for one in change.altered:
        if one.before == one.after:  # nothing but that it was: a backup, and where it lies
            lines += [one.id] if one.name else []
            continue
        setting = declared(one.id) if isinstance(change, SettingsChanged) else None
        if setting is not None:
            was, now = ("" if value is None else shown(setting, value) for value in (one.before, one.after))
            was, now = was or tr("none"), now or tr("none")
            lines.append(f"{tr(setting.description)}: {from_to(was, now)} {tr(setting.unit)}".rstrip())
        else:
            was, now = (
                tr(_SECRETS[value]) if isinstance(change, SecretChanged) and value in _SECRETS else said(value)
                for value in (one.before, one.after)
            )
            lines.append(f"{one.title}: {from_to(was, now)}" if len(change.altered) > 1 else from_to(was, now))
    return lines


def _label(name: str) -> str:
    return tr(_LABELS[name]) if name in _LABELS else name.removesuffix("_id").removesuffix("_at").replace("_", " ")


def said(value: object, name: str = "", zone: tzinfo | None = None) -> str:
    """A value as a person reads it."""
    match value:
        case None | "":
            return tr("none")
        case bool():
            return tr("yes") if value else tr("no")
        case Enum():
            return heard(WORDS[value]) if isinstance(value, Status) else tr(str(value.value).replace("_", " "))
        case LatLon():
            return f"{value.lat:.5f}, {value.lon:.5f}"
        case int() | float() if name.endswith("_at") or name in _TIMES:
            at = datetime.fromtimestamp(value, zone)
            return f"{day(at)} {at:%H:%M}"
        case float():
            return number(value, "g")
        case frozenset() | set():
            return ", ".join(sorted(said(v) for v in value)) or tr("none")
        case tuple() | list():
            return ", ".join(said(v, name, zone) for v in value) or tr("none")
        case dict():
            return json.dumps(value, ensure_ascii=False) if value else tr("none")
        case Break():
            return f"{said(value.start, 'start', zone)}–{datetime.fromtimestamp(value.end, zone):%H:%M}"
        case _ if is_dataclass(value):
            return str(getattr(value, "id", type(value).__name__))
    return str(value)


def _shape(polygons: tuple[tuple[tuple[LatLon, ...], ...], ...]) -> str:
    corners = sum(max(0, len(ring) - 1) for rings in polygons for ring in rings)
    holes = sum(len(rings) - 1 for rings in polygons)
    words = [ntr("{n} corner", "{n} corners", corners)]
    if len(polygons) > 1:
        words.append(ntr("{n} part", "{n} parts", len(polygons)))
    if holes:
        words.append(ntr("{n} hole", "{n} holes", holes))
    return ", ".join(words)


def _rules(was: Iterable[Rule], now: Iterable[Rule], zone: tzinfo | None, named: Named) -> list[str]:
    before, after = {rule.id: rule for rule in was}, {rule.id: rule for rule in now}
    lines = [tr("rule {rule} added", rule=after[i].title) for i in after if i not in before]
    lines += [tr("rule {rule} removed", rule=before[i].title) for i in before if i not in after]
    for rule_id in after:
        if rule_id in before:
            lines += [
                tr("rule {rule}: {what}", rule=after[rule_id].title, what=line)
                for line in difference(before[rule_id], after[rule_id], zone, named)
            ]
    common: Callable[[dict[str, Rule], dict[str, Rule]], list[str]] = lambda a, b: [i for i in a if i in b]  # noqa: E731
    if common(before, after) != common(after, before):
        lines.append(tr("rules put into another order"))
    return lines
