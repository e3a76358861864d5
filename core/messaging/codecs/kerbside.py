"""Kerbside's own payloads: JSON both ways, for the console, the simulator and whoever writes a driver app.

What a driver's app sends is decoded by `core.messaging.decode`, in bulk; what it receives, by `decode_to_driver`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from core.domain.driver import Presence, Repositioning, Route, StopKind
from core.domain.errors import BadInput
from core.domain.experiment import AppValue
from core.domain.merchant import Merchant
from core.domain.offer import Offer
from core.domain.order import Order
from core.domain.reports import Floats, Word
from core.messaging import topics

SEEN_LIMIT = 32
"""Most word ids that a route message repeats."""


class Fix(Struct, gc=False):
    """One position: ``t`` epoch seconds, degrees, ``acc`` metres, ``spd`` m/s, ``hdg`` degrees clockwise from north."""

    t: float
    lat: float
    lon: float
    acc: float | None = None
    spd: float | None = None
    hdg: float | None = None


class FixesPayload(Struct):
    """``config`` is the version of a configuration the phone has taken over, ``route`` that of the route it has (its ``v``);
    each to be said once, with the next fixes."""

    fixes: list[Fix]
    mode: str | None = None
    batt: float | None = None
    config: str | None = None
    driver: str | None = None
    route: int | None = None


class StatusPayload(Struct):
    """``t`` is epoch seconds; a last will can't know its own time and leaves it out."""

    state: Literal["online", "offline", "break"]
    t: float | None = None
    driver: str | None = None


class WordPayload(Struct):
    id: str
    event: str
    offer: str | None = None
    order: str | None = None
    reason: str = ""
    t: float = 0.0
    driver: str | None = None


class StopItem(Struct, omit_defaults=True):
    """A stop as the driver sees it: ``name`` is the merchant or the customer; the times are epoch seconds."""

    kind: Literal["pickup", "dropoff"]
    order: str
    lat: float
    lon: float
    name: str
    ready_at: float | UnsetType = UNSET
    due_at: float | UnsetType = UNSET


class LoadItem(Struct):
    id: str
    weight_kg: float
    volume_l: float
    note: str


class OfferMessage(Struct, tag_field="type", tag="offer"):
    id: str
    expires_at: float
    stops: list[StopItem]
    orders: list[LoadItem]


class ConfirmMessage(Struct, tag_field="type", tag="confirm"):
    """The word (or the offer) of this id is known and stands."""

    id: str


class RevokeMessage(Struct, tag_field="type", tag="revoke"):
    """An offer, or an order already given, is the driver's no longer."""

    id: str | None
    order: str | None
    reason: str


class AssignMessage(Struct, tag_field="type", tag="assign"):
    """The dispatcher gives the order to the driver; there is nothing to accept."""

    order: str
    stops: list[StopItem]


class Towards(Struct):
    """Where a driver without stops is asked to go, since orders are expected there: near the merchant ``name``, by ``until``
    (epoch seconds). There is nothing to do there, and nothing to answer."""

    lat: float
    lon: float
    name: str
    until: float


class RouteMessage(Struct):
    """``v`` grows per driver, over starts as well; the phone says it back with its fixes. ``seen`` holds the ids of the last
    words that arrived: they need no repeating."""

    v: int
    stops: list[StopItem]
    seen: list[str]
    towards: Towards | UnsetType = UNSET


class Rates(Struct, frozen=True):
    """How often a phone captures its position and how often it sends what it captured, in seconds."""

    capture_s: float
    send_s: float


class ConfigMessage(Struct, omit_defaults=True):
    """What a phone is asked for. Common to all are the rates, a driver's own is the mode; where both say something, the
    driver's own counts.

    ``version`` stands for all but the mode and is what the phone confirms. ``variants`` maps experiments to the variant the
    phone runs; ``app`` is for the app itself.
    """

    mode: str = ""
    active: Rates | None = None
    passive: Rates | None = None
    version: str = ""
    variants: dict[str, str] = {}
    app: dict[str, AppValue] = {}


ToDriver = OfferMessage | ConfirmMessage | RevokeMessage | AssignMessage | RouteMessage | ConfigMessage

