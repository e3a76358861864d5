"""Where a moment stands on the timeline, and which moments its axis names."""

from __future__ import annotations

from dataclasses import dataclass

HOUR_S = 3600.0
STEPS_S = (300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0)
MIN_STEP_PX = 56
NARROWEST_PX_PER_H, WIDEST_PX_PER_H = 40.0, 2400.0


@dataclass(frozen=True, slots=True)
class Scale:
    """``start`` is the moment at the left edge, epoch seconds."""

    start: float
    px_per_h: float

    def x(self, at: float) -> float:
        return (at - self.start) * self.px_per_h / HOUR_S

    def at(self, x: float) -> float:
        return self.start + x * HOUR_S / self.px_per_h

    def step_s(self) -> float:
        """Seconds from one named moment to the next."""
        return next((step for step in STEPS_S if step * self.px_per_h / HOUR_S >= MIN_STEP_PX), STEPS_S[-1])

    def ticks(self, width_px: int) -> list[float]:
        """The moments named within the width."""
        step = self.step_s()
        first = -(-self.start // step) * step
        count = int((self.at(width_px) - first) // step) + 1
        return [first + i * step for i in range(max(0, count))]


def zoomed(px_per_h: float, steps: int) -> float:
    """Each step by a quarter, within what can be read."""
    return min(WIDEST_PX_PER_H, max(NARROWEST_PX_PER_H, px_per_h * 1.25**steps))
