"""The orders board with 5,000 orders, as the console shows it. Milliseconds are the main thread's own processor time.

*rows* is making all rows anew, *tell* handing them to the board where twenty have changed, *filter* one more letter in the
field, *group* another grouping, *scroll* a page further with its drawing.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from statistics import median

from app.benches import Result

ORDERS, DRIVERS = 5000, 500
NOON = 1_770_033_600.0


def run(scale: float = 1.0) -> Result:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from datetime import UTC

    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from app.presenters.rows import order_row
    from core.domain.driver import Driver, Presence
    from core.domain.geo import LatLon
    from core.domain.merchant import Merchant
    from core.domain.order import Order, Status
    from core.domain.vehicle import Vehicle
    from core.domain.world import World
    from widgets.common.words import Moment
    from widgets.orders.panel import OrdersPanel

    app = QApplication.instance() or QApplication([])
    dice, world, shop = random.Random(1), World(), LatLon(45.0, 9.0)
    count = max(50, int(ORDERS * scale))
    for d in range(DRIVERS):
        world.drivers[f"D-{d}"] = Driver(f"D-{d}", f"Driver {d}", Vehicle.SCOOTER, presence=Presence.ONLINE)
    for m in range(50):
        world.merchants[f"M-{m}"] = Merchant(f"M-{m}", f"Merchant {m}", shop)
    statuses = (Status.WAITING, Status.ASSIGNED, Status.CARRYING, Status.AT_PICKUP, Status.DELIVERED)
    for n in range(count):
        status = dice.choice(statuses)
        world.orders[f"{n}"] = Order(
            id=f"{n}", merchant_id=f"M-{n % 50}", pickup=shop, dropoff=shop, placed_at=NOON - dice.uniform(0, 3600),
            ready_at=NOON, due_at=NOON + dice.uniform(-600, 3600), address=f"Mill Lane {n}", customer="A. Weber",
            status=status, status_at=NOON, driver_id=None if status is Status.WAITING else f"D-{n % DRIVERS}",
        )  # fmt: skip
    panel = OrdersPanel()
    panel.resize(560, 900)
    panel.show()
    QTest.qWaitForWindowExposed(panel)
    panel.set_moment(Moment(NOON, UTC))
    runs = 9 if scale >= 1 else 2

    def rows(now: float = NOON) -> dict[str, object]:
        return {order.id: order_row(order, world, now) for order in world.orders.values()}

    made = rows()
    result = Result(figures={"orders": count, "rows_ms": _median_ms(rows, runs)})
    result.figures["first_ms"] = 1000 * _busy_s(lambda: panel.set_rows(made.values()))  # type: ignore[arg-type]

    def tell() -> None:
        for order_id in dice.sample(list(made), 20):
            made[order_id] = order_row(world.orders[order_id], world, NOON + dice.random())
        panel.set_rows(made.values())  # type: ignore[arg-type]

    result.figures["tell_ms"] = _median_ms(tell, runs)
    texts = iter([f"lane {n}" for n in range(4 * runs)])

    def sift() -> None:
        panel.search.setText(next(texts))
        panel.search._tell()
        panel.view.viewport().repaint()

    result.figures["filter_ms"] = _median_ms(sift, runs)
    panel.search.clear()
    names = iter(["driver", "merchant", "window", "area", "state"] * runs)
    result.figures["group_ms"] = _median_ms(lambda: panel.model.set_grouping(next(names)), runs)
    panel.model.set_grouping("state")
    bar = panel.view.verticalScrollBar()

    def scroll() -> None:
        bar.setValue(bar.value() + bar.pageStep() if bar.value() < bar.maximum() else 0)
        panel.view.viewport().repaint()

    result.figures["scroll_ms"] = _median_ms(scroll, 4 * runs)
    panel.close()
    panel.deleteLater()
    app.processEvents()
    return result


def _busy_s(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def _median_ms(work: Callable[[], object], runs: int) -> float:
    return 1000 * median(_busy_s(work) for _ in range(runs))
