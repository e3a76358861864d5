"""Backups, taken while someone writes, and the way back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import sys
import threading
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.errors import BadInput
from core.domain.events import KeyMade, OrderReceived
from core.domain.geo import LatLon
from core.domain.order import Order
from core.domain.upkeep import Altered
from core.settings import Settings
from core.storage.backup import Backups, back_up, restore
from core.storage.folder import PROVIDER_SECRETS, DataFolder
from core.storage.store import Store
from core.storage.upkeep import Spool, is_logged


def received(number: int, note: str = "") -> OrderReceived:
    order = Order(f"O-{number}", "M-1", LatLon(1, 2), LatLon(3, 4), 1.0, 2.0, 3.0, note=note)
    return OrderReceived(at=float(number), orders=(order,))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    with DataFolder(path) as held, closing(Store.open(held.database)) as store:
        store.write([received(n) for n in range(1, 101)])
        held.settings.write_text("[map]\ncity = 'town'\n")
        held.credentials.write_text('{"version": 1, "users": {}}')
        held.keys.write_text('{"version": 1}')
        (path / PROVIDER_SECRETS).write_text('{"swift": "s"}')
        (held.cities / "town.city").write_bytes(b"a city")
        (held.cities / "other.city").write_bytes(b"not in use")
    return path


def last_seq(path: Path) -> int:
    with closing(Store.open(path / "kerbside.db")) as store:
        assert store.rebuild_check() == []
        return store.last_seq()


def test_everything_comes_back(folder: Path, tmp_path: Path) -> None:
    made = back_up(folder, tmp_path / "far" / "b.zip")
    assert made.events == 100
    if sys.platform != "win32":
        assert stat.S_IMODE(os.stat(made.path).st_mode) == 0o600
    new = tmp_path / "new"
    with DataFolder(new) as held:
        restored = restore(held, made.path).backup
        assert restored is not None
        assert restored.events == 100
        assert held.settings.read_text() == "[map]\ncity = 'town'\n"
        assert held.keys.read_text() == '{"version": 1}'
        assert (new / PROVIDER_SECRETS).read_text() == '{"swift": "s"}'
        assert [p.name for p in held.cities.iterdir()] == ["town.city"]
    assert last_seq(new) == 100


def test_what_the_terminal_left_for_the_log_comes_along_and_is_logged_once(folder: Path, tmp_path: Path) -> None:
    """One was in the log already when the copy of the database was taken, and in the spool still."""
    changes = [KeyMade(at=200.0 + n, actor="t", altered=(Altered(f"key-{n}"),)) for n in range(2)]
    spool = Spool(folder / "kerbside.db")
    for change in changes:
        spool.put(change)
    with closing(Store.open(folder / "kerbside.db")) as store:
        store.write(changes[:1])
    made = back_up(folder, tmp_path / "b.zip")
    new = tmp_path / "new"
    with DataFolder(new) as held:
        restore(held, made.path)
        assert [change for _, change in Spool(held.database).entries()] == changes
        with closing(Store.open(held.database)) as store:
            assert [is_logged(store, change) for change in changes] == [True, False]


def test_what_stood_there_is_set_aside_whole(folder: Path) -> None:
    made = back_up(folder)
    assert made.path.parent == folder / "backups"
    with DataFolder(folder) as held:
        with closing(Store.open(held.database)) as store:
            store.write([received(n) for n in range(101, 151)]).result(10)
            # As a kill would leave it: what is new is in the write-ahead log alone.
            for name in ("kerbside.db", "kerbside.db-wal", "kerbside.db-shm"):
                shutil.copy(folder / name, folder.parent / name)
        for name in ("kerbside.db", "kerbside.db-wal", "kerbside.db-shm"):
            shutil.copy(folder.parent / name, folder / name)
        aside = restore(held, made.path).aside
    assert last_seq(folder) == 100
    assert last_seq(aside) == 150
    assert (aside / "credentials.json").exists()
    assert not list(folder.glob(".restore-*"))


def test_a_backup_taken_while_someone_writes_is_one_moment(folder: Path, tmp_path: Path) -> None:
    end = threading.Event()
    with closing(Store.open(folder / "kerbside.db")) as store:

        def write() -> None:
            number = 100
            while not end.is_set():
                store.write([received(number := number + 1, "x" * 500), received(number := number + 1)])
                time.sleep(0.001)

        thread = threading.Thread(target=write)
        thread.start()
        made = [back_up(folder, tmp_path / f"b-{n}.zip") for n in range(5)]
        end.set()
        thread.join()
        assert store.rebuild_check() == []
    assert [b.events for b in made] == sorted(b.events for b in made)
    for number, backup in enumerate(made):
        new = tmp_path / f"new-{number}"
        with DataFolder(new) as held:
            restore(held, backup.path)
        assert last_seq(new) == backup.events
        assert backup.events % 2 == 0  # a write is there whole or not at all


def test_a_damaged_database_names_the_way_back(folder: Path) -> None:
    made = back_up(folder)
    with (folder / "kerbside.db").open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 4096)
    with pytest.raises(BadInput, match=r"is damaged: mend it .*main.py restore$"):
        Store.open(folder / "kerbside.db")
    with pytest.raises(BadInput, match="damaged"):
        back_up(folder)  # a damaged one is no backup
    assert len(list((folder / "backups").iterdir())) == 1
    with DataFolder(folder) as held:
        done = restore(held)  # the newest
    assert done.backup is not None
    assert done.backup.path == made.path
    assert last_seq(folder) == 100


def test_without_a_backup_there_is_nothing_to_go_back_to(folder: Path) -> None:
    with DataFolder(folder) as held, pytest.raises(BadInput, match=r"there is no backup in .*backups: name one"):
        restore(held)
    assert last_seq(folder) == 100


@pytest.mark.parametrize("what", ["nothing", "text", "zip", "cut", "flipped", "newer", "no database", "bad database"])
def test_what_is_no_sound_backup_changes_nothing(folder: Path, tmp_path: Path, what: str) -> None:
    path = tmp_path / "b.zip"
    if what not in {"nothing", "text"}:
        back_up(folder, path)
    raw = path.read_bytes() if path.exists() else b""
    if what == "text":
        path.write_text("hello")
    elif what == "cut":
        path.write_bytes(raw[: len(raw) // 2])
    elif what == "flipped":
        middle = raw.index(b"kerbside.db") + 600
        path.write_bytes(raw[:middle] + bytes(b ^ 0xFF for b in raw[middle : middle + 50]) + raw[middle + 50 :])
    elif what in {"zip", "newer", "no database", "bad database"}:
        with zipfile.ZipFile(path, "w") as archive:
            if what != "zip":
                version = 2 if what == "newer" else 1
                manifest = {"format": "kerbside-backup", "version": version, "made_at": 1, "events": 1}
                archive.writestr("backup.json", json.dumps(manifest))
            if what == "bad database":
                archive.writestr("kerbside.db", b"SQLite format 3\x00" + b"\xff" * 5000)
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    with DataFolder(folder) as held:
        with pytest.raises(BadInput) as caught:
            restore(held, path)
        assert "\n" not in str(caught.value)
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()} == before
    assert not list(folder.glob("before-restore-*"))
    assert last_seq(folder) == 100


def test_a_member_that_points_elsewhere_is_left_alone(folder: Path, tmp_path: Path) -> None:
    made = back_up(folder, tmp_path / "b.zip")
    with zipfile.ZipFile(made.path, "a") as archive:
        archive.writestr("cities/../../evil", "x")
        archive.writestr("../evil", "x")
        archive.writestr("logs/evil", "x")
    with DataFolder(tmp_path / "new") as held:
        restore(held, made.path)
    assert not list(tmp_path.rglob("evil"))


def test_nothing_is_left_where_a_backup_can_t_be_written(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="nothing to back up"):
        back_up(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(BadInput, match="the disk is full"):
        back_up(folder, tmp_path / "b.zip")
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_they_are_made_by_themselves_and_the_newest_kept(folder: Path) -> None:
    settings = Settings({"storage.backup_every_h": 1.0, "storage.backups_kept": 2})
    back_up(folder)  # by hand: never deleted
    for number in range(4):
        backups = Backups(folder, settings, after_s=0.0)
        backups.look()
        backups.close()
        assert backups.problem == ""
        backups.look()  # not yet
        backups.close()
        for path in (folder / "backups").glob("auto-*"):
            old = path.with_name(f"auto-{number}{path.name[5:]}") if path.name[5:9] == time.strftime("%Y") else path
            path.rename(old)
            os.utime(old, (old.stat().st_mtime - 3700,) * 2)
    names = sorted(p.name for p in (folder / "backups").iterdir())
    assert [name[:6] for name in names if name.startswith("auto-")] == ["auto-2", "auto-3"]
    assert len(names) == 3
    settings.set("storage.backup_every_h", 0.0)
    Backups(folder, settings, after_s=0.0).look()
    (folder / "kerbside.db").unlink()
    settings.set("storage.backup_every_h", 1.0)
    failing = Backups(folder, settings, after_s=0.0)
    failing.look()
    failing.close()
    assert "nothing to back up" in failing.problem


def test_a_backup_of_a_database_on_which_a_transaction_is_open(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / "kerbside.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM events")
        assert back_up(folder, tmp_path / "b.zip").events == 100
        other.execute("ROLLBACK")


def test_a_backup_leaves_settings_that_are_half_written_where_they_are(folder: Path, tmp_path: Path) -> None:
    (folder / "settings.toml").write_text("[map\ncity = ")
    back_up(folder, tmp_path / "b.zip")
    assert (folder / "settings.toml").read_text() == "[map\ncity = "
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert archive.read("settings.toml") == b"[map\ncity = "


def test_a_backup_by_a_clock_that_was_wrong_does_not_hold_up_the_next(folder: Path) -> None:
    settings = Settings({"storage.backup_every_h": 1.0, "storage.backups_kept": 1})
    future = folder / "backups" / "auto-2999-01-01-000000.kerbside.zip"
    future.parent.mkdir(exist_ok=True)
    future.write_bytes(b"")
    os.utime(future, (time.time() + 1e6,) * 2)
    backups = Backups(folder, settings, after_s=0.0)
    backups.look()
    backups.close()
    assert [p for p in (folder / "backups").glob("auto-*") if p != future and p.stat().st_size]
