"""What a person is told about disk, clock and backups; and how a run begins where the clock is behind the log."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from app.bootstrap import System, compose
from app.caretaker import Caretaker
from core.clock import RealClock
from core.domain.commands import SaveMerchant, SaveRules
from core.domain.events import RulesSaved
from core.domain.geo import LatLon
from core.domain.merchant import Merchant
from core.domain.rules import Rule, RuleSet
from core.messaging.local import LocalBroker
from core.settings import Settings
from core.storage.folder import DataFolder


class Machine:
    """The machine's clock, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self._steady = 1_800_000_000.0, time.monotonic()
        monkeypatch.setattr("core.clock.time.time", lambda: self.wall)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def begin(folder: DataFolder) -> System:
    clock = RealClock()
    settings = Settings({"storage.backup_every_h": 0.0})
    line = LocalBroker(clock).endpoint("console", [])
    return compose(folder.database, settings, clock, line, city_path=None)


def merchant(system: System, name: str) -> None:
    _, promised = system.engine.execute(SaveMerchant(merchant=Merchant(name, name, LatLon(45.0, 9.0))))
    system.store.flush(10)
    system.engine.attend()
    promised.result(10)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


def times(system: System) -> list[float]:
    return [change.at for _, change in system.store.events_since(0)]


def test_a_clock_that_is_set_back_while_it_runs_is_told_once_and_time_goes_on(folder: DataFolder, machine: Machine) -> None:
    system = begin(folder)
    caretaker = Caretaker(system, folder)
    merchant(system, "M-1")
    assert caretaker.look() == {"disk": "", "clock": "", "backup": "", "rules": "", "history": ""}
    machine.wall -= 7200
    merchant(system, "M-2")
    told = caretaker.look()["clock"]
    assert "set back by 1:59:5" in told or "set back by 2:00:0" in told
    assert "start Kerbside anew" in told
    machine.wall += 60
    merchant(system, "M-3")
    assert caretaker.look()["clock"] == told  # not a new message every second
    assert times(system) == sorted(times(system))
    machine.wall += 7200
    system.clock.now()
    assert caretaker.look()["clock"] == ""
    system.close()
    folder.close()


def test_a_small_step_back_between_two_starts_is_got_over(folder: DataFolder, machine: Machine) -> None:
    system = begin(folder)
    merchant(system, "M-1")
    system.close()
    machine.wall -= 120
    system = begin(folder)
    merchant(system, "M-2")
    assert set(system.engine.world.merchants) == {"M-1", "M-2"}
    assert times(system) == sorted(times(system))
    assert "set back" in Caretaker(system, folder).look()["clock"]
    system.close()
    folder.close()


def test_a_large_step_back_between_two_starts_is_told_and_nothing_is_lost(folder: DataFolder, machine: Machine) -> None:
    system = begin(folder)
    merchant(system, "M-1")
    system.close()
    machine.wall -= 3 * 86400
    system = begin(folder)
    told = Caretaker(system, folder).look()["clock"]
    assert "3 days, 0:00:00 ahead of this machine's clock: check its date and time" in told
    assert system.clock.now() == pytest.approx(machine.wall)
    merchant(system, "M-2")
    assert system.store.rebuild_check() == []
    system.close()
    system = begin(folder)
    assert set(system.engine.world.merchants) == {"M-1", "M-2"}
    system.close()
    folder.close()


def test_rules_that_can_t_be_read_are_told_and_taken_back(folder: DataFolder) -> None:
    system = begin(folder)
    caretaker = Caretaker(system, folder)
    assert caretaker.look()["rules"] == ""
    strange = RulesSaved(
        at=system.clock.now(), rulesets=(RuleSet(1, (Rule("v", {"phase_of_moon": "full"}, {"refuse": True}),)),)
    )
    system.store.write([strange]).result(10)
    system.close()
    system = begin(folder)
    caretaker = Caretaker(system, folder)
    assert caretaker.look()["rules"].startswith(
        "no order is taken, since the provider rules can't be read (rule v: there is no operator"
    )
    system.engine.execute(SaveRules(rules=()))
    assert caretaker.look()["rules"] == ""
    system.close()


def test_a_machine_that_slept_or_was_set_forward_is_told_for_a_while(folder: DataFolder, machine: Machine) -> None:
    system = begin(folder)
    caretaker = Caretaker(system, folder)
    system.clock.now()
    machine.wall += 3600
    system.clock.now()
    assert caretaker.look()["clock"].startswith("this machine slept, or its clock was set forward, by ")
    machine.wall += 700
    assert caretaker.look()["clock"].startswith("this machine slept")  # it leapt again, as the test has it
    system.close()
    folder.close()


def test_most_phones_differing_by_the_same_name_this_machines_clock(folder: DataFolder) -> None:
    system = begin(folder)
    caretaker = Caretaker(system, folder)
    rows, now = np.arange(6), system.clock.now()
    for k in range(6):
        system.engine.movement.clocks.note(rows, np.full(6, now + 8 * k - 3601.0), now + 8 * k, 30.0)
    told = caretaker.look()["clock"]
    assert told == "this machine's clock is about 1:00:00 ahead of most drivers' phones: set it right, then start Kerbside anew"
    system.close()
    folder.close()


def test_a_damaged_position_history_is_set_aside_and_told(folder: DataFolder) -> None:
    system = begin(folder)
    system.close()
    (folder.path / "kerbside-tracks.db").write_bytes(b"no database" * 1000)
    system = begin(folder)
    assert "kerbside-tracks.db.bad" in Caretaker(system, folder).look()["history"]
    assert (folder.path / "kerbside-tracks.db.bad").read_bytes() == b"no database" * 1000
    system.close()
    folder.close()
