"""Files that are not what they should be, and disks that refuse."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.domain.errors import BadInput
from core.domain.events import OrderReceived
from core.domain.geo import LatLon
from core.domain.order import Order
from core.storage.database import Damaged, StorageError, last_backup, open_writable, schema_steps, told
from core.storage.store import Store

ROOT = Path(__file__).parents[3]
RETRY_S = 0.02


def received(number, note=""):
    order = Order(f"O-{number}", "M-1", LatLon(1, 2), LatLon(3, 4), 1.0, 2.0, 3.0, note=note)
    return OrderReceived(at=float(number), orders=(order,))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "kerbside.db"
    with closing(Store.open(path)) as store:
        store.write([received(n) for n in range(1, 301)])
    return path


@pytest.fixture
def disk(path):
    """The connection that writes: what its limits refuse, SQLite refuses as a full or protected disk."""
    return open_writable(path)


@pytest.fixture
def store(path, disk):
    store = Store(path, disk, RETRY_S)
    yield store
    store.close()


def refusal(path):
    """Why it is not opened, in one line that names it."""
    with pytest.raises(BadInput) as caught:
        Store.open(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


def wait_until(true, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_newer_database_is_refused_and_left_as_it_was(path):
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    assert re.search(f"newer Kerbside .schema 99, this one knows {len(schema_steps())}.*--data", refusal(path))
    assert path.read_bytes() == before


def test_a_newer_version_still_in_the_write_ahead_log_is_seen(path):
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
        assert re.search("newer Kerbside", refusal(path))


@pytest.mark.parametrize("content", [b"PK\x03\x04 a zip file, say", b"x", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path, content):
    path = tmp_path / "kerbside.db"
    path.write_bytes(content)
    assert re.search("no database|damaged", refusal(path))
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_as_it_was(tmp_path):
    path = tmp_path / "kerbside.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    assert re.search("another program.*--data", refusal(path))
    assert path.read_bytes() == before


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_database_is_refused(path, share):
    os.truncate(path, int(path.stat().st_size * share))
    assert re.search("damaged.*backup", refusal(path))


def test_a_database_with_an_overwritten_page_is_refused(path):
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 4096)
    assert re.search("damaged.*backup", refusal(path))


def test_a_folder_in_place_of_the_database_is_refused(tmp_path):
    path = tmp_path / "kerbside.db"
    path.mkdir()
    with pytest.raises(BadInput, match="can't be opened"):
        Store.open(path)


def test_a_missing_folder_is_named(tmp_path):
    assert re.search("can't be opened.*folder exists", refusal(tmp_path / "nowhere" / "kerbside.db"))


@pytest.mark.skipif(sys.platform == "win32", reason="gives root's rights up by becoming another user")
def test_a_write_protected_database_is_refused(path):
    """Root may write anything, so that the one who tries is someone else."""
    script = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from core.domain.errors import BadInput
from core.storage.database import open_writable, schema_steps
steps = schema_steps()
Path(sys.argv[1]).as_uri()  # brings what the other user may not be able to import
if os.geteuid() == 0:
    os.setuid(65534)
try:
    open_writable(Path(sys.argv[1]), steps)
except BadInput as error:
    print(error)
"""
    with tempfile.TemporaryDirectory() as folder:
        protected = Path(folder, "kerbside.db")
        shutil.copy(path, protected)
        protected.chmod(0o444)
        Path(folder).chmod(0o777)
        done = subprocess.run([sys.executable, "-c", script, str(protected)], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert "write-protected: allow writing" in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_a_step_of_the_schema_that_fails_leaves_no_trace(tmp_path):
    path = tmp_path / "kerbside.db"
    steps = schema_steps()
    with pytest.raises(BadInput, match="no such table"):
        open_writable(path, [*steps, "CREATE TABLE extra (x); INSERT INTO nowhere VALUES (1);"])
    with closing(open_writable(path, [*steps, "CREATE TABLE extra (x);"])) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(steps) + 1,)
        assert connection.execute("SELECT count(*) FROM extra").fetchone() == (0,)


