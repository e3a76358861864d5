import statistics
import time
from collections import defaultdict

import numpy as np
import pytest

from core.domain.driver import Presence
from core.domain.errors import BadInput, CommandRefused
from core.domain.geo import LatLon, distance_m
from core.domain.order import Order, Status, Step
from core.domain.vehicle import Vehicle
from core.messaging import topics
from core.routing.great_circle import SPEED_KMH
from core.simulation.faults import OutOfReach

IN_ORDER = ["arrived_pickup", "picked_up", "arrived_dropoff", "delivered"]


def stream(town):
    return [(m.topic, m.payload) for m in town.tape.drain(10**9)]


def words_of(town, order_id):
    return [w.event for w in town.console.words if w.order_id == order_id]


def give(town, order_id, driver_id="D-01", merchant=0, ready_in_s=60.0, away=(0.006, 0.004)):
    """An order typed in by the dispatcher and given to a driver: the simulator learns of it from the route alone."""
    now, shop = town.clock.now(), town.simulator.merchants()[merchant]
    home = LatLon(shop.place.lat + away[0], shop.place.lon + away[1])
    order = Order(order_id, shop.id, shop.place, home, now, now + ready_in_s, now + 2400).take(Step.QUEUE, now)
    town.console.orders[order_id] = order
    town.console.assign(order, driver_id)
    return town.console.orders[order_id]


def until(town, happens, limit_s=3600):
    for _ in range(limit_s):
        if happens():
            return
        town.run(1, dispatching=False)
    pytest.fail("it never happened")


@pytest.fixture
def pair(town):
    """Two scooters, no customers of their own."""
    return lambda **kw: town(**{"drivers": 2, "orders_per_hour": 0, "vehicles": ((Vehicle.SCOOTER, 1.0),), **kw})


@pytest.fixture
def duo(pair):
    return pair()


def test_the_same_seed_gives_the_same_messages_byte_for_byte(town):
    figures = {"drivers": 25, "orders_per_hour": 150, "breaks_per_hour": 0.5}
    towns = [town(seed=seed, **figures) for seed in (11, 11, 12)]
    for each in towns:
        each.run(900)
    first, again, other = (stream(t) for t in towns)
    assert len(first) > 1000
    assert first == again
    assert first != other
    assert towns[0].simulator.stats == towns[1].simulator.stats


def test_a_gap_in_time_is_lived_second_by_second(town):
    steady, jumpy = (town(drivers=8, orders_per_hour=0) for _ in range(2))
    start = steady.simulator.now
    for k in range(1, 601):
        steady.simulator.step(start + k)
    for k in range(7, 610, 7):
        jumpy.simulator.step(start + k + 0.4 if k < 600 else start + 600)
    jumpy.simulator.step(start + 600.9)
    jumpy.simulator.step(start + 100)
    assert jumpy.simulator.now == start + 600
    assert stream(steady) == stream(jumpy)


def test_half_an_hour_of_three_hundred_orders_is_carried_by_sixty(town):
    """The load of the demo, by a dispatcher who only ever takes the nearest free driver."""
    busy = town(seed=1, window_min=30)
    spent = []
    for _ in range(1800):
        now = busy.clock.advance(1.0)
        begun = time.perf_counter()
        busy.simulator.step(now)
        spent.append(time.perf_counter() - begun)
        busy.console.listen()
        if round(now) % 10 == 0:
            busy.console.dispatch()
    orders, now = busy.console.orders.values(), busy.clock.now()
    done = [o for o in orders if o.status is Status.DELIVERED]
    due = [o for o in orders if o.status is not Status.CANCELLED and o.due_at <= now]
    minutes = statistics.mean(o.delivered_at - o.assigned_at for o in done) / 60
    assert 120 <= len(orders) <= 180
    assert len(due) >= 8
    assert sum(o.status is Status.DELIVERED for o in due) > 0.95 * len(due)
    assert minutes < 11
    assert not busy.console.refusals
    assert statistics.median(spent) < 0.005

    heard = defaultdict(list)
    for word in busy.console.words:
        if word.order_id is not None:
            heard[word.order_id, word.driver_id].append(word.event)
    assert all(events == IN_ORDER[: len(events)] for events in heard.values())
    ids = [w.id for w in busy.console.words]
    assert len(set(ids)) == len(ids)
    counts = busy.simulator.stats
    assert counts.delivered == len(done)
    assert counts.orders_placed == len(orders)


