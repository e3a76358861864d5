"""Charts as SVG, coloured by the page's style sheet so that they follow light and dark. Nothing here runs in the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from html import escape
from itertools import pairwise
from statistics import median

from app.report.series import Series
from core.clock import local_time
from core.domain.driver import Activity
from core.domain.language import mark, number, tr
from widgets.common.states import ACTIVITY
from widgets.common.words import MINUS

WIDTH, HEIGHT = 620, 230
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 26
MAX_DOTS = 300
LATE_BIN_MIN, LATE_EDGE_MIN = 5, 60

STATES: tuple[tuple[Activity, str], ...] = (
    (Activity.CARRYING, "carrying"),
    (Activity.WAITING, "waiting"),
    (Activity.TO_PICKUP, "to-pickup"),
    (Activity.OFFERED, "offered"),
    (Activity.FREE, "free"),
    (Activity.BREAK, "pause"),
    (Activity.OFFLINE, "offline"),
)
"""Activity and its colour's class; bottom to top."""

PARTS = (
    ("pickup_leg_min", "to-pickup", mark("To the pick-up")),
    ("pickup_stop_min", "waiting", mark("At the pick-up")),
    ("dropoff_leg_min", "carrying", mark("To the drop-off")),
    ("dropoff_stop_min", "free", mark("At the drop-off")),
)


def orders_chart(series: Series, zone: tzinfo | None) -> str:
    """Orders placed and delivered, side by side per bin."""
    frame = Frame(series.start, series.start + series.bin_s * len(series.placed), 0, max(*series.placed, *series.delivered, 1))
    marks = []
    for i, (placed, delivered) in enumerate(zip(series.placed, series.delivered, strict=True)):
        at = series.start + i * series.bin_s
        x, width = frame.x(at), frame.x(at + series.bin_s) - frame.x(at)
        span = {"since": local_time(at, zone), "until": local_time(at + series.bin_s, zone)}
        hint = tr("{since} to {until}: {n} placed", n=placed, **span)
        marks.append(frame.bar(x + width * 0.12, width * 0.38, placed, "placed", hint))
        hint = tr("{since} to {until}: {n} delivered", n=delivered, **span)
        marks.append(frame.bar(x + width * 0.5, width * 0.38, delivered, "free", hint))
    return frame.svg(tr("Orders placed and delivered"), [*frame.y_axis(whole), *frame.time_axis(zone), *marks])


def states_chart(series: Series, zone: tzinfo | None) -> str:
    """How many drivers were doing what, as stacked steps."""
    total = [sum(column) for column in zip(*series.states.values(), strict=True)]
    frame = Frame(series.start, series.end, 0, max(*total, 1))
    base = [0] * len(total)
    marks = []
    for activity, kind in STATES:
        counts = series.states[activity]
        if not any(counts):
            continue
        top = [b + c for b, c in zip(base, counts, strict=True)]
        outline = [*_steps(series.sampled_at, top), *reversed(_steps(series.sampled_at, base))]
        points = " ".join(f"{frame.x(at):.1f},{frame.y(value):.1f}" for at, value in outline)
        hint = tr("{name}: {n:.1f} on average", name=ACTIVITY[activity].label, n=sum(counts) / len(counts))
        marks.append(f'<polygon class="area c-{kind}" points="{points}">{_hint(hint)}</polygon>')
        base = top
    return frame.svg(tr("What the drivers were doing"), [*frame.y_axis(whole), *frame.time_axis(zone), *marks])


