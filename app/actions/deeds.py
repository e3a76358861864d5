"""What every deed needs: what is selected, the world it is about, and the history its commands go through.

The deeds themselves stand in files of their own, by what they are about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.actions.answers import asked_for, listen_to_answers
from app.actions.final import keep_what_is_final, why_final
from app.actions.history import History, Refusal
from app.actions.naming import which_orders
from app.actions.recalls import recall_question
from app.actions.recorder import NoRecorder, Recorder
from app.actions.sandbox import Sandbox, tryable
from app.actions.setting_deeds import ChangeSettings, PauseMatching, take_charge
from app.actions.window import Window
from app.presenters.selection import Selection
from app.scene import Scene
from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.geo import LatLon
from core.domain.language import capital, first_of, ntr, said, tr
from core.domain.order import Order
from core.domain.world import World
from core.orders.tells import Outcome
from core.settings import Settings, Value

if TYPE_CHECKING:
    from app.desk import Desk
    from app.editors import Editors
    from app.map_desk import MapDesk

SAID_AT_ONCE = 3
"""Of so many reasons the line tells; the history has them all."""
SOMEBODY = c.Command().actor
"""Who is at the desk, as long as nobody says their name."""


class Deeds:
    def __init__(self, engine: Scene, settings: Settings, selection: Selection, window: Window, training: bool) -> None:
        self.engine: Scene = engine
        self.settings: Settings = settings
        self.selection: Selection = selection
        self.window: Window = window
        self.training: bool = training
        self.history = History(self._carry, stamp=lambda: (engine.clock.now(), self.own_name()), why_final=why_final)
        self.sandbox: Sandbox | None = None
        self.refused: dict[str, str] = {}
        """Orders with which the last thing tried could not be done, and why."""
        self.refused_changed: list[Callable[[Iterable[str]], None]] = []
        self.tried: list[Callable[[], None]] = []
        """Called when trying begins or ends, and when something was tried or taken back."""
        self.own: dict[type[c.Command], Callable[[c.Command], Sequence[c.Command]]] = {}
        """Commands that are not the core's: who carries them out, and returns those that undo them."""
        take_charge(self)
        listen_to_answers(self)
        keep_what_is_final(self)
        self.editors: Editors
        self.desk: Desk
        self.maps: MapDesk
        self.changed: Callable[[], None] = lambda: None
        self.settings_moved: Callable[[], None] = lambda: None
        """Called when a deed has set settings, and not only told of them: some need a new core."""
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

    def own_name(self) -> str:
        """Who is at the desk."""
        return self.settings.desk_name

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

    # What is done

    def _carry(self, command: c.Command) -> Sequence[c.Command]:
        own = self.own.get(type(command))
        if own is not None:
            return own(command)
        if command.actor == SOMEBODY:
            command = replace(command, actor=self.own_name())
        outcome = self.engine.execute(command)[0]
        for order_id, text in asked_for(outcome.changes, self.engine.world):
            self.history.ask(order_id, text)
        return outcome.undo

    def carry_out(self, text: str, commands: Sequence[c.Command], passed_over: int = 0) -> list[str]:
        """One deed of one or several commands. Returns a line for each that was refused. ``passed_over`` is how many of what
        is selected it can't be done with.
        """
        trying = self.sandbox is not None and tryable(commands)
        refused = (self.doing if trying else self.history).do(text, *commands)
        self._note_refused(commands, refused)
        if trying:
            self.tell_tried()
        text = tr("Tried: {text}", text=text) if trying else text
        self._report(text, len(commands), refused, passed_over)
        return refused

    def _report(self, text: str, whole: int, refused: Sequence[str], passed_over: int = 0) -> None:
        """Partial success is told as what it is."""
        done = whole - len(refused)
        why = list(dict.fromkeys(refused))
        if passed_over:
            why.append(ntr("{n:,} is in another state", "{n:,} are in another state", passed_over))
        told = said(first_of(why, SAID_AT_ONCE)) if why else ""
        if not why:
            self.window.tell(". ".join((text, *self.history.asking)))
        elif done == 0:
            self.window.tell(capital(told), bad=True)
        else:
            text = tr("{text}: {done} of {whole} done", text=text, done=done, whole=whole + passed_over)
            self.window.tell(f"{text}. {capital(told)}", bad=True)
        self.changed()

    def assign(self, order_ids: Sequence[str], driver_id: str) -> None:
        driver = self.engine.world.drivers.get(driver_id)
        name = driver.name if driver is not None else driver_id
        orders = [self.engine.world.orders[i] for i in order_ids if i in self.engine.world.orders]
        commands = [c.AssignOrder(order_id=i, driver_id=driver_id) for i in order_ids]
        self.carry_out(tr("Assign {orders} to {name}", orders=which_orders(orders), name=name), commands)

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
            whole = len(self.history.undo_commands) if self.sandbox is None else 1
            refused = self.doing.undo()
            self.tell_tried()
            undone = tr("Being undone: {text}", text=text) if self.history.asking else tr("Undone: {text}", text=text)
            self._report(undone, max(whole, len(refused)), refused)

    def redo(self) -> None:
        text = self.doing.redo_text
        if text is not None:
            whole = len(self.history.redo_commands) if self.sandbox is None else 1
            refused = self.doing.redo()
            self.tell_tried()
            self._report(tr("Done again: {text}", text=text), max(whole, len(refused)), refused)

    # Settings

    def toggle_matching(self) -> None:
        paused = not self.engine.matching_paused
        text = tr("Automatic offers are paused: orders wait for you") if paused else tr("Automatic offers go on")
        self.carry_out(text, [PauseMatching(paused=paused)])

    def strive_for(self, profile: str) -> None:
        self.set_to("matching.profile", profile, tr("The matcher strives for: {profile}", profile=tr(profile)))

    def set_to(self, key: str, value: Value, text: str = "") -> None:
        """A setting; what it is is told where ``text`` says nothing better."""
        change = ChangeSettings(before={key: self.settings[key]}, after={key: value})
        if change.changes():
            self.carry_out(text or change.text(), [change])

    def note_settings(
        self, before: Mapping[str, Value], after: Mapping[str, Value], arranged: Sequence[c.Command] = (), text: str = ""
    ) -> None:
        """Settings were changed elsewhere, from these to those that differ from the usual: it can be undone here. ``arranged``
        is what a profile has brought besides. ``text`` says what it was for, where the settings don't."""
        change = ChangeSettings(before=before, after=after)
        commands = [change, *arranged] if change.changes() else list(arranged)
        if commands:
            self.history.do(text or (tr("Another profile") if arranged else change.text()), *commands)
            self.changed()


def orders_of(command: c.Command) -> tuple[str, ...]:
    """The orders that a command names."""
    one: str = getattr(command, "order_id", "")
    many: tuple[str, ...] = getattr(command, "orders", ())
    return (one,) if one else many
