"""Named sets of settings on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.settings import BY_KEY, DECLARED, Settings, toml_of, values_of
from core.storage.profiles import Profiles

FRIDAY = {"matching.cycle_s": 5.0, "window.theme": "dark", "map.online_tiles": True, "matching.workers": 2}


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path / "profiles")


def test_what_is_saved_comes_back_and_can_be_deleted(profiles: Profiles) -> None:
    assert profiles.names() == []
    assert profiles.save("  Friday night ", FRIDAY) == "Friday night"
    profiles.save("calm", {})
    assert profiles.names() == ["calm", "Friday night"]
    assert profiles.read("Friday night") == (FRIDAY, [])
    assert profiles.read("calm") == ({}, [])
    profiles.save("calm", FRIDAY)
    assert profiles.read("calm")[0] == FRIDAY
    profiles.remove("calm")
    profiles.remove("calm")
    assert profiles.names() == ["Friday night"]


@pytest.mark.parametrize("name", ["", "  ", "../up", "a/b", ".hidden", "x" * 41, "a.", "a\nb", "c:d"])
def test_a_name_that_is_no_file_s_is_refused(profiles: Profiles, name: str) -> None:
    with pytest.raises(BadInput, match="for example"):
        profiles.save(name, FRIDAY)
    assert profiles.names() == []


def test_one_that_is_missing_or_broken_is_named(profiles: Profiles, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="gone can't be read"):
        profiles.read("gone")
    profiles.save("bad", {})
    (tmp_path / "profiles" / "bad.toml").write_text("= =")
    with pytest.raises(BadInput, match="no file of settings"):
        profiles.read("bad")
    (tmp_path / "profiles" / "bad.toml").write_text("[matching]\ncycle_s = 0\nmagic = 1\nworkers = 2\n")
    values, problems = profiles.read("bad")
    assert values == {"matching.workers": 2}
    assert [line.split(" wants")[0] for line in problems] == ["setting matching.cycle_s", "there is no setting matching.magic"]


def test_a_folder_that_can_t_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "profiles").write_text("a file")
    with pytest.raises(BadInput, match="could not be saved"):
        Profiles(tmp_path / "profiles").save("x", {})


def _values(setting) -> st.SearchStrategy[object]:
    if setting.choices:
        return st.sampled_from(setting.choices)
    if isinstance(setting.default, bool):
        return st.booleans()
    if isinstance(setting.default, str):
        return st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)
    low, high = max(setting.low, -1e6), min(setting.high, 1e6)
    return st.integers(int(low) + 1, int(high)) if isinstance(setting.default, int) else st.floats(low, high)


SOME = st.lists(st.sampled_from(DECLARED), unique=True).flatmap(
    lambda chosen: st.fixed_dictionaries({s.key: _values(s) for s in chosen})
)


@given(SOME)
def test_values_survive_the_file_and_a_replace_sets_them_and_no_others(values: dict[str, object]) -> None:
    settings = Settings({"matching.cycle_s": 7})
    settings.replace(values)  # type: ignore[arg-type]
    wanted = {key: value for key, value in values.items() if value != BY_KEY[key].default}
    assert settings.changed() == wanted
    assert values_of(toml_of(settings.changed())) == (wanted, [])


def test_a_replace_with_something_wrong_changes_nothing() -> None:
    settings = Settings({"matching.cycle_s": 7})
    for wrong in ({"matching.workers": 0}, {"no.such": 1}):
        with pytest.raises(BadInput):
            settings.replace({"matching.cycle_s": 9.0, **wrong})
        assert settings.changed() == {"matching.cycle_s": 7.0}
