"""The weather of the day, as a dispatcher tells it."""

from __future__ import annotations

from core.rules.facts import dimension
from core.rules.operators import one_of, operator
from core.rules.sets import Labels

WEATHERS = ("dry", "rain", "storm", "snow", "ice", "heat")


def read_weather(argument: object) -> Labels:
    return Labels(one_of(argument, WEATHERS))


dimension("weather", lambda facts: facts.weather.get(facts.today.isoformat()), numeric=False, choices=WEATHERS)
operator("weather", "weather", read_weather, 'weather = ["rain", "snow"]')