def test_a_full_disk_is_loud_loses_nothing_and_is_got_over(store, disk, caplog):
    disk.execute("PRAGMA max_page_count = 1")  # as few as there are: not one page more
    failed = [store.write([received(n, note="x" * 4000)]) for n in range(301, 311)]
    for future in failed:
        with pytest.raises(StorageError, match="the disk is full: free some space"):
            future.result(5)
    assert "disk is full" in store.health.problem
    assert store.health.waiting == 10
    assert "disk is full" in caplog.text
    with pytest.raises(StorageError, match="disk is full"):
        store.flush(5)
    assert store.load().last_seq == 300
    disk.execute("PRAGMA max_page_count = 1000000")
    wait_until(lambda: store.health.ok)
    assert store.flush(5) == 310
    assert store.health.waiting == 0
    assert [logged.seq for logged in store.events_since(300)] == list(range(301, 311))
    assert store.rebuild_check() == []


def test_what_comes_while_the_disk_refuses_keeps_its_place_in_the_log(store, disk):
    disk.execute("PRAGMA query_only = ON")
    first = store.write([received(301)])
    assert "write-protected" in str(first.exception(5))
    store.write([received(302)])
    store.write([received(303)])
    disk.execute("PRAGMA query_only = OFF")
    assert store.flush(5) == 303
    assert [logged.change.at for logged in store.events_since(300)] == [301.0, 302.0, 303.0]


def test_closing_with_something_unwritten_says_so(path, disk):
    store = Store(path, disk, RETRY_S)
    disk.execute("PRAGMA query_only = ON")
    promised = store.write([received(301), received(302)])
    with pytest.raises(StorageError, match=r"2 changes could not be stored.*write-protected") as caught:
        store.close()
    assert "tried again" not in str(caught.value)
    assert isinstance(promised.exception(0), StorageError)


@pytest.mark.skipif(sys.platform == "win32", reason="an open file can't be taken away there")
def test_a_database_that_is_taken_away_is_named_when_it_is_read(store, path):
    path.unlink()
    with pytest.raises(StorageError, match="can't be read: the file can't be opened"):
        store.recent(1)


@pytest.mark.parametrize("tables_lost", [False, True])
def test_an_empty_database_was_not_always_empty(path, tables_lost):
    path.unlink()
    path.write_bytes(b"")
    if tables_lost:
        with closing(sqlite3.connect(path)) as bare:
            bare.execute("PRAGMA journal_mode = WAL")
    before = path.read_bytes()
    with pytest.raises(BadInput, match=r"is empty, and was not always.*move it away"):
        Store.open(path)
    assert path.read_bytes() == before
    backup = path.parent / "backups" / "auto-1.kerbside.zip"
    backup.parent.mkdir()
    backup.write_bytes(b"")
    with pytest.raises(Damaged, match=r"is empty, and was not always.*restore"):
        Store.open(path)
    assert path.read_bytes() == before


def test_a_first_start_that_was_cut_off_is_begun_anew(tmp_path):
    (tmp_path / "kerbside.db.new").write_bytes(b"SQLite format 3")
    with closing(Store.open(tmp_path / "kerbside.db")) as fresh:
        assert fresh.last_seq() == 0
    assert [file.name for file in tmp_path.iterdir()] == ["kerbside.db"]


def test_a_file_system_that_has_become_read_only_is_named(monkeypatch, path):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR | 3 << 8
    assert "the disk reports an error" in told(error, path)
    monkeypatch.setattr("core.storage.database._is_read_only", lambda path: True)
    assert "has become read-only" in told(error, path)
    assert "the disk reports an error" in told(error)


def test_the_newest_backup_is_not_one_from_the_future(path):
    folder = path.parent / "backups"
    folder.mkdir()
    for name, ahead_s in (("old", -7200), ("new", -60), ("future", 86_400)):
        (folder / f"{name}.zip").write_bytes(b"")
        os.utime(folder / f"{name}.zip", (time.time() + ahead_s,) * 2)
    assert last_backup(path) == folder / "new.zip"
