"""Areas, merchants, providers and states as conditions name them: by id in the data, by name before a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.domain.language import tr
from core.domain.order import Status
from core.domain.provider import Provider
from core.domain.world import World
from core.rules.facts import NOWHERE
from widgets.common.states import STATUS
from widgets.conditions.words import Choice


def state_name(status: str) -> str:
    """The state of an order in words; what is none is read as it is."""
    return STATUS[Status(status)].label if status in set(Status) else status


class Things:
    """``providers`` gives all there are, our own fleet among them."""

    def __init__(self, world: World, providers: Callable[[], Mapping[str, Provider]]) -> None:
        self._world, self._providers = world, providers

    def _all(self, kind: str) -> Mapping[str, str]:
        world = self._world
        match kind:
            case "area":
                return {area.id: area.name for area in world.areas.values()}
            case "merchant":
                return {merchant.id: merchant.name for merchant in world.merchants.values()}
            case "provider":
                return {provider.id: provider.title for provider in self._providers().values()}
            case _:
                return {status.value: STATUS[status].label for status in Status}

    def named(self, kind: str, thing_id: str) -> str:
        """The name of the ``area``, ``merchant``, ``provider`` or ``status``."""
        if kind == "area" and thing_id == NOWHERE:
            return tr("outside all areas")
        return self._one(kind, thing_id) or tr("{thing} (gone)", thing=thing_id)

    def _one(self, kind: str, thing_id: str) -> str:
        if kind == "merchant":  # of which there are many, and every row asks
            merchant = self._world.merchants.get(thing_id)
            return merchant.name if merchant is not None else ""
        return self._all(kind).get(thing_id, "")

    def choices(self, kind: str) -> list[Choice]:
        """By name; states in the order in which an order has them."""
        found = list(self._all(kind).items())
        return found if kind in {"status", "provider"} else sorted(found, key=lambda pair: pair[1].casefold())
