"""Nobody is asked into a planned break, before a shift or past its end; the plan survives a restart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain import commands as c
from core.domain.driver import Break
from core.domain.errors import BadInput
from core.domain.order import Status
from tests.rigs import Rig


def plan(rig: Rig, **minutes: object) -> None:
    """Of D-1; times in minutes from now."""
    now, driver = rig.clock.now(), rig.world.drivers["D-1"]
    changes: dict[str, object] = {}
    for key, value in minutes.items():
        if isinstance(value, list):
            changes[key] = tuple(Break(now + 60 * a, now + 60 * b) for a, b in value)
        else:
            changes[key] = now + 60 * float(value)  # type: ignore[arg-type]
    rig.do(c.SaveDriver(driver=replace(driver, **changes)))  # type: ignore[arg-type]


@pytest.fixture
def town(rig: Rig) -> Rig:
    rig.do(c.RemoveDriver(driver_id="D-2"))
    return rig


def asked(rig: Rig) -> bool:
    rig.place("O-1")
    for _ in range(8):
        rig.fix("D-1", rig.engine.movement.place("D-1"))
        rig.tick(5.0)
    return rig.status_of() in {Status.OFFERED, Status.ASSIGNED}


@pytest.mark.parametrize(
    ("breaks", "offered"), [([], True), ([(-5, 20)], False), ([(3, 20)], False), ([(90, 100)], True), ([(-20, -5)], True)]
)
def test_no_offer_runs_into_a_break(town: Rig, breaks: list[tuple[float, float]], offered: bool) -> None:
    plan(town, breaks=breaks)
    assert asked(town) is offered


def test_after_the_break_there_are_offers_again(town: Rig) -> None:
    plan(town, breaks=[(-5, 2)])
    assert not asked(town)
    for _ in range(20):
        town.fix("D-1", town.engine.movement.place("D-1"))
        town.tick(5.0)
    assert town.status_of() is Status.OFFERED


def test_a_plan_is_stored_undone_and_checked(town: Rig) -> None:
    before = town.world.drivers["D-1"]
    planned = replace(before, shift_end=town.clock.now() + 7200, breaks=(Break(town.clock.now() + 60, town.clock.now() + 120),))
    outcome = town.do(c.SaveDriver(driver=planned))
    town.restart()
    assert town.world.drivers["D-1"].breaks == planned.breaks
    for command in outcome.undo:
        town.do(command)
    assert town.world.drivers["D-1"].breaks == ()
    with pytest.raises(BadInput, match="within the shift"):
        town.do(c.SaveDriver(driver=replace(planned, shift_end=town.clock.now() + 90)))
