"""What the panels show of the world. Plain functions: the world in, rows out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from app.presenters.alert_text import alert_text, is_eased
from app.presenters.history_text import provider_name
from core.alerts.conditions import driver_needed_at
from core.domain.alert import Alert, AlertKind
from core.domain.driver import Driver, Repositioning, StopKind
from core.domain.language import tr
from core.domain.offer import OfferState
from core.domain.order import ABROAD, ENDED, Order, Status
from core.domain.receipt import Receipt
from core.domain.world import World
from core.tracking.positions import PositionStore
from widgets.drivers.rows import DriverRow
from widgets.orders.rows import OrderRow

FAILED_SHOWN_S = 3600.0


def exception_of(order: Order, world: World, now: float) -> str:
    """What is wrong with the order, in a few words: its most urgent alert; empty where nothing is, or all of it is snoozed."""
    if order.status is Status.FAILED:
        return tr("failed") if now - order.status_at < FAILED_SHOWN_S else ""
    alert = _urgent(order, world, now)
    return alert_text(alert, world, now) if alert is not None else ""


def eased(order: Order, world: World, now: float) -> bool:
    """Whether what `exception_of` says is good news."""
    alert = _urgent(order, world, now)
    return alert is not None and is_eased(alert, world)


def is_of_lateness(order: Order, world: World, now: float) -> bool:
    """Whether what `exception_of` says can be read off the promise and the expected arrival."""
    alert = _urgent(order, world, now)
    late = alert is not None and alert.kind in {AlertKind.LATE, AlertKind.WILL_BE_LATE} and not is_eased(alert, world)
    return late and order.id in world.etas


def alarms(order: Order, world: World, now: float) -> bool:
    """Whether something is wrong with the order that has not come right again."""
    if order.status is Status.FAILED:
        return now - order.status_at < FAILED_SHOWN_S
    alert = _urgent(order, world, now)
    return alert is not None and not is_eased(alert, world)


def about(alerts: Iterable[Alert], world: World) -> list[str]:
    """The orders that alerts are about, by themselves or by their drivers."""
    ids: list[str] = []
    for alert in alerts:
        if alert.order_id is not None:
            ids.append(alert.order_id)
        if alert.driver_id is not None:
            ids += world.route(alert.driver_id).orders()
    return ids


def _urgent(order: Order, world: World, now: float) -> Alert | None:
    if order.status in ENDED:
        return None
    return next((alert for alert in world.alerts_about(order) if not alert.is_snoozed(now)), None)


def order_row(
    order: Order, world: World, now: float, receipt: Receipt | None = None, refused: str = "", tried: bool = False
) -> OrderRow:
    """``receipt`` is of the last command about it, ``refused`` why the last thing tried with it could not be done; ``tried``
    says that it does not really stand so."""
    merchant = world.merchants.get(order.merchant_id)
    driver = world.drivers.get(order.driver_id or "")
    offer = world.offers.get(order.offer_id or "")
    eta = world.etas.get(order.id)
    abroad = order.status in ABROAD
    area = world.areas.get(order.area_id or "")
    wrong = exception_of(order, world, now)
    return OrderRow(
        id=order.id,
        status=order.status,
        merchant=merchant.name if merchant is not None else order.merchant_id,
        placed_at=order.placed_at,
        due_at=order.due_at,
        customer=order.customer,
        address=order.address,
        driver_id=order.driver_id or "",
        driver_name=driver.name if driver is not None else provider_name(order.provider_id, world) if abroad else "",
        ready_at=order.ready_at,
        status_at=order.status_at,
        since=driver_needed_at(order),
        eta=eta[1] if eta is not None else None,
        offer_until=offer.expires_at if offer is not None and offer.state is OfferState.OPEN else None,
        exception=wrong,
        eased=bool(wrong) and eased(order, world, now),
        batched=order.batched,
        chained=order.chained,
        by_dispatcher=order.by_dispatcher,
        area=area.name if area is not None else order.area_id or "",
        told=receipt.told if receipt is not None else None,
        told_what=receipt.what if receipt is not None else "",
        refused=refused,
        tried=tried,
    )


def stop_text(kind: StopKind, order: Order, world: World) -> str:
    """``Trattoria Rosa`` or ``Via Lunga 12``: the place a driver is going to."""
    if kind is StopKind.PICKUP:
        merchant = world.merchants.get(order.merchant_id)
        return merchant.name if merchant is not None else order.merchant_id
    return order.address or order.customer or tr("order {id}", id=order.id)


def stop_eta(kind: StopKind, order: Order, world: World) -> float | None:
    eta = world.etas.get(order.id)
    return None if eta is None else eta[0] if kind is StopKind.PICKUP else eta[1]


def sent_why(towards: Repositioning) -> str:
    """``3.2 orders expected within 15 min, 1 driver free there``: why a driver is sent somewhere."""
    return tr(
        "{expected:.1f} orders expected within {within_min:g} min, free there by then: {supply}",
        expected=towards.expected,
        within_min=towards.within_min,
        supply=towards.supply,
    )


def mode_wanted(driver: Driver, world: World) -> str:
    return "active" if driver.id in world.routes else "passive"


class DriverRows:
    """Drivers as rows, at one moment: made once for many. ``trouble`` tells of a driver's phone in a line, if there is any."""

    def __init__(
        self,
        world: World,
        positions: PositionStore,
        silent: NDArray[np.bool_],
        now: float,
        trouble: Callable[[str], str] | None = None,
    ) -> None:
        self._world, self._positions, self._silent, self._trouble = world, positions, silent, trouble
        self._now = now
        # Each is a new view when it is asked for.
        self._t, self._batt, self._spd, self._mode = positions.t, positions.batt, positions.spd, positions.mode
        self._modes, self._correction = positions.modes, positions.correction

    def of(self, driver: Driver) -> DriverRow:
        world = self._world
        row = self._positions.find(driver.id)
        route = world.routes.get(driver.id)
        next_stop, eta, sent_for = "", None, ""
        if route is not None:
            stop = route.stops[0]
            order = world.orders[stop.order_id]
            next_stop, eta = stop_text(stop.kind, order, world), stop_eta(stop.kind, order, world)
        elif driver.towards is not None:
            next_stop, eta = tr("sent towards {near}", near=driver.towards.near), driver.towards.there_at
            sent_for = sent_why(driver.towards)
        fix_at = None if row is None else _known(float(self._t[row]))
        known = row is not None and fix_at is not None
        return DriverRow(
            id=driver.id,
            name=driver.name,
            vehicle=driver.vehicle,
            activity=world.activity(driver.id),
            app=driver.app,
            orders=len(route.orders()) if route is not None else 0,
            next_stop=next_stop,
            sent_for=sent_for,
            eta=eta,
            fix_at=fix_at,
            stale=known and bool(self._silent[row]),
            battery=_known(float(self._batt[row])) if known else None,
            speed_kmh=_known(float(self._spd[row]) * 3.6) if known else None,
            mode=self._modes[self._mode[row]] if known else "",
            mode_wanted=mode_wanted(driver, world),
            trouble=self._trouble(driver.id) if self._trouble is not None else "",
            clock_s=float(self._correction[row]) if known else 0.0,
            shift_end=driver.shift_end,
            off_shift=route is None and not driver.is_rostered(self._now),
            phone=driver.phone,
            group=driver.group,
        )


def driver_row(driver: Driver, world: World, positions: PositionStore, now: float, silent: bool) -> DriverRow:
    return DriverRows(world, positions, np.full(len(positions), silent), now).of(driver)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
