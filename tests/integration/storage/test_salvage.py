"""A damaged database is mended by the last backup, and nothing that can be read of the time since is lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.errors import BadInput
from core.domain.events import BroughtOver, ForwardSaved, OrderHeld, OrderReceived
from core.domain.forward import Forward
from core.domain.geo import LatLon
from core.domain.order import Order, Status
from core.storage.backup import Restored, back_up, restore
from core.storage.folder import DataFolder
from core.storage.store import Store

PAGE = 4096
BACKED_UP, ALL = 300, 1200


def order(number: int) -> Order:
    return Order(f"O-{number}", "M-1", LatLon(1, 2), LatLon(3, 4), 1.0, 2.0, 3.0, note=f"note {number}" * 20)


def received(number: int) -> OrderReceived:
    return OrderReceived(at=float(number), reason=f"mark-{number:05}-", orders=(order(number),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a backup of its first events, all of it in one file."""
    path = tmp_path / "data"
    with DataFolder(path) as held:
        with closing(Store.open(held.database)) as store:
            forward = Forward("shop", "Shop", "https://shop.example/hook")
            store.write([ForwardSaved(at=0.0, forwards=(forward,)), *(received(n) for n in range(2, BACKED_UP + 1))])
        held.keys.write_text('{"version": 1}')
        back_up(path, path / "backups" / "b.zip")
        held.keys.write_text('{"version": 1, "keys": {}}')
        with closing(Store.open(held.database)) as store:
            answer = ("key", "basket-1", "digest", 5.0, "{}")
            extras = [
                ("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", [answer]),
                ("UPDATE forward_cursors SET seq = ?", [(ALL - 10,)]),
            ]
            for first in range(BACKED_UP + 1, ALL + 1, 100):
                store.write([received(n) for n in range(first, first + 100)])
            store.write((), extras=extras)
            held_order = replace(order(BACKED_UP + 50), status=Status.HELD)
            store.write([OrderHeld(at=float(ALL), reason="held-once-", orders=(held_order,))])
    return path


def overwrite(folder: Path, choose: Callable[[bytes], bool]) -> int:
    """Overwrite the pages that are chosen; how many those were."""
    database = folder / "kerbside.db"
    raw = bytearray(database.read_bytes())
    chosen = [at for at in range(PAGE, len(raw), PAGE) if choose(bytes(raw[at : at + PAGE]))]
    for at in chosen:
        raw[at : at + PAGE] = b"\xa5" * PAGE
    database.write_bytes(raw)
    return len(chosen)


def mend(folder: Path) -> Restored:
    with pytest.raises(BadInput, match="mend it by the last backup and what can be read of the time since"):
        Store.open(folder / "kerbside.db")
    with DataFolder(folder) as held:
        return restore(held, folder / "backups" / "b.zip")


def test_where_the_damage_is_older_than_the_backup_nothing_is_lost(folder: Path) -> None:
    assert overwrite(folder, lambda page: b"mark-00100-" in page) >= 1
    done = mend(folder)
    assert done.salvaged is not None
    assert (done.salvaged.events, done.salvaged.lost) == (ALL + 1 - BACKED_UP, 0)
    with closing(Store.open(folder / "kerbside.db")) as store:
        assert store.rebuild_check() == []
        assert (store.last_seq(), len(store.load(0.0).world.orders)) == (ALL + 1, ALL - 1)
        assert store.load(0.0).world.orders[f"O-{BACKED_UP + 50}"].status is Status.HELD
        assert store.ask("SELECT request FROM answers") == [("basket-1",)]
        assert store.ask("SELECT seq FROM forward_cursors") == [(ALL - 10,)]
    assert (folder / "api-keys.json").read_text() == '{"version": 1, "keys": {}}'
    assert (done.aside / "kerbside.db").is_file()


def test_what_stood_on_damaged_pages_is_taken_from_the_tables(folder: Path) -> None:
    assert overwrite(folder, lambda page: b"mark-00700-" in page) >= 1
    done = mend(folder)
    assert done.salvaged is not None
    lost = done.salvaged.lost
    assert 0 < lost < 50
    with closing(Store.open(folder / "kerbside.db")) as store:
        assert store.rebuild_check() == []
        assert len(store.load(0.0).world.orders) == ALL - 1
        brought = [one.change for one in store.recent(ALL) if isinstance(one.change, BroughtOver)]
        assert len(brought) == lost
        assert any(one.orders[0].id == "O-700" for one in brought)
        assert store.ask("SELECT seq FROM forward_cursors") == [(ALL - 10 - lost,)]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_damaged_what_comes_of_it_is_sound(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    overwrite(folder, lambda page: chance.random() < 0.01 * (seed + 1))
    done = mend(folder)
    with closing(Store.open(folder / "kerbside.db")) as store:
        assert store.rebuild_check() == []
        kept = store.last_seq()
    salvaged = done.salvaged
    assert kept >= BACKED_UP + (salvaged.events if salvaged is not None else 0)


def test_a_backup_of_another_history_takes_nothing_over(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with DataFolder(other) as held, closing(Store.open(held.database)) as store:
        store.write([replace(received(n), actor="else") for n in range(2, 40)])
    back_up(other, tmp_path / "other.zip")
    shutil.copy(tmp_path / "other.zip", folder / "backups" / "b.zip")
    overwrite(folder, lambda page: b"mark-00700-" in page)
    assert mend(folder).salvaged is None
    with closing(Store.open(folder / "kerbside.db")) as store:
        assert store.last_seq() == 38


def test_without_a_backup_all_that_can_be_read_is_kept(folder: Path) -> None:
    (folder / "backups" / "b.zip").unlink()
    assert overwrite(folder, lambda page: b"mark-00700-" in page) >= 1
    with DataFolder(folder) as held:
        done = restore(held)
    assert done.backup is None
    assert done.salvaged is not None
    assert done.salvaged.events + done.salvaged.lost == ALL + 1
    assert 0 < done.salvaged.lost < 50
    with closing(Store.open(folder / "kerbside.db")) as store:
        assert store.rebuild_check() == []
        assert len(store.load(0.0).world.orders) == ALL - 1
    assert (folder / "api-keys.json").read_text() == '{"version": 1, "keys": {}}'


def test_where_nothing_can_be_read_nothing_is_changed(folder: Path) -> None:
    (folder / "backups" / "b.zip").unlink()
    overwrite(folder, lambda page: True)
    before = (folder / "kerbside.db").read_bytes()
    with DataFolder(folder) as held, pytest.raises(BadInput, match=r"nothing of .* can be read, and there is no backup"):
        restore(held)
    assert (folder / "kerbside.db").read_bytes() == before
    assert not list(folder.glob("before-restore-*"))


def test_who_goes_back_from_a_sound_database_goes_back(folder: Path) -> None:
    with DataFolder(folder) as held:
        assert restore(held, folder / "backups" / "b.zip").salvaged is None
    with closing(Store.open(folder / "kerbside.db")) as store:
        assert store.last_seq() == BACKED_UP
    assert (folder / "api-keys.json").read_text() == '{"version": 1}'
