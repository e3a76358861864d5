"""Merchants and areas: saved, removed, and tagged with each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from core.domain.commands import Command, RemoveArea, RemoveMerchant, SaveArea, SaveMerchant
from core.domain.errors import BadInput, CommandRefused
from core.domain.events import AreaRemoved, AreaSaved, MerchantRegistered, MerchantRemoved, MerchantsTagged
from core.domain.geo import LatLon, checked_place
from core.domain.language import Message
from core.domain.merchant import Area
from core.orders.draft import Draft, check_unchanged


class Locator(Protocol):
    def tags(self, places: Sequence[LatLon], areas: Mapping[str, Area]) -> list[str | None]:
        """The area of each place, ``None`` outside all."""
        ...

    def check(self, area: Area) -> None:
        """Raise BadInput for an area that is none."""
        ...


class Places:
    def __init__(self, locator: Locator) -> None:
        self._locator = locator

    def handlers(self) -> dict[type[Command], Callable[[Draft, Any], None]]:
        return {
            SaveMerchant: self.save_merchant,
            RemoveMerchant: self.remove_merchant,
            SaveArea: self.save_area,
            RemoveArea: self.remove_area,
        }

    def save_merchant(self, draft: Draft, command: SaveMerchant) -> None:
        merchant = command.merchant
        if not merchant.id.strip() or not merchant.name.strip():
            raise BadInput(Message("a merchant needs an id and a name"))
        checked_place(*merchant.place)
        if not 0 <= merchant.prep_min <= 1440:
            raise BadInput(
                Message(
                    "merchant {merchant}: the preparation time must be 0 to 1440 min, not {prep_min:g}",
                    merchant=merchant.id,
                    prep_min=merchant.prep_min,
                )
            )
        if merchant.fence_m is not None and not 0 < merchant.fence_m <= 5000:
            raise BadInput(
                Message("merchant {merchant}: the fence's radius must be above 0 and at most 5000 m", merchant=merchant.id)
            )
        if not merchant.goods.isidentifier():
            raise BadInput(
                Message(
                    "merchant {merchant}: a kind of goods is one word of letters, figures and _, not {goods!r}",
                    merchant=merchant.id,
                    goods=merchant.goods,
                )
            )
        if not 0 <= merchant.share_km <= 100:
            raise BadInput(
                Message(
                    "merchant {merchant}: shops nearby are 0 to 100 km away, not {share_km:g}",
                    merchant=merchant.id,
                    share_km=merchant.share_km,
                )
            )
        areas = draft.world.areas
        found = self._locator.tags([merchant.place], areas)[0]
        # A tag of an area that nobody has drawn is a name of the merchant's own: it stays.
        own = merchant.area_id if merchant.area_id not in areas else None
        saved = replace(merchant, area_id=found or own, removed=False)
        draft.add(MerchantRegistered(at=draft.now, actor=draft.actor, merchants=(saved,)))
        before = draft.world.merchants.get(merchant.id)
        if command.over is not None:
            check_unchanged(before and replace(command.over, area_id=before.area_id), before, merchant.name)
        back = RemoveMerchant(merchant_id=merchant.id, actor=command.actor)
        again = SaveMerchant(merchant=before, over=saved, actor=command.actor) if before is not None else back
        draft.outcome.undo = (again,)

    def remove_merchant(self, draft: Draft, command: RemoveMerchant) -> None:
        merchant = draft.world.merchant(command.merchant_id)
        waiting = [order.id for order in draft.world.open_orders() if order.merchant_id == merchant.id]
        if waiting:
            raise CommandRefused(
                Message(
                    "{merchant} still has order {waiting}: cancel it first, or wait for its end",
                    merchant=merchant.name,
                    waiting=waiting[0],
                )
            )
        naming = [r.title for r in draft.world.ruleset.rules if names(r.when, "merchant", merchant.id)]
        if naming:
            raise CommandRefused(
                Message("{merchant} is named by rule {naming}: change the rule first", merchant=merchant.name, naming=naming[0])
            )
        draft.add(MerchantRemoved(at=draft.now, actor=draft.actor, merchants=(replace(merchant, removed=True),)))
        draft.outcome.undo = (SaveMerchant(merchant=merchant, actor=command.actor),)

    def save_area(self, draft: Draft, command: SaveArea) -> None:
        self._locator.check(command.area)
        before = draft.world.areas.get(command.area.id)
        if command.over is not None:
            check_unchanged(before and replace(command.over, version=before.version), before, command.area.name)
        area = replace(command.area, version=1 if before is None else before.version + 1, removed=False)
        draft.add(AreaSaved(at=draft.now, actor=draft.actor, areas=(area,)))
        self._tag_again(draft, {**draft.world.areas, area.id: area}, area.id)
        back = RemoveArea(area_id=area.id, actor=command.actor)
        again = SaveArea(area=before, over=area, actor=command.actor) if before is not None else back
        draft.outcome.undo = (again,)

    def remove_area(self, draft: Draft, command: RemoveArea) -> None:
        area = draft.world.area(command.area_id)
        naming = [r.title for r in draft.world.ruleset.rules if names(r.when, "area", area.id)]
        if naming:
            raise CommandRefused(
                Message("area {area} is named by rule {naming}: change the rule first", area=area.name, naming=naming[0])
            )
        draft.add(AreaRemoved(at=draft.now, actor=draft.actor, areas=(replace(area, removed=True, version=area.version + 1),)))
        self._tag_again(draft, {i: a for i, a in draft.world.areas.items() if i != area.id}, area.id)
        draft.outcome.undo = (SaveArea(area=area, actor=command.actor),)

    def _tag_again(self, draft: Draft, areas: Mapping[str, Area], changed: str) -> None:
        """Those who were in the changed area, and those who are in it now."""
        merchants = list(draft.world.merchants.values())
        alone = {changed: areas[changed]} if changed in areas else {}
        now_inside = self._locator.tags([m.place for m in merchants], alone)
        affected = [m for m, tag in zip(merchants, now_inside, strict=True) if tag is not None or m.area_id == changed]
        tags = self._locator.tags([m.place for m in affected], areas)
        moved = tuple(replace(m, area_id=tag) for m, tag in zip(affected, tags, strict=True) if m.area_id != tag)
        if moved:
            draft.add(MerchantsTagged(at=draft.now, actor=draft.actor, merchants=moved))


def names(when: object, word: str, thing_id: str) -> bool:
    """Whether a condition names the thing, an ``area`` or a ``merchant``, wherever in it."""
    if isinstance(when, Mapping):
        named = when.get(word, ())
        named = [named] if isinstance(named, str) else named
        return thing_id in named or any(names(part, word, thing_id) for part in when.values())
    return isinstance(when, list | tuple) and any(names(part, word, thing_id) for part in when)
