"""A change to one board, carried over to boards that have changed since."""

from __future__ import annotations

from dataclasses import replace

from widgets.orders.views import BoardView, changed_as, read, written

LATE, REST = BoardView("Late", text="late"), BoardView("Rest")


def test_a_board_is_put_beside_and_back_and_filters_set_since_then_stay() -> None:
    was, to = written([REST, LATE]), written([REST, replace(LATE, beside=1)])
    since = [replace(REST, text="bridge"), replace(LATE, beside=1, group="driver")]
    assert read(changed_as(to, was, written(since))) == [replace(REST, text="bridge"), replace(LATE, group="driver")]


def test_a_board_gets_its_name_back_with_the_filter_it_has_now() -> None:
    was, to = written([REST, LATE]), written([REST, replace(LATE, name="Too late")])
    since = [REST, replace(LATE, name="Too late", text="very")]
    assert read(changed_as(to, was, written(since))) == [REST, replace(LATE, text="very")]


def test_a_removed_board_comes_back_as_it_was_and_a_new_one_goes() -> None:
    both, one = written([REST, LATE]), written([REST])
    since = written([replace(REST, text="bridge")])
    assert read(changed_as(one, both, since)) == [replace(REST, text="bridge"), LATE]
    assert read(changed_as(both, one, written([replace(REST, text="bridge"), LATE]))) == [replace(REST, text="bridge")]
