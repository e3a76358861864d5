"""A phone's tracking in plain words: what is not as it should be, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from app.scene import Scene
from core.domain.driver import App
from core.domain.language import mark, ntr, number, tr
from core.engine.modes import Tracking
from core.tracking.jumps import Held
from widgets.common.words import clock_off, duration

ITSELF_S = 5.0
"""A difference that began so long after the asking was made by the phone."""

_APPS = {App.KERBSIDE: mark("the app"), App.OWNTRACKS: mark("OwnTracks")}
_OPEN = mark("Ask the driver to open {app} and leave it open for a moment")
_TO_DO = {
    App.KERBSIDE: (
        mark("On the phone, allow the app to use the location all the time"),
        mark("On the phone, take the app off battery saving"),
    ),
    App.OWNTRACKS: (
        mark("In OwnTracks, switch Remote commands on"),
        mark("In OwnTracks, switch Remote configuration on"),
        mark("On the phone, allow OwnTracks to use the location all the time"),
    ),
}
_SET_CLOCK = mark("Ask the driver to switch on automatic date and time in the phone's settings")
_SET_OURS = mark("Set this computer's clock: most phones differ from it by the same")


def _open(app: App) -> str:
    return tr(_OPEN, app=tr(_APPS[app]))


@dataclass(frozen=True, slots=True)
class Trouble:
    """``said`` is a sentence, ``to_do`` what puts it right, the likeliest first."""

    said: str
    to_do: tuple[str, ...]

    @property
    def line(self) -> str:
        """Both in one."""
        first = self.to_do[0]
        return f"{self.said}: {first[0].lower()}{first[1:]}" if self.to_do else self.said


def troubles(driver_id: str, engine: Scene, now: float) -> tuple[Trouble, ...]:
    """All that is wrong with the tracking of a driver's phone, the worst first."""
    driver = engine.world.drivers[driver_id]
    tracking = engine.modes.of(driver_id)
    patience_s = engine.settings.number("tracking.confirm_within_s")
    found = (
        _mode(tracking, driver.app, now, patience_s) if tracking is not None else None,
        clock(engine.movement.clock_error_s(driver_id), engine.movement.clocks.this_machine_s),
        _config(tracking, driver.app, now, patience_s) if tracking is not None else None,
    )
    return tuple(trouble for trouble in found if trouble is not None)


def _mode(tracking: Tracking, app: App, now: float, patience_s: float) -> Trouble | None:
    if tracking.since is None or now - tracking.since <= patience_s:
        return None
    to_do = (_open(app), *map(tr, _TO_DO[app]))
    if tracking.since - tracking.asked_at < ITSELF_S:
        ago = duration(now - tracking.asked_at)
        return Trouble(
            tr(
                "Asked for {wanted} {ago} ago, the phone still reports {said}",
                wanted=tracking.wanted,
                ago=ago,
                said=tracking.said,
            ),
            to_do,
        )
    span = duration(now - tracking.since)
    return Trouble(
        tr(
            "For {span} the phone has reported {said}, {wanted} was asked for",
            span=span,
            said=tracking.said,
            wanted=tracking.wanted,
        ),
        to_do,
    )


def _config(tracking: Tracking, app: App, now: float, patience_s: float) -> Trouble | None:
    """A phone that says which configuration it runs, and runs an old one."""
    if not tracking.config_said or tracking.config_said == tracking.config or now - tracking.config_since <= patience_s:
        return None
    said = tr("The phone has not taken over the settings of {duration} ago", duration=duration(now - tracking.config_since))
    return Trouble(said, (_open(app),))


def clock(correction_s: float, this_machine_s: float = 0.0) -> Trouble | None:
    """``correction_s`` above 0: the phone's clock is behind."""
    if not correction_s:
        return None
    off = clock_off(correction_s)
    ours = this_machine_s and abs(correction_s - this_machine_s) < 30.0
    return Trouble(tr("The phone's clock is {off}, its times are corrected", off=off), (tr(_SET_OURS if ours else _SET_CLOCK),))


def held_back(held: Held | None) -> str:
    """``2 positions held back: impossible jump of 14 km``; empty where there was none."""
    if held is None:
        return ""
    far = (
        tr("{value:.0f} km", value=held.farthest_m / 1000) if held.farthest_m >= 950 else f"{number(held.farthest_m, '.0f')} m"
    )
    return tr("{many} held back: impossible jump of {far}", many=ntr("{n:,} position", "{n:,} positions", held.many), far=far)
