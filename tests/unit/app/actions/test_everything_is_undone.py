"""Every command of a person has a way back, or stands among those that have none, with the reason; and so has every action."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.actions import final
from app.actions.arranging import Rearrange
from app.actions.declared import ACTIONS
from app.actions.history import History, Standing
from app.actions.profile_deeds import KeepProfile
from app.actions.setting_deeds import ChangeSettings, PauseMatching
from app.presenters.area_shapes import ShapeDraft
from app.presenters.rules import RulesDraft
from core.domain import commands as c
from core.domain.driver import Driver, Presence
from core.domain.events import SettingsChanged
from core.domain.experiment import Experiment, Variant
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.merchant import Area, Merchant
from core.domain.order import Status
from core.domain.provider import INTERNAL, Provider, ProviderKind
from core.domain.rules import Rule
from core.domain.vehicle import Vehicle
from core.domain.world import World
from tests.provider_rig import Faults
from tests.rigs import DOOR, MERCHANT, Rig
from tests.unit.core.engine.conftest import Outside, outside  # noqa: F401

SQUARE = ((LatLon(44.9, 8.9), LatLon(45.1, 8.9), LatLon(45.1, 9.1), LatLon(44.9, 8.9)),)
AREA = Area("A-1", "Old town", (SQUARE,))
FORWARD = Forward("F-1", "Shop", "https://shop.example/hook")
VARIANT = Variant("half", 50.0)
NOBODY_THERE = Provider("gone", "Gone", ProviderKind.WEBHOOK, "http://127.0.0.1:9/")

Scene = Callable[[Rig], list[c.Command]]
"""What goes before, then the command itself."""


def _with_driver(*more: c.Command) -> Scene:
    return lambda rig: [c.AssignOrder(order_id="O-1", driver_id="D-1"), *more]


def _alert(kind: type[c.AlertCommand], **values: Any) -> Scene:
    def scene(rig: Rig) -> list[c.Command]:
        rig.tick(30, times=30)  # nobody takes the order
        return [kind(alert_id=next(iter(rig.world.alerts)), **values)]

    return scene


def _plain(*commands: c.Command) -> Scene:
    return lambda rig: list(commands)


def _doubt(rig: Rig, command: Callable[[], c.Command]) -> list[c.Command]:
    rig.do(c.SendToProvider(order_id="O-1", provider_id="mute"))
    rig.tick(times=4)
    return [command()]


SCENES: dict[type[c.Command], Scene] = {
    c.PlaceOrder: _plain(c.PlaceOrder(order_id="O-9", merchant_id="M-1", dropoff=DOOR)),
    c.ChangeOrder: _plain(c.ChangeOrder(order_id="O-1", note="ring twice")),
    c.CancelOrder: _with_driver(c.CancelOrder(order_id="O-1")),
    c.ReinstateOrder: _plain(c.CancelOrder(order_id="O-1"), c.ReinstateOrder(order_id="O-1")),
    c.HoldOrder: _with_driver(c.HoldOrder(order_id="O-1")),
    c.ReleaseOrder: _plain(c.HoldOrder(order_id="O-1"), c.ReleaseOrder(order_id="O-1")),
    c.AssignOrder: _with_driver(c.AssignOrder(order_id="O-1", driver_id="D-2")),
    c.PlanRoute: _with_driver(c.PlanRoute(driver_id="D-2", orders=("O-1",))),
    c.OfferOrder: _plain(c.OfferOrder(order_id="O-1", driver_id="D-1")),
    c.UnassignOrder: _with_driver(c.UnassignOrder(order_id="O-1")),
    c.AcceptFor: _plain(c.OfferOrder(order_id="O-1", driver_id="D-1"), c.AcceptFor(order_id="O-1")),
    c.RecordProgress: _with_driver(c.RecordProgress(order_id="O-1", event="picked_up")),
    c.CorrectProgress: lambda rig: [
        c.AssignOrder(order_id="O-1", driver_id="D-1"),
        c.RecordProgress(order_id="O-1", event="picked_up"),
        c.CorrectProgress(order_id="O-1", event="picked_up", status=Status.ASSIGNED),
    ],
    c.TellReady: lambda rig: [c.TellReady(order_id="O-1", ready_at=rig.clock.now())],
    c.SaveDriver: _plain(c.SaveDriver(driver=Driver("D-1", "Ada", Vehicle.BIKE))),
    c.SetPresence: _plain(c.SetPresence(driver_id="D-1", presence=Presence.BREAK)),
    c.RemoveDriver: _plain(c.RemoveDriver(driver_id="D-2")),
    c.SaveMerchant: _plain(c.SaveMerchant(merchant=Merchant("M-1", "Due", MERCHANT))),
    c.RemoveMerchant: _plain(
        c.SaveMerchant(merchant=Merchant("M-2", "Due", MERCHANT)), c.RemoveMerchant(merchant_id="M-2")
    ),
    c.SaveArea: _plain(c.SaveArea(area=AREA), c.SaveArea(area=replace(AREA, name="New town"))),
    c.RemoveArea: _plain(c.SaveArea(area=AREA), c.RemoveArea(area_id="A-1")),
    c.SaveExperiment: _plain(c.SaveExperiment(experiment=Experiment("rates", (VARIANT,)))),
    c.AcknowledgeAlert: _alert(c.AcknowledgeAlert, by="Kim"),
    c.SnoozeAlert: _alert(c.SnoozeAlert, until=2e9),
    c.TakeAlert: _alert(c.TakeAlert, owner="Kim"),
    c.SaveRules: _plain(c.SaveRules(rules=(Rule("r", {}, {"provider": INTERNAL}),))),
    c.SaveProvider: _plain(
        c.SaveProvider(provider=NOBODY_THERE), c.SaveProvider(provider=replace(NOBODY_THERE, enabled=False))
    ),
    c.RemoveProvider: _plain(c.SaveProvider(provider=NOBODY_THERE), c.RemoveProvider(provider_id="gone")),
    c.TellWeather: _plain(c.TellWeather(weather="rain")),
    c.SendToProvider: _plain(c.SendToProvider(order_id="O-1", provider_id="swift")),
    c.SettleConsignment: lambda rig: _doubt(rig, lambda: c.SettleConsignment(order_id="O-1", has_it=True)),
    c.DoubtConsignment: lambda rig: _doubt(
        rig, lambda: rig.do(c.SettleConsignment(order_id="O-1", has_it=True)).undo[0]
    ),
    c.BringBack: lambda rig: [
        c.SendToProvider(order_id="O-1", provider_id="swift"),
        c.BringBack(order_id="O-1", chain=(INTERNAL,)),
    ],
    c.TakeNote: _plain(c.TakeNote(text="keys are with Bo")),
    c.StrikeNote: lambda rig: [c.StrikeNote(note_id=rig.do(c.TakeNote(text="keys")).changes[0].note.id)],
    c.SaveForward: _plain(c.SaveForward(forward=FORWARD), c.SaveForward(forward=replace(FORWARD, enabled=False))),
    c.RemoveForward: _plain(c.SaveForward(forward=FORWARD), c.RemoveForward(forward_id="F-1")),
}  # fmt: skip


_WAITS = Status.WAITING, None


def seen(world: World) -> dict[str, Any]:
    """What a person sees, but for when it came about and how often it was changed."""
    return {
        "orders": {
            # An open offer is a question: it need not be asked again.
            i: (*(_WAITS if o.status is Status.OFFERED else (o.status, o.driver_id)), o.ready_at, o.readied_at, o.note)
            for i, o in world.orders.items()
            if o.status is not Status.CANCELLED
        },
        "drivers": {i: replace(d, presence_at=0.0) for i, d in world.drivers.items()},
        "routes": {i: route.orders() for i, route in world.routes.items() if route.stops},
        "merchants": dict(world.merchants),
        "areas": {i: replace(area, version=0) for i, area in world.areas.items()},
        "providers": {i: replace(one, version=0) for i, one in world.providers.items()},
        "rules": world.ruleset.rules,
        "weather": {day: weather for day, weather in world.weather.items() if weather},
        "experiments": dict(world.experiments),
        "alerts": {a.id: (a.acknowledged_by, a.snoozed_until, a.owner) for a in world.alerts.values()},
        "notes": [note.text for note in world.notes.values()],
        "forwards": dict(world.forwards),
        "with": {i: one.provider_id for i, one in world.consignments.items()},
    }


def leaves(kind: type[c.Command]) -> set[type[c.Command]]:
    below = kind.__subclasses__()
    found = {kind} if not below else {leaf for one in below for leaf in leaves(one)}
    # A class with slots is made twice; the first one belongs to nobody.
    return {one for one in found if getattr(sys.modules[one.__module__], one.__name__, None) is one}


@pytest.mark.parametrize("kind", SCENES, ids=lambda kind: kind.__name__)
def test_every_command_leads_back_and_there_again(rig: Rig, outside: Outside, kind: type[c.Command]) -> None:  # noqa: F811
    rig.engine.matching_paused = True
    outside("swift")
    outside("mute", Faults(drop_before=1.0))
    rig.place()
    rig.tick()
    *first, command = SCENES[kind](rig)
    for one in first:
        rig.do(one)
        rig.tick(times=3)
    history = History(lambda one: rig.do(one).undo, why_final=final.why_final)
    before = seen(rig.world)
    assert history.do("It", command) == []
    rig.tick(times=4)
    after = seen(rig.world)
    assert history.records()[-1].standing is Standing.DONE
    assert history.undo() == []
    rig.tick(times=4)
    assert seen(rig.world) == before
    assert history.redo() == []
    rig.tick(times=4)
    assert seen(rig.world) == after
    rig.store.flush()
    assert rig.store.rebuild_check() == []


def test_no_command_is_neither_undone_nor_said_to_be_final() -> None:
    ours = {kind for kind in leaves(c.Command) if kind.__module__ == c.__name__}
    assert ours - set(SCENES) - set(final.COMMANDS) == set()
    others = {kind for kind in leaves(c.Command) if kind.__module__.startswith(("app.", "core.", "widgets."))} - ours
    assert others == {Rearrange, KeepProfile, ChangeSettings, PauseMatching, ShapeDraft, RulesDraft}  # each by its own test


def test_what_has_no_way_back_says_why_in_the_history(rig: Rig) -> None:
    history = History(lambda one: rig.do(one).undo, why_final=final.why_final)
    history.do("It", c.RecordUpkeep(kind=SettingsChanged))
    (record,) = history.records()
    assert (record.standing, record.why) == (Standing.FINAL, final.COMMANDS[c.RecordUpkeep])


def test_how_far_an_order_with_a_provider_is_they_say_themselves(rig: Rig, outside: Outside) -> None:  # noqa: F811
    rig.engine.matching_paused = True
    outside("swift")
    rig.place()
    rig.do(c.SendToProvider(order_id="O-1", provider_id="swift"))
    rig.tick(times=3)
    history = History(lambda one: rig.do(one).undo, why_final=final.why_final)
    assert history.do("It", c.RecordProgress(order_id="O-1", event="delivered")) == []
    (record,) = history.records()
    assert (record.standing, record.why) == (Standing.FINAL, final.COMMANDS[c.RecordProgress])


LOOKS = {
    "order.why", "map.reach", "order.next_exception", "alert.show", "driver.follow", "history.track", "driver.code",
    "shift.open", "shift.export", "handover.sheet", "find.open", "find.near", "find.reach", "history.open", "history.near",
    "edit.undo", "edit.redo", "edit.done", "edit.what_if", "edit.find", "edit.command", "edit.filter_orders",
    "edit.filter_drivers", "edit.clear", "view.timeline", "trainer.open", "view.next_panel", "view.previous_panel",
    "map.fit", "map.measure", "map.lasso", "map.pop_out", "map.wall", "dashboard.open", "dashboard.hour",
    "dashboard.shift", "dashboard.day", "dashboard.picture", "dashboard.table", "board.alone", "board.next",
    "board.previous", "area.open", "area.export", "rule.open", "rule.try", "provider.open", "merchant.open", "forward.open",
    "audit.open", "audit.older", "audit.export", "file.quit", "help.keys", "help.logs", "help.about", "handover.note",
    *(action.id for action in ACTIONS if action.id.startswith("replay.")),
}  # fmt: skip
"""Actions that show, seek or write something down for somebody, and change nothing that stays."""

DOES: dict[str, tuple[type[c.Command], ...]] = {
    "order.new": (c.PlaceOrder, c.SaveMerchant),
    "order.assign": (c.AssignOrder,),
    "order.offer": (c.OfferOrder,),
    "order.provider": (c.SendToProvider,),
    "order.unassign": (c.UnassignOrder,),
    "order.hold": (c.HoldOrder,),
    "order.release": (c.ReleaseOrder,),
    "order.cancel": (c.CancelOrder,),
    "order.reinstate": (c.ReinstateOrder,),
    "order.accept": (c.AcceptFor,),
    "order.ready": (c.TellReady,),
    "order.kitchen_late": (c.TellReady,),
    "order.picked_up": (c.RecordProgress,),
    "order.delivered": (c.RecordProgress,),
    "order.failed": (c.RecordProgress,),
    "alert.acknowledge": (c.AcknowledgeAlert,),
    "alert.snooze": (c.SnoozeAlert,),
    "alert.take": (c.TakeAlert,),
    "alert.hand_over": (c.TakeAlert,),
    "driver.new": (c.SaveDriver,),
    "driver.route": (c.PlanRoute,),
    "driver.break": (c.SetPresence,),
    "driver.online": (c.SetPresence,),
    "driver.off": (c.SetPresence,),
    "driver.on": (c.SetPresence,),
    "driver.remove": (c.RemoveDriver,),
    "driver.rostered": (ChangeSettings,),
    "shift.edit": (c.SaveDriver,),
    "shift.import": (c.SaveDriver,),
    "edit.what_if_do": (c.AssignOrder, c.PlanRoute, c.UnassignOrder, c.HoldOrder, c.ReleaseOrder, c.CancelOrder),
    "map.online": (ChangeSettings,),
    "match.pause": (PauseMatching,),
    **{f"board.{what}": (Rearrange,) for what in ("new", "beside", "back", "rename", "remove")},
    **{f"layout.{what}": (Rearrange,) for what in ("dispatch", "planning", "trainer", "wall")},
    **{f"view.{what}": (Rearrange,) for what in ("float", "layout")},
    **{f"view.{what}": (ChangeSettings,) for what in ("system", "light", "dark", "rows")},
    **{f"match.{what}": (ChangeSettings,) for what in ("default", "punctuality", "efficiency", "fairness", "rating")},
    **{f"area.{what}": (ShapeDraft,) for what in ("draw", "edit", "add_part", "cut_out")},
    **{f"area.{what}": (c.SaveArea,) for what in ("split", "details", "versions", "save", "import")},
    "area.merge": (c.SaveArea, c.RemoveArea),
    "area.remove": (c.RemoveArea,),
    **{f"rule.{what}": (RulesDraft,) for what in ("add", "copy", "remove")},
    "rule.save": (c.SaveRules,),
    **{f"provider.{what}": (c.SaveProvider,) for what in ("add", "edit", "switch")},
    "provider.remove": (c.RemoveProvider,),
    **{f"merchant.{what}": (c.SaveMerchant,) for what in ("add", "edit")},
    "merchant.remove": (c.RemoveMerchant,),
    **{f"forward.{what}": (c.SaveForward,) for what in ("add", "edit", "switch")},
    "forward.remove": (c.RemoveForward,),
    "file.import": (c.PlaceOrder, c.SaveDriver, c.SaveMerchant, c.SaveArea, c.SaveExperiment),
    "file.fleet": (c.SaveDriver, c.RemoveDriver, ChangeSettings),
    "file.settings": (ChangeSettings, KeepProfile),
    "file.profile": (ChangeSettings, Rearrange),
}
"""What the others carry out."""


def test_no_action_of_the_menus_is_neither_undone_nor_said_to_be_final() -> None:
    ids = {action.id for action in ACTIONS}
    assert ids - LOOKS - set(DOES) - set(final.ACTIONS) == set()
    assert (LOOKS | set(DOES) | set(final.ACTIONS)) - ids == set(), "no such action any more"
    assert (LOOKS & set(DOES), LOOKS & set(final.ACTIONS), set(DOES) & set(final.ACTIONS)) == (set(), set(), set())
    proven = set(SCENES) | {Rearrange, KeepProfile, ChangeSettings, PauseMatching, ShapeDraft, RulesDraft}
    assert {command for commands in DOES.values() for command in commands} <= proven
    assert all({*final.ACTIONS.values(), *final.BESIDE.values(), *final.COMMANDS.values()})


@pytest.mark.parametrize(
    ("first", "mine", "meanwhile"),
    [
        (
            c.SaveProvider(provider=NOBODY_THERE),
            c.SaveProvider(provider=replace(NOBODY_THERE, enabled=False)),
            c.SaveProvider(provider=replace(NOBODY_THERE, name="Gone for good")),
        ),
        (
            c.SaveForward(forward=FORWARD),
            c.SaveForward(forward=replace(FORWARD, enabled=False)),
            c.SaveForward(forward=replace(FORWARD, name="Shop in town")),
        ),
        (
            c.SaveExperiment(experiment=Experiment("rates", (VARIANT,), ended=True)),
            c.SaveExperiment(experiment=Experiment("rates", (VARIANT,))),
            c.SaveExperiment(experiment=Experiment("rates", (replace(VARIANT, share=10.0),))),
        ),
        (
            c.SaveRules(rules=()),
            c.SaveRules(rules=(Rule("r", {}, {"provider": INTERNAL}),)),
            c.SaveRules(rules=(Rule("s", {}, {"provider": INTERNAL}),)),
        ),
    ],
    ids=lambda command: type(command).__name__,
)
def test_what_somebody_has_changed_meanwhile_is_not_put_back(
    rig: Rig, first: c.Command, mine: c.Command, meanwhile: c.Command
) -> None:
    rig.do(first)
    history = History(lambda one: rig.do(one).undo)
    assert history.do("It", mine) == []
    rig.do(meanwhile)
    after = seen(rig.world)
    (refused,) = history.undo()
    assert "changed" in refused
    assert seen(rig.world) == after
