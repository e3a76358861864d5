"""The trainer in the console: what is turned and let happen reaches the simulation, decisions stand beside the matcher's."""

from __future__ import annotations

from typing import Any

from app.actions import order_deeds
from app.simulated import Simulated
from core.domain.commands import AssignOrder, CancelOrder, ReinstateOrder
from core.simulation.faults import Declines, KitchenDelay
from core.simulation.scenarios import read_scenario


class Life:
    """A simulation's end of the line."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def turn(self, changes: Any) -> None:
        self.asked.append(dict(changes))

    def inject(self, fault: Any) -> None:
        self.asked.append(fault)


def test_the_trainer_s_hand_and_the_trainee_s(rig: Any) -> None:
    rig.press("Ctrl+Shift+T")
    panel, trainer, life = rig.window.managed["trainer"], rig.deeds.desk.trainer, Life()
    assert panel.isVisible()
    scenario = read_scenario("friday-rush")
    trainer.begin(life, Simulated(params=scenario.params, scenario=scenario))
    assert panel.title.text() == "Friday rush"
    assert panel.asked["orders_per_hour"].value() == scenario.params.orders_per_hour

    panel.asked["orders_per_hour"].setValue(500.0)
    panel.asked["accept_rate"].setValue(99.0)
    assert life.asked[0] == {"orders_per_hour": 500.0}
    assert life.asked[1]["accept_rate"] == 0.99
    assert life.asked[1]["accept_rate"] + life.asked[1]["ignore_rate"] <= 1

    order = rig.order()
    rig.deeds.selection.set_driver("D-17")
    trainer.inject("declines")
    assert isinstance(life.asked[2], Declines)
    assert life.asked[2].driver_id == "D-17"
    rig.deeds.selection.set_orders([order])
    trainer.inject("kitchen")
    assert isinstance(life.asked[3], KitchenDelay)
    assert life.asked[3].merchant_id == "M-1"
    assert "Trattoria Rosa" in rig.said()

    rig.engine.execute(AssignOrder(order_id=order, driver_id="D-1"))
    trainer._show()
    assert [(row.order, row.given_to) for row in panel.model.rows] == [(order, "D-1")]
    assert panel.held["orders_per_hour"].text() != "–"
    trainer.close()
    assert not panel.model.rows
    rig.window.docks["trainer"].close()


def test_what_is_taken_back_does_not_count(rig: Any) -> None:
    trainer = rig.deeds.desk.trainer
    trainer.begin(Life(), Simulated())
    one, other = rig.order(), rig.order()
    rig.deeds.assign([one], "D-1")
    rig.choose(one)
    order_deeds.progress(rig.deeds, "picked_up")
    order_deeds.progress(rig.deeds, "delivered")
    assert trainer._score().startswith("100 points")
    rig.deeds.undo()
    assert trainer._score() == ""  # nothing has been delivered
    rig.deeds.redo()
    rig.engine.execute(CancelOrder(order_id=other))
    assert not trainer._score().startswith("100 points")
    rig.engine.execute(ReinstateOrder(order_id=other))
    assert trainer._score().startswith("100 points")
    trainer.close()
