from __future__ import annotations

import os

import pytest
from PySide6.QtWebEngineCore import QWebEngineUrlScheme

from widgets.map.webengine import SCHEME, chromium_flags, prepare


def test_a_plain_machine_keeps_its_sandbox_and_its_graphics_card() -> None:
    flags = chromium_flags("", sandbox=True, card=True)
    assert "--no-sandbox" not in flags
    assert "--disable-gpu" not in flags


def test_root_gets_no_sandbox_and_a_bare_machine_draws_by_its_processor() -> None:
    flags = chromium_flags("", sandbox=False, card=False).split()
    assert {"--no-sandbox", "--disable-gpu"} <= set(flags)


def test_the_users_own_flags_stand() -> None:
    flags = chromium_flags("--disable-features=Vulkan --no-sandbox", sandbox=False, card=True).split()
    assert flags[:2] == ["--disable-features=Vulkan", "--no-sandbox"]
    assert flags.count("--no-sandbox") == 1
    assert sum(flag.startswith("--disable-features") for flag in flags) == 1


@pytest.mark.usefixtures("qapp")
def test_a_second_preparation_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QTWEBENGINE_CHROMIUM_FLAGS", "--as-it-was")
    prepare()
    assert os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] == "--as-it-was"
    assert QWebEngineUrlScheme.schemeByName(SCHEME).name() == SCHEME


def test_where_shared_memory_is_short_the_renderer_is_kept_out_of_it() -> None:
    assert "--disable-dev-shm-usage" in chromium_flags("", sandbox=True, card=True, roomy=False).split()
    assert "--disable-dev-shm-usage" not in chromium_flags("", sandbox=True, card=True).split()