def test_drivers_keep_to_plausible_speeds_and_say_so(town):
    busy = town(seed=5, drivers=30, orders_per_hour=150)
    fleet, motion = busy.simulator.fleet(), busy.simulator.couriers.motion
    fastest = np.array([SPEED_KMH[d.vehicle] / 3.6 * 1.15 * 1.4 for d in fleet])
    before = [motion.place(i) for i in range(30)]
    moved = 0
    for _ in range(900):
        busy.run(1)
        here = [motion.place(i) for i in range(30)]
        metres = np.array([distance_m(a, b) for a, b in zip(before, here, strict=True)])
        assert np.all(metres <= fastest + 0.01)
        assert np.all(motion.spd <= fastest)
        moved += np.count_nonzero(metres > 0.5)
        before = here
    assert moved > 900
    assert len({d for batch in busy.console.fixes for d in batch.drivers}) == 30
    for batch in busy.console.fixes:
        assert np.all(batch.spd <= fastest.max())
        assert np.all((batch.hdg >= 0) & (batch.hdg < 360))
        assert np.all(batch.acc > 0)


def test_everybody_is_born_online_and_is_seen_soon(town):
    quiet = town(drivers=12, orders_per_hour=0)
    quiet.run(25)
    ids = {d.id for d in quiet.simulator.fleet()}
    assert quiet.console.presence == dict.fromkeys(ids, Presence.ONLINE)
    assert set(quiet.console.places) == ids


def test_idle_drivers_go_where_the_merchants_are(town, city):
    quiet = town(drivers=40, orders_per_hour=0)
    spots = np.array([m.place for m in city.merchants])
    motion = quiet.simulator.couriers.motion

    def gap_m():
        here = np.stack((motion.lat, motion.lon), axis=1)
        return np.median([min(distance_m(LatLon(*h), LatLon(*s)) for s in spots.tolist()) for h in here.tolist()])

    before = gap_m()
    quiet.run(1500)
    assert gap_m() < before


def test_an_order_from_elsewhere_is_carried_to_its_door(duo):
    duo.run(30)
    order = give(duo, "X-1")
    until(duo, lambda: duo.console.orders["X-1"].status is Status.DELIVERED)
    assert words_of(duo, "X-1") == IN_ORDER
    done = duo.console.orders["X-1"]
    assert distance_m(duo.simulator.couriers.motion.place(0), order.dropoff) < 15
    assert done.picked_up_at >= done.arrived_pickup_at + 30


def test_the_driver_waits_until_the_order_is_ready(duo):
    duo.run(30)
    give(duo, "X-1", ready_in_s=1800.0)
    until(duo, lambda: duo.console.orders["X-1"].status is Status.CARRYING)
    done = duo.console.orders["X-1"]
    assert done.picked_up_at - done.arrived_pickup_at > 600


def test_a_recall_on_the_way_is_obeyed_at_once(duo):
    duo.run(30)
    order = give(duo, "X-1", merchant=40)
    until(duo, lambda: duo.simulator.couriers.motion.spd[0] > 1)
    duo.console.take_back(duo.console.orders["X-1"], "given to another")
    duo.run(2, dispatching=False)
    assert duo.simulator.couriers.motion.spd[0] == 0
    duo.console.assign(duo.console.orders["X-1"], "D-02")
    until(duo, lambda: duo.console.orders["X-1"].status is Status.DELIVERED)
    assert {w.driver_id for w in duo.console.words if w.order_id == order.id} == {"D-02"}


def test_a_recalled_order_may_come_back_to_the_same_driver(duo):
    duo.run(30)
    give(duo, "X-1", ready_in_s=900)
    until(duo, lambda: duo.console.orders["X-1"].status is Status.AT_PICKUP)
    duo.console.take_back(duo.console.orders["X-1"], "by mistake")
    duo.run(3, dispatching=False)
    duo.console.assign(duo.console.orders["X-1"], "D-01")
    until(duo, lambda: duo.console.orders["X-1"].status is Status.DELIVERED)
    assert words_of(duo, "X-1") == ["arrived_pickup", *IN_ORDER]


def test_who_carries_an_order_that_leaves_the_route_follows_the_route(duo):
    duo.run(30)
    give(duo, "X-1")
    until(duo, lambda: duo.console.orders["X-1"].status is Status.CARRYING)
    give(duo, "X-2", merchant=3)
    duo.console.set_route("D-01", tuple(s for s in duo.console.routes["D-01"] if s.order_id == "X-2"))
    until(duo, lambda: duo.console.orders["X-2"].status is Status.DELIVERED)
    assert words_of(duo, "X-1") == IN_ORDER[:2]
    assert words_of(duo, "X-2") == IN_ORDER


