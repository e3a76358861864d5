"""kill -9 in the middle of writing: what was acknowledged is there afterwards, and nothing is there by half."""

import random
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core.storage.store import Store

WRITER = Path(__file__).with_name("busy_writer.py")


@pytest.mark.parametrize("seed", range(20))
def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path, seed):
    path = tmp_path / "kerbside.db"
    chance = random.Random(seed)
    acknowledged: list[str] = []
    with subprocess.Popen([sys.executable, str(WRITER), str(path), str(seed)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged.append(process.stdout.readline())
        killer = threading.Timer(chance.uniform(0.0, 0.3), process.kill)
        killer.start()
        acknowledged += process.stdout
        killer.join()
    assert process.returncode != 0
    # The kill may have cut the last line short.
    pairs = [line.split() for line in acknowledged if line.endswith("\n")]
    assert len(pairs) >= 1
    with closing(Store.open(path)) as store:
        stored = {seq: change.at for seq, change in store.events_since(0)}
        assert store.rebuild_check() == []
        loaded = store.load()
    for seq, at in pairs:
        assert stored[int(seq)] == float(at)
    assert loaded.last_seq == len(stored) == max(stored)
    # The word of a write is stored with its changes, or not at all.
    assert max(float(word[1:]) for words in loaded.words.values() for word in words) == loaded.last_at
