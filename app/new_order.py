"""The dialog for a new order: addresses and places of the map, and the command it ends in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from app.main_window import MainWindow
from app.scene import Scene
from core.domain.commands import Command, PlaceOrder, SaveMerchant
from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.language import sentence, tr
from core.domain.merchant import Merchant
from core.routing.addresses import find_streets, place_of
from core.routing.city import City
from widgets.dialogs.new_order import NewOrder, NewOrderDialog


def new_order_dialog(
    window: MainWindow, engine: Scene, city: City | None, then: Callable[[list[Command]], object]
) -> NewOrderDialog:
    """Not shown yet. ``then`` is called with what was filled in; where it raises BadInput, the dialog says why and stays."""
    merchants = {m.id: m for m in (*(city.merchants if city is not None else ()), *engine.world.merchants.values())}
    listed = sorted(((m.id, m.name) for m in merchants.values()), key=lambda pair: pair[1])
    promise = int(engine.settings.number("orders.promise_min"))
    dialog = NewOrderDialog(listed, promise, window)
    if not listed:
        dialog.show_problem(tr("There is no merchant yet: add one under Manage, Merchants, or import a list with File, Import"))

    def address_typed(text: str) -> None:
        dialog.set_addresses(find_streets(city, text) if city is not None else [])

    def pick() -> None:
        dialog.hide()
        window.toast.show_line(tr("Click the place on the map"))

        def picked(lat: float, lon: float) -> None:
            window.map.ground_clicked.disconnect(picked)
            place = LatLon(lat, lon)
            dialog.set_place(place, city.address_near(place) if city is not None else "")
            dialog.show_problem("")
            dialog.open()

        window.map.ground_clicked.connect(picked)

    def placed(order: NewOrder) -> None:
        try:
            then(_read(order, merchants, engine, city))
        except BadInput as error:
            dialog.show_problem(sentence(error))
        else:
            dialog.accept()

    dialog.address_typed.connect(address_typed)
    dialog.pick_requested.connect(pick)
    dialog.placed.connect(placed)
    return dialog


def _read(order: NewOrder, merchants: Mapping[str, Merchant], engine: Scene, city: City | None) -> list[Command]:
    dropoff = order.dropoff
    if dropoff is None and city is not None:
        dropoff = place_of(city, order.address)
    if dropoff is None:
        raise BadInput(
            tr("{address} is not on the map: pick the place, or write it as latitude and longitude", address=order.address)
        )
    # A merchant of the map becomes one of ours with the first order.
    new = [] if order.merchant_id in engine.world.merchants else [SaveMerchant(merchant=merchants[order.merchant_id])]
    place = PlaceOrder(
        order_id=next_number(engine.world.orders),
        merchant_id=order.merchant_id,
        dropoff=dropoff,
        customer=order.customer,
        address=order.address,
        note=order.note,
        due_at=engine.clock.now() + order.due_in_min * 60,
        weight_kg=order.weight_kg,
    )
    return [*new, place]


def next_number(taken: Iterable[str]) -> str:
    """The number after the highest one given by hand or by the simulator."""
    numbers = [int(i) for i in taken if i.isdigit()]
    return str(max(numbers, default=1000) + 1)
