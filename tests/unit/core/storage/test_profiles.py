"""Named sets of settings on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.settings import BY_KEY, DECLARED, Settings, toml_of, values_of
from core.storage.profiles import MOST_BYTES, Profile, Profiles, read, write

FRIDAY_VALUES = {"matching.cycle_s": 5.0, "window.theme": "dark", "map.online_tiles": True, "matching.workers": 2}
DESK = {"boards": '[{"name": "Späti"}]', "layouts/dispatch": "AAAA/w=="}
FRIDAY = Profile(FRIDAY_VALUES, DESK)
CALM = Profile({})


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path / "profiles")


def test_what_is_saved_comes_back_and_can_be_deleted(profiles: Profiles) -> None:
    assert profiles.names() == []
    assert profiles.save("  Friday night ", FRIDAY) == "Friday night"
    profiles.save("calm", CALM)
    assert profiles.names() == ["calm", "Friday night"]
    assert profiles.read("Friday night") == FRIDAY
    assert profiles.read("calm") == CALM
    profiles.save("calm", FRIDAY)
    assert profiles.read("calm") == FRIDAY
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
    profiles.save("bad", CALM)
    (tmp_path / "profiles" / "bad.toml").write_text("= =")
    with pytest.raises(BadInput, match="no file of settings"):
        profiles.read("bad")
    (tmp_path / "profiles" / "bad.toml").write_text("[matching]\ncycle_s = 0\nmagic = 1\nworkers = 2\n")
    with pytest.raises(
        BadInput, match=r"bad was not taken: setting matching.cycle_s wants .*; there is no setting matching.magic"
    ):
        profiles.read("bad")


def test_a_name_may_say_whose_it_is_and_when(profiles: Profiles) -> None:
    profiles.save("Anna, night shift (Tue & Wed)", FRIDAY)
    assert profiles.names() == ["Anna, night shift (Tue & Wed)"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe\x00", "can't be read"),
        (b"= =", "no file of settings"),
        (b"x = " + b"[" * 100_000, "no file of settings"),
        (b"desk = 3\n", "what stands under desk is not how a window is arranged"),
        (b"[desk]\nboards = 3\n", "what stands under desk"),
        (b"#" * (MOST_BYTES + 1), "far too large"),
    ],
)
def test_a_file_that_is_no_profile_is_refused_with_its_reason(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "other.toml"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=problem):
        read(file)


def test_a_profile_goes_by_file_and_one_that_can_t_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    write(file, FRIDAY)
    assert read(file) == FRIDAY
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
    # Whoever takes it for a file of settings gets those.
    assert values_of(file.read_text(encoding="utf-8")) == (FRIDAY_VALUES, [])
    with pytest.raises(OSError):
        write(tmp_path / "no" / "such.toml", FRIDAY)


def test_a_folder_that_can_t_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "profiles").write_text("a file")
    with pytest.raises(BadInput, match="could not be saved"):
        Profiles(tmp_path / "profiles").save("x", CALM)


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
