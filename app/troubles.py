"""What is wrong about a running core, said in the strip until it is over: broker, matcher, disk, clock, settings file."""

from __future__ import annotations

from PySide6.QtCore import QTimer

from app.bootstrap import System
from app.caretaker import Caretaker
from app.lines import Lines
from app.main_window import MainWindow
from app.presenters.links import Links
from core.domain.events import BrokerChanged, CycleFailed, CycleFinished
from core.domain.language import capital, said, tr
from widgets.status.bar import BROKER

LOOK_MS = 1000


class Troubles:
    """``caretaker`` is that of a real fleet's folder; a demo has none."""

    def __init__(self, window: MainWindow, system: System, lines: Lines, caretaker: Caretaker | None) -> None:
        self._strip, self._system, self._lines, self._caretaker = window.strip, system, lines, caretaker
        self._links = Links()
        self._links.keep(
            system.bus.subscribe(BrokerChanged, self._broker_changed),
            system.bus.subscribe(CycleFailed, self._cycle_failed),
            system.bus.subscribe(CycleFinished, lambda _: self._strip.clear_problem("matcher")),
        )
        timer = QTimer(window)
        timer.timeout.connect(self._look)
        timer.start(LOOK_MS)
        self._links.keep(timer.stop, timer.deleteLater)

    def close(self) -> None:
        self._links.end()

    def _broker_changed(self, event: BrokerChanged) -> None:
        if event.state == "connected":
            self._strip.clear_problem("broker")
        elif event.state != "connecting" or event.detail:
            text = said(event.detail) or tr(BROKER[event.state].text)
            self._strip.show_problem("broker", tr("No broker: {text}. Messages to drivers wait until it is back", text=text))

    def _cycle_failed(self, event: CycleFailed) -> None:
        self._strip.show_problem("matcher", tr("The matcher failed: {reason}", reason=said(event.reason)))

    def _look(self) -> None:
        for n, problem in enumerate(self._system.settings.follow_file()):
            self._strip.show_problem(f"settings-{n}", capital(said(problem)))
        self._look_at_disk_and_clock()
        health = self._lines.health
        if health is not None and health.state == "outgrown":
            text = tr("The fleet has outgrown the built-in broker: {detail}", detail=said(health.detail))
            self._strip.show_problem("outgrown", text)
        else:
            self._strip.clear_problem("outgrown")

    def _look_at_disk_and_clock(self) -> None:
        problems = {"disk": self._system.store.health.problem} if self._caretaker is None else self._caretaker.look()
        if problems["disk"]:
            problems["disk"] = tr(
                "Changes can't be stored: {problem}. Nothing is told to drivers until they are", problem=said(problems["disk"])
            )
        for subject, problem in problems.items():
            if problem:
                self._strip.show_problem(subject, capital(problem))
            else:
                self._strip.clear_problem(subject)
