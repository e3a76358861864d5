"""How busy our own fleet is."""

from __future__ import annotations

from core.rules.facts import dimension
from core.rules.operators import operator
from core.rules.operators.numbers import read_bounds

dimension("load", lambda facts: facts.fleet().load, numeric=True, low=0.0, known=True)
dimension("waiting", lambda facts: float(facts.fleet().waiting), numeric=True, low=0.0, known=True)

operator("load", "load", read_bounds, "load = {above = 1.5}")
operator("waiting", "waiting", read_bounds, "waiting = {at_least = 40}")
