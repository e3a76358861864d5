"""How good the estimates are: learnt on the earlier days, tried on the last ones, beside the plain mean and what was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.domain.errors import BadInput
from core.estimation.model import fit
from core.estimation.samples import Sample

DAY_S = 86_400.0
HELD_OUT = 0.25
"""The share of the days, the last ones, that is held out; one at least."""


@dataclass(frozen=True, slots=True)
class Score:
    """Minutes, on held-out days. ``told`` is what was said beforehand (a preparation by its merchant; ``None`` at a stop).

    ``kept_80_pct`` is how many of the held-out orders were done within the 80 % quantile.
    """

    quantity: str
    learnt: int
    tried: int
    mae_min: float
    mae_plain_mean_min: float
    mae_told_min: float | None
    rmse_min: float
    rmse_plain_mean_min: float
    kept_80_pct: float


def score(samples: Mapping[str, Sequence[Sample]]) -> list[Score]:
    """Raise BadInput where there are fewer than two days, or too few orders, to learn from and to try on."""
    scores = []
    for quantity, known in samples.items():
        days = sorted({int(s.at // DAY_S) for s in known})
        if len(days) < 2:
            raise BadInput("estimates are tried on days they were not learnt from: there has to be a history of two at least")
        first_held = days[-max(1, round(HELD_OUT * len(days)))]
        learnt = [s for s in known if s.at < first_held * DAY_S]
        tried = [s for s in known if s.at >= first_held * DAY_S]
        effects = fit(learnt)
        if effects is None:
            raise BadInput(f"there are only {len(learnt)} orders to learn the {quantity.replace('_', ' ')} from: too few")
        took = np.array([s.minutes for s in tried])
        plain = float(np.mean([s.minutes for s in learnt]))
        guess = np.array([effects.minutes(s.circumstance, s.told_min, 0.5) for s in tried])
        high = np.array([effects.minutes(s.circumstance, s.told_min, 0.8) for s in tried])
        told = np.array([s.told_min for s in tried]) if quantity == "preparation" else None
        scores.append(
            Score(
                quantity,
                len(learnt),
                len(tried),
                float(np.abs(took - guess).mean()),
                float(np.abs(took - plain).mean()),
                None if told is None else float(np.abs(took - told).mean()),
                float(np.sqrt(((took - guess) ** 2).mean())),
                float(np.sqrt(((took - plain) ** 2).mean())),
                float(100 * (took <= high).mean()),
            )
        )
    return scores
