"""What is selected is one thing for the whole window, wherever it was selected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.actions.declared import ACTIONS
from app.actions.declaring import Scope
from core.domain.driver import Repositioning
from core.domain.events import RepositioningBegan, RepositioningEnded
from core.domain.geo import LatLon
from core.orders.tells import Outcome
from tests.gui.app.conftest import DRIVERS
from widgets.drivers.rows import DriverRow

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier


def row_at(view: Any, model: Any, row_id: str) -> QPoint:
    point: QPoint = view.visualRect(model.index(model.place(row_id), 1)).center()
    return point


def on_map(rig: Any, place: LatLon) -> QPoint:
    """Where a place is in the map's window, once it is drawn there."""
    rig.until(lambda: rig.window.map.settled())
    x, y = rig.ask_map(f"(p => [p.x, p.y])(Kerbside.map.latLngToContainerPoint([{place.lat}, {place.lon}]))")
    return QPoint(round(x), round(y))


def hands(rig: Any) -> Any:
    return rig.window.map.focusProxy().focusProxy()


def test_an_order_clicked_on_the_board_is_shown_everywhere(rig: Any) -> None:
    order = rig.order()
    board = rig.window.orders
    rig.until(lambda: board.model.place(order) >= 0)
    board.view.scrollTo(board.model.index(board.model.place(order), 0))
    QTest.mouseClick(board.view.viewport(), LEFT, NONE, row_at(board.view, board.model, order))
    assert rig.deeds.selection.orders == (order,)
    rig.until(lambda: rig.window.inspector.order_page.head.title.text() == f"Order {order}")
    rig.until(lambda: rig.ask_map("Kerbside.config.select") == ["order", order])
    assert rig.window.drivers.selected() == []


def test_a_driver_clicked_on_the_map_is_chosen_in_the_table(rig: Any) -> None:
    rig.window.map.set_view(45.0, 9.0, 15)
    rig.until(rig.drivers_are_drawn)

    def chosen() -> bool:
        # What is told to the page may be drawn a moment after it was taken in, and only what is drawn can be hit.
        QTest.mouseClick(hands(rig), LEFT, NONE, on_map(rig, LatLon(45.0, 8.994)))
        rig.rest(0.5)
        return bool(rig.deeds.selection.driver == "D-17")

    rig.until(chosen)
    rig.until(lambda: rig.window.drivers.selected() == ["D-17"])
    rig.until(lambda: rig.window.inspector.driver_page.head.title.text() == "D-17 Cy Stone")

    # A click beside everything lets go of it.
    QTest.mouseClick(hands(rig), LEFT, NONE, on_map(rig, LatLon(44.998, 8.998)))
    rig.until(lambda: rig.deeds.selection.driver is None)
    assert rig.window.drivers.selected() == []


def test_an_order_clicked_on_the_map_is_chosen_on_the_board(rig: Any) -> None:
    order = rig.order(dropoff=LatLon(45.002, 9.006))
    rig.window.map.set_view(45.0, 9.0, 15)
    rig.until(lambda: rig.ask_map(f"Kerbside.orders.byId.has('{order}')"))
    QTest.mouseClick(hands(rig), LEFT, NONE, on_map(rig, LatLon(45.002, 9.006)))
    rig.until(lambda: rig.deeds.selection.orders == (order,))
    assert rig.window.orders.selected() == [order]


