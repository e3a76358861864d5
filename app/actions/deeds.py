"""What a person does, carried out: each deed turns what is selected into commands and puts them into the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.actions.history import History, Refusal
from app.actions.naming import which_orders
from app.actions.recalls import recall_question
from app.actions.recorder import NoRecorder, Recorder
from app.actions.sandbox import Sandbox, tryable
from app.presenters.selection import Selection
from app.presenters.why import why_text
from app.scene import Scene
from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.errors import KerbsideError
from core.domain.geo import LatLon
from core.domain.language import ntr, tr
from core.domain.order import BEFORE_PICKUP, ENDED, Order, Status, Step
from core.domain.world import World
from core.orders.tells import Outcome
from core.settings import Settings

if TYPE_CHECKING:
    from app.desk import Desk
    from app.editors import Editors
    from app.map_desk import MapDesk


class Window(Protocol):
    """What deeds need of the window. Questions are answered by calling ``then``, or not at all."""

    def tell(self, text: str, *, bad: bool = False) -> None: ...
    def copy(self, text: str) -> None: ...
    def ask_driver(self, orders: Sequence[Order], offer: bool, then: Callable[[str], None]) -> None: ...
    def ask_sure(self, title: str, text: str, button: str, then: Callable[[], object]) -> None: ...
    def ask_reason(self, title: str, button: str, then: Callable[[str], None]) -> None: ...
    def ask_new_order(self, then: Callable[[c.PlaceOrder], object]) -> None: ...
    def ask_driver_details(self, then: Callable[[Driver], None]) -> None: ...
    def ask_files(self, then: Callable[[list[Path]], None]) -> None: ...
    def import_files(self, paths: Sequence[Path]) -> None: ...
    def set_up_fleet(self) -> None: ...
    def set_up_http(self) -> None: ...
    def back_up(self) -> None: ...
    def restore_backup(self) -> None: ...
    def start_demo(self) -> None: ...
    def leave_demo(self) -> None: ...
    def open_settings(self) -> None: ...
    def show_code(self, driver_id: str) -> None: ...
    def find_drivers(self, shape: str, place: LatLon | None) -> None: ...
    def past(self, question: str, driver_id: str | None, place: LatLon | None) -> None: ...
    def stop_drawing(self) -> None: ...
    def show_keys(self) -> None: ...
    def find(self, text: str) -> None: ...
    def next_panel(self, step: int) -> None: ...
    def show_about(self) -> None: ...
    def open_logs(self) -> None: ...
    def focus(self, panel: str) -> None: ...
    def board_alone(self) -> None: ...
    def is_board_alone(self) -> bool: ...
    def step_board(self, by: int) -> None: ...
    def new_board(self) -> None: ...
    def fit_map(self) -> None: ...
    def follow(self, driver_id: str) -> None: ...
    def next_exception(self) -> None: ...
    def reset_layout(self) -> None: ...
    def quit(self) -> None: ...


class Deeds:
    def __init__(self, engine: Scene, settings: Settings, selection: Selection, window: Window, training: bool) -> None:
        self.engine = engine
        self.settings = settings
        self.selection = selection
        self.window = window
        self.training = training
        self.history = History(self._carry, stamp=lambda: (engine.clock.now(), self.own_name()))
        self.sandbox: Sandbox | None = None
        self.refused: dict[str, str] = {}
        """Orders with which the last thing tried could not be done, and why."""
        self.refused_changed: list[Callable[[Iterable[str]], None]] = []
        self.tried: list[Callable[[], None]] = []
        """Called when trying begins or ends, and when something was tried or taken back."""
        self.own: dict[type[c.Command], Callable[[c.Command], Sequence[c.Command]]] = {}
        """Commands about what is not saved yet: who carries them out, and returns those that undo them."""
        self.editors: Editors
        self.desk: Desk
        self.maps: MapDesk
        self.changed: Callable[[], None] = lambda: None
        self.recorder: Recorder = NoRecorder()
        self.pointed: LatLon | None = None
        """The place on the map whose menu is open, or was last."""
        self.alerts_at_hand: tuple[str, ...] = ()
        """What is selected among the alerts."""

    @property
    def world(self) -> World:
        """The world that is looked at: the real one, or the one in which something is tried."""
        return self.engine.world if self.sandbox is None else self.sandbox.world

    def tried_orders(self) -> frozenset[str]:
        """The orders that would be others than they are."""
        return frozenset() if self.sandbox is None else self.sandbox.changed_orders()

    def would(self, command: c.Command) -> Outcome:
        """What a command would lead to there; raises where it is refused."""
        return self.engine.would(command) if self.sandbox is None else self.sandbox.would(command)

    @property
    def doing(self) -> History | Sandbox:
        """What undo and redo are about."""
        return self.history if self.sandbox is None else self.sandbox

    def _note_refused(self, commands: Sequence[c.Command], refused: Sequence[str]) -> None:
        """Keep for each order why what was tried with it last was refused, until something else is tried with it."""
        touched = {order_id for command in commands for order_id in orders_of(command)}
        before = {order_id: self.refused.pop(order_id) for order_id in touched if order_id in self.refused}
        for line in refused:
            if isinstance(line, Refusal):
                self.refused.update(dict.fromkeys(orders_of(line.command), str(line)))
        if before or refused:
            for listen in tuple(self.refused_changed):
                listen(touched)

    def tell_tried(self) -> None:
        for listen in tuple(self.tried):
            listen()
        self.changed()

    # What is chosen

    def clear(self) -> None:
        """Nothing is selected, and nothing is being drawn."""
        self.selection.clear()
        self.window.stop_drawing()

    def chosen_orders(self) -> list[Order]:
        orders = self.world.orders
        return [orders[i] for i in self.selection.orders if i in orders]

    def chosen_driver(self) -> Driver | None:
        return self.engine.world.drivers.get(self.selection.driver or "")

    def chosen_drivers(self, *presences: Presence) -> list[Driver]:
        """Those of them that are present in one of these ways; all where none is named."""
        drivers = self.engine.world.drivers
        chosen = [drivers[i] for i in self.selection.drivers if i in drivers]
        return [driver for driver in chosen if not presences or driver.presence in presences]

    def chosen_on_duty(self) -> list[Driver]:
        return [driver for driver in self.chosen_drivers() if not driver.off_duty]

    # Orders

    def _carry(self, command: c.Command) -> Sequence[c.Command]:
        own = self.own.get(type(command))
        return self.engine.execute(command)[0].undo if own is None else own(command)

    def _do(self, text: str, commands: Sequence[c.Command]) -> list[str]:
        trying = self.sandbox is not None and tryable(commands)
        refused = (self.doing if trying else self.history).do(text, *commands)
        self._note_refused(commands, refused)
        if trying:
            self.tell_tried()
        text = tr("Tried: {text}", text=text) if trying else text
        self._report(text, len(commands), refused)
        return refused

    def _report(self, text: str, whole: int, refused: Sequence[str]) -> None:
        """Partial success is told as what it is."""
        done = whole - len(refused)
        if not refused:
            self.window.tell(text)
        elif done == 0:
            self.window.tell("; ".join(refused), bad=True)
        else:
            self.window.tell(
                tr("{text}: {done} of {whole} done. {refused}", text=text, done=done, whole=whole, refused="; ".join(refused)),
                bad=True,
            )
        self.changed()

    def carry_out(self, text: str, commands: Sequence[c.Command]) -> list[str]:
        """One deed of several commands. Returns a line for each that was refused."""
        return self._do(text, commands)

    def _for(self, verb: str, orders: Sequence[Order], make: Callable[[Order], c.Command]) -> None:
        if not orders:
            self.window.tell(tr("{verb}: select an order for which it is possible", verb=verb), bad=True)
            return
        self._do(f"{verb} {which_orders(orders)}", [make(order) for order in orders])

    def assign(self, order_ids: Sequence[str], driver_id: str) -> None:
        driver = self.engine.world.drivers.get(driver_id)
        name = driver.name if driver is not None else driver_id
        orders = [self.engine.world.orders[i] for i in order_ids if i in self.engine.world.orders]
        commands = [c.AssignOrder(order_id=i, driver_id=driver_id) for i in order_ids]
        self._do(tr("Assign {orders} to {name}", orders=which_orders(orders), name=name), commands)

    def copy_why(self) -> None:
        """Why each chosen order is where it is, as text."""
        orders = self.chosen_orders()
        self.window.copy("\n\n".join(why_text(order, self.engine) for order in orders))
        self.window.tell(
            tr("Why {orders} went to its driver is copied", orders=which_orders(orders))
            if len(orders) == 1
            else tr("The reasons are copied")
        )

    def tell_ready(self, later_min: float) -> None:
        """What the merchant says on the phone: ready now, or so much later than it said."""
        now = self.engine.clock.now()
        orders = [o for o in self.chosen_orders() if o.status not in ENDED and o.picked_up_at is None]
        self._for(
            tr("Ready {later_min:g} min later:", later_min=later_min) if later_min else tr("Ready:"),
            orders,
            lambda o: c.TellReady(order_id=o.id, ready_at=max(o.ready_at, now) + 60 * later_min if later_min else now),
        )

    def choose_driver(self, offer: bool = False) -> None:
        wanted = {Status.WAITING} if offer else {Status.WAITING, Status.HELD, Status.OFFERED, *BEFORE_PICKUP}
        orders = [order for order in self.chosen_orders() if order.status in wanted]
        if not orders:
            self.window.tell(tr("Select an order that can still be given to a driver"), bad=True)
            return
        ids = [order.id for order in orders]

        def chosen(driver_id: str) -> None:
            if offer:
                name = self.engine.world.driver(driver_id).name
                self._do(
                    tr("Offer {orders} to {name}", orders=which_orders(orders), name=name),
                    [c.OfferOrder(order_id=i, driver_id=driver_id) for i in ids],
                )
            else:
                self.assign(ids, driver_id)

        self.window.ask_driver(orders, offer, chosen)

    def unassign(self) -> None:
        taken = [o for o in self.chosen_orders() if o.status in BEFORE_PICKUP or o.status is Status.OFFERED]
        self._for(tr("Take back"), taken, lambda o: c.UnassignOrder(order_id=o.id))

    def hold(self) -> None:
        wanted = [o for o in self.chosen_orders() if o.status in {Status.WAITING, Status.OFFERED, *BEFORE_PICKUP}]
        self._for(tr("Hold"), wanted, lambda o: c.HoldOrder(order_id=o.id))

    def release(self) -> None:
        self._for(tr("Release"), self._able(Step.RELEASE), lambda o: c.ReleaseOrder(order_id=o.id))

    def cancel(self) -> None:
        orders = self._able(Step.CANCEL)
        if not orders:
            self.window.tell(tr("Select an order that has not been picked up"), bad=True)
            return
        told = [o for o in orders if o.driver_id is not None]
        text = tr("No driver has been told of it yet.")
        if n := len({o.driver_id for o in told}):
            text = ntr("{n} driver will be told.", "{n} drivers will be told.", n)
        self.window.ask_sure(
            tr("Cancel {orders}?", orders=which_orders(orders)),
            tr("{text} This can be undone.", text=text),
            tr("Cancel {orders}", orders=which_orders(orders)),
            lambda: self._for(tr("Cancel"), orders, lambda o: c.CancelOrder(order_id=o.id)),
        )

    def reinstate(self) -> None:
        self._for(tr("Reinstate"), self._able(Step.REINSTATE), lambda o: c.ReinstateOrder(order_id=o.id))

    def accept_for(self) -> None:
        offered = [o for o in self.chosen_orders() if o.status is Status.OFFERED]
        self._for(tr("Accept"), offered, lambda o: c.AcceptFor(order_id=o.id))

    def progress(self, event: str) -> None:
        step = Step.PICK_UP if event == "picked_up" else Step.DELIVER
        verb = tr("Mark as picked up:") if event == "picked_up" else tr("Mark as delivered:")
        self._for(verb, self._able(step), lambda o: c.RecordProgress(order_id=o.id, event=event))

    def fail(self) -> None:
        orders = self._able(Step.FAIL)
        if orders:
            self.window.ask_reason(
                tr("Why did {orders} fail?", orders=which_orders(orders)),
                tr("Mark as failed"),
                lambda why: self._for(
                    tr("Mark as failed:"), orders, lambda o: c.RecordProgress(order_id=o.id, event="failed", reason=why)
                ),
            )

    def _able(self, step: Step) -> list[Order]:
        return [order for order in self.chosen_orders() if order.can(step)]

    def new_order(self) -> None:
        self.window.ask_new_order(lambda command: self._do(tr("New order {order_id}", order_id=command.order_id), [command]))

    def next_exception(self) -> None:
        self.window.next_exception()

    # Drivers

    def new_driver(self) -> None:
        self.window.ask_driver_details(self.add_driver)

    def add_driver(self, driver: Driver) -> None:
        self._do(tr("Add {name}", name=driver.name), [c.SaveDriver(driver=driver)])

    def remove_driver(self) -> None:
        driver = self.chosen_driver()
        if driver is not None:
            self.window.ask_sure(
                tr("Remove {name}?", name=driver.name),
                tr("Their phone can no longer sign in. The history of their deliveries stays. This can be undone."),
                tr("Remove {name}", name=driver.name),
                lambda: self._do(tr("Remove {name}", name=driver.name), [c.RemoveDriver(driver_id=driver.id)]),
            )

    def take_break(self) -> None:
        self._presence(self.chosen_drivers(Presence.ONLINE), Presence.BREAK, tr("Break for"))

    def end_break(self) -> None:
        self._presence(self.chosen_drivers(Presence.BREAK), Presence.ONLINE, tr("Back from the break:"))

    def take_off_duty(self) -> None:
        self._presence(self.chosen_on_duty(), Presence.OFFLINE, tr("Off duty:"))

    def put_on_duty(self) -> None:
        self._presence(self.chosen_drivers(Presence.OFFLINE), Presence.ONLINE, tr("On duty:"))

    def _presence(self, drivers: Sequence[Driver], presence: Presence, verb: str) -> None:
        """Of those selected, for whom it is a change."""
        if drivers:
            who = drivers[0].name if len(drivers) == 1 else ntr("{n} driver", "{n} drivers", len(drivers))
            self._do(f"{verb} {who}", [c.SetPresence(driver_id=driver.id, presence=presence) for driver in drivers])

    def follow(self) -> None:
        driver = self.chosen_driver()
        if driver is not None:
            self.window.follow(driver.id)

    def show_code(self) -> None:
        driver = self.chosen_driver()
        if driver is not None:
            self.window.show_code(driver.id)

    # Where they are and were

    def find_drivers(self, shape: str) -> None:
        """Search drivers: in a shape about the place pointed at, or in one yet to be chosen."""
        self.window.find_drivers(shape, self.pointed if shape else None)

    def past(self, question: str) -> None:
        driver = self.chosen_driver()
        self.window.past(question, driver.id if driver is not None else None, self.pointed if question == "near" else None)

    # History

    def undo(self) -> None:
        """Ask first where a driver would have to be told that it is off."""
        question = None
        if self.sandbox is None:
            question = recall_question(self.history.undo_commands, self.engine.world, self.engine.receipts)
        if question is None:
            self._undo()
        else:
            self.window.ask_sure(*question, tr("Send a recall"), self._undo)

    def _undo(self) -> None:
        text = self.doing.undo_text
        if text is not None:
            refused = self.doing.undo()
            self.tell_tried()
            self._report(tr("Undone: {text}", text=text), max(1, len(refused)), refused)

    def redo(self) -> None:
        text = self.doing.redo_text
        if text is not None:
            refused = self.doing.redo()
            self.tell_tried()
            self._report(tr("Done again: {text}", text=text), max(1, len(refused)), refused)

    # Alerts

    def chosen_alerts(self) -> list[str]:
        """Those selected among the alerts; else those about the orders or the driver selected."""
        alerts, world = self.engine.world.alerts, self.engine.world
        chosen = [i for i in self.alerts_at_hand if i in alerts]
        if not chosen and self.selection.driver is not None:
            chosen = [alert.id for alert in alerts.values() if alert.driver_id == self.selection.driver]
        return chosen or [alert.id for order in self.chosen_orders() for alert in world.alerts_about(order)]

    def acknowledge_alerts(self, ids: Sequence[str] | None = None) -> None:
        name = self.own_name()
        self._about_alerts(tr("Seen:"), ids, lambda i: c.AcknowledgeAlert(alert_id=i, by=name))

    def snooze_alerts(self, ids: Sequence[str] | None = None) -> None:
        minutes = self.settings.number("alerts.snooze_min")
        until = self.engine.clock.now() + minutes * 60
        self._about_alerts(
            tr("Snoozed for {minutes:g} min:", minutes=minutes), ids, lambda i: c.SnoozeAlert(alert_id=i, until=until)
        )

    def take_alerts(self, ids: Sequence[str] | None = None) -> None:
        name = self.own_name()
        self._about_alerts(tr("Taken on by {name}:", name=name), ids, lambda i: c.TakeAlert(alert_id=i, owner=name))

    def hand_over_alerts(self) -> None:
        ids = self.chosen_alerts()
        if ids:
            self.window.ask_reason(
                tr("Who looks after it from now on?"),
                tr("Hand over"),
                lambda name: self._about_alerts(
                    tr("Handed over to {name}:", name=name), ids, lambda i: c.TakeAlert(alert_id=i, owner=name)
                ),
            )

    def show_alerts(self) -> None:
        self.window.focus("alerts")

    def own_name(self) -> str:
        """Who is at the desk."""
        return self.settings.text("alerts.name").strip() or "dispatcher"

    def _about_alerts(self, verb: str, ids: Sequence[str] | None, make: Callable[[str], c.Command]) -> None:
        chosen = list(dict.fromkeys(self.chosen_alerts() if ids is None else ids))
        if not chosen:
            self.window.tell(tr("Select an alert, or an order or a driver that has one"), bad=True)
            return
        which = tr("1 alert") if len(chosen) == 1 else tr("{chosen} alerts", chosen=len(chosen))
        self._do(f"{verb} {which}", [make(i) for i in chosen])

    # Matching

    def toggle_matching(self) -> None:
        self.engine.matching_paused = not self.engine.matching_paused
        paused = self.engine.matching_paused
        self.window.tell(tr("Automatic offers are paused: orders wait for you") if paused else tr("Automatic offers go on"))
        self.changed()

    def strive_for(self, profile: str) -> None:
        self.set_to("matching.profile", profile)
        self.window.tell(tr("The matcher strives for: {profile}", profile=profile))

    def match_now(self) -> None:
        self.engine.match_soon()

    # Looks and files

    def set_theme(self, mode: str) -> None:
        self.set_to("window.theme", mode)

    def toggle_rows(self) -> None:
        self.set_to("window.rows", "compact" if self.settings.text("window.rows") == "comfortable" else "comfortable")

    def toggle_online_tiles(self) -> None:
        self.set_to("map.online_tiles", not self.settings.flag("map.online_tiles"))

    def set_to(self, key: str, value: object) -> None:
        try:
            self.settings.set(key, value)
            self.settings.save()
        except (KerbsideError, OSError) as error:
            self.window.tell(tr("The setting could not be saved: {error}", error=error), bad=True)
        self.changed()

    def import_files(self) -> None:
        self.window.ask_files(self.window.import_files)

    def set_up_fleet(self) -> None:
        self.window.set_up_fleet()

    def start_demo(self) -> None:
        self.window.start_demo()

    def leave_demo(self) -> None:
        self.window.leave_demo()

    def open_settings(self) -> None:
        self.window.open_settings()

    def focus(self, panel: str) -> None:
        self.window.focus(panel)

    def fit_map(self) -> None:
        self.window.fit_map()

    def show_keys(self) -> None:
        self.window.show_keys()

    def find(self, text: str = "") -> None:
        self.window.find(text)

    def next_panel(self, step: int = 1) -> None:
        self.window.next_panel(step)

    def open_logs(self) -> None:
        self.window.open_logs()

    def about(self) -> None:
        self.window.show_about()

    def reset_layout(self) -> None:
        self.window.reset_layout()

    def quit(self) -> None:
        self.window.quit()


def orders_of(command: c.Command) -> tuple[str, ...]:
    """The orders that a command names."""
    one: str = getattr(command, "order_id", "")
    many: tuple[str, ...] = getattr(command, "orders", ())
    return (one,) if one else many