def test_two_orders_of_one_merchant_are_fetched_together(duo):
    duo.run(30)
    give(duo, "X-1")
    give(duo, "X-2", away=(0.004, 0.005))
    first, second, third, fourth = duo.console.routes["D-01"]
    duo.console.set_route("D-01", (first, third, second, fourth))
    until(duo, lambda: duo.console.orders["X-2"].status is Status.DELIVERED)
    told = [(w.event, w.order_id) for w in duo.console.words if w.order_id]
    assert told.index(("picked_up", "X-2")) < told.index(("arrived_dropoff", "X-1"))
    assert [e for e, o in told if o == "X-1"] == [e for e, o in told if o == "X-2"] == IN_ORDER


def test_words_are_repeated_while_the_console_is_deaf(duo):
    duo.run(30)
    give(duo, "X-1")
    duo.console.deaf = True
    until(duo, lambda: "arrived_pickup" in words_of(duo, "X-1"))
    before = len(duo.console.words)
    duo.run(35, dispatching=False)
    again = [w for w in duo.console.words[before:] if w.event == "arrived_pickup"]
    assert len(again) == 3
    assert {w.id for w in again} == {duo.console.words[before - 1].id}
    duo.run(1200, dispatching=False)
    assert duo.console.orders["X-1"].status is Status.ASSIGNED
    duo.console.deaf = False
    until(duo, lambda: duo.console.orders["X-1"].status is Status.DELIVERED, 60)


def test_a_phone_without_signal_tells_it_all_afterwards(pair):
    start = pair().simulator.now
    cut = pair(faults=[OutOfReach("D-01", start + 60, start + 1500)])
    cut.run(40)
    give(cut, "X-1")
    until(cut, lambda: cut.clock.now() == start + 70)
    give(cut, "X-2", merchant=3)
    assert [m for m in cut.tape.drain(10**9) if m.topic == topics.fixes("D-01")]
    words_before = len(cut.console.words)
    cut.run(1425, dispatching=False)
    assert not [m for m in cut.tape.drain(10**9) if m.topic in (topics.fixes("D-01"), topics.orders("D-01"))]
    assert len(cut.console.words) == words_before
    cut.run(30, dispatching=False)
    assert words_of(cut, "X-1") == IN_ORDER
    backlogs = [np.count_nonzero(f.driver == f.drivers.index("D-01")) for f in cut.console.fixes if "D-01" in f.drivers]
    assert max(backlogs) > 100
    until(cut, lambda: cut.console.orders["X-2"].status is Status.DELIVERED)


def test_a_phone_answers_which_route_it_has(duo):
    duo.run(30)
    duo.console.fixes.clear()
    give(duo, "X-1")
    told = duo.console._versions["D-01"]
    until(duo, lambda: any("D-01" in batch.route for batch in duo.console.fixes), limit_s=60)
    assert [batch.route for batch in duo.console.fixes if batch.route] == [{"D-01": told}]


def test_nonsense_is_counted_and_does_no_harm(duo):
    duo.run(30)
    for topic, payload in [
        (topics.offers("D-01"), b"{"),
        (topics.route("D-01"), b'{"v":1}'),
        (topics.CONFIG, b"[]"),
        (topics.route("D-01"), b""),
        (topics.route("nobody"), b'{"v":1,"stops":[],"seen":[]}'),
        (topics.offers("D-01"), b'{"type":"confirm","id":"?"}'),
        (topics.offers("D-01"), b'{"type":"revoke","id":null,"order":"?","reason":""}'),
    ]:
        duo.console.transport.publish(topic, payload)
    duo.run(5)
    assert duo.simulator.stats.unreadable == 3
    give(duo, "X-1")
    until(duo, lambda: duo.console.orders["X-1"].status is Status.DELIVERED)


def test_no_is_taken_for_an_answer(town):
    def refuse(command):
        raise CommandRefused("closed today")

    shut = town(drivers=2, orders_per_hour=600)
    shut.simulator._execute = refuse
    shut.run(600)
    assert shut.simulator.stats.refused_commands > 50
    assert shut.simulator.stats.orders_placed == 0


