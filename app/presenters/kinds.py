"""Kinds of events as a person reads them, and the groups they are filtered by."""

from __future__ import annotations

import re

from core.domain.language import mark, tr
from core.storage.codec import KINDS as _ALL

KINDS: tuple[str, ...] = tuple(name for name in _ALL if name not in {"Change", "DispatchChange"})
"""Every kind there is, by its name in the log."""

GROUPS: dict[str, tuple[str, frozenset[str]]] = {
    "setup": (
        mark("Set-up"),
        frozenset({"AreaSaved", "AreaRemoved", "MerchantsTagged", "RulesSaved", "WeatherTold", "ExperimentSaved"})
        | frozenset({"ProviderSaved", "ProviderRemoved", "ForwardSaved", "ForwardRemoved"})
        | frozenset({"MerchantRegistered", "MerchantRemoved", "DriverRegistered", "DriverChanged", "DriverRemoved"}),
    ),
    "areas": (mark("Areas"), frozenset({"AreaSaved", "AreaRemoved", "MerchantsTagged"})),
    "rules": (mark("Rules and weather"), frozenset({"RulesSaved", "WeatherTold"})),
    "providers": (mark("Providers"), frozenset({"ProviderSaved", "ProviderRemoved"})),
    "merchants": (mark("Merchants"), frozenset({"MerchantRegistered", "MerchantRemoved", "MerchantsTagged"})),
    "drivers": (mark("Drivers"), frozenset(kind for kind in KINDS if kind.startswith("Driver"))),
    "forwarding": (mark("Forwarding"), frozenset({"ForwardSaved", "ForwardRemoved"})),
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


def kind_text(kind: str) -> str:
    """``OrderHandedBack`` → ``Order handed back``."""
    return tr(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize())
