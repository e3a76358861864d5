"""The merchants panel: its rows, and what is set about them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from PySide6.QtCore import QObject

from app.actions.deeds import Deeds
from app.presenters.asking import Asking
from app.presenters.links import Links
from app.presenters.refresh import Refresh
from core.domain import commands as c
from core.domain.events import AreaRemoved, AreaSaved, Change
from core.domain.language import ntr, tr
from core.domain.merchant import Merchant
from core.routing.addresses import place_of
from core.routing.city import City
from widgets.map.marks import Drawn
from widgets.map.view import MapView
from widgets.merchants.dialog import NOWHERE, MerchantDialog
from widgets.merchants.panel import MerchantsPanel
from widgets.merchants.rows import MerchantRow

LOOK_MS = 500
CLOSE_ZOOM = 16.0


class MerchantsPresenter(QObject):
    def __init__(self, deeds: Deeds, panel: MerchantsPanel, view: MapView, asking: Asking, city: City | None) -> None:
        super().__init__(panel)
        self._deeds, self._panel, self._view, self._asking, self._city = deeds, panel, view, asking, city
        self._world = deeds.engine.world
        self._picking: MerchantDialog | None = None
        self._look = Refresh(self.show, LOOK_MS, self)
        self._links = links = Links()
        links.keep(deeds.engine.bus.subscribe(Change, self._hear))
        links.connect(panel.selection_changed, self._selected)
        links.connect(view.drawn, self._picked)
        links.connect(view.draw_ended, self._not_picked)

    def close(self) -> None:
        self._links.end()
        self._look.stop()
        self._panel.set_rows(())
        self.deleteLater()

    def _hear(self, change: Change) -> None:
        if (change.merchants or change.orders or isinstance(change, AreaSaved | AreaRemoved)) and self._panel.isVisible():
            self._look()

    def seen(self) -> None:
        if self._panel.isVisible():
            self.show()

    def show(self) -> None:
        waiting = Counter(order.merchant_id for order in self._world.open_orders())
        self._panel.set_rows(MerchantRow(m.id, m, self._area(m), waiting[m.id]) for m in self._world.merchants.values())

    def _area(self, merchant: Merchant) -> str:
        """The name of its area; a tag of no area is its own name."""
        area = self._world.areas.get(merchant.area_id or "")
        return area.name if area is not None else merchant.area_id or ""

    def chosen(self) -> list[Merchant]:
        return [self._world.merchants[i] for i in self._panel.selected() if i in self._world.merchants]

    def _selected(self, ids: list[str]) -> None:
        merchant = self._world.merchants.get(ids[0]) if len(ids) == 1 else None
        if merchant is not None and self._panel.view.hasFocus():
            now = self._view.view()
            self._view.set_view(*merchant.place, max(CLOSE_ZOOM, now[2] if now else 0.0))
        self._deeds.changed()

    # What is set

    def add(self) -> None:
        self._ask(Merchant("", "", NOWHERE), new=True)

    def edit(self) -> None:
        chosen = self.chosen()
        if chosen:
            self._ask(chosen[0], new=False)

    def _ask(self, merchant: Merchant, new: bool) -> None:
        area = self._world.areas.get(merchant.area_id or "")
        fence_m = self._deeds.settings.number("geofencing.radius_m")
        dialog = MerchantDialog(merchant, new, area.name if area is not None else "", fence_m, self._asking.window)

        def saved(wanted: Merchant, typed: str) -> None:
            place = place_of(self._city, typed) if typed and self._city is not None else None
            if typed and place is None:
                dialog.show_problem(
                    tr("{typed} is not on the map: pick the place, or type latitude and longitude", typed=typed)
                )
                return
            if new:
                wanted = replace(wanted, id=merchant_id(wanted.name, set(self._world.merchants)))
            if place is not None:
                wanted = replace(wanted, place=place)
            if wanted != merchant:
                text = tr("Add merchant {name}") if new else tr("Change merchant {name}")
                refused = self._deeds.carry_out(text.format(name=wanted.name), [c.SaveMerchant(merchant=wanted)])
                if refused:
                    dialog.show_problem(f"{refused[0][:1].upper()}{refused[0][1:]}")
                    return
            dialog.accept()
            self.show()
            self._panel.select([wanted.id])

        dialog.saved.connect(saved)
        dialog.pick_wanted.connect(lambda: self._pick(dialog))
        self._asking.show(dialog)

    def _pick(self, dialog: MerchantDialog) -> None:
        self._picking = dialog
        dialog.hide()
        self._view.draw("point")

    def _picked(self, drawn: Drawn) -> None:
        dialog, self._picking = self._picking, None
        if dialog is not None:
            dialog.set_place(drawn.places[0])
            dialog.open()

    def _not_picked(self) -> None:
        dialog, self._picking = self._picking, None
        if dialog is not None:
            dialog.open()

    def remove(self) -> None:
        merchants = self.chosen()
        if not merchants:
            return
        which = merchants[0].name if len(merchants) == 1 else ntr("{n} merchant", "{n} merchants", len(merchants))
        commands = [c.RemoveMerchant(merchant_id=m.id) for m in merchants]

        def remove() -> None:
            self._deeds.carry_out(tr("Remove {which}", which=which), commands)
            self.show()

        self._asking.sure(
            tr("Remove {which}?", which=which),
            tr("No orders can be placed there any more. The history of its orders stays. This can be undone."),
            tr("Remove {which}", which=which),
            remove,
        )


def merchant_id(name: str, taken: set[str]) -> str:
    """``trattoria-rosa``, with a number where there is one already."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "merchant"
    wanted, number = plain, 2
    while wanted in taken:
        wanted, number = f"{plain}-{number}", number + 1
    return wanted