def test_offers_are_answered_at_the_rates_asked_for(town):
    asked = town(drivers=60, orders_per_hour=0, accept_rate=0.6, ignore_rate=0.1, answer_s=5.0)
    asked.run(30)
    console = asked.console
    rounds = 25
    for k in range(rounds):
        for i, driver in enumerate(asked.simulator.fleet()):
            shop = asked.simulator.merchants()[0]
            now = asked.clock.now()
            order = Order(f"{k}-{i}", shop.id, shop.place, shop.place, now, now + 9e5, now + 9e5).take(Step.QUEUE, now)
            console.orders[order.id] = order
            console.offer(order, driver.id, limit_s=40)
        asked.run(50, dispatching=False)
        for offer in list(console.offers.values()):
            console.close_offer(offer, tell=True)
        for order in [o for o in console.orders.values() if o.status is Status.ASSIGNED]:
            console.take_back(order, "enough")
    counts, total = asked.simulator.stats, rounds * 60
    assert counts.offers_received == total
    assert counts.offers_ignored == pytest.approx(0.1 * total, abs=4 * (0.09 * total) ** 0.5)
    assert counts.offers_accepted == pytest.approx(0.6 * total, abs=4 * (0.24 * total) ** 0.5)
    assert counts.offers_rejected + counts.offers_accepted + counts.offers_ignored == total
    answers = [w for w in console.words if w.event in ("accept", "reject")]
    assert len(answers) == counts.offers_accepted + counts.offers_rejected
    assert all(w.reason for w in answers if w.event == "reject")


def test_an_answer_that_would_come_too_late_is_not_given(town):
    slow = town(drivers=5, orders_per_hour=0, accept_rate=1.0, ignore_rate=0.0, answer_s=30.0)
    slow.run(30)
    shop, now = slow.simulator.merchants()[0], slow.clock.now()
    for driver in slow.simulator.fleet():
        order = Order(f"o-{driver.id}", shop.id, shop.place, shop.place, now, now, now + 900).take(Step.QUEUE, now)
        slow.console.orders[order.id] = order
        slow.console.offer(order, driver.id, limit_s=3)
    slow.run(60, dispatching=False)
    assert not slow.console.words


def test_customers_and_merchants_call_off_at_their_rates(town):
    fickle = town(drivers=0, orders_per_hour=600, cancel_per_min=0.02, merchant_refusal_rate=0.2)
    fickle.run(1800)
    counts = fickle.simulator.stats
    assert counts.orders_placed == pytest.approx(300, abs=4 * 300**0.5)
    assert counts.cancelled_by_merchants == pytest.approx(0.2 * counts.orders_placed, abs=32)
    # On average an order has stood a quarter of an hour by now, and a customer's hazard is one in fifty minutes.
    assert 0.1 * counts.orders_placed < counts.cancelled_by_customers < 0.32 * counts.orders_placed
    cancelled = [o for o in fickle.console.orders.values() if o.status is Status.CANCELLED]
    assert len(cancelled) == counts.cancelled_by_customers + counts.cancelled_by_merchants


def test_nobody_cancels_what_is_on_its_way(town):
    busy = town(drivers=20, orders_per_hour=100, cancel_per_min=0.2)
    busy.run(2400)
    assert busy.simulator.stats.cancelled_by_customers > 10
    assert busy.simulator.stats.refused_commands == 0
    assert any(o.status is Status.DELIVERED for o in busy.console.orders.values())


def test_breaks_are_announced_and_end(town):
    lazy = town(drivers=10, orders_per_hour=0, breaks_per_hour=4, break_min=5)
    on_break = set()
    for _ in range(2400):
        lazy.run(1, dispatching=False)
        on_break |= {d for d, p in lazy.console.presence.items() if p is Presence.BREAK}
    assert len(on_break) >= 8
    lazy.run(1)
    assert Presence.ONLINE in lazy.console.presence.values()


def test_an_assignment_ends_a_break(pair):
    lazy = pair(breaks_per_hour=4, break_min=60)
    until(lazy, lambda: lazy.console.presence.get("D-01") is Presence.BREAK, 7200)
    give(lazy, "X-1")
    until(lazy, lambda: lazy.console.presence["D-01"] is Presence.ONLINE, 3)
    until(lazy, lambda: lazy.console.orders["X-1"].status is Status.DELIVERED)
    assert lazy.console.orders["X-1"].driver_id == "D-01"


def test_the_start_must_be_a_time(town):
    running = town(drivers=1)
    with pytest.raises(BadInput, match="epoch seconds"):
        type(running.simulator)(
            running.simulator._city,
            running.console.travel,
            running.tape,
            lambda c: None,
            running.simulator._params,
            float("nan"),
        )


def test_merchants_say_when_an_order_is_ready_or_will_be_late(town):
    talking = town(drivers=10, orders_per_hour=60, ready_told_rate=1.0, prep_spread=0.3)
    talking.run(2400)
    orders = talking.console.orders.values()
    moved = [o for o in orders if o.ready_at % 60 != o.placed_at % 60]
    assert len(moved) > 0.5 * len(orders)
    assert talking.simulator.stats.refused_commands == 0
