"""The sound of an alert, one for each severity. The sounds are written by this program: see `tones`."""

from __future__ import annotations

import logging
import math
import struct
import wave
from io import BytesIO
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl

from core.domain.alert import Severity

log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "sounds"
RATE = 22_050
VOLUME = 0.35
TONES: dict[Severity, tuple[tuple[float, float], ...]] = {
    Severity.WARNING: ((660.0, 0.14),),
    Severity.CRITICAL: ((880.0, 0.12), (0.0, 0.06), (880.0, 0.12), (0.0, 0.06), (1108.7, 0.2)),
}
"""Pitch in Hz, 0 for silence, and seconds."""


def tones(severity: Severity) -> bytes:
    """A WAV file: 16 bit, one channel; each tone swells and fades so that it does not click."""
    samples: list[int] = []
    for pitch, seconds in TONES[severity]:
        count = round(seconds * RATE)
        for i in range(count):
            swell = min(1.0, i / 220, (count - i) / 880)
            samples.append(round(32_767 * VOLUME * swell * math.sin(2 * math.pi * pitch * i / RATE)))
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()


class Sounds(QObject):
    """Qt's player is loaded with the first sound: most starts never need it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._effects: dict[Severity, Any] = {}
        self.played: list[Severity] = []

    def play(self, severity: Severity) -> None:
        """Without a device to play on there is silence, and a line in the log."""
        self.played = [*self.played[-9:], severity]
        try:
            self._effect(severity).play()
        except ImportError as error:
            log.warning("no sound can be played here: %s", error)

    def _effect(self, severity: Severity) -> Any:
        effect = self._effects.get(severity)
        if effect is None:
            from PySide6.QtMultimedia import QSoundEffect

            effect = self._effects[severity] = QSoundEffect(self)
            effect.setSource(QUrl.fromLocalFile(str(FOLDER / f"{severity.value}.wav")))
        return effect


def write_all() -> None:
    """Make the files anew: ``python -m widgets.alerts.sound``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for severity in Severity:
        (FOLDER / f"{severity.value}.wav").write_bytes(tones(severity))


if __name__ == "__main__":
    write_all()
