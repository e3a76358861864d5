from __future__ import annotations

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import BadInput
from core.domain.geo import LatLon
from core.domain.merchant import Area
from core.geofencing.ranking import ranked
from core.geofencing.shapes import Polygons, closed, cut, joined, merged, parted, problem_of, split
from core.geofencing.tagging import Tagger, check_area
from tests.examples import examples


def box(south: float, west: float, north: float, east: float) -> tuple[LatLon, ...]:
    return closed(LatLon(*p) for p in ((south, west), (south, east), (north, east), (north, west)))


def size(polygons: Polygons) -> float:
    return sum(shapely.Polygon(r[0], list(r[1:])).area for r in polygons)


HOME: Polygons = ((box(45.0, 9.0, 45.1, 9.1),),)


def test_an_outline_ends_where_it_began_and_stutters_nowhere() -> None:
    a, b, c = LatLon(0, 0), LatLon(0, 1), LatLon(1, 1)
    assert closed([a, b, b, c]) == (a, b, c, a)
    assert closed([a, b, c, a]) == (a, b, c, a)
    assert closed([]) == ()


@pytest.mark.parametrize(
    ("polygons", "word"),
    [
        ((), "nothing is left"),
        (((closed([LatLon(45.0, 9.0), LatLon(45.1, 9.0)]),),), "fewer than three corners"),
        (((closed([LatLon(45.0, 9.0), LatLon(45.1, 9.1), LatLon(45.1, 9.0), LatLon(45.0, 9.1)]),),), "crosses itself"),
        (((closed([LatLon(45.0, 9.0), LatLon(45.1, 9.0), LatLon(45.2, 9.0)]),),), "crosses itself"),
        (((box(45.0, 9.0, 45.1, 9.1), box(45.05, 9.05, 45.2, 9.06)),), "reaches beyond"),
        (((box(45.0, 9.0, 45.1, 9.1), box(45.02, 9.02, 45.05, 9.05), box(45.04, 9.04, 45.08, 9.08)),), "two holes"),
        (((box(45.0, 9.0, 45.1, 9.1),), (box(45.05, 9.05, 45.2, 9.2),)), "lie over each other"),
    ],
)
def test_what_is_wrong_is_said_in_one_clear_line(polygons: Polygons, word: str) -> None:
    text, place = problem_of(polygons)
    assert word in text
    assert place is None or (44.9 < place.lat < 45.3 and 8.9 < place.lon < 9.3)


def test_where_an_outline_crosses_itself_is_shown() -> None:
    bow = closed([LatLon(45.0, 9.0), LatLon(45.1, 9.1), LatLon(45.1, 9.0), LatLon(45.0, 9.1)])
    assert problem_of(((bow,),))[1] == pytest.approx((45.05, 9.05))


def test_a_part_beside_is_a_part_and_one_that_touches_is_taken_in() -> None:
    assert len(joined(HOME, box(46.0, 9.0, 46.1, 9.1)[:-1])) == 2
    one = joined(HOME, box(45.05, 9.05, 45.2, 9.2)[:-1])
    assert len(one) == 1
    assert size(one) == pytest.approx(0.01 + 0.0225 - 0.0025)
    assert problem_of(one) == ("", None)
    assert joined((), HOME[0][0][:-1]) == joined((), HOME[0][0])


def test_cutting_makes_a_hole_or_takes_off_an_edge() -> None:
    hole = cut(HOME, box(45.04, 9.04, 45.06, 9.06))
    assert [len(rings) for rings in hole] == [2]
    assert size(hole) == pytest.approx(0.01 - 0.0004)
    assert [len(rings) for rings in cut(HOME, box(45.05, 9.05, 45.2, 9.2))] == [1]
    with pytest.raises(BadInput, match="outside"):
        cut(HOME, box(46.0, 9.0, 46.1, 9.1))
    with pytest.raises(BadInput, match="nothing would be left"):
        cut(HOME, box(44.9, 8.9, 45.2, 9.2))
    with pytest.raises(BadInput, match="crosses itself"):
        cut(HOME, [LatLon(45.0, 9.0), LatLon(45.1, 9.1), LatLon(45.1, 9.0), LatLon(45.0, 9.1)])


def test_a_line_splits_what_it_crosses_and_leaves_the_rest_with_the_largest() -> None:
    two = joined(HOME, box(46.0, 9.0, 46.1, 9.1))
    pieces = split(two, [LatLon(44.9, 9.03), LatLon(45.2, 9.03)])
    assert [len(piece) for piece in pieces] == [2, 1]
    assert size(pieces[1]) == pytest.approx(0.003)
    with pytest.raises(BadInput, match="does not cross"):
        split(HOME, [LatLon(45.02, 9.02), LatLon(45.05, 9.05)])
    with pytest.raises(BadInput, match="two places"):
        split(HOME, [LatLon(45.02, 9.02)] * 2)


