"""What a provider outside is asked to give up is not given up yet: its answer is brought into the history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from app.scene import live
from core.domain.events import Change, DispatchChange, OrderRecalled, ProviderKept, ProviderLost
from core.domain.language import capital, tr
from core.domain.world import World

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def asked_for(changes: Iterable[Change], world: World) -> Iterator[tuple[str, str]]:
    """Of what a command led to: each order that somebody outside is asked to give up, and how that is said."""
    for change in changes:
        if isinstance(change, OrderRecalled):
            one = change.consignments[0]
            name = world.providers[one.provider_id].title
            yield one.order_id, tr("{provider} is asked to give up order {order}", provider=name, order=one.order_id)


def listen_to_answers(deeds: Deeds) -> None:
    def kept(change: DispatchChange) -> None:
        one = change.consignments[0]
        name = deeds.engine.world.providers[one.provider_id].title
        why = tr("{provider} keeps order {order}: it is on its way already", provider=name, order=one.order_id)
        if deeds.history.answered(one.order_id, why):
            deeds.window.tell(capital(why), bad=True)
            deeds.changed()

    def lost(change: DispatchChange) -> None:
        if deeds.history.answered(change.consignments[0].order_id):
            deeds.changed()

    bus = live(deeds.engine).bus  # which ends with the core, as the deeds do
    bus.subscribe(ProviderKept, kept)
    bus.subscribe(ProviderLost, lost)
