"""Batching and chaining on against off, in the training city at its peak, both played to the end by the same matcher.

*Burst*: 1,000 drivers, half of them under way, and 2,000 orders at once, nobody new. *Steady*: orders keep coming at the
demo's own five for each driver and hour, and what is measured are the half hour's tours and promises after the market has
filled. *Off* is one order to a driver, who is given the next one when free. What is compared is drivers' time per delivery
(PDT) of the batched and chained deliveries with sharing on, with all deliveries when it is off, and with those of the same run
that shared with nobody; and the share of all orders that came after their promise, in either run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.benches import Numbers, Result
from app.benches.peak import Given, Peak
from app.benches.steady import Steady
from core.engine.snapshots import params_from
from core.matching.cycle import run_cycle
from core.matching.formulations.exchange import KERNELS as SOLVING
from core.matching.generators.alone import Alone
from core.matching.params import Params
from core.matching.snapshot import Snapshot
from core.routing.road_graph import RoadGraph
from core.routing.searches import KERNELS as SEARCHING
from core.routing.training_city import training_city
from core.settings import Settings

DRIVERS, ORDERS = 1000, 2000
ON = params_from(Settings())
OFF = replace(ON, generators=(Alone(),), chain_within_min=0.0)


def run(scale: float = 1.0) -> Result:
    SOLVING.get(wait=True), SEARCHING.get(wait=True)
    drivers, orders = max(6, int(DRIVERS * scale)), max(6, int(ORDERS * scale))
    city = training_city()
    travel = RoadGraph(city, 1024)

    def choose(snapshot: Snapshot) -> Iterable[Given]:
        return [(a.driver_id, a.route) for a in run_cycle(snapshot, travel).assignments]

    def burst(params: Params) -> Numbers:
        return Peak(city, travel, drivers, orders).play(choose, params, 30.0).figures()

    def steady(params: Params) -> Numbers:
        return Steady(drivers).play(city, travel, choose, params)

    result = Result(figures={"drivers": drivers, "orders": orders})
    for scene, play in (("burst", burst), ("steady", steady)):
        on, off = play(ON), play(OFF)
        result.figures |= {f"{scene}_{key}": value for key, value in on.items() if value == value}
        result.peers |= {f"{scene}_off_{key}": value for key, value in off.items() if value == value}
        shared = on["pdt_shared_min"]
        if shared == shared:
            result.ratios[f"{scene}_pdt_batched_and_chained_less_than_off_pct"] = 100.0 * (1.0 - shared / off["pdt_min"])
            result.ratios[f"{scene}_pdt_all_less_than_off_pct"] = 100.0 * (1.0 - on["pdt_min"] / off["pdt_min"])
        if shared == shared and on["pdt_solo_min"] == on["pdt_solo_min"]:
            result.ratios[f"{scene}_pdt_batched_and_chained_less_than_solo_pct"] = 100.0 * (1.0 - shared / on["pdt_solo_min"])
        result.ratios[f"{scene}_late_pct_points_less_than_off"] = off["late_pct"] - on["late_pct"]
    result.notes.append(
        "kitchens and rides are as foretold, and nobody turns an offer down; demo --headless --set plays the rest"
    )
    return result
