"""Kinds of events as a person reads them, and the groups they are filtered by."""

from __future__ import annotations

import re

from core.domain.language import mark, tr
from core.storage.codec import KINDS as _ALL
from core.storage.store import NOTE_KINDS
from core.storage.upkeep import UPKEEP_KINDS

KINDS: tuple[str, ...] = tuple(n for n in _ALL if n not in {"Change", "DispatchChange", "NoteChange", "UpkeepChange"})
"""Every kind there is, by its name in the log."""
_LETTERS = frozenset({"LettersResent", "LettersDiscarded"})

GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "setup": (
        mark("Set-up"),
        frozenset({"AreaSaved", "AreaRemoved", "MerchantsTagged", "RulesSaved", "WeatherTold", "ExperimentSaved"})
        | frozenset({"ProviderSaved", "ProviderRemoved", "ForwardSaved", "ForwardRemoved"})
        | frozenset({"MerchantRegistered", "MerchantRemoved", "DriverRegistered", "DriverChanged", "DriverRemoved"})
        | frozenset(UPKEEP_KINDS),
    ),
    "areas": (mark("Areas"), frozenset({"AreaSaved", "AreaRemoved", "MerchantsTagged"})),
    "rules": (mark("Rules and weather"), frozenset({"RulesSaved", "WeatherTold"})),
    "providers": (mark("Providers"), frozenset({"ProviderSaved", "ProviderRemoved"})),
    "merchants": (mark("Merchants"), frozenset({"MerchantRegistered", "MerchantRemoved", "MerchantsTagged"})),
    "drivers": (mark("Drivers"), frozenset(kind for kind in KINDS if kind.startswith(("Driver", "Repositioning")))),
    "forwarding": (mark("Forwarding"), frozenset({"ForwardSaved", "ForwardRemoved"}) | _LETTERS),
    "upkeep": (mark("Settings and keys"), frozenset(UPKEEP_KINDS) - _LETTERS),
    "notes": (mark("Notes"), frozenset(NOTE_KINDS)),
    "orders": (
        mark("Orders"),
        frozenset(kind for kind in KINDS if kind.startswith(("Order", "Provider", "NoProvider")))
        - frozenset({"ProviderSaved", "ProviderRemoved"})
        | frozenset({"ReadyTold", "ArrivedAtPickup", "PickedUp", "ArrivedAtDropoff", "Delivered", "DeliveryFailed"}),
    ),
    "offers": (mark("Offers"), frozenset(kind for kind in KINDS if kind.startswith("Offer"))),
    "alerts": (mark("Alerts"), frozenset(kind for kind in KINDS if kind.startswith("Alert"))),
}
"""Label and kinds; what stands in none is still among all."""


_SAID = {
    "ArrivedAtPickup": mark("Arrived at the pick-up"),
    "ArrivedAtDropoff": mark("Arrived at the drop-off"),
    "ForwardSaved": mark("Forwarding saved"),
    "ForwardRemoved": mark("Forwarding removed"),
    "FenceCrossed": mark("Came near a stop or left it"),
    "FenceDwelled": mark("Stayed at a stop"),
    "AreaCrossed": mark("Entered or left an area"),
    "LettersResent": mark("Undelivered messages sent again"),
    "LettersDiscarded": mark("Undelivered messages discarded"),
    "ProviderDoubted": mark("Provider in doubt"),
    "ReadyTold": mark("Ready time told"),
}
"""Kinds whose names are no words of a dispatcher's."""

TEXTS = (
    mark("Order received"),
    mark("Order tagged"),
    mark("Order queued"),
    mark("Order held"),
    mark("Order released"),
    mark("Order cancelled"),
    mark("Order reinstated"),
    mark("Order changed"),
    mark("Offer made"),
    mark("Offer accepted"),
    mark("Offer rejected"),
    mark("Offer expired"),
    mark("Offer withdrawn"),
    mark("Order assigned"),
    mark("Route reordered"),
    mark("Order unassigned"),
    mark("Order handed back"),
    mark("Picked up"),
    mark("Delivered"),
    mark("Delivery failed"),
    mark("Order corrected"),
    mark("Driver registered"),
    mark("Driver changed"),
    mark("Driver removed"),
    mark("Driver came online"),
    mark("Driver went offline"),
    mark("Driver took break"),
    mark("Repositioning began"),
    mark("Repositioning ended"),
    mark("Merchant registered"),
    mark("Merchant removed"),
    mark("Area saved"),
    mark("Experiment saved"),
    mark("Alert raised"),
    mark("Alert cleared"),
    mark("Alert acknowledged"),
    mark("Alert snoozed"),
    mark("Alert taken"),
    mark("Area removed"),
    mark("Merchants tagged"),
    mark("Rules saved"),
    mark("Provider saved"),
    mark("Provider removed"),
    mark("Weather told"),
    mark("Provider chosen"),
    mark("Order refused"),
    mark("Provider accepted"),
    mark("Provider lost"),
    mark("No provider left"),
    mark("Order recalled"),
    mark("Provider kept"),
    mark("Provider reported"),
    mark("Provider contradicted"),
    mark("Note taken"),
    mark("Note struck"),
    mark("Settings changed"),
    mark("Profile saved"),
    mark("Profile removed"),
    mark("Key made"),
    mark("Key revoked"),
    mark("Secret changed"),
    mark("Backup made"),
    mark("Backup restored"),
    mark("Matching paused"),
    mark("Matching resumed"),
    mark("Arrivals expected"),
    mark("Brought over"),
)
"""The names of the others in words, for the catalogues."""


def kind_text(kind: str) -> str:
    """``OrderHandedBack`` → ``Order handed back``."""
    return tr(_SAID.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize())
