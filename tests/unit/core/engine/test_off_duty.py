"""Off duty by somebody's word holds; offline for silence ends with the next fix."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain.driver import App, Presence
from core.domain.order import Status
from tests.rigs import NEAR, Rig


def keeps_sending(rig: Rig, driver_id: str = "D-1", times: int = 5) -> None:
    for _ in range(times):
        rig.fix(driver_id, NEAR)
        rig.tick(10)


def presence(rig: Rig, driver_id: str = "D-1") -> Presence:
    return rig.world.drivers[driver_id].presence


def test_the_dispatcher_s_word_holds_against_fixes_and_over_a_restart(rig: Rig) -> None:
    rig.do(c.SetPresence(driver_id="D-1", presence=Presence.OFFLINE))
    keeps_sending(rig)
    assert presence(rig) is Presence.OFFLINE
    rig.restart()
    keeps_sending(rig)
    assert presence(rig) is Presence.OFFLINE
    rig.do(c.SetPresence(driver_id="D-2", presence=Presence.OFFLINE))
    rig.place()
    rig.tick(10)
    assert rig.status_of() is Status.WAITING


@pytest.mark.parametrize("word", ["online", "break"])
def test_the_driver_s_own_word_ends_it(rig: Rig, word: str) -> None:
    rig.do(c.SetPresence(driver_id="D-1", presence=Presence.OFFLINE))
    rig.tick(5)
    rig.status("D-1", word)
    rig.tick()
    assert presence(rig) is Presence(word)
    assert not rig.world.drivers["D-1"].off_duty


def test_the_dispatcher_s_word_ends_it(rig: Rig) -> None:
    undo = rig.do(c.SetPresence(driver_id="D-1", presence=Presence.OFFLINE)).undo
    for command in undo:
        rig.do(command)
    assert (presence(rig), rig.world.drivers["D-1"].off_duty) == (Presence.ONLINE, False)


def test_a_word_said_before_and_come_late_does_not(rig: Rig) -> None:
    said_at = rig.clock.now()
    rig.tick(60)
    rig.fix("D-1", NEAR)
    rig.do(c.SetPresence(driver_id="D-1", presence=Presence.OFFLINE))
    rig.send("kerbside/v1/drivers/D-1/status", {"state": "online", "t": said_at})
    rig.tick()
    assert presence(rig) is Presence.OFFLINE


def test_a_driver_who_signs_off_is_off_duty_though_the_phone_goes_on(rig: Rig) -> None:
    rig.status("D-1", "offline")
    rig.tick()
    keeps_sending(rig)
    assert (presence(rig), rig.world.drivers["D-1"].off_duty) == (Presence.OFFLINE, True)
    rig.status("D-1", "online")
    rig.tick()
    assert presence(rig) is Presence.ONLINE


def test_who_is_silent_already_can_be_taken_off_duty(rig: Rig) -> None:
    rig.tick(200)
    assert (presence(rig), rig.world.drivers["D-1"].off_duty) == (Presence.OFFLINE, False)
    rig.do(c.SetPresence(driver_id="D-1", presence=Presence.OFFLINE))
    keeps_sending(rig)
    assert presence(rig) is Presence.OFFLINE


def test_silence_and_a_last_will_end_with_the_next_fix(rig: Rig) -> None:
    rig.tick(200)
    assert presence(rig) is Presence.OFFLINE
    keeps_sending(rig, times=1)
    assert presence(rig) is Presence.ONLINE
    rig.driver("OT", App.OWNTRACKS)
    rig.tick()
    rig.send("owntracks/OT/phone", {"_type": "lwt", "tst": rig.clock.now()})
    rig.tick()
    assert presence(rig, "OT") is Presence.OFFLINE
    keeps_sending(rig, "OT", times=1)
    assert presence(rig, "OT") is Presence.ONLINE


def test_what_is_changed_of_a_driver_leaves_them_off_duty(rig: Rig) -> None:
    rig.do(c.SetPresence(driver_id="D-1", presence=Presence.OFFLINE))
    rig.do(c.SaveDriver(driver=replace(rig.world.drivers["D-1"], name="Other", off_duty=False)))
    keeps_sending(rig)
    assert presence(rig) is Presence.OFFLINE


def test_a_hundred_who_are_off_duty_do_not_stand_in_the_way_of_one_who_comes_back(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.engine.movement.TURNED_AT_ONCE", 3)
    for n in range(10):
        rig.driver(f"A-{n}")
    rig.tick()
    rig.tick(200)
    for n in range(9):
        rig.do(c.SetPresence(driver_id=f"A-{n}", presence=Presence.OFFLINE))
    for n in range(10):
        rig.fix(f"A-{n}", NEAR)
    rig.tick()
    assert presence(rig, "A-9") is Presence.ONLINE
