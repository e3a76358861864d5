"""Everything a person can do, declared once: menus, shortcuts, context menus and the sheet of keys are made from this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from app.actions import what_if
from app.actions.route_deeds import hand_over_route, route_orders
from app.layouts import LAYOUTS
from core.domain.language import mark
from core.domain.order import BEFORE_PICKUP, ENDED, Status, Step
from core.matching.profiles import PROFILES

if TYPE_CHECKING:
    from app.actions.deeds import Deeds


class Scope(Enum):
    """What an action is about, and so in which context menus it stands."""

    PROGRAM = "program"
    ORDERS = "orders"
    DRIVER = "driver"
    MAP = "map"
    ALERTS = "alerts"
    AREAS = "areas"
    DASHBOARD = "dashboard"
    RULES = "rules"
    PROVIDERS = "providers"
    MERCHANTS = "merchants"
    FORWARDING = "forwarding"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Declared:
    """``menu`` is the menu bar's; ``keys`` a Qt key sequence; ``able`` says whether it can be done now."""

    id: str
    menu: str
    text: str
    run: Callable[[Deeds], None]
    keys: str = ""
    icon: str = ""
    scope: Scope = Scope.PROGRAM
    able: Callable[[Deeds], bool] = lambda deeds: True
    checked: Callable[[Deeds], bool] | None = None
    rule_before: bool = False


def _orders(*statuses: Status) -> Callable[[Deeds], bool]:
    wanted = frozenset(statuses)
    return lambda deeds: any(order.status in wanted for order in deeds.chosen_orders())


def _step(step: Step) -> Callable[[Deeds], bool]:
    return lambda deeds: any(order.can(step) for order in deeds.chosen_orders())


def _strive(profile: str) -> Callable[[Deeds], None]:
    return lambda deeds: deeds.strive_for(profile)


def _strives(profile: str) -> Callable[[Deeds], bool]:
    return lambda deeds: deeds.settings.text("matching.profile") == profile


def _areas(least: int, most: int = 10**6) -> Callable[[Deeds], bool]:
    """So many areas are selected, and none is being worked on."""
    return lambda deeds: least <= len(deeds.editors.areas.chosen()) <= most and deeds.editors.areas.shapes.session is None


def _passed_on(deeds: Deeds) -> bool:
    return deeds.editors.forwarding.chosen() is not None


def _shaping(deeds: Deeds) -> bool:
    return deeds.editors.areas.shapes.session is not None


def _figures(span: str) -> Callable[[Deeds], None]:
    return lambda deeds: deeds.desk.dashboard.choose(span)


def _figures_are(span: str) -> Callable[[Deeds], bool]:
    return lambda deeds: deeds.desk.dashboard.span == span


def _replays(deeds: Deeds) -> bool:
    return deeds.recorder.open


def _lay_out(name: str) -> Callable[[Deeds], None]:
    return lambda deeds: deeds.desk.window.use_layout(name)


def _lies(name: str) -> Callable[[Deeds], bool]:
    return lambda deeds: deeds.desk.window.layouts.name == name


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

_FIGURES = {
    "hour": mark("Figures of the last hour"),
    "shift": mark("Figures of the shift"),
    "day": mark("Figures of the day"),
}

_sendable = _orders(Status.WAITING, Status.HELD, Status.SENDING, Status.OUTSIDE)

