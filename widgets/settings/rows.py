"""What the settings window shows of one setting."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.language import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """``text`` is the value as it is typed; ``usual`` the default.

    ``choices`` are the texts to choose from, where there are some; a switch has ``on`` instead of a text. ``limits`` is
    what may be typed, in words. ``live`` settings take effect at once.
    """

    key: str
    section: str
    meaning: str
    text: str = ""
    usual: str = ""
    unit: str = ""
    limits: str = ""
    choices: tuple[str, ...] = ()
    on: bool | None = None
    live: bool = True
    changed: bool = False

    def caption(self) -> str:
        """Its name and bounds, and when it takes effect."""
        parts = [self.key]
        if self.limits:
            parts.append(self.limits)
        if self.changed:
            parts.append(tr("changed, usually {value}", value=self.usual or tr("empty")))
        if not self.live:
            parts.append(tr("takes effect at the next start"))
        return " · ".join(parts)

    def haystack(self) -> str:
        return f"{self.section} {self.key} {self.meaning} {self.unit} {' '.join(self.choices)}".casefold()
