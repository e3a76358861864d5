import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.matching.timing import affine, departures

seconds = st.integers(0, 5000)
ready_times = st.one_of(st.just(-np.inf), st.integers(-5000, 10000).map(float))


def step_by_step(first, legs, ready, service):
    """The route driven stop by stop."""
    arrivals, at = [], float(first)
    for i in range(len(service)):
        arrivals.append(at)
        at = max(at, ready[i]) + service[i] + (legs[i] if i < len(legs) else 0)
    return arrivals


@st.composite
def routes(draw, most=7, least=1):
    k = draw(st.integers(least, most))
    return (
        draw(st.lists(seconds, min_size=k - 1, max_size=k - 1)),
        draw(st.lists(ready_times, min_size=k, max_size=k)),
        draw(st.lists(seconds, min_size=k, max_size=k)),
    )


@given(routes(), st.lists(st.integers(-2000, 12000), min_size=1, max_size=5))
def test_affine_times_are_those_of_driving_it_stop_by_stop(route, firsts):
    legs, ready, service = (np.array(part, dtype=float) for part in route)
    times = affine(legs, ready, service)
    found = times.arrivals(np.array(firsts, dtype=float))
    assert found.tolist() == [step_by_step(first, legs, ready, service) for first in firsts]


@given(st.lists(routes(3, 3), min_size=1, max_size=4))
def test_many_routes_are_timed_as_each_alone(many):
    legs, ready, service = (np.array([r[i] for r in many], dtype=float).reshape(len(many), -1) for i in range(3))
    together = affine(legs, ready, service).arrivals(np.zeros(len(many)))
    alone = [affine(legs[i], ready[i], service[i]).arrivals(np.array([0.0]))[0] for i in range(len(many))]
    assert together.tolist() == [a.tolist() for a in alone]


def test_legs_by_vehicle_broadcast_over_the_facts_of_the_stops():
    legs = np.array([[[10.0]], [[20.0]]])  # vehicles × routes × legs
    times = affine(legs, np.array([[30.0, -np.inf]]), np.array([[5.0, 1.0]]))
    assert times.a.shape == times.b.shape == (2, 1, 2)
    assert times.b[:, 0, 1].tolist() == [45.0, 55.0]


def test_departure_waits_until_ready():
    arrive, ready = np.array([[10.0, 50.0]]), np.array([[25.0, -np.inf]])
    assert departures(arrive, ready, np.array([[3.0, 4.0]])).tolist() == [[28.0, 54.0]]