ACTIONS: tuple[Declared, ...] = (
    Declared("order.new", "&Orders", "New order…", lambda d: d.new_order(), "Ctrl+N", "plus", rule_before=False),
    Declared("order.assign", "&Orders", "Assign to a driver…", lambda d: d.choose_driver(), "A", "user-plus", Scope.ORDERS,
             _orders(Status.WAITING, Status.HELD, *_TAKEN), rule_before=True),
    Declared("order.offer", "&Orders", "Offer to a driver…", lambda d: d.choose_driver(offer=True), "O", "bell-ringing",
             Scope.ORDERS, _orders(Status.WAITING)),
    Declared("order.provider", "&Orders", mark("Send to a provider…"), lambda d: d.editors.providers.send(), "", "truck",
             Scope.ORDERS, lambda d: bool(d.engine.world.providers) and _sendable(d)),
    Declared("order.unassign", "&Orders", "Take back from the driver", lambda d: d.unassign(), "U", "arrow-u-up-left",
             Scope.ORDERS, _orders(*_TAKEN)),
    Declared("order.hold", "&Orders", "Hold", lambda d: d.hold(), "H", "pause", Scope.ORDERS,
             _orders(Status.WAITING, *_TAKEN)),
    Declared("order.release", "&Orders", "Release", lambda d: d.release(), "R", "play", Scope.ORDERS, _step(Step.RELEASE)),
    Declared("order.cancel", "&Orders", "Cancel…", lambda d: d.cancel(), "Del", "x-circle", Scope.ORDERS,
             _orders(*_CANCELLABLE)),
    Declared("order.reinstate", "&Orders", "Reinstate", lambda d: d.reinstate(), "", "arrow-clockwise", Scope.ORDERS,
             _step(Step.REINSTATE)),
    Declared("order.accept", "&Orders", "Accept for the driver", lambda d: d.accept_for(), "", "check", Scope.ORDERS,
             _orders(Status.OFFERED), rule_before=True),
    Declared("order.ready", "&Orders", "Mark as ready", lambda d: d.tell_ready(0.0), "", "check", Scope.ORDERS,
             _orders(*_IN_KITCHEN), rule_before=True),
    Declared("order.kitchen_late", "&Orders", "Ready 10 min later", lambda d: d.tell_ready(10.0), "", "clock", Scope.ORDERS,
             _orders(*_IN_KITCHEN)),
    Declared("order.picked_up", "&Orders", "Mark as picked up", lambda d: d.progress("picked_up"), "", "package",
             Scope.ORDERS, _step(Step.PICK_UP)),
    Declared("order.delivered", "&Orders", "Mark as delivered", lambda d: d.progress("delivered"), "", "check-circle",
             Scope.ORDERS, _step(Step.DELIVER)),
    Declared("order.failed", "&Orders", "Mark as failed…", lambda d: d.fail(), "", "warning-circle", Scope.ORDERS,
             _step(Step.FAIL)),
    Declared("order.why", "&Orders", "Copy why as text", lambda d: d.copy_why(), "Ctrl+Shift+C", "copy", Scope.ORDERS,
             lambda d: bool(d.chosen_orders()), rule_before=True),
    Declared("map.reach", "&Orders", mark("Find drivers within reach"), lambda d: d.maps.reach(), "", "path",
             Scope.ORDERS, lambda d: bool(d.chosen_orders())),
    Declared("order.next_exception", "&Orders", "Next exception", lambda d: d.next_exception(), "F8", "warning",
             rule_before=True),
    Declared("alert.show", "&Alerts", "Show the alerts", lambda d: d.show_alerts(), "F7", "bell"),
    Declared("alert.acknowledge", "&Alerts", "Acknowledge", lambda d: d.acknowledge_alerts(), "F9", "check", Scope.ALERTS,
             lambda d: bool(d.chosen_alerts()), rule_before=True),
    Declared("alert.snooze", "&Alerts", "Snooze", lambda d: d.snooze_alerts(), "Shift+F9", "alarm", Scope.ALERTS,
             lambda d: bool(d.chosen_alerts())),
    Declared("alert.take", "&Alerts", "Take on", lambda d: d.take_alerts(), "", "user-circle", Scope.ALERTS,
             lambda d: bool(d.chosen_alerts())),
    Declared("alert.hand_over", "&Alerts", "Hand over…", lambda d: d.hand_over_alerts(), "", "arrow-right", Scope.ALERTS,
             lambda d: bool(d.chosen_alerts())),
    Declared("driver.new", "&Drivers", "Add a driver…", lambda d: d.new_driver(), "Ctrl+D", "user-plus"),
    Declared("driver.follow", "&Drivers", "Follow on the map", lambda d: d.follow(), "F", "crosshair", Scope.DRIVER,
             lambda d: d.chosen_driver() is not None, rule_before=True),
    Declared("history.track", "&Drivers", "Where has this driver been", lambda d: d.past("track"), "", "path", Scope.DRIVER,
             lambda d: d.chosen_driver() is not None),
    Declared("driver.code", "&Drivers", "Show the phone's QR code…", lambda d: d.show_code(), "", "qr-code", Scope.DRIVER,
             lambda d: d.chosen_driver() is not None and not d.training),
    Declared("driver.route", "&Drivers", mark("Give the whole route to another…"), hand_over_route, "", "arrows-left-right",
             Scope.DRIVER, lambda d: bool(route_orders(d))),
    Declared("driver.break", "&Drivers", "Send on a break", lambda d: d.take_break(), "", "coffee", Scope.DRIVER,
             lambda d: d.driver_is_online()),
    Declared("driver.online", "&Drivers", "Bring back from the break", lambda d: d.end_break(), "", "play", Scope.DRIVER,
             lambda d: d.driver_is_on_break()),
    Declared("driver.off", "&Drivers", "Take off duty", lambda d: d.take_off_duty(), "", "sign-out", Scope.DRIVER,
             lambda d: d.driver_is_on_duty()),
    Declared("driver.on", "&Drivers", "Put on duty", lambda d: d.put_on_duty(), "", "sign-in", Scope.DRIVER,
             lambda d: d.driver_is_offline()),
    Declared("shift.edit", "&Drivers", "Plan the shift…", lambda d: d.desk.shifts.edit(), "", "calendar", Scope.DRIVER,
             lambda d: d.chosen_driver() is not None),
    Declared("driver.remove", "&Drivers", "Remove…", lambda d: d.remove_driver(), "", "trash", Scope.DRIVER,
             lambda d: d.chosen_driver() is not None),
    Declared("shift.open", "&Drivers", "Shifts", lambda d: d.desk.open("shifts"), "Ctrl+Shift+O", "calendar", rule_before=True),
    Declared("shift.import", "&Drivers", "Import shifts…", lambda d: d.desk.shifts.load(), "", "download-simple"),
    Declared("shift.export", "&Drivers", "Export shifts…", lambda d: d.desk.shifts.save(), "", "export"),
    Declared("handover.note", "&Drivers", "Write a note for the next shift", lambda d: d.desk.open("handover"), "Ctrl+Shift+N",
             "note-pencil", rule_before=True),
    Declared("handover.sheet", "&Drivers", "Handover sheet…", lambda d: d.desk.handover.show_sheet(), "", "printer"),
    Declared("driver.rostered", "&Drivers", "Only drivers on shift", lambda d: d.desk.toggle_rostered(), "", "",
             checked=lambda d: d.settings.flag("window.only_on_shift")),
    Declared("find.open", "&Drivers", "Find drivers on the map", lambda d: d.find_drivers(""), "Ctrl+G", "magnifying-glass",
             rule_before=True),
    Declared("find.near", "&Drivers", "Find drivers near here", lambda d: d.find_drivers("circle"), "", "circle",
             Scope.MAP, lambda d: d.pointed is not None),
    Declared("find.reach", "&Drivers", "Find drivers within reach of here", lambda d: d.find_drivers("reach"), "", "path",
             Scope.MAP, lambda d: d.pointed is not None),
    Declared("history.open", "&Drivers", "Position history", lambda d: d.past("moment"), "Ctrl+H", "clock-counter-clockwise",
             rule_before=True),
    Declared("history.near", "&Drivers", "Who was near here", lambda d: d.past("near"), "", "users-three", Scope.MAP,
             lambda d: d.pointed is not None),
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
    Declared("edit.find", "&Edit", "Find or do anything…", lambda d: d.find(), "Ctrl+K", "command", rule_before=True),
    Declared("edit.command", "&Edit", "Type a command…", lambda d: d.find("/"), "/", "terminal-window"),
    Declared("edit.filter_orders", "&Edit", "Filter orders", lambda d: d.focus("orders"), "Ctrl+F", "magnifying-glass",
             rule_before=True),
    Declared("edit.filter_drivers", "&Edit", "Filter drivers", lambda d: d.focus("drivers"), "Ctrl+Shift+F",
             "magnifying-glass"),
    Declared("edit.clear", "&Edit", "Clear the selection", lambda d: d.clear(), "Esc", "x"),
    Declared("map.fit", "&View", "Show everything on the map", lambda d: d.fit_map(), "Ctrl+0", "frame-corners", Scope.MAP),
    Declared("map.online", "&View", "Online map tiles", lambda d: d.toggle_online_tiles(), "", "globe", Scope.MAP,
             checked=lambda d: d.settings.flag("map.online_tiles")),
    Declared("map.measure", "&View", mark("Measure on the map"), lambda d: d.maps.draw("measure"), "M", "ruler", Scope.MAP,
             rule_before=True),
    Declared("map.lasso", "&View", mark("Select on the map by a lasso"), lambda d: d.maps.draw("lasso"), "L", "selection",
             Scope.MAP),
    Declared("map.pop_out", "&View", mark("Map in a window of its own"), lambda d: d.maps.pop_out(), "Ctrl+Shift+F11",
             "app-window", Scope.MAP),
    Declared("map.wall", "&View", mark("Wall view"), lambda d: d.maps.wall(), "Shift+F11", "monitor", Scope.MAP),
    Declared("dashboard.open", "&View", "Dashboard", lambda d: d.desk.open("dashboard"), "Ctrl+Shift+D", "chart-line-up",
             rule_before=True),
    *(Declared(f"dashboard.{span}", "&View", text, _figures(span), scope=Scope.DASHBOARD, checked=_figures_are(span))
      for span, text in _FIGURES.items()),
    Declared("dashboard.picture", "&View", "Save the figures as a picture…", lambda d: d.desk.dashboard.save_picture(), "",
             "image", Scope.DASHBOARD, able=lambda d: d.desk.dashboard.has_figures),
    Declared("dashboard.table", "&View", "Save the figures as a table…", lambda d: d.desk.dashboard.save_table(), "",
             "table", Scope.DASHBOARD, able=lambda d: d.desk.dashboard.has_figures),
    Declared("view.system", "&View", "Colours as the system", lambda d: d.set_theme("system"), "", "", rule_before=True,
             checked=lambda d: d.settings.text("window.theme") == "system"),
    Declared("view.light", "&View", "Light", lambda d: d.set_theme("light"), "", "sun",
             checked=lambda d: d.settings.text("window.theme") == "light"),
    Declared("view.dark", "&View", "Dark", lambda d: d.set_theme("dark"), "", "moon",
             checked=lambda d: d.settings.text("window.theme") == "dark"),
    Declared("view.rows", "&View", "Comfortable rows", lambda d: d.toggle_rows(), "", "rows",
             checked=lambda d: d.settings.text("window.rows") == "comfortable"),
    Declared("board.alone", "&View", mark("Board without the map"), lambda d: d.window.board_alone(), "F11", "arrows-out",
             checked=lambda d: d.window.is_board_alone(), rule_before=True),
    Declared("board.next", "&View", mark("Next board"), lambda d: d.window.step_board(1), "Ctrl+B", "columns"),
    Declared("board.previous", "&View", mark("Previous board"), lambda d: d.window.step_board(-1), "Ctrl+Shift+B", "columns"),
    Declared("board.new", "&View", mark("New board from this one…"), lambda d: d.window.new_board(), "", "plus"),
    Declared("view.timeline", "&View", mark("Timeline"), lambda d: d.focus("timeline"), "Ctrl+T", "chart-bar-horizontal"),
    Declared("view.next_panel", "&View", "Next panel", lambda d: d.next_panel(), "F6", "arrow-right"),
    Declared("view.previous_panel", "&View", "Previous panel", lambda d: d.next_panel(-1), "Shift+F6", "arrow-left"),
    Declared("trainer.open", "&View", "Trainer", lambda d: d.desk.open("trainer"), "Ctrl+Shift+T", "chalkboard-teacher"),
    *(Declared(f"layout.{name}", "&View", layout.label, _lay_out(name), keys, checked=_lies(name), rule_before=n == 0)
      for n, ((name, layout), keys) in enumerate(zip(LAYOUTS.items(), ("Ctrl+1", "Ctrl+2", "Ctrl+3", "Ctrl+4"), strict=True))),
    Declared("view.float", "&View", "Float the panel, or dock it", lambda d: d.desk.window.float_panel(), "Ctrl+F11",
             "frame-corners"),
    Declared("view.layout", "&View", "Reset the layout", lambda d: d.reset_layout(), "", "layout"),
    Declared("match.pause", "&Matching", "Pause automatic offers", lambda d: d.toggle_matching(), "Ctrl+P", "pause",
             checked=lambda d: d.engine.matching_paused),
    Declared("match.now", "&Matching", "Match now", lambda d: d.match_now(), "Ctrl+M", "lightning",
             able=lambda d: not d.engine.matching_paused),
    *(Declared(f"match.{name}", "&Matching", _STRIVE[name], _strive(name),
               checked=_strives(name), rule_before=name == "default") for name in PROFILES),
    Declared("area.open", "M&anage", mark("Areas"), lambda d: d.editors.open("areas"), "Ctrl+Shift+A", "polygon"),
    Declared("area.draw", "M&anage", mark("Draw an area"), lambda d: d.editors.areas.draw(), "", "plus", Scope.AREAS),
    Declared("area.edit", "M&anage", mark("Edit the shape of the area"), lambda d: d.editors.areas.edit(), "", "polygon",
             Scope.AREAS, _areas(1, 1)),
    Declared("area.split", "M&anage", mark("Split the area by a line"), lambda d: d.editors.areas.split(), "", "scissors",
             Scope.AREAS, _areas(1, 1)),
    Declared("area.merge", "M&anage", mark("Merge the areas into one"), lambda d: d.editors.areas.merge(), "", "intersect",
             Scope.AREAS, _areas(2)),
    Declared("area.details", "M&anage", mark("Details of the area…"), lambda d: d.editors.areas.details(), "", "note-pencil",
             Scope.AREAS, _areas(1, 1)),
    Declared("area.versions", "M&anage", mark("Versions of the area…"), lambda d: d.editors.areas.versions(), "",
             "clock-counter-clockwise", Scope.AREAS, _areas(1, 1)),
    Declared("area.remove", "M&anage", mark("Remove the area…"), lambda d: d.editors.areas.remove(), "", "trash",
             Scope.AREAS, _areas(1)),
    Declared("area.add_part", "M&anage", mark("Add a part to the shape"), lambda d: d.editors.areas.shapes.draw("part"), "",
             "plus-circle", Scope.AREAS, _shaping),
    Declared("area.cut_out", "M&anage", mark("Cut out of the shape"), lambda d: d.editors.areas.shapes.draw("cut"), "",
             "minus-circle", Scope.AREAS, _shaping),
    Declared("area.save", "M&anage", mark("Save the shape"), lambda d: d.editors.areas.save(), "Ctrl+S", "floppy-disk",
             Scope.AREAS, _shaping),
    Declared("area.discard", "M&anage", mark("Discard the shape"), lambda d: d.editors.areas.discard(), "", "x",
             Scope.AREAS, _shaping),
    Declared("area.import", "M&anage", mark("Import areas…"), lambda d: d.editors.areas.import_file(), "", "download-simple",
             Scope.AREAS),
    Declared("area.export", "M&anage", mark("Export areas…"), lambda d: d.editors.areas.export(), "", "export", Scope.AREAS),
    Declared("rule.open", "M&anage", mark("Rules"), lambda d: d.editors.open("rules"), "Ctrl+Shift+R", "git-branch",
             rule_before=True),
    Declared("rule.add", "M&anage", mark("Add a rule"), lambda d: d.editors.rules.add(), "", "plus", Scope.RULES),
    Declared("rule.copy", "M&anage", mark("Copy the rule"), lambda d: d.editors.rules.copy(), "", "copy", Scope.RULES,
             lambda d: d.editors.rules.chosen() is not None),
    Declared("rule.remove", "M&anage", mark("Remove the rule"), lambda d: d.editors.rules.remove(), "", "trash", Scope.RULES,
             lambda d: d.editors.rules.chosen() is not None),
    Declared("rule.try", "M&anage", mark("Try the rules on yesterday's orders"), lambda d: d.editors.rules.try_yesterday(), "",
             "flask", Scope.RULES, lambda d: bool(d.editors.rules.rules)),
    Declared("rule.save", "M&anage", mark("Save the rules"), lambda d: d.editors.rules.save(), "Ctrl+Shift+S", "floppy-disk",
             Scope.RULES, lambda d: d.editors.rules.savable()),
    Declared("rule.discard", "M&anage", mark("Discard changes of the rules"), lambda d: d.editors.rules.discard(), "", "x",
             Scope.RULES, lambda d: d.editors.rules.changed),
    Declared("provider.open", "M&anage", mark("Providers"), lambda d: d.editors.open("providers"), "Ctrl+Shift+P", "truck",
             rule_before=True),
    Declared("provider.add", "M&anage", mark("Add a provider…"), lambda d: d.editors.providers.add(), "", "plus",
             Scope.PROVIDERS),
    Declared("provider.edit", "M&anage", mark("Edit the provider…"), lambda d: d.editors.providers.edit(), "", "note-pencil",
             Scope.PROVIDERS, lambda d: d.editors.providers.chosen() is not None),
    Declared("provider.switch", "M&anage", mark("Switch the provider on or off"), lambda d: d.editors.providers.switch(), "",
             "power", Scope.PROVIDERS, lambda d: d.editors.providers.chosen() is not None),
    Declared("provider.remove", "M&anage", mark("Remove the provider…"), lambda d: d.editors.providers.remove(), "", "trash",
             Scope.PROVIDERS, lambda d: d.editors.providers.is_other()),
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
    Declared("merchant.open", "M&anage", mark("Merchants"), lambda d: d.editors.open("merchants"), "Ctrl+Shift+M", "storefront",
             rule_before=True),
    Declared("merchant.add", "M&anage", mark("Add a merchant…"), lambda d: d.editors.merchants.add(), "", "plus",
             Scope.MERCHANTS),
    Declared("merchant.edit", "M&anage", mark("Edit the merchant…"), lambda d: d.editors.merchants.edit(), "", "note-pencil",
             Scope.MERCHANTS, lambda d: len(d.editors.merchants.chosen()) == 1),
    Declared("merchant.remove", "M&anage", mark("Remove the merchant…"), lambda d: d.editors.merchants.remove(), "", "trash",
             Scope.MERCHANTS, lambda d: bool(d.editors.merchants.chosen())),
    Declared("forward.open", "M&anage", mark("What is passed on"), lambda d: d.editors.open("forwarding"), "Ctrl+Shift+W",
             "paper-plane-tilt", rule_before=True),
    Declared("forward.add", "M&anage", mark("Pass events on…"), lambda d: d.editors.forwarding.add(), "", "plus",
             Scope.FORWARDING),
    Declared("forward.edit", "M&anage", mark("Edit what is passed on…"), lambda d: d.editors.forwarding.edit(), "",
             "note-pencil", Scope.FORWARDING, _passed_on),
    Declared("forward.switch", "M&anage", mark("Pass on or stop it"), lambda d: d.editors.forwarding.switch(), "", "power",
             Scope.FORWARDING, _passed_on),
    Declared("forward.secret", "M&anage", mark("New secret of what is passed on…"), lambda d: d.editors.forwarding.secret(), "",
             "key", Scope.FORWARDING, _passed_on),
    Declared("forward.remove", "M&anage", mark("Pass it on no more…"), lambda d: d.editors.forwarding.remove(), "", "trash",
             Scope.FORWARDING, _passed_on),
    Declared("audit.open", "M&anage", mark("Audit: who changed what"), lambda d: d.editors.open("audit"), "Ctrl+Shift+U",
             "eye", rule_before=True),
    Declared("audit.older", "M&anage", mark("Older changes"), lambda d: d.editors.audit.older(), "", "arrow-down", Scope.AUDIT),
    Declared("audit.export", "M&anage", mark("Export the changes…"), lambda d: d.editors.audit.export(), "", "export",
             Scope.AUDIT),
    Declared("file.import", "&File", "Import…", lambda d: d.import_files(), "Ctrl+I", "download-simple"),
    Declared("file.fleet", "&File", "Set up my fleet…", lambda d: d.set_up_fleet(), "", "map-trifold",
             able=lambda d: not d.training),
    Declared("file.settings", "&File", "Settings…", lambda d: d.open_settings(), "Ctrl+,", "gear", rule_before=True),
    Declared("file.http", "&File", "Other systems…", lambda d: d.window.set_up_http(), "", "share-network",
             able=lambda d: not d.training),
    Declared("file.backup", "&File", "Back up…", lambda d: d.window.back_up(), "", "floppy-disk",
             able=lambda d: not d.training, rule_before=True),
    Declared("file.restore", "&File", "Restore a backup…", lambda d: d.window.restore_backup(), "",
             "clock-counter-clockwise", able=lambda d: not d.training),
    Declared("file.demo", "&File", "Try the demo", lambda d: d.start_demo(), "", "play-circle",
             able=lambda d: not d.training, rule_before=True),
    Declared("file.leave_demo", "&File", "Leave the demo", lambda d: d.leave_demo(), "", "sign-out",
             able=lambda d: d.training),
    Declared("file.quit", "&File", "Quit", lambda d: d.quit(), "Ctrl+Q", "sign-out", rule_before=True),
    Declared("help.keys", "&Help", "Keys", lambda d: d.show_keys(), "F1", "keyboard"),
    Declared("help.logs", "&Help", "Open the log folder", lambda d: d.open_logs(), "", "file-text"),
    Declared("help.about", "&Help", "About Kerbside", lambda d: d.about(), "", "info"),
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
