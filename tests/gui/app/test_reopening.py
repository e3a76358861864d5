"""Another core behind the same window: nothing of the one before is left."""

from __future__ import annotations

import gc
import multiprocessing
import socket
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, QPropertyAnimation
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMenu

from core.domain.events import SecretChanged, SettingsChanged
from widgets.dialogs.assign import AssignDialog
from widgets.dialogs.fleet import FleetDialog
from widgets.dialogs.setup import BrokerChoice


def children(rig: Any) -> Counter[str]:
    """But for Qt's own animations, which last as long as a dock moves."""
    everything = rig.window.findChildren(QObject)
    return Counter(type(child).__name__ for child in everything if not isinstance(child, QPropertyAnimation))


def reopened(rig: Any) -> None:
    before = weakref.ref(rig.engine)  # held by the test, what is to go would outlast the garbage that is looked for
    rig.console.reopen()
    rig.until(lambda: rig.console.system is not None and rig.engine is not before() and rig.window._deeds is not None)
    rig.until(lambda: not rig.window.toast.isVisible())
    rig.people_the_town()


def test_reopening_leaves_nothing_behind(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.window.drivers.select(["D-1"])
    rig.rest(0.5)
    reopened(rig)  # the first one makes what is made once
    rig.rest(0.3)
    menus = len(rig.window.findChildren(QMenu))
    things, threads = children(rig), threading.active_count()
    processes = len(multiprocessing.active_children())
    old = weakref.ref(rig.engine)

    reopened(rig)
    rig.rest(0.5)
    gc.collect()
    assert old() is None
    assert children(rig) == things
    assert len(rig.window.findChildren(QMenu)) == menus
    rig.until(lambda: threading.active_count() <= threads)
    rig.until(lambda: len(multiprocessing.active_children()) <= processes)


def test_what_was_stored_is_there_again_and_can_be_worked_with(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.choose(order)
    reopened(rig)
    assert rig.deeds.selection.orders == ()
    assert rig.deeds.history.undo_text == f"Assign order {order} to Ada Lind"
    assert rig.state(order) == ("assigned", "D-1")
    rig.until(lambda: order in {row.id for row in rig.window.orders._rows})
    rig.choose(order)
    rig.press("U")
    assert rig.state(order) == ("waiting", None)
    assert rig.said() == f"Take back order {order}"


def test_what_could_not_start_says_that_nothing_runs_and_is_tried_again(rig: Any) -> None:
    order = rig.order()
    database, aside = rig.folder / "kerbside.db", rig.folder / "aside.db"

    def lose() -> None:
        database.rename(aside)
        database.write_bytes(b"")

    strip, mode = rig.window.strip, rig.window.status.mode
    rig.console.reopen(lose)
    rig.until(lambda: "is empty, and was not always" in strip.problems().get("start", ""))
    assert (rig.console.system, mode.accessibleName()) == (None, "Mode: NOT RUNNING")
    aside.replace(database)
    (again,) = [button for button in strip.findChildren(QAbstractButton) if button.text() == "Try again"]
    again.click()
    rig.until(lambda: rig.console.system is not None and "start" not in strip.problems())
    assert mode.accessibleName() == "Mode: LIVE"
    assert order in rig.engine.world.orders


def test_a_question_about_the_old_core_is_taken_back(rig: Any) -> None:
    order = rig.order()
    rig.choose(order)
    rig.press("A")
    dialog = rig.dialog(AssignDialog)
    reopened(rig)
    assert not [d for d in rig.window.findChildren(AssignDialog) if d.isVisible()]
    del dialog


def test_a_fleet_is_set_up(rig: Any) -> None:
    """From the File menu through all pages, without a map; the new driver's phone is told where to go."""
    rig.action("file.fleet").trigger()
    dialog = rig.dialog(FleetDialog)
    dialog.map.without.setChecked(True)
    dialog.act()
    dialog.broker.host.setEditText("10.1.2.3")
    dialog.broker.port.setValue(rig.console._lines.port)
    dialog.act()
    assert dialog.page is dialog.drivers
    QTest.keyClicks(dialog.drivers.name, "Eve Moss")
    dialog.drivers.add.click()
    eve = next(d.id for d in rig.engine.world.drivers.values() if d.name == "Eve Moss")
    dialog.act()
    assert dialog.page is dialog.phones
    dialog.phones.view.select_ids([eve])
    assert not dialog.phones.code.pixmap().isNull()
    config = dialog.phones.config.toPlainText()
    assert '"10.1.2.3"' in config
    assert str(rig.console._lines.port) in config

    before, secret = rig.console.system, rig.console._lines.credentials.secret(eve)
    dialog.act()
    # Another port than before: a new broker stands behind the window.
    rig.until(lambda: rig.console.system is not None and rig.console.system is not before and rig.window._deeds is not None)
    assert rig.engine.world.drivers[eve].name == "Eve Moss"
    assert rig.console._lines.credentials.secret(eve) == secret
    assert rig.console._lines.host == "10.1.2.3"
    # What was done outlives the core it was done with.
    with another_core(rig):
        rig.action("edit.undo").trigger()
    assert rig.console._lines.host != "10.1.2.3"
    assert eve in rig.engine.world.drivers
    rig.action("edit.undo").trigger()
    assert eve not in rig.engine.world.drivers
    rig.action("edit.redo").trigger()
    with another_core(rig):
        rig.action("edit.redo").trigger()
    assert rig.console._lines.host == "10.1.2.3"
    with another_core(rig):
        rig.action("edit.undo").trigger()
    rig.action("edit.undo").trigger()
    assert eve not in rig.engine.world.drivers
    rig.people_the_town()


@contextmanager
def another_core(rig: Any) -> Iterator[None]:
    before = rig.console.system
    yield
    rig.until(lambda: rig.console.system is not None and rig.console.system is not before and rig.window._deeds is not None)
    rig.until(lambda: not rig.window.toast.isVisible())


def test_a_port_that_is_taken_is_told_in_a_window_that_works(rig: Any) -> None:
    settings = rig.console.system.settings
    before = settings["mqtt.port"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.set("mqtt.port", taken.getsockname()[1])
        settings.save()
        reopened(rig)
        told = rig.window.strip.problems()["broker-start"]
        assert str(taken.getsockname()[1]) in told
        assert told.endswith(". Choose another port under File, Set up my fleet")
        order = rig.order()
        rig.deeds.assign([order], "D-1")
        assert rig.state(order) == ("assigned", "D-1")
        rig.console.system.settings.set("mqtt.port", before)
        rig.console.system.settings.save()
        reopened(rig)
    assert rig.window.strip.problems() == {}


def test_a_set_up_that_changes_nothing_leaves_the_core_alone(rig: Any) -> None:
    rig.action("file.fleet").trigger()
    before = rig.console.system
    rig.dialog(FleetDialog).reject()
    rig.rest(0.2)
    assert rig.console.system is before


def test_another_broker_and_our_own_password_there_are_in_the_log(rig: Any) -> None:
    rig.action("file.fleet").trigger()
    dialog, before = rig.dialog(FleetDialog), rig.console.system
    own = before.settings.text("mqtt.broker")
    dialog.broker.broker_chosen.emit(BrokerChoice(embedded=False, url="mqtt://10.0.0.1", password="another secret"))
    rig.engine.store.flush()
    broker, secret = (one.change for one in reversed(rig.engine.store.recent(2)))
    assert isinstance(broker, SettingsChanged)
    assert [(one.id, one.before, one.after) for one in broker.altered] == [("mqtt.broker", own, "mqtt://10.0.0.1")]
    assert isinstance(secret, SecretChanged)
    assert [(one.before, one.after) for one in secret.altered] == [("set", "changed")]
    assert not rig.engine.store.ask("SELECT 1 FROM events WHERE instr(body, 'another secret')")
    before.settings.set("mqtt.broker", own)
    before.settings.save()
    dialog.reject()
    rig.until(lambda: rig.console.system is not None and rig.console.system is not before and rig.window._deeds is not None)
    rig.until(lambda: not rig.window.toast.isVisible())
    rig.people_the_town()


def test_what_was_done_in_another_run_is_still_told_and_said_to_be_final(rig: Any) -> None:
    order = rig.order()
    rig.deeds.assign([order], "D-1")
    rig.rest(0.1)
    rig.console._memory = None  # as the next start of the program would have it
    reopened(rig)
    panel = rig.window.managed["done"]
    rig.until(lambda: any(order in row.orders and row.standing == "earlier" for row in panel.model.shown))
    assigned = next(row for row in panel.model.shown if order in row.orders and "Ada Lind" in row.text)
    assert assigned.actor == "dispatcher"
    assert rig.deeds.history.undo_text is None
    assert not panel.undo.isEnabled()
