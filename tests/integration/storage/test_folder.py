"""The data folder, held by one process at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.errors import BadInput
from core.storage.folder import DataFolder

ROOT = Path(__file__).parents[3]
HOLD = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from core.storage.folder import DataFolder
folder = DataFolder(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_folder_is_made_with_what_belongs_in_it(tmp_path):
    with DataFolder(tmp_path / "new" / "data") as folder:
        assert folder.cities.is_dir()
        assert folder.logs.is_dir()
        files = (folder.database, folder.settings, folder.credentials, folder.layout)
        assert [f.name for f in files] == ["kerbside.db", "settings.toml", "credentials.json", "layout.ini"]
        assert {f.parent for f in (*files, folder.cities, folder.logs)} == {tmp_path / "new" / "data"}


def test_the_platform_has_a_place_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr("core.storage.folder.user_data_dir", lambda name, appauthor: str(tmp_path / name))
    with DataFolder() as folder:
        assert folder.path == tmp_path / "Kerbside"


def test_a_second_one_is_refused_with_the_folder_and_the_process(tmp_path):
    with DataFolder(tmp_path):
        with pytest.raises(BadInput, match="--data") as caught:
            DataFolder(tmp_path)
        assert str(tmp_path) in str(caught.value)
        assert f"(process {os.getpid()})" in str(caught.value)
    DataFolder(tmp_path).close()


def test_another_process_is_kept_out_until_the_first_is_killed(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == b"held"
        with pytest.raises(BadInput, match=rf"in use by another Kerbside \(process {first.pid}\)"):
            DataFolder(tmp_path)
        first.kill()
        first.wait()
    DataFolder(tmp_path).close()


def test_closing_twice_does_no_harm_to_the_next(tmp_path):
    first = DataFolder(tmp_path)
    first.close()
    with DataFolder(tmp_path):
        first.close()
        with pytest.raises(BadInput, match=rf"process {os.getpid()}"):
            DataFolder(tmp_path)


def test_a_file_in_its_place_is_named(tmp_path):
    path = tmp_path / "data"
    path.write_text("not a folder")
    with pytest.raises(BadInput, match="can't be used") as caught:
        DataFolder(path)
    assert str(path) in str(caught.value)
