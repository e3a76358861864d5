from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.settings import BY_KEY, DECLARED, Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


@pytest.mark.parametrize("setting", DECLARED, ids=lambda s: s.key)
def test_every_declaration_is_sound(setting) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z*]+)?\.[a-z_]+", setting.key)
    assert setting.description
    assert setting.checked(setting.default) == setting.default
    assert [s.key for s in DECLARED].count(setting.key) == 1


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("matching.cycle_s", "10", "wants a number, not '10'"),
        ("matching.cycle_s", 0.5, "wants 1 to 300 s, not 0.5"),
        ("matching.cycle_s", math.nan, "wants 1 to 300 s"),
        ("matching.cycle_s", True, "wants a number, not True"),
        ("matching.workers", 1.0, "wants a whole number"),
        ("map.online_tiles", 1, "wants true or false"),
        ("mqtt.broker", 1883, "wants a text"),
        ("window.theme", "pink", "wants one of system, light, dark"),
        ("matching.magic", 1, "there is no setting matching.magic"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(key: str, value: object, why: str) -> None:
    settings = Settings()
    heard: list[str] = []
    settings.on_change(lambda key, value: heard.append(key))
    with pytest.raises(BadInput, match=re.escape(why)):
        settings.set(key, value)
    assert heard == []
    if key in BY_KEY:
        assert settings[key] == BY_KEY[key].default


def test_listeners_hear_of_changes_alone_until_they_leave() -> None:
    settings = Settings({"matching.cycle_s": 5})
    heard: list[tuple[str, object]] = []
    leave = settings.on_change(lambda key, value: heard.append((key, value)))
    settings.set("matching.cycle_s", 5.0)
    settings.set("matching.cycle_s", 7)
    leave()
    settings.set("matching.cycle_s", 8)
    assert heard == [("matching.cycle_s", 7.0)]
    assert settings.number("matching.cycle_s") == 8.0


def test_only_what_differs_is_saved_and_comes_back(path: Path) -> None:
    settings = Settings.load(path)
    settings.set("mqtt.broker", "mqtt://10.0.0.2:1883")
    settings.set("matching.cycle_s", 12)
    settings.set("map.online_tiles", True)
    settings.set("matching.workers", 2)
    settings.set("matching.workers", 1)  # the default again
    settings.save()
    assert tomllib.loads(path.read_text()) == {
        "map": {"online_tiles": True},
        "matching": {"cycle_s": 12.0},
        "mqtt": {"broker": "mqtt://10.0.0.2:1883"},
    }
    again = Settings.load(path)
    assert again.problems == []
    assert (again.text("mqtt.broker"), again.flag("map.online_tiles")) == ("mqtt://10.0.0.2:1883", True)


def test_without_a_file_there_are_defaults_and_saving_does_nothing() -> None:
    settings = Settings()
    settings.save()
    assert all(settings[s.key] == s.default for s in DECLARED)


@pytest.mark.parametrize("content", [b"not = = toml", b"\xff\xfe\x00", b"[matching\ncycle_s = 4", b"PK\x03\x04\x00\x00"])
def test_a_file_that_is_no_toml_is_kept_aside_and_named_in_one_line(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    settings = Settings.load(path)
    [problem] = settings.problems
    assert "settings.toml.bad" in problem
    assert "\n" not in problem
    settings.set("matching.cycle_s", 5)
    settings.save()
    assert path.with_name("settings.toml.bad").read_bytes() == content
    assert Settings.load(path).number("matching.cycle_s") == 5.0


def test_wrong_values_keep_the_default_are_named_and_survive_a_save(path: Path) -> None:
    path.write_text(
        'stray = 3\nmatching = {cycle_s = "often", nearest_drivers = 7}\n'
        '[mqtt]\nport = 99999\nbroker = "embedded"\n[later]\nversion = "2"\nwhen = 2026-05-01\n[later.deep]\nx = [1, 2]\n'
    )
    before = tomllib.loads(path.read_text())
    settings = Settings.load(path)
    assert settings["matching.cycle_s"] == BY_KEY["matching.cycle_s"].default
    assert settings["matching.nearest_drivers"] == 7
    assert sorted(line.split(";")[0].split(" wants")[0] for line in settings.problems) == [
        "setting matching.cycle_s",
        "setting mqtt.port",
        "there is no setting later.deep.x",
        "there is no setting later.version",
        "there is no setting later.when",
        "there is no setting stray",
    ]
    settings.save()
    del before["mqtt"]["broker"]  # the default
    assert tomllib.loads(path.read_text()) == before


def test_a_wrong_value_is_gone_once_the_setting_is_set(path: Path) -> None:
    path.write_text('matching = {cycle_s = "often"}\n')
    settings = Settings.load(path)
    settings.set("matching.cycle_s", BY_KEY["matching.cycle_s"].default)
    settings.save()
    assert Settings.load(path).problems == []


def test_a_value_in_the_place_of_a_section_gives_way(path: Path) -> None:
    path.write_text("matching = 5\n")
    settings = Settings.load(path)
    assert settings.problems == ["there is no setting matching; the default is used"]
    settings.set("matching.cycle_s", 4)
    settings.save()
    assert tomllib.loads(path.read_text()) == {"matching": {"cycle_s": 4.0}}


def test_a_file_as_windows_editors_write_it_is_read(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf[matching]\r\ncycle_s = 4\r\n")
    settings = Settings.load(path)
    assert (settings.number("matching.cycle_s"), settings.problems) == (4.0, [])


def test_a_folder_in_place_of_the_file_is_named(path: Path) -> None:
    path.mkdir()
    settings = Settings.load(path)
    assert len(settings.problems) == 1
    assert "can't be read" in settings.problems[0]


@given(st.sampled_from(DECLARED), st.one_of(st.booleans(), st.integers(), st.floats(), st.text(), st.none(), st.binary()))
def test_a_value_is_either_taken_as_the_setting_s_type_or_refused(setting, value: object) -> None:
    settings = Settings()
    before = settings[setting.key]
    taken = True
    try:
        settings.set(setting.key, value)
    except BadInput:
        taken = False
    assert settings[setting.key] == (value if taken else before)
    assert type(settings[setting.key]) is type(setting.default)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("matching.cycle_s", " 12,5 ", 12.5),
        ("matching.cycle_s", "12", 12.0),
        ("matching.workers", "3", 3),
        ("map.online_tiles", "On", True),
        ("mqtt.user", " me ", "me"),
        ("window.theme", "dark", "dark"),
    ],
)
def test_a_typed_text_is_read_as_the_setting_s_type(key: str, text: str, value: object) -> None:
    read = BY_KEY[key].read(text)
    assert read == value
    assert type(read) is type(BY_KEY[key].default)


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("matching.cycle_s", "often", "wants a number, not 'often'"),
        ("matching.cycle_s", "1,000.5", "wants a number"),
        ("matching.cycle_s", "0", "wants 1 to 300 s"),
        ("matching.cycle_s", "nan", "wants 1 to 300 s"),
        ("matching.workers", "1.5", "wants a whole number, not '1.5'"),
        ("map.online_tiles", "perhaps", "wants true or false"),
    ],
)
def test_a_typed_text_that_does_not_fit_is_refused(key: str, text: str, why: str) -> None:
    with pytest.raises(BadInput, match=re.escape(why)):
        BY_KEY[key].read(text)


