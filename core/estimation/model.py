"""A hierarchical mean of logarithms, with quantiles.

What something takes is what was told, times an effect of the hour, of the load, of the place, of the merchant, and of the
merchant at that hour: sums of logarithms. Each effect is the mean of what the others leave over, drawn towards nothing in
proportion to how few orders it rests on (partial pooling; Gelman and Hill, Data Analysis Using Regression, 2007, chapter 12):
all at once the least squares of a damped system, which SciPy solves (LSQR; Paige and Saunders, 1982). A merchant never seen
has the effects of its place and the hour alone. Quantiles are those of what is left over, scaled by each merchant's spread.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsqr

from core.domain.causes import cause
from core.domain.errors import BadInput
from core.domain.language import Message
from core.estimation.samples import Circumstance, Sample

VERSION = 1
LEAST = 100
"""Fewer samples teach nothing."""
POOLED = 12.0
"""An effect that rests on so many samples counts half."""
_GRID = np.arange(0.01, 1.0, 0.01)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Effects:
    """Logarithms: ``mean`` of all, ``tables`` by level and key, ``spread`` of what is left over, ``spreads`` by merchant or
    cell; ``scores`` are its quantiles from 1 to 99 %, in spreads."""

    mean: float
    tables: dict[str, dict[str, float]]
    spread: float
    spreads: dict[str, float]
    scores: tuple[float, ...]

    def minutes(self, circumstance: Circumstance, told_min: float, quantile: float) -> float:
        keys = circumstance.keys()
        effect = self.mean + sum(table.get(keys[level], 0.0) for level, table in self.tables.items())
        spread = self.spreads.get(circumstance.merchant or circumstance.cell, self.spread)
        return float(told_min * np.exp(effect + spread * np.interp(quantile, _GRID, self.scores)))


@dataclass(frozen=True, slots=True)
class Estimator:
    """``trained_at`` is epoch seconds; a quantity on which too little is known is ``None``."""

    trained_at: float
    samples: int = 0
    preparation: Effects | None = None
    pickup_stop: Effects | None = None
    dropoff_stop: Effects | None = None
    version: int = field(default=VERSION)


def fit(samples: Sequence[Sample]) -> Effects | None:
    """``None`` where there are too few to learn from."""
    if len(samples) < LEAST:
        return None
    took = np.log([s.minutes / s.told_min for s in samples])
    keys = [s.circumstance.keys() for s in samples]
    levels = {level: np.unique([k[level] for k in keys], return_inverse=True) for level in keys[0]}
    ends = np.cumsum([len(names) for names, _ in levels.values()])
    columns = np.stack([at + end - len(names) for end, (names, at) in zip(ends, levels.values(), strict=True)], axis=1)
    rows = np.arange(0, columns.size + 1, len(levels))
    which = csr_array((np.ones(columns.size), columns.ravel(), rows), shape=(len(samples), int(ends[-1])))
    mean = float(took.mean())
    effects = lsqr(which, took - mean, damp=math.sqrt(POOLED))[0]
    parts = dict(zip(levels, np.split(effects, ends[:-1]), strict=True))
    left = took - mean - which @ effects
    spread = float(left.std()) or 1e-3
    whose, at = np.unique([s.circumstance.merchant or s.circumstance.cell for s in samples], return_inverse=True)
    squares = np.bincount(at, weights=left**2, minlength=len(whose)) + POOLED * spread**2
    spreads = np.sqrt(squares / (np.bincount(at, minlength=len(whose)) + POOLED))
    return Effects(
        mean,
        {level: _table(names, parts[level]) for level, (names, _) in levels.items()},
        spread,
        _table(whose, spreads),
        tuple(np.quantile(left / spreads[at], _GRID).tolist()),
    )


def train(samples: Mapping[str, Sequence[Sample]], now: float) -> Estimator:
    return Estimator(
        now,
        max((len(s) for s in samples.values()), default=0),
        fit(samples["preparation"]),
        fit(samples["pickup_stop"]),
        fit(samples["dropoff_stop"]),
    )


def encode(estimator: Estimator) -> bytes:
    return msgspec.json.encode(estimator)


def decode(data: bytes) -> Estimator:
    """Raise BadInput for what is no estimator, or one of another version."""
    try:
        found = msgspec.json.decode(data, type=Estimator)
    except msgspec.DecodeError as error:
        raise BadInput(Message("the estimates can't be read ({reason}); they are learnt anew", reason=cause(error))) from None
    if found.version != VERSION:
        raise BadInput(
            Message(
                "the estimates are of version {version}, this program's are {ours}; they are learnt anew",
                version=found.version,
                ours=VERSION,
            )
        )
    return found


def _table(names: NDArray[np.str_], values: Floats) -> dict[str, float]:
    return {str(name): float(value) for name, value in zip(names, values, strict=True)}