def test_a_line_that_crosses_itself_still_splits() -> None:
    knot = [LatLon(44.9, 9.05), LatLon(45.08, 9.05), LatLon(45.08, 9.02), LatLon(45.03, 9.02), LatLon(45.03, 9.2)]
    pieces = split(HOME, knot)
    assert len(pieces) == 3
    assert sum(map(size, pieces)) == pytest.approx(0.01)


def test_two_neighbours_become_one_outline() -> None:
    one = merged([HOME, ((box(45.0, 9.1, 45.1, 9.2),),)])
    assert len(one) == 1
    assert size(one) == pytest.approx(0.02)


def test_shapes_across_the_date_line_stay_there() -> None:
    home: Polygons = ((closed([LatLon(-17.0, 179.9), LatLon(-17.0, -179.9), LatLon(-16.8, -179.9), LatLon(-16.8, 179.9)]),),)
    pieces = split(home, [LatLon(-17.1, 180.0), LatLon(-16.7, 180.0)])
    assert len(pieces) == 2
    for piece in pieces:
        check_area(Area("a", "A", piece))
        assert all(abs(corner.lon) >= 179.9 for rings in piece for ring in rings for corner in ring)


@settings(max_examples=examples(60))
@given(
    st.floats(45.01, 45.09), st.floats(45.01, 45.09), st.integers(0, 3), st.floats(0.001, 0.05)
)  # fmt: skip
def test_whatever_is_split_and_merged_again_is_whole(south: float, north: float, holes: int, side: float) -> None:
    shape = HOME
    for n in range(holes):
        west = 9.01 + 0.03 * n
        shape = cut(shape, box(45.03, west, 45.03 + side, west + 0.02))
    pieces = split(shape, [LatLon(south, 8.9), LatLon(north, 9.2)])
    assert len(pieces) >= 2
    assert sum(map(size, pieces)) == pytest.approx(size(shape), rel=1e-6)
    assert size(merged(pieces)) == pytest.approx(size(shape), rel=1e-4)
    for piece in pieces:
        check_area(Area("a", "A", piece))


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=8), st.data())
def test_priorities_follow_the_order_and_change_no_more_than_they_must(values: list[int], data: st.DataObject) -> None:
    ids = [f"a{n}" for n in range(len(values))]
    priorities = dict(zip(ids, values, strict=True))
    order = data.draw(st.permutations(ids))
    moved = frozenset(data.draw(st.sets(st.sampled_from(ids))))
    changed = ranked(order, priorities, moved)
    after = {**priorities, **changed}
    assert [after[i] for i in order] == sorted(after.values(), reverse=True)
    assert len(set(after.values())) == len(order)
    assert all(after[i] != priorities[i] for i in changed)


def test_one_that_is_moved_goes_between_its_neighbours() -> None:
    assert ranked(["a", "c", "b"], {"a": 30, "b": 10, "c": 0}, frozenset({"c"})) == {"c": 20}
    assert ranked(["c", "a", "b"], {"a": 30, "b": 10, "c": 0}, frozenset({"c"})) == {"c": 40}
    assert ranked(["a", "b", "c"], {"a": 30, "b": 10, "c": 20}, frozenset({"c"})) == {"c": 0}
    assert ranked(["a", "b"], {"a": 3, "b": 1}) == {}


@pytest.mark.parametrize("turn", [0, 2])
def test_what_crosses_the_date_line_is_cut_there_for_others(turn: int) -> None:
    corners = [LatLon(-17, 179), LatLon(-17, -179), LatLon(-16, -179), LatLon(-16, 179)]
    hole = closed([LatLon(-16.6, 179.8), LatLon(-16.6, -179.8), LatLon(-16.4, -179.8), LatLon(-16.4, 179.8)])
    fiji = ((closed([*corners[turn:], *corners[:turn]]), hole),)
    west, east = parted(fiji)
    assert {corner.lon for corner in west[0]} == {179.0, 179.8, 180.0}
    assert {corner.lon for corner in east[0]} == {-180.0, -179.8, -179.0}
    assert size((west, east)) == pytest.approx(2.0 - 0.4 * 0.2)
    assert problem_of((west, east)) == ("", None)
    places = [LatLon(-16.8, 179.9), LatLon(-16.8, -179.9), LatLon(-16.5, 180.0), LatLon(-16.8, 0.0)]
    inside = ["fiji", "fiji", None, None]
    for shape in (fiji, (west, east)):
        assert Tagger().tags(places, {"fiji": Area("fiji", "Fiji", shape)}) == inside
    assert parted(HOME) is HOME