@given(st.sampled_from(DECLARED))
def test_a_range_in_words_is_there_for_what_is_bounded(setting) -> None:
    bounded = not isinstance(setting.default, bool | str) and math.isfinite(setting.low) and math.isfinite(setting.high)
    assert bool(setting.range) == bounded


# A file that is changed while the program runs


def test_what_somebody_writes_into_the_file_is_taken_over_and_heard(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[tracking]\nactive_send_s = 5.0\n[offers]\nlimit_s = 20.0\n")
    settings = Settings.load(path)
    settings.set("mqtt.broker", "mqtt://elsewhere:1883")  # by the command line: no business of the file's
    heard: list[tuple[str, object]] = []
    settings.on_change(lambda key, value: heard.append((key, value)))
    assert settings.follow_file() == []
    assert heard == []
    path.write_text("[tracking]\nactive_send_s = 12\n")
    assert settings.follow_file() == []
    assert sorted(heard) == [("offers.limit_s", 45.0), ("tracking.active_send_s", 12.0)]
    assert settings.text("mqtt.broker") == "mqtt://elsewhere:1883"
    assert settings.follow_file() == []
    path.unlink()
    settings.follow_file()
    assert settings.number("tracking.active_send_s") == 12.0  # an editor that saves may take the file away for a moment


def test_what_can_not_be_used_of_it_is_said_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    settings = Settings.load(path)
    path.write_text("[tracking]\nactive_send_s = 0\npassive_send_s = 30\nodd = 1\n")
    problems = settings.follow_file()
    assert len(problems) == 2
    assert "tracking.active_send_s wants" in problems[0]
    assert "no setting tracking.odd" in problems[1]
    assert (settings.number("tracking.active_send_s"), settings.number("tracking.passive_send_s")) == (8.0, 30.0)
    path.write_text("[tracking\n")
    assert "can't be read" in settings.follow_file()[0]
    assert settings.number("tracking.passive_send_s") == 30.0


def test_what_the_program_saves_itself_is_no_news(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path / "settings.toml")
    settings.set("tracking.active_send_s", 9.0)
    settings.save()
    heard: list[str] = []
    settings.on_change(lambda key, value: heard.append(key))
    assert settings.follow_file() == []
    assert heard == []


def test_a_kind_of_goods_needs_no_declaration_of_its_own(path: Path) -> None:
    path.write_text("[goods.ice]\ncold_box = true\ndoor_min = 20\n[goods.food]\ndoor_min = 30.0\n[goods]\ncold_box = true\n")
    settings = Settings.load(path)
    assert settings.problems == ["there is no setting goods.cold_box; the default is used"]
    assert (settings.flag("goods.ice.cold_box"), settings.number("goods.ice.door_min")) == (True, 20.0)
    assert (settings.number("goods.food.door_min"), settings.number("goods.parcel.door_min")) == (30.0, 0.0)
    with pytest.raises(BadInput, match="0 to 1440 min"):
        settings.set("goods.parcel.door_min", -1)
    with pytest.raises(BadInput, match="no setting goods"):
        settings.set("goods.parcel.colour", "red")
    settings.set("goods.food.door_min", 45.0)  # the default again
    settings.save()
    assert tomllib.loads(path.read_text())["goods"] == {"cold_box": True, "ice": {"cold_box": True, "door_min": 20.0}}


def test_a_file_that_is_set_aside_is_told_of_once(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff\x00")
    settings = Settings.load(path)
    assert settings.problems == [
        "settings.toml can't be read (it is not written in UTF-8); defaults are used, the file is kept as settings.toml.bad"
    ]
    assert settings.follow_file() == []


def test_a_file_that_could_not_be_read_is_not_written_over(tmp_path, monkeypatch):
    path = tmp_path / "settings.toml"
    path.write_text("[window]\ntheme = 'dark'\n")

    def denied(*_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.read_text", denied)
        settings = Settings.load(path)
    assert "can't be read: access is denied. Defaults are used" in settings.problems[0]
    with pytest.raises(PermissionError):
        settings.save()
    assert path.read_text() == "[window]\ntheme = 'dark'\n"
    path.write_text("[window]\ntheme = 'light'\nrows = 'compact'\n")
    settings.follow_file()
    settings.save()
