"""The sounds are short, quiet enough, and those that `tones` makes."""

from __future__ import annotations

import struct
import wave
from io import BytesIO
from itertools import pairwise

import pytest

from core.domain.alert import Severity
from widgets.alerts.sound import FOLDER, RATE, VOLUME, tones


@pytest.mark.parametrize("severity", Severity)
def test_the_file_is_what_the_program_makes(severity: Severity) -> None:
    assert (FOLDER / f"{severity.value}.wav").read_bytes() == tones(severity)


@pytest.mark.parametrize("severity", Severity)
def test_a_sound_is_short_and_neither_clicks_nor_shouts(severity: Severity) -> None:
    with wave.open(BytesIO(tones(severity))) as file:
        count = file.getnframes()
        samples = struct.unpack(f"<{count}h", file.readframes(count))
        assert (file.getnchannels(), file.getframerate()) == (1, RATE)
    assert 0.1 < count / RATE < 1.0
    assert max(map(abs, samples)) <= 32_767 * VOLUME
    assert abs(samples[0]) < 100
    assert abs(samples[-1]) < 100
    assert max(abs(a - b) for a, b in pairwise(samples)) < 6000


def test_the_urgent_one_can_be_told_from_the_other() -> None:
    assert len(tones(Severity.CRITICAL)) > 2 * len(tones(Severity.WARNING))