_json = msgspec.json.Encoder()
_sorted = msgspec.json.Encoder(order="deterministic")
_offers: msgspec.json.Decoder[ToDriver] = msgspec.json.Decoder(OfferMessage | ConfirmMessage | RevokeMessage | AssignMessage)
_route = msgspec.json.Decoder(RouteMessage)
_config = msgspec.json.Decoder(ConfigMessage)


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the encoders look up what a stop is about. Unknown orders are left out of a message."""

    orders: Mapping[str, Order]
    merchants: Mapping[str, Merchant]

    def stops(self, wanted: Iterable[tuple[str, str]]) -> list[StopItem]:
        """Stops for (kind, order id) pairs."""
        return [self._stop(kind, self.orders[order_id]) for kind, order_id in wanted if order_id in self.orders]

    def _stop(self, kind: str, order: Order) -> StopItem:
        if kind == StopKind.PICKUP:
            merchant = self.merchants.get(order.merchant_id)
            name = merchant.name if merchant else order.merchant_id
            return StopItem("pickup", order.id, order.pickup.lat, order.pickup.lon, name, ready_at=order.ready_at)
        name = ", ".join(part for part in (order.customer, order.address) if part) or order.id
        return StopItem("dropoff", order.id, order.dropoff.lat, order.dropoff.lon, name, due_at=order.due_at)


# --- console to driver ---------------------------------------------------------------------------------------------


def encode_offer(offer: Offer, orders: Mapping[str, Order], merchants: Mapping[str, Merchant]) -> bytes:
    stops = offer.stops or tuple((kind, order_id) for kind in StopKind for order_id in offer.order_ids)
    loads = [LoadItem(o.id, o.weight_kg, o.volume_l, o.note) for o in (orders[i] for i in offer.order_ids if i in orders)]
    return _json.encode(OfferMessage(offer.id, offer.expires_at, Directory(orders, merchants).stops(stops), loads))


def encode_confirm(word_or_offer_id: str) -> bytes:
    return _json.encode(ConfirmMessage(word_or_offer_id))


def encode_revoke(offer_id: str | None, order_id: str | None, reason: str) -> bytes:
    return _json.encode(RevokeMessage(offer_id, order_id, reason))


def encode_assign(order: Order, merchants: Mapping[str, Merchant]) -> bytes:
    stops = Directory({order.id: order}, merchants).stops((kind, order.id) for kind in StopKind)
    return _json.encode(AssignMessage(order.id, stops))


def encode_route(
    route: Route,
    orders: Mapping[str, Order],
    merchants: Mapping[str, Merchant],
    seen: Sequence[str],
    version: int,
    towards: Repositioning | None = None,
) -> bytes:
    """The stops still before the driver, or where to wait for some. ``seen``: oldest first, the last `SEEN_LIMIT` are sent."""
    stops = Directory(orders, merchants).stops((s.kind, s.order_id) for s in route.stops)
    wait: Towards | UnsetType = UNSET
    if towards is not None and not route.stops:
        wait = Towards(towards.place.lat, towards.place.lon, towards.near, towards.until)
    return _json.encode(RouteMessage(version, stops, list(seen[-SEEN_LIMIT:]), wait))


def encode_config(config: ConfigMessage) -> bytes:
    return _json.encode(config)


def config_version(config: ConfigMessage) -> str:
    """The same for the same rates, variants and app's words, on every machine and after every start."""
    said = _sorted.encode((config.active, config.passive, config.variants, config.app))
    return f"{zlib.crc32(said):08x}"


# --- the driver's side ---------------------------------------------------------------------------------------------


def encode_fixes(
    t: Floats,
    lat: Floats,
    lon: Floats,
    acc: Floats | None = None,
    spd: Floats | None = None,
    hdg: Floats | None = None,
    mode: str | None = None,
    batt: float | None = None,
    config: str | None = None,
    route: int | None = None,
) -> bytes:
    """Columns of shape (n,), in the units of `Fix`; NaN is left out (JSON null)."""
    blank = [None] * len(t)
    columns = [blank if c is None else c.tolist() for c in (t, lat, lon, acc, spd, hdg)]
    names = ("t", "lat", "lon", "acc", "spd", "hdg")
    rows = [
        {name: value for name, value in zip(names, row, strict=True) if value is not None and value == value}
        for row in zip(*columns, strict=True)
    ]
    payload: dict[str, object] = {"fixes": rows}
    if mode is not None:
        payload["mode"] = mode
    if batt is not None:
        payload["batt"] = batt
    if config is not None:
        payload["config"] = config
    if route is not None:
        payload["route"] = route
    return _json.encode(payload)


def encode_word(word: Word) -> bytes:
    payload = {"id": word.id, "offer": word.offer_id, "order": word.order_id, "event": word.event, "reason": word.reason}
    return _json.encode({**{k: v for k, v in payload.items() if v is not None}, "t": word.t})


def encode_status(presence: Presence, t: float | None) -> bytes:
    """``t`` is epoch seconds, ``None`` in a last will."""
    return _json.encode({"state": presence.value} if t is None else {"state": presence.value, "t": t})


def decode_to_driver(topic: str, payload: bytes) -> ToDriver:
    """What the console told a driver. Raise BadInput for another topic or a payload that can't be read."""
    kind = topic.rsplit("/", 1)[-1]
    try:
        if topic == topics.CONFIG or kind == "config":
            return _config.decode(payload)
        if kind == "route":
            return _route.decode(payload)
        if kind == "offers":
            return _offers.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"the console's message on {topic} can't be read: {error}") from error
    raise BadInput(f"{topic} is no topic of the console's")
