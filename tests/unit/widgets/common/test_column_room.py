"""How the columns of a table share its width, without a table."""

from __future__ import annotations

from typing import Any

from widgets.common.column_room import LEAST_STRETCH_PX, share
from widgets.common.tables import Column

TITLES = (30, 30, 30, 30)


def _column(width: int, **more: Any) -> Column[Any]:
    return Column("", lambda r, m: "", width=width, **more)


COLUMNS = (_column(60), _column(0), _column(100, narrow=80, spare=1), _column(120, spare=1))
ALL = range(4)


def test_where_there_is_room_all_are_as_wide_as_they_would_be() -> None:
    shares = share(COLUMNS, TITLES, ALL, {}, 700)
    assert (shares.widths, shares.aside, shares.enough) == ({0: 60, 2: 100, 3: 120}, frozenset(), True)


def test_the_last_spare_column_steps_aside_first_and_only_as_many_as_must() -> None:
    least = 60 + LEAST_STRETCH_PX + 80
    assert share(COLUMNS, TITLES, ALL, {}, least + 120).aside == frozenset()
    shares = share(COLUMNS, TITLES, ALL, {}, least + 119)
    assert (shares.aside, shares.widths[2]) == (frozenset({3}), 80)
    assert share(COLUMNS, TITLES, ALL, {}, least - 1).aside == {2, 3}
    sooner = (*COLUMNS[:2], _column(100, narrow=80, spare=2), COLUMNS[3])
    assert share(sooner, TITLES, ALL, {}, least + 119).aside == {2}


def test_a_column_that_is_asked_for_stays_and_the_table_scrolls() -> None:
    shares = share(COLUMNS, TITLES, ALL, {}, 200, kept={2, 3})
    assert (shares.aside, shares.enough) == (frozenset(), False)
    assert shares.widths[1] == LEAST_STRETCH_PX


def test_a_width_drawn_by_hand_stays() -> None:
    assert share(COLUMNS, TITLES, ALL, {2: 93}, 320).widths[2] == 93


def test_one_that_takes_what_is_left_may_step_aside_as_well() -> None:
    columns = (_column(60), _column(0), _column(0, spare=1))
    shares = share(columns, TITLES, range(3), {}, 60 + LEAST_STRETCH_PX)
    assert (shares.aside, shares.enough, shares.widths) == (frozenset({2}), True, {0: 60})


def test_words_are_left_out_no_further_than_they_must() -> None:
    columns = (_column(60), _column(0, least=90), _column(150, narrow=130, least=60))
    for more in (0, 31):
        shares = share(columns, TITLES, range(3), {}, 60 + 90 + 60 + more)
        assert (shares.widths[2], shares.enough) == (60 + more, True)
    assert not share(columns, TITLES, range(3), {}, 60 + 90 + 59).enough