def test_choosing_a_driver_lets_go_of_the_orders(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    rig.window.drivers.select(["D-1"])
    assert rig.deeds.selection.orders == ()
    assert rig.window.orders.selected() == []
    rig.press("Esc")
    assert rig.deeds.selection.driver is None
    assert rig.window.drivers.selected() == []


def stops_on_the_map(rig: Any) -> list[str]:
    found = rig.ask_map("[...document.querySelectorAll('.stop')].map(stop => stop.textContent)")
    assert isinstance(found, list)
    return found


def test_the_selected_drivers_route_is_on_the_map(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-2")
    rig.window.drivers.select(["D-2"])
    rig.until(lambda: rig.ask_map("Kerbside.shapes.route.getLayers().length"))
    assert [text[0] for text in stops_on_the_map(rig)] == ["1", "2"]
    rig.window.drivers.select([])
    rig.until(lambda: rig.ask_map("Kerbside.shapes.route.getLayers().length") == 0)
    assert stops_on_the_map(rig) == []


def row_of(rig: Any, driver_id: str) -> DriverRow:
    model = rig.window.drivers.model
    row: DriverRow = model.shown[model.place(driver_id)]
    return row


def test_where_the_selected_driver_is_sent_is_on_the_map_in_the_table_and_in_the_inspector(rig: Any) -> None:
    engine = rig.engine
    free = next(driver_id for driver_id in DRIVERS if driver_id not in engine.world.routes)
    engine.settings.set("repositioning.on", True)
    try:
        now, driver = engine.clock.now(), engine.world.drivers[free]
        place = LatLon(DRIVERS[free][2][0] + 0.01, DRIVERS[free][2][1])
        sent = Repositioning(place, "Rosa", now, now + 240, now + 900, expected=3.2, supply=1, within_min=15)
        began = RepositioningBegan(at=now, actor="matcher", reason="a test", drivers=(replace(driver, sent=sent),))
        engine._commit(Outcome([began]))
        rig.deeds.selection.set_driver(free)
        rig.until(lambda: any("sent towards Rosa, " in text for text in stops_on_the_map(rig)))
        rig.until(lambda: len(stops_on_the_map(rig)) == 1)
        why = "3.2 orders expected within 15 min, free there by then: 1"
        rig.until(lambda: any(text.endswith(why) for text in stops_on_the_map(rig)))
        stops = rig.window.inspector.driver_page.stops.lines
        rig.until(lambda: "sent towards Rosa" in stops.text())
        assert why in stops.text()
        rig.until(lambda: row_of(rig, free).sent_for == why)
        assert "Rosa" in row_of(rig, free).next_stop
        over = replace(engine.world.drivers[free], sent=replace(sent, over=True))
        engine._commit(Outcome([RepositioningEnded(at=now, actor="matcher", drivers=(over,))]))
        rig.until(lambda: "sent towards" not in stops.text())
        rig.until(lambda: rig.ask_map("Kerbside.shapes.route.getLayers().length") == 0)
        assert (stops_on_the_map(rig), stops.text()) == ([], "")
    finally:
        engine.settings.set("repositioning.on", False)
        rig.deeds.selection.clear()


def menu_of(rig: Any) -> QMenu:
    found: list[QMenu] = []

    def there() -> bool:
        found[:] = [m for m in rig.window.findChildren(QMenu) if m.isVisible()]
        return bool(found)

    rig.until(there)
    return found[0]


def names(menu: QMenu) -> set[str]:
    return {action.objectName() for action in menu.actions() if not action.isSeparator()}


def test_context_menus_hold_the_actions_of_their_scope(rig: Any) -> None:
    order = rig.order()
    board = rig.window.orders
    rig.until(lambda: board.model.place(order) >= 0)
    board.view.scrollTo(board.model.index(board.model.place(order), 0))
    rig.choose(order)
    QTest.mouseClick(board.view.viewport(), RIGHT, NONE, row_at(board.view, board.model, order))
    board.view.context_requested.emit([order], rig.window.mapToGlobal(QPoint(50, 200)))
    menu = menu_of(rig)
    told = {"order.why", "order.ready", "order.kitchen_late", "map.reach"}
    assert names(menu) == {"order.assign", "order.offer", "order.hold", "order.cancel"} | told
    menu.close()

    rig.deeds.assign([order], "D-1")
    rig.window.map.order_context.emit(order, rig.window.mapToGlobal(QPoint(400, 200)))
    menu = menu_of(rig)
    assert {"order.unassign", "order.picked_up", "order.failed"} <= names(menu)
    menu.close()

    rig.window.map.driver_context.emit("D-1", rig.window.mapToGlobal(QPoint(400, 200)))
    menu = menu_of(rig)
    own = {"driver.follow", "history.track", "driver.code", "driver.route", "driver.break", "driver.off", "driver.remove"}
    assert names(menu) == own | {"shift.edit"}
    assert rig.deeds.selection.driver == "D-1"
    menu.close()

    rig.window.map.context.emit(45.0, 9.0, rig.window.mapToGlobal(QPoint(400, 200)))
    menu = menu_of(rig)
    assert names(menu) == {a.id for a in ACTIONS if a.scope is Scope.MAP}
    menu.close()


def test_the_next_exception_is_one_key_away(rig: Any) -> None:
    late = rig.order(due_at=rig.engine.clock.now() + 0.2)
    rig.until(lambda: any(row.id == late and row.exception for row in rig.window.orders._rows))
    rig.press("F8")
    found = rig.deeds.selection.orders
    assert len(found) == 1
    assert any(row.id == found[0] and row.exception for row in rig.window.orders._rows)


def test_following_holds_until_the_map_is_moved(rig: Any) -> None:
    rig.window.map.set_view(45.0, 9.0, 15)
    rig.window.drivers.select(["D-1"])
    rig.press("F")
    rig.until(lambda: rig.ask_map("Kerbside.config.follow") == "D-1")
    assert "follows Ada Lind" in rig.said()
