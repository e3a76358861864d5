"""What is changed beside the world is in the log: settings by themselves, the rest where somebody says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.commands import RecordUpkeep
from core.domain.events import KeyMade, MatchingPaused, SettingsChanged, UpkeepChange
from core.domain.upkeep import Altered
from core.settings import Settings
from core.storage.store import Store
from core.storage.upkeep import Spool, is_logged
from tests.rigs import START, Rig

MADE = KeyMade(at=START + 0.125, actor="terminal:ida", altered=(Altered("ab12", "Shop", None, "orders:read"),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def opened(folder: Path) -> Rig:
    """As a start does it: the settings are those of the file."""
    rig = Rig(folder / "kerbside.db")
    rig.close()
    rig.settings = Settings.load(folder / "settings.toml")
    rig.open()
    return rig


def logged(rig: Rig) -> list[UpkeepChange]:
    rig.store.flush()
    return [one.change for one in rig.store.events_since(0) if isinstance(one.change, UpkeepChange)]


def told(change: UpkeepChange) -> list[tuple[object, ...]]:
    return [(one.id, one.before, one.after) for one in change.altered]


def test_settings_that_are_saved_together_are_one_change_by_whoever_is_at_the_desk(folder: Path) -> None:
    rig = opened(folder)
    rig.settings.set("alerts.name", "Ida")
    rig.settings.set("matching.cycle_s", 5)
    rig.settings.set("matching.cycle_s", 7)
    assert logged(rig) == []
    rig.settings.save()
    (change,) = logged(rig)
    assert (type(change), change.actor, change.at) == (SettingsChanged, "Ida", START)
    assert told(change) == [("alerts.name", "", "Ida"), ("matching.cycle_s", 10.0, 7.0)]
    assert rig.events(SettingsChanged) == [change]
    rig.settings.save()  # nothing is another one
    rig.settings.replace({})
    rig.settings.save()
    assert [told(one) for one in logged(rig)[1:]] == [[("alerts.name", "Ida", ""), ("matching.cycle_s", 7.0, 10.0)]]
    assert logged(rig)[1].actor == "dispatcher"
    rig.close()


def test_what_somebody_writes_into_the_file_is_told_as_the_file_s(folder: Path) -> None:
    file = folder / "settings.toml"
    file.write_text("[matching]\ncycle_s = 5\n")
    rig = opened(folder)
    assert [(one.actor, told(one)) for one in logged(rig)] == [("settings.toml", [("matching.cycle_s", 10.0, 5.0)])]
    file.write_text("[matching]\ncycle_s = 20\nworkers = 1.5\n[offers]\nlimit_s = 30\n")
    assert len(rig.settings.follow_file()) == 1
    change = logged(rig)[1]
    assert (change.actor, told(change)) == (
        "settings.toml", [("matching.cycle_s", 5.0, 20.0), ("offers.limit_s", 45.0, 30.0)]
    )  # fmt: skip
    rig.close()
    # What is changed while nothing runs is found at the next start, and told once.
    file.write_text("")
    for _ in range(2):
        rig = opened(folder)
        assert [told(one) for one in logged(rig)[2:]] == [[("matching.cycle_s", 20.0, 10.0), ("offers.limit_s", 30.0, 45.0)]]
        rig.close()


def test_what_only_this_run_was_given_is_no_change_of_the_settings(folder: Path) -> None:
    (folder / "settings.toml").write_text("")
    rig = opened(folder)
    rig.settings.set("http.listen", "127.0.0.1:0")
    rig.tick()
    assert logged(rig) == []
    rig.close()


def test_what_a_command_left_while_nothing_ran_is_taken_at_the_start(folder: Path) -> None:
    spool = Spool(folder / "kerbside.db")
    spool.put(MADE)
    rig = opened(folder)
    assert logged(rig) == [MADE]
    rig.tick(2)
    assert list(spool.folder.iterdir()) == []
    rig.restart()
    assert logged(rig) == [MADE]
    rig.close()


def test_what_a_command_leaves_is_taken_while_it_runs(folder: Path) -> None:
    rig = opened(folder)
    spool = Spool(rig.path)
    spool.put(MADE)
    spool.put(replace(MADE, actor="terminal:bo"))
    rig.tick(1)
    assert {change.actor for change in rig.events(KeyMade) if isinstance(change, KeyMade)} == {"terminal:ida", "terminal:bo"}
    rig.tick(1)
    assert list(spool.entries()) == []
    assert len(logged(rig)) == 2
    rig.close()


def test_it_stays_in_the_spool_until_it_is_on_disk_and_is_told_once(folder: Path) -> None:
    rig = Rig(folder / "kerbside.db", hold=True, stepped=False)
    rig.disk.let()
    spool = Spool(rig.path)
    spool.put(MADE)
    rig.tick(1)
    rig.tick(1)
    assert len(rig.events(KeyMade)) == 1
    assert len(list(spool.entries())) == 1
    # A stop between the commit and the end of the entry: it is met again, and known.
    rig.disk.let()
    rig.engine.close()
    rig.store.close()
    assert len(list(spool.entries())) == 1
    rig.hold = False
    rig.open()
    assert list(spool.entries()) == []
    assert logged(rig) == [MADE]
    rig.close()


def test_what_can_t_be_read_is_set_aside(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool = Spool(folder / "kerbside.db")
    spool.put(MADE)
    (spool.folder / "1.event").write_text("{")
    (spool.folder / "2.event").write_text('{"kind":"NoSuchThing","event":{}}')
    rig = opened(folder)
    assert logged(rig) == [MADE]
    assert caplog.text.count("is set aside") == 2
    assert sorted(path.name for path in spool.folder.glob("*.bad")) == ["1.bad", "2.bad"]
    rig.close()


def test_somebody_else_s_file_does_not_stop_the_beat(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that root gave leaves a file in root's name."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    rig = opened(folder)
    spool = Spool(rig.path)
    spool.put(MADE)
    monkeypatch.setattr(Path, "unlink", refuse)
    rig.tick(1, times=3)
    assert logged(rig) == [MADE]
    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "rename", refuse)
    rig.tick(1, times=3)
    monkeypatch.undo()
    rig.restart()
    assert list(spool.entries()) == []
    assert logged(rig) == [MADE]
    rig.close()


def test_what_was_done_is_recorded_and_changes_nothing_else(folder: Path) -> None:
    rig = opened(folder)
    outcome = rig.do(RecordUpkeep(kind=MatchingPaused, actor="ida"))
    assert outcome.undo == ()
    assert [(type(one), one.actor) for one in logged(rig)] == [(MatchingPaused, "ida")]
    assert rig.store.rebuild_check() == []
    rig.close()
    assert not Spool(rig.path).folder.exists()  # none is made where nobody leaves anything


def test_an_event_is_known_again_by_all_of_it(folder: Path) -> None:
    store = Store.open(folder / "kerbside.db")
    store.write([MADE]).result(5)
    assert is_logged(store, MADE)
    assert not is_logged(store, replace(MADE, altered=(Altered("cd34", "Shop", None, "orders:read"),)))
    store.close()
