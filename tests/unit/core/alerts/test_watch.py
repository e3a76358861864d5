"""Alerts come and go as their conditions do, in storms as well."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from core.alerts.grouping import grouped
from core.alerts.latch import Rule
from core.alerts.watch import AlertWatch, Seen
from core.domain.alert import OF_DRIVERS, Alert, AlertKind, alert_id

K = AlertKind
RULE = Rule(hold_s=30.0, clear_s=60.0)
ORDERS, DRIVERS = ["1", "2"], ["D-1", "D-2"]


def ids(alerts: list[Alert]) -> list[str]:
    return [alert.id for alert in alerts]


def watch() -> AlertWatch:
    return AlertWatch(RULE)


def test_facts_are_told_at_once_and_measurements_once_they_last() -> None:
    w = watch()
    seen = [Seen(K.LATE, "1", since=5.0), Seen(K.WILL_BE_LATE, "2"), Seen(K.SILENT, "D-1", since=2.0), Seen(K.OFF_ROUTE, "D-2")]
    raised, cleared = w.look(10.0, seen, ORDERS, DRIVERS)
    assert (ids(raised), cleared) == (["late 1", "silent D-1"], [])
    assert [(alert.since, alert.raised_at, alert.times) for alert in raised] == [(5.0, 10.0, 1), (2.0, 10.0, 1)]
    raised, _ = w.look(40.0, seen, ORDERS, DRIVERS)
    assert ids(raised) == ["will_be_late 2", "off_route D-2"]
    assert [alert.since for alert in raised] == [10.0, 10.0]
    raised, cleared = w.look(41.0, [], ORDERS, DRIVERS)
    assert (raised, ids(cleared)) == ([], ["late 1"])
    assert cleared[0].cleared_at == 41.0


def test_what_it_is_about_being_gone_ends_it_at_once() -> None:
    w = watch()
    seen = [Seen(K.WILL_BE_LATE, "1"), Seen(K.OFF_ROUTE, "D-1")]
    w.look(0.0, seen, ORDERS, DRIVERS)
    assert len(w.look(30.0, seen, ORDERS, DRIVERS)[0]) == 2
    _, cleared = w.look(31.0, seen, ["2"], ["D-2"])
    assert sorted(ids(cleared)) == ["off_route D-1", "will_be_late 1"]
    assert w.look(32.0, [], ["2"], ["D-2"]) == ([], [])


def test_being_late_takes_the_place_of_going_to_be() -> None:
    w = watch()
    w.look(0.0, [Seen(K.WILL_BE_LATE, "1")], ORDERS, DRIVERS)
    w.look(30.0, [Seen(K.WILL_BE_LATE, "1")], ORDERS, DRIVERS)
    raised, cleared = w.look(31.0, [Seen(K.LATE, "1")], ORDERS, DRIVERS)
    assert (ids(raised), ids(cleared)) == (["late 1"], ["will_be_late 1"])


def test_what_people_have_done_about_it_is_kept_until_it_is_over() -> None:
    w = watch()
    [late] = w.look(0.0, [Seen(K.LATE, "1")], ORDERS, DRIVERS)[0]
    w.note(replace(late, owner="Ida", acknowledged_by="Bo"))
    w.look(1.0, [Seen(K.LATE, "1")], ORDERS, DRIVERS)
    [over] = w.look(2.0, [], ORDERS, DRIVERS)[1]
    assert (over.owner, over.acknowledged_by, over.cleared_at) == ("Ida", "Bo", 2.0)
    [again] = w.look(3.0, [Seen(K.LATE, "1")], ORDERS, DRIVERS)[0]
    assert (again.owner, again.acknowledged_by, again.times) == ("", "", 2)


def test_alerts_go_on_after_a_restart_and_are_not_told_again() -> None:
    standing = Alert(alert_id(K.SILENT, "D-1"), K.SILENT, "D-1", 100.0, 130.0, times=2)
    w = watch()
    w.restore([standing])
    assert w.look(200.0, [Seen(K.SILENT, "D-1")], ORDERS, DRIVERS) == ([], [])
    w.look(201.0, [], ORDERS, DRIVERS)
    assert w.look(300.0, [], ORDERS, DRIVERS) == ([], [])  # it came twice before: 120 s now
    assert ids(w.look(321.0, [], ORDERS, DRIVERS)[1]) == ["silent D-1"]


def test_no_storm_when_a_broker_comes_back() -> None:
    """Three hundred drivers fall silent with their broker, and are heard from again within a minute of its return."""
    w, drivers = watch(), [f"D-{i}" for i in range(300)]
    raised: list[Alert] = []
    for now in range(0, 1200, 5):
        away = 300 <= now < 900
        silent = drivers if 390 <= now < 900 else drivers[(now - 900) * 6 :] if now >= 900 else []
        blind = away or 900 <= now < 960
        raised += w.look(float(now), [Seen(K.SILENT, d) for d in silent], [], drivers, blind)[0]
    assert raised == []


def test_who_stays_silent_after_it_is_back_is_told() -> None:
    w = watch()
    for now in range(0, 60, 5):
        assert w.look(float(now), [Seen(K.SILENT, "D-1")], [], DRIVERS, blind=True) == ([], [])
    assert ids(w.look(60.0, [Seen(K.SILENT, "D-1")], [], DRIVERS)[0]) == ["silent D-1"]


def test_what_has_to_last_begins_to_last_once_something_can_be_seen() -> None:
    w = watch()
    for now in range(0, 60, 5):
        w.look(float(now), [Seen(K.OFF_ROUTE, "D-1")], [], DRIVERS, blind=True)
    assert w.look(60.0, [Seen(K.OFF_ROUTE, "D-1")], [], DRIVERS) == ([], [])
    assert ids(w.look(90.0, [Seen(K.OFF_ROUTE, "D-1")], [], DRIVERS)[0]) == ["off_route D-1"]


def test_an_alert_that_stood_before_stands_while_nothing_is_heard() -> None:
    w = watch()
    assert w.look(30.0, [Seen(K.SILENT, "D-1")], [], DRIVERS)[0]
    assert w.look(500.0, [], [], DRIVERS, blind=True) == ([], [])
    assert w.look(501.0, [], [], DRIVERS) == ([], [])
    assert ids(w.look(561.0, [], [], DRIVERS)[1]) == ["silent D-1"]


LOOKS = st.lists(
    st.tuples(
        st.floats(0.5, 100),
        st.sets(st.tuples(st.sampled_from(K), st.sampled_from(["1", "2", "D-1", "D-2"]), st.booleans())),
        st.sets(st.sampled_from(ORDERS + DRIVERS)),
        st.booleans(),
    ),
    max_size=60,
)


@given(LOOKS)
def test_raised_and_cleared_always_make_sense_together(looks: list) -> None:
    """Nothing is raised that stands, nothing cleared that does not; nothing stands about what is not there."""
    w, now, standing = watch(), 0.0, {}
    for gap, things, there, blind in looks:
        now += gap
        seen = {(kind, subject): Seen(kind, subject, sure) for kind, subject, sure in things}
        orders, drivers = [x for x in there if x in ORDERS], [x for x in there if x in DRIVERS]
        raised, cleared = w.look(now, seen.values(), orders, drivers, blind)
        for alert in raised:
            assert alert.id not in standing
            assert alert.since <= alert.raised_at == now
            assert not (blind and alert.kind in OF_DRIVERS)
            standing[alert.id] = alert
        for alert in cleared:
            assert standing.pop(alert.id) == replace(alert, cleared_at=None)
        for alert in standing.values():
            assert alert.subject in (drivers if alert.kind in OF_DRIVERS else orders)


@given(
    st.lists(st.tuples(st.sampled_from(K), st.floats(0, 600)), max_size=40),
    st.integers(2, 8),
)
def test_groups_hold_every_alert_once_of_one_kind_and_close_in_time(made: list[tuple[AlertKind, float]], least: int) -> None:
    alerts = [Alert(alert_id(kind, str(i)), kind, str(i), at, at) for i, (kind, at) in enumerate(made)]
    groups = grouped(alerts, least)
    assert sorted(a.id for group in groups for a in group) == sorted(a.id for a in alerts)
    for group in groups:
        assert len(group) == 1 or len(group) >= least
        assert len({a.kind for a in group}) == 1
        times = [a.raised_at for a in group]
        assert all(0 <= later - before <= 60 for before, later in pairwise(times))
    alone = [group[0] for group in groups if len(group) == 1]
    assert not any(
        len([b for b in alone if b.kind is a.kind and 0 <= b.raised_at - a.raised_at <= 60]) > 2 * least for a in alone
    )
