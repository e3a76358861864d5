from __future__ import annotations

from core.domain.driver import Activity
from core.domain.order import Status
from widgets.common.look import LOOKS
from widgets.common.states import ACTIVITY, ACTIVITY_CODE, LATE, STATUS


def test_every_state_has_its_look() -> None:
    assert set(ACTIVITY) == set(Activity)
    assert set(STATUS) == set(Status)
    assert all(hasattr(LOOKS["light"], look.token) for look in (*ACTIVITY.values(), *STATUS.values(), LATE))


def test_no_two_states_are_told_apart_by_colour_alone() -> None:
    for table in (ACTIVITY, STATUS):
        assert len({look.label for look in table.values()}) == len(table)
        assert len({look.icon for look in table.values()}) == len(table)


def test_codes_are_places_in_the_enumeration() -> None:
    assert [ACTIVITY_CODE[activity] for activity in Activity] == list(range(len(Activity)))
