"""The inspector's page of a driver."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.driver import App, StopKind
from core.domain.language import mark, ntr, number, tr
from widgets.common.lines import Bit, Cell
from widgets.common.states import ACTIVITY, mode_name, vehicle_name
from widgets.common.words import Moment, freshness, lateness
from widgets.inspector.details import DriverDetails
from widgets.inspector.parts import Block, Deeds, Head, facts, history_lines

LOW_BATTERY_PCT = 20
APPS = {App.KERBSIDE: mark("Kerbside app"), App.OWNTRACKS: mark("OwnTracks, accepts by your word")}


class DriverPage(QWidget):
    """``followed(str)`` carries ``order:ID``; ``asked(str)`` the key of a deed."""

    followed = Signal(str)
    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head, self.deeds = Head(), Deeds()
        self.stops = Block(tr("Stops"))
        self.tracking = Block(tr("Position"), captions=True)
        self.fix_it = Block(tr("To put it right"), stretch=1)
        self.person = Block(tr("Driver"), captions=True)
        self.history = Block(tr("History"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(16)
        for part in (self.head, self.deeds, self.stops, self.tracking, self.fix_it, self.person, self.history):
            layout.addWidget(part)
        layout.addStretch(1)
        self.deeds.asked.connect(self.asked)
        self.stops.followed.connect(self.followed)

    def show_driver(self, driver: DriverDetails, moment: Moment) -> None:
        self.head.title.setText(f"{driver.id} {driver.name}".rstrip())
        self.head.badge.show_state(ACTIVITY[driver.activity])
        carried = len({stop.order_id for stop in driver.stops})
        load = ntr("{n:,} order", "{n:,} orders", carried) if carried else tr("no orders")
        summary = f"{vehicle_name(driver.vehicle)}, {load}"
        if driver.off_duty:
            summary += tr("; off duty until they or you say otherwise")
        self.head.below.set_lines([[(Bit(summary, "muted"),)]])
        self.deeds.set_deeds(driver.deeds)
        unknown: list[list[Cell]] = [[(), (Bit(tr("Not recorded: some of the arrivals expected then"), "muted"),)]]
        lacks = driver.recorded and any(stop.eta is None and stop.arrived_at is None for stop in driver.stops)
        self.stops.set_lines([*_stops(driver, moment), *(unknown if lacks else [])])
        self.tracking.set_lines(_tracking(driver, moment))
        self.fix_it.set_lines([[(Bit(f"{i}", "muted"),), (Bit(text),)] for i, text in enumerate(driver.fix_it, start=1)])
        self.person.set_lines(_person(driver, moment))
        self.history.set_lines(history_lines(driver.history, moment))


def _stops(driver: DriverDetails, moment: Moment) -> list[list[Cell]]:
    lines: list[list[Cell]] = []
    for stop in driver.stops:
        here = stop.arrived_at is not None
        pickup = stop.kind is StopKind.PICKUP
        what = (
            Bit(tr("Pick up ") if pickup else tr("Deliver "), "waiting" if pickup else "carrying"),
            Bit(stop.order_id, link=f"order:{stop.order_id}"),
            Bit(f"\n{stop.place}", small=True),
        )
        late = stop.late_min is not None and round(stop.late_min) > 0
        mark = Bit(f"⚠ {lateness(stop.late_min or 0)}" if late else "", "late", strong=True)
        since = tr("here since {arrived_at}", arrived_at=moment.clock(stop.arrived_at))
        when = (Bit(since, "waiting"),) if here else (Bit(moment.clock(stop.eta)),)
        lines.append([when, what, (mark,)])
    if driver.sent:
        lines.append([(Bit(moment.clock(driver.sent_eta)),), (Bit(driver.sent), Bit(f"\n{driver.sent_for}", small=True))])
    return lines


def _tracking(driver: DriverDetails, moment: Moment) -> list[list[Cell]]:
    if driver.fix_at is None:
        last: tuple[Bit, ...] = (Bit(tr("none yet: the phone has not sent one"), "muted"),)
    else:
        age = Bit(
            tr("{freshness} ago", freshness=freshness(moment.now - driver.fix_at)),
            "late" if driver.stale else "text",
            strong=driver.stale,
        )
        last = (age, Bit(f", {moment.clock(driver.fix_at, seconds=True)}", "muted"))
    low = driver.battery is not None and driver.battery < LOW_BATTERY_PCT
    battery = "" if driver.battery is None else f"{number(driver.battery, '.0f')} %"
    return facts(
        [
            (tr("Last position"), last),
            (tr("Accuracy"), (Bit("" if driver.accuracy_m is None else f"{number(driver.accuracy_m, '.0f')} m"),)),
            (tr("Speed"), (Bit("" if driver.speed_kmh is None else tr("{speed_kmh:.0f} km/h", speed_kmh=driver.speed_kmh)),)),
            (tr("Battery"), (Bit(f"⚠ {battery}" if low else battery, "late" if low else "text"),)),
            (tr("Tracking"), _mode(driver)),
            (tr("Held back"), (Bit(driver.held_back),)),
            (tr("Experiments"), (Bit(driver.variants),)),
        ]
    )


def _mode(driver: DriverDetails) -> tuple[Bit, ...]:
    if driver.troubles:
        return (Bit("\n".join(f"⚠ {trouble}" for trouble in driver.troubles), "offered", strong=True),)
    if driver.mode_wanted and driver.mode and driver.mode != driver.mode_wanted:
        return (
            Bit(
                tr(
                    "{mode}, {mode_wanted} has just been asked for",
                    mode=mode_name(driver.mode),
                    mode_wanted=mode_name(driver.mode_wanted),
                )
            ),
        )
    if driver.mode_wanted and not driver.mode:
        return (
            Bit(
                tr("{mode_wanted} was asked for, the phone has not confirmed it", mode_wanted=mode_name(driver.mode_wanted)),
                "muted",
            ),
        )
    return (Bit(mode_name(driver.mode)), Bit(tr(", as asked for") if driver.mode_wanted else "", "muted"))


def _person(driver: DriverDetails, moment: Moment) -> list[list[Cell]]:
    start, end = moment.clock(driver.shift_start), moment.clock(driver.shift_end)
    shift = (
        tr("{start} to {end}", start=start, end=end)
        if start and end
        else tr("from {start}", start=start)
        if start
        else tr("until {end}", end=end)
        if end
        else tr("open")
    )
    return facts(
        [
            (tr("Phone"), (Bit(driver.phone),)),
            (tr("App"), (Bit(tr(APPS[driver.app])),)),
            (tr("Shift"), (Bit(shift),)),
            (tr("Group"), (Bit(driver.group),)),
            (tr("Can carry"), (Bit(driver.load),)),
        ]
    )