def lateness_chart(lateness_min: Sequence[float]) -> str:
    """Deliveries by how many minutes after the promise they came; the late ones are hatched as well as coloured."""
    edge = LATE_EDGE_MIN
    low = max(-edge, min(-LATE_BIN_MIN, LATE_BIN_MIN * math.floor(min(lateness_min) / LATE_BIN_MIN)))
    high = min(edge, max(LATE_BIN_MIN, LATE_BIN_MIN * math.ceil(max(lateness_min) / LATE_BIN_MIN)))
    counts = [0] * ((high - low) // LATE_BIN_MIN)
    for minutes in lateness_min:
        # On the dot is in time, so a bin holds its upper end.
        place = math.ceil(minutes / LATE_BIN_MIN) - 1 - low // LATE_BIN_MIN
        counts[min(len(counts) - 1, max(0, place))] += 1
    frame = Frame(low, high, 0, max(counts))
    marks = []
    for i, count in enumerate(counts):
        at = low + i * LATE_BIN_MIN
        late = at >= 0
        span = _span(at, low, high)
        said = tr("{n} late by {span} min", n=count, span=span) if late else tr("{n} early by {span} min", n=count, span=span)
        width = frame.x(at + LATE_BIN_MIN) - frame.x(at)
        marks.append(frame.bar(frame.x(at) + 1, width - 2, count, "late" if late else "free", said, hatched=late))
    ticks = range(low, high + 1, LATE_BIN_MIN * max(1, math.ceil((high - low) / 60)))
    labels = [(t, tr("promise") if t == 0 else f"{t:+d} min".replace("-", MINUS)) for t in ticks]
    promise = f'<line class="rule" x1="{frame.x(0):.1f}" x2="{frame.x(0):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
    return frame.svg(tr("Lateness"), [*frame.y_axis(whole), *frame.labels(labels), *marks, promise], hatch=True)


def door_chart(door_min: Sequence[float]) -> str:
    """Deliveries by minutes from the order to the door, with the median."""
    width_min = max(1, math.ceil(nice_step(max(door_min), 15)))
    counts = [0] * (int(max(door_min) // width_min) + 1)
    for minutes in door_min:
        counts[int(minutes // width_min)] += 1
    frame = Frame(0, len(counts) * width_min, 0, max(counts))
    marks = []
    for i, count in enumerate(counts):
        low = i * width_min
        width = frame.x(low + width_min) - frame.x(low)
        hint = tr("{n} in {low} to {high} min", n=count, low=low, high=low + width_min)
        marks.append(frame.bar(frame.x(low) + 1, width - 2, count, "free", hint))
    every = max(1, math.ceil(len(counts) / 8)) * width_min
    labels = [(float(t), f"{t} min") for t in range(0, len(counts) * width_min + 1, every)]
    middle = median(door_min)
    x = frame.x(middle)
    rule = (
        f'<line class="rule" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text class="on" x="{x + 5:.1f}" y="{TOP + 9}">{escape(tr("median {n:.0f} min", n=middle))}</text>'
    )
    return frame.svg(tr("Time to the door"), [*frame.y_axis(whole), *frame.labels(labels), *marks, rule])


def cycles_chart(cycles_s: Sequence[float], p50: float, p95: float) -> str:
    """Wall time of the matcher's cycles, in their order, with the median and the 95th percentile."""
    step = math.ceil(len(cycles_s) / MAX_DOTS)
    # The slowest of each few: a picture with fewer dots must not look faster than the run was.
    shown = [(i + 1, max(cycles_s[i : i + step])) for i in range(0, len(cycles_s), step)]
    frame = Frame(0, len(cycles_s) + 1, 0, max(cycles_s))
    dots = [
        f'<circle class="dot" cx="{frame.x(i):.1f}" cy="{frame.y(s):.1f}" r="2.5">'
        f"{_hint(tr('cycle {n}: {time}', n=i, time=seconds(s)))}</circle>"
        for i, s in shown
    ]
    apart = abs(frame.y(p50) - frame.y(p95))
    rules = []
    for value, name, below in ((p50, tr("median"), apart < 14), (p95, "p95", False)):
        y = frame.y(value)
        text_y = y + 12 if below and y + 12 < HEIGHT - BOTTOM else y - 4
        rules.append(f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        rules.append(
            f'<text class="on" x="{WIDTH - RIGHT}" y="{text_y:.1f}" text-anchor="end">{escape(name)} {seconds(value)}</text>'
        )
    every = max(1, round(nice_step(len(cycles_s), 6)))
    labels = [(float(i), tr("cycle {n}", n=i)) for i in range(every, len(cycles_s) + 1, every)]
    return frame.svg(tr("The matcher's cycles"), [*frame.y_axis(seconds), *frame.labels(labels), *dots, *rules])


def parts_chart(minutes: Sequence[float]) -> str:
    """The four parts of a delivery's minutes on one bar, each with its name, its minutes and its share."""
    bar_y, bar_h = 30, 64
    total = sum(minutes) or 1.0
    marks, x = [], 0.0
    column = WIDTH / len(PARTS)
    for i, ((_, kind, text), value) in enumerate(zip(PARTS, minutes, strict=True)):
        width = WIDTH * value / total
        name, said = escape(tr(text)), number(value, ".1f")
        hint = f"<title>{name}: {said} min</title>"
        marks.append(
            f'<rect class="c-{kind}" x="{x:.1f}" y="{bar_y}" width="{max(0, width - 2):.1f}" height="{bar_h}">{hint}</rect>'
        )
        left = column * i
        marks.append(f'<rect class="c-{kind}" x="{left:.1f}" y="{bar_y + 94}" width="10" height="10" rx="2"/>')
        marks.append(f'<text x="{left + 16:.1f}" y="{bar_y + 103}">{name}</text>')
        marks.append(f'<text class="big" x="{left + 16:.1f}" y="{bar_y + 128}">{said} min</text>')
        marks.append(f'<text x="{left + 16:.1f}" y="{bar_y + 148}">{100 * value / total:.0f} %</text>')
        x += width
    return _svg(tr("From assignment to delivery, in four parts"), marks, HEIGHT)


class Frame:
    """A plot's rectangle: values to pixels, grid and labels."""

    def __init__(self, x_low: float, x_high: float, y_low: float, y_high: float) -> None:
        self._x_low, self._x_high = x_low, max(x_high, x_low + 1e-9)
        # Of drivers and orders there are no halves.
        self._step = nice_step(y_high - y_low, 4) if isinstance(y_high, float) else max(1.0, nice_step(y_high - y_low, 4))
        self._y_low, self._y_high = y_low, self._step * max(1, math.ceil((y_high - 1e-9) / self._step))

    def x(self, value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self._x_low) / (self._x_high - self._x_low)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - self._y_low) / (self._y_high - self._y_low)

    def bar(self, x: float, width: float, value: float, kind: str, hint: str, *, hatched: bool = False) -> str:
        if not value:
            return ""
        y = self.y(value)
        box = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{HEIGHT - BOTTOM - y:.1f}"'
        rect = f'<rect class="c-{kind}" {box}>{_hint(hint)}</rect>'
        return rect + (f'<rect class="hatched" {box}/>' if hatched else "")

    def y_axis(self, text: Callable[[float], str]) -> Iterable[str]:
        for i in range(round((self._y_high - self._y_low) / self._step) + 1):
            value = self._y_low + i * self._step
            y = self.y(value)
            yield f'<line class="{"base" if i == 0 else "grid"}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(text(value))}</text>'

    def labels(self, labels: Iterable[tuple[float, str]]) -> Iterable[str]:
        for value, text in labels:
            x = self.x(value)
            # At the right edge a centred label would be cut off.
            anchor = "end" if x > WIDTH - RIGHT - 24 else "start" if x < LEFT + 4 else "middle"
            yield f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{escape(text)}</text>'

    def time_axis(self, zone: tzinfo | None) -> Iterable[str]:
        span = self._x_high - self._x_low
        step = next((60.0 * m for m in (5, *BIN_STEPS) if span / (60 * m) <= 8), 86_400.0)
        first = math.ceil(self._x_low / step) * step
        count = int((self._x_high - first) // step) + 1
        return self.labels((first + i * step, local_time(first + i * step, zone)) for i in range(count))

    def svg(self, name: str, parts: Iterable[str], *, hatch: bool = False) -> str:
        pattern = (
            '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            '<line class="hatch" x1="0" y1="0" x2="0" y2="5"/></pattern></defs>'
            if hatch
            else ""
        )
        return _svg(name, [pattern, *parts], HEIGHT)


BIN_STEPS = (10, 15, 30, 60, 120, 240, 480, 1440, 2880)


def nice_step(span: float, wanted: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that cuts ``span`` into about ``wanted`` parts."""
    rough = max(span, 1e-9) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.999)


def whole(value: float) -> str:
    return number(value, ",.0f")


def seconds(value: float) -> str:
    """``15 ms`` or ``1.2 s``."""
    return f"{number(value * 1000, '.3g')} ms" if value < 1 else f"{number(value, '.3g')} s"


def _span(at: int, low: int, high: int) -> str:
    near, far = sorted((abs(at), abs(at + LATE_BIN_MIN)))
    open_ended = (at == low == -LATE_EDGE_MIN) or (at + LATE_BIN_MIN == high == LATE_EDGE_MIN)
    return tr("{near} or more", near=near) if open_ended else tr("{near} to {far}", near=near, far=far)


def _steps(times: Sequence[float], values: Sequence[int]) -> list[tuple[float, int]]:
    """Each value holds until the next sample."""
    corners = [(times[0], values[0])]
    for (_, before), (at, value) in pairwise(zip(times, values, strict=True)):
        if value != before:
            corners += [(at, before), (at, value)]
    return [*corners, (times[-1], values[-1])]


def _hint(text: str) -> str:
    return f"<title>{escape(text)}</title>"


def _svg(name: str, parts: Iterable[str], height: int) -> str:
    return f'<svg role="img" aria-label="{escape(name)}" viewBox="0 0 {WIDTH} {height}">{"".join(parts)}</svg>'
