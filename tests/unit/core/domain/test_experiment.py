"""Assignment to variants: by group first, else by a lot that never changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.experiment import Experiment, Variant, lot, variants_of

ids = st.text(min_size=1, max_size=20)


def test_the_lot_is_fixed_for_good() -> None:
    """A changed hash would put drivers into other variants in the middle of an experiment."""
    assert lot("sending", "D-17") == pytest.approx(13.71274670561467)


@given(ids, ids)
def test_a_lot_is_the_same_each_time_and_within_its_bounds(experiment: str, driver: str) -> None:
    assert lot(experiment, driver) == lot(experiment, driver)
    assert 0 <= lot(experiment, driver) < 100


def test_shares_are_kept_and_experiments_are_independent() -> None:
    first, second = (Experiment(n, (Variant("a", 30.0), Variant("b", 20.0))) for n in ("first", "second"))
    drivers = [f"D-{n}" for n in range(20_000)]
    found = [[getattr(one.variant_of(d), "name", None) for d in drivers] for one in (first, second)]
    for names in found:
        assert names.count("a") / 20_000 == pytest.approx(0.30, abs=0.015)
        assert names.count("b") / 20_000 == pytest.approx(0.20, abs=0.015)
    both = sum(x == y == "a" for x, y in zip(*found, strict=True)) / 20_000
    assert both == pytest.approx(0.09, abs=0.01)


@given(ids, st.floats(0, 50), st.floats(0, 50))
def test_a_last_share_that_grows_moves_nobody_from_the_others(driver: str, small: float, more: float) -> None:
    before = Experiment("e", (Variant("a", 30.0), Variant("b", small)))
    after = Experiment("e", (Variant("a", 30.0), Variant("b", min(70.0, small + more))))
    was = before.variant_of(driver)
    if was is not None:
        now = after.variant_of(driver)
        assert now is not None
        assert now.name == was.name


def test_a_group_comes_before_the_lot_and_an_end_ends_it() -> None:
    experiment = Experiment("e", (Variant("a", 100.0), Variant("b", groups=("pilots",))))
    for driver in ("D-1", "D-2"):
        assert [getattr(experiment.variant_of(driver, g), "name", None) for g in ("pilots", "others", "")] == ["b", "a", "a"]
    ended = Experiment("e", experiment.variants, ended=True)
    assert ended.variant_of("D-1", "pilots") is None
    assert variants_of({"e": ended}, "D-1", "pilots") == {}
