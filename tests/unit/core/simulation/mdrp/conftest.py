"""Small instances of the benchmark: 100 metres a minute, 4 minutes a stop, drawn by hand."""

from __future__ import annotations

import pytest

from core.simulation.mdrp.instance import Courier, Instance, Meal, Rules

RULES = Rules(100.0, 4.0, 4.0, 40.0, 90.0, 10.0, 15.0)


@pytest.fixture(scope="session")
def make_instance():
    def make(meals, couriers, restaurants=(("r1", 0, 0),), name="small", rules=RULES) -> Instance:
        """Meals are (id, x, y, placed, restaurant, ready), couriers (id, x, y, on, off)."""
        return Instance(
            name,
            rules,
            {id_: (float(x), float(y)) for id_, x, y in restaurants},
            tuple(Courier(*c) for c in couriers),
            tuple(Meal(*m) for m in meals),
        )

    return make


@pytest.fixture
def write_instance(tmp_path):
    def write(instance: Instance):
        folder = tmp_path / instance.name
        folder.mkdir(parents=True)
        rules = instance.rules
        tables = {
            "orders": ("order x y placement_time restaurant ready_time",
                       [(m.id, m.x, m.y, m.placed, m.restaurant, m.ready) for m in instance.meals]),
            "couriers": ("courier x y on_time off_time", [(c.id, c.x, c.y, c.on, c.off) for c in instance.couriers]),
            "restaurants": ("restaurant x y", [(id_, *xy) for id_, xy in instance.restaurants.items()]),
            "instance_parameters": ("a b c d e f g",
                [(rules.metres_per_minute, rules.pickup_service_min, rules.dropoff_service_min, rules.target_min,
                  rules.longest_min, rules.pay_per_order, rules.pay_per_hour)]),
        }  # fmt: skip
        for file, (head, rows) in tables.items():
            lines = [head.replace(" ", "\t"), *("\t".join(map(str, row)) for row in rows)]
            (folder / f"{file}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    return write
