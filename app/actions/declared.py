"""Everything a person can do, declared once: menus, shortcuts, context menus and the sheet of keys are made from this."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.actions import alert_deeds, driver_deeds, file_deeds, order_deeds, what_if
from app.actions.declaring import Declared, Scope, under
from app.actions.managing import MANAGING
from app.actions.route_deeds import hand_over_route, route_orders
from app.actions.viewing import VIEWING
from core.domain.driver import Presence
from core.domain.language import mark
from core.domain.order import BEFORE_PICKUP, ENDED, Status, Step
from core.matching.profiles import PROFILES

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


def _orders(*statuses: Status) -> Callable[[Deeds], bool]:
    wanted = frozenset(statuses)
    return lambda deeds: any(order.status in wanted for order in deeds.chosen_orders())


def _step(step: Step) -> Callable[[Deeds], bool]:
    return lambda deeds: any(order.can(step) for order in deeds.chosen_orders())


def _strive(profile: str) -> Callable[[Deeds], None]:
    return lambda deeds: deeds.strive_for(profile)


def _strives(profile: str) -> Callable[[Deeds], bool]:
    return lambda deeds: deeds.settings.text("matching.profile") == profile


def _alerts(deeds: Deeds) -> bool:
    return bool(alert_deeds.chosen(deeds))


def _replays(deeds: Deeds) -> bool:
    return deeds.recorder.open


_TAKEN = (*BEFORE_PICKUP, Status.OFFERED)
_IN_KITCHEN = (Status.WAITING, Status.HELD, *_TAKEN)
_CANCELLABLE = tuple(s for s in Status if s not in ENDED and s not in {Status.CARRYING, Status.AT_DROPOFF})

_STRIVE = {
    "default": mark("Balanced"),
    "punctuality": mark("Strive for punctuality"),
    "efficiency": mark("Strive for efficiency"),
    "fairness": mark("Strive for fairness"),
    "rating": mark("Strive for rating"),
}

_sendable = _orders(Status.WAITING, Status.HELD, Status.SENDING, Status.OUTSIDE)

ACTIONS: tuple[Declared, ...] = (
    Declared("order.new", "&Orders", "New order…", order_deeds.new_order, "Ctrl+N", "plus", rule_before=False),
    Declared("order.assign", "&Orders", "Assign to a driver…", order_deeds.choose_driver, "A", "user-plus", Scope.ORDERS,
             _orders(Status.WAITING, Status.HELD, *_TAKEN), rule_before=True),
    Declared("order.offer", "&Orders", "Offer to a driver…", lambda d: order_deeds.choose_driver(d, offer=True), "O",
             "bell-ringing", Scope.ORDERS, _orders(Status.WAITING)),
    Declared("order.provider", "&Orders", mark("Send to a provider…"), lambda d: d.editors.providers.send(), "", "truck",
             Scope.ORDERS, lambda d: bool(d.engine.world.providers) and _sendable(d)),
    Declared("order.unassign", "&Orders", "Take back from the driver", order_deeds.unassign, "U", "arrow-u-up-left",
             Scope.ORDERS, _orders(*_TAKEN)),
    Declared("order.hold", "&Orders", "Hold", order_deeds.hold, "H", "pause", Scope.ORDERS,
             _orders(Status.WAITING, *_TAKEN)),
    Declared("order.release", "&Orders", "Release", order_deeds.release, "R", "play", Scope.ORDERS, _step(Step.RELEASE)),
    Declared("order.cancel", "&Orders", "Cancel…", order_deeds.cancel, "Del", "x-circle", Scope.ORDERS,
             _orders(*_CANCELLABLE)),
    Declared("order.reinstate", "&Orders", "Reinstate", order_deeds.reinstate, "", "arrow-clockwise", Scope.ORDERS,
             _step(Step.REINSTATE)),
    *under(
        mark("How far it is"),
        Declared("order.accept", "&Orders", "Accept for the driver", order_deeds.accept_for, "", "check", Scope.ORDERS,
                 _orders(Status.OFFERED), rule_before=True),
        Declared("order.ready", "&Orders", "Mark as ready", lambda d: order_deeds.tell_ready(d, 0.0), "", "check", Scope.ORDERS,
                 _orders(*_IN_KITCHEN), rule_before=True),
        Declared("order.kitchen_late", "&Orders", "Ready 10 min later", lambda d: order_deeds.tell_ready(d, 10.0), "",
                 "clock", Scope.ORDERS, _orders(*_IN_KITCHEN)),
        Declared("order.picked_up", "&Orders", "Mark as picked up", lambda d: order_deeds.progress(d, "picked_up"), "",
                 "package", Scope.ORDERS, _step(Step.PICK_UP)),
        Declared("order.delivered", "&Orders", "Mark as delivered", lambda d: order_deeds.progress(d, "delivered"), "",
                 "check-circle", Scope.ORDERS, _step(Step.DELIVER)),
        Declared("order.failed", "&Orders", "Mark as failed…", order_deeds.fail, "", "warning-octagon", Scope.ORDERS,
                 _step(Step.FAIL)),
    ),
    Declared("order.why", "&Orders", "Copy why as text", order_deeds.copy_why, "Ctrl+Shift+C", "copy", Scope.ORDERS,
             lambda d: bool(d.chosen_orders()), rule_before=True),
    Declared("map.reach", "&Orders", mark("Find drivers within reach"), lambda d: d.maps.reach(), "", "path",
             Scope.ORDERS, lambda d: bool(d.chosen_orders())),
    Declared("order.next_exception", "&Orders", "Next exception", lambda d: d.window.next_exception(), "F8", "warning",
             rule_before=True),
    Declared("alert.show", "&Alerts", "Show the alerts", lambda d: d.window.focus("alerts"), "F7", "bell"),
    Declared("alert.acknowledge", "&Alerts", "Acknowledge", alert_deeds.acknowledge, "F9", "check", Scope.ALERTS, _alerts,
             rule_before=True),
    Declared("alert.snooze", "&Alerts", "Snooze", alert_deeds.snooze, "Shift+F9", "alarm", Scope.ALERTS, _alerts),
    Declared("alert.take", "&Alerts", "Take on", alert_deeds.take, "", "user-circle", Scope.ALERTS, _alerts),
    Declared("alert.hand_over", "&Alerts", "Hand over…", alert_deeds.hand_over, "", "arrow-right", Scope.ALERTS, _alerts),
    Declared("driver.new", "&Drivers", "Add a driver…", driver_deeds.new_driver, "Ctrl+D", "user-plus"),
    Declared("driver.follow", "&Drivers", "Follow on the map", driver_deeds.follow, "F", "crosshair", Scope.DRIVER,
             lambda d: d.chosen_driver() is not None, rule_before=True),
    Declared("history.track", "&Drivers", "Where has this driver been", lambda d: driver_deeds.past(d, "track"), "", "path",
             Scope.DRIVER, lambda d: d.chosen_driver() is not None),
    Declared("driver.code", "&Drivers", "Show the phone's QR code…", driver_deeds.show_code, "", "qr-code", Scope.DRIVER,
             lambda d: d.chosen_driver() is not None and not d.training),
    Declared("driver.route", "&Drivers", mark("Give the whole route to another…"), hand_over_route, "", "arrows-left-right",
             Scope.DRIVER, lambda d: bool(route_orders(d))),
    Declared("driver.break", "&Drivers", "Send on a break", driver_deeds.take_break, "", "coffee", Scope.DRIVER,
             lambda d: bool(d.chosen_drivers(Presence.ONLINE))),
    Declared("driver.online", "&Drivers", "Bring back from the break", driver_deeds.end_break, "", "play", Scope.DRIVER,
             lambda d: bool(d.chosen_drivers(Presence.BREAK))),
    Declared("driver.off", "&Drivers", "Take off duty", driver_deeds.take_off_duty, "", "sign-out", Scope.DRIVER,
             lambda d: bool(d.chosen_on_duty())),
    Declared("driver.on", "&Drivers", "Put on duty", driver_deeds.put_on_duty, "", "sign-in", Scope.DRIVER,
             lambda d: bool(d.chosen_drivers(Presence.OFFLINE))),
    Declared("shift.edit", "&Drivers", "Plan the shift…", lambda d: d.desk.shifts.edit(), "", "calendar", Scope.DRIVER,
             lambda d: bool(d.chosen_drivers())),
    Declared("driver.remove", "&Drivers", "Remove…", driver_deeds.remove_driver, "", "trash", Scope.DRIVER,
             lambda d: d.chosen_driver() is not None),
    *under(
        mark("Shifts"),
        Declared("shift.open", "&Drivers", "Shifts", lambda d: d.desk.open("shifts"), "Ctrl+Shift+O", "calendar",
                 rule_before=True),
        Declared("shift.import", "&Drivers", "Import shifts…", lambda d: d.desk.shifts.load(), "", "download-simple"),
        Declared("shift.export", "&Drivers", "Export shifts…", lambda d: d.desk.shifts.save(), "", "export"),
        Declared("driver.rostered", "&Drivers", "Only drivers on shift", lambda d: d.desk.toggle_rostered(), "", "",
                 checked=lambda d: d.settings.flag("window.only_on_shift")),
    ),
    *under(
        mark("Handover"),
        Declared("handover.note", "&Drivers", "Write a note for the next shift", lambda d: d.desk.open("handover"),
                 "Ctrl+Shift+N", "note-pencil", rule_before=True),
        Declared("handover.sheet", "&Drivers", "Handover sheet…", lambda d: d.desk.handover.show_sheet(), "", "printer"),
    ),
    *under(
        mark("Looking for drivers"),
        Declared("find.open", "&Drivers", "Find drivers on the map", lambda d: driver_deeds.find_drivers(d, ""), "Ctrl+G",
                 "magnifying-glass", rule_before=True),
        Declared("find.near", "&Drivers", "Find drivers near here", lambda d: driver_deeds.find_drivers(d, "circle"), "",
                 "circle", Scope.MAP, lambda d: d.pointed is not None),
        Declared("find.reach", "&Drivers", "Find drivers within reach of here",
                 lambda d: driver_deeds.find_drivers(d, "reach"), "", "path", Scope.MAP, lambda d: d.pointed is not None),
        Declared("history.open", "&Drivers", "Position history", lambda d: driver_deeds.past(d, "moment"), "Ctrl+H",
                 "clock-counter-clockwise", rule_before=True),
        Declared("history.near", "&Drivers", "Who was near here", lambda d: driver_deeds.past(d, "near"), "", "users-three",
                 Scope.MAP, lambda d: d.pointed is not None),
    ),
    Declared("edit.undo", "&Edit", "Undo", lambda d: d.undo(), "Ctrl+Z", "arrow-u-up-left",
             able=lambda d: d.doing.undo_text is not None),
    Declared("edit.redo", "&Edit", "Redo", lambda d: d.redo(), "Ctrl+Shift+Z", "arrow-u-up-right",
             able=lambda d: d.doing.redo_text is not None),
    Declared("edit.done", "&Edit", mark("What was done"), lambda d: d.desk.open("done"), "Ctrl+Alt+Z", "list-bullets"),
    Declared("edit.what_if", "&Edit", "What if?", what_if.toggle, "W", "flask", able=lambda d: not d.recorder.open,
             checked=lambda d: d.sandbox is not None, rule_before=True),
    Declared("edit.what_if_do", "&Edit", "Carry out what was tried", what_if.carry_out, "Ctrl+Return", "checks",
             able=lambda d: d.sandbox is not None and bool(d.sandbox.steps)),
    Declared("edit.what_if_drop", "&Edit", "Drop what was tried…", what_if.drop, "", "trash",
             able=lambda d: d.sandbox is not None),
    Declared("edit.find", "&Edit", "Find or do anything…", lambda d: d.window.find(""), "Ctrl+K", "command", rule_before=True),
    Declared("edit.command", "&Edit", "Type a command…", lambda d: d.window.find("/"), "/", "terminal-window"),
    Declared("edit.filter_orders", "&Edit", "Filter orders", lambda d: d.window.focus("orders"), "Ctrl+F", "magnifying-glass",
             rule_before=True),
    Declared("edit.filter_drivers", "&Edit", "Filter drivers", lambda d: d.window.focus("drivers"), "Ctrl+Shift+F",
             "magnifying-glass"),
    Declared("edit.clear", "&Edit", "Clear the selection", lambda d: d.clear(), "Esc", "x"),
    *VIEWING,
    Declared("match.pause", "&Matching", "Pause automatic offers", lambda d: d.toggle_matching(), "Ctrl+P", "pause",
             checked=lambda d: d.engine.matching_paused),
    Declared("match.now", "&Matching", "Match now", lambda d: d.engine.match_soon(), "Ctrl+M", "lightning",
             able=lambda d: not d.engine.matching_paused),
    *(Declared(f"match.{name}", "&Matching", _STRIVE[name], _strive(name),
               checked=_strives(name), rule_before=name == "default") for name in PROFILES),
    *MANAGING,
    Declared("replay.open", "&Recorder", "Look back over the shift", lambda d: d.recorder.begin(), "Ctrl+R",
             "clock-counter-clockwise", able=lambda d: d.sandbox is None),
    Declared("replay.live", "&Recorder", "Back to live", lambda d: d.recorder.end(), "Ctrl+L", "broadcast", able=_replays),
    Declared("replay.play", "&Recorder", "Play or pause", lambda d: d.recorder.play(), "Ctrl+Space", "play", able=_replays,
             rule_before=True),
    Declared("replay.next", "&Recorder", "Next event", lambda d: d.recorder.step(), "Ctrl+Right", "skip-forward",
             able=_replays),
    Declared("replay.previous", "&Recorder", "Event before", lambda d: d.recorder.step(back=True), "Ctrl+Left", "skip-back",
             able=_replays),
    Declared("replay.next_mark", "&Recorder", "Next alert or late order", lambda d: d.recorder.step_mark(), "Ctrl+Shift+Right",
             "warning", able=_replays),
    Declared("replay.previous_mark", "&Recorder", "Alert or late order before", lambda d: d.recorder.step_mark(back=True),
             "Ctrl+Shift+Left", "warning", able=_replays),
    Declared("replay.faster", "&Recorder", "Faster", lambda d: d.recorder.change_speed(1), "Ctrl+Up", "fast-forward",
             able=_replays, rule_before=True),
    Declared("replay.slower", "&Recorder", "Slower", lambda d: d.recorder.change_speed(-1), "Ctrl+Down", "rewind",
             able=_replays),
    Declared("replay.time", "&Recorder", "Go to a time…", lambda d: d.recorder.ask_time(), "Ctrl+J", "clock", able=_replays),
    Declared("replay.save", "&Recorder", "Save the stretch as a page…", lambda d: d.recorder.save(), "Ctrl+E", "floppy-disk",
             able=_replays),
    Declared("file.import", "&File", "Import…", file_deeds.ask_files, "Ctrl+I",
             "download-simple"),
    Declared("file.fleet", "&File", "Set up my fleet…", lambda d: d.window.set_up_fleet(), "", "map-trifold",
             able=lambda d: not d.training),
    Declared("file.settings", "&File", "Settings…", lambda d: d.window.open_settings(), "Ctrl+,", "gear", rule_before=True),
    Declared("file.profile", "&File", mark("Change profile…"), lambda d: d.window.choose_profile(), "", "identification-card"),
    Declared("file.http", "&File", "Other systems…", lambda d: d.window.set_up_http(), "", "share-network",
             able=lambda d: not d.training),
    Declared("file.backup", "&File", "Back up…", lambda d: d.window.back_up(), "", "floppy-disk",
             able=lambda d: not d.training, rule_before=True),
    Declared("file.restore", "&File", "Restore a backup…", lambda d: d.window.restore_backup(), "",
             "clock-counter-clockwise", able=lambda d: not d.training),
    Declared("file.demo", "&File", "Try the demo", lambda d: d.window.start_demo(), "", "play-circle",
             able=lambda d: not d.training, rule_before=True),
    Declared("file.leave_demo", "&File", "Leave the demo", lambda d: d.window.leave_demo(), "", "sign-out",
             able=lambda d: d.training),
    Declared("file.quit", "&File", "Quit", lambda d: d.window.quit(), "Ctrl+Q", "sign-out", rule_before=True),
    Declared("help.keys", "&Help", "Keys", lambda d: d.window.show_keys(), "F1", "keyboard"),
    Declared("help.logs", "&Help", "Open the log folder", lambda d: d.window.open_logs(), "", "file-text"),
    Declared("help.about", "&Help", "About Kerbside", lambda d: d.window.show_about(), "", "info"),
)  # fmt: skip

MENUS = (
    mark("&File"),
    mark("&Edit"),
    mark("&Orders"),
    mark("&Alerts"),
    mark("&Drivers"),
    mark("&Matching"),
    mark("M&anage"),
    mark("&Recorder"),
    mark("&View"),
    mark("&Help"),
)

OTHER_KEYS: tuple[tuple[str, str, str], ...] = (
    (mark("Orders"), mark("Give the selected orders to the driver of this number"), "1 7 +"),
    (mark("Lists"), mark("Go up and down; with Shift select what lies between"), "↑ ↓"),
    (mark("Lists"), mark("Open what is selected"), mark("Enter")),
    (mark("Lists"), mark("All that can be done with what is selected"), mark("Menu, Shift+F10")),
    (mark("Lists"), mark("Fold or unfold a queue of the orders board"), mark("Space on its title")),
    (mark("Lists"), mark("Acknowledge the alerts selected"), mark("Space")),
    (mark("Lists"), mark("From a filter field into its list"), "↓"),
    (mark("Timeline"), mark("From stop to stop, from driver to driver"), "← → ↑ ↓"),
    (mark("Timeline"), mark("Carry the stop sooner or later, or to another driver"), mark("Alt+← → ↑ ↓")),
    (mark("Timeline"), mark("Carry the whole route to another driver"), mark("Alt+Shift+↑ ↓")),
    (mark("Timeline"), mark("Let go what is carried, put it back"), mark("Enter, Esc")),
    (mark("Timeline"), mark("Along with the clock; wider, narrower hours"), mark("Home, +, −")),
    (mark("Areas"), mark("Count more or less where areas overlap"), mark("Alt+↑, Alt+↓")),
    (mark("Rules"), mark("Ask the rule earlier or later"), mark("Alt+↑, Alt+↓")),
    (mark("Rules"), mark("Switch the rule on or off"), mark("Space")),
    (mark("Map"), mark("Open what can be done with what is selected"), mark("Enter")),
    (mark("Drawing on the map"), mark("Move the crosshair; finer, farther"), mark("↑ ↓ ← →; with Shift, with Ctrl")),
    (mark("Drawing on the map"), mark("Set a corner, take one back, end it"), mark("Space, Backspace, Enter")),
    (mark("A shape on the map"), mark("The next corner, the one before"), mark("Page Down, Page Up")),
    (mark("A shape on the map"), mark("Move the corner; farther"), mark("↑ ↓ ← →; with Shift")),
    (mark("A shape on the map"), mark("Add a corner after it, remove it"), mark("Insert, Backspace")),
    (mark("Everywhere"), mark("The next field or button, the one before"), mark("Tab, Shift+Tab")),
    (mark("Everywhere"), mark("Into the menus"), mark("Alt")),
)
"""Keys that belong to no action: where they work, what they do, and the keys themselves as they are written."""
