"""Sharing orders out by proportion, so that the shares hold at every moment and not on average.

R. Tijdeman, "The chairman assignment problem", Discrete Mathematics 32 (1980). n providers have shares s_i and have been given
x_i of the k − 1 orders so far. Order k may go to those with k·s_i − x_i ≥ 1/(2n−2), and goes to the one of them who would be
the first to fall behind by more than 1 − 1/(2n−2). Then |k·s_i − x_i| ≤ 1 − 1/(2n−2) < 1 after every order: half an order for
two providers, three quarters for three. No method promises less. Weights are whole numbers, and the sums are exact."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def next_in_turn(weights: Mapping[str, int], counts: Mapping[str, int]) -> str:
    """Who gets the next order, given how many each has had. One weight at least is above 0.

    ``counts`` must have come from this function with the same weights, from none on.
    """
    shares = {name: weight for name, weight in sorted(weights.items()) if weight > 0}
    if len(shares) == 1:
        return next(iter(shares))
    whole = sum(shares.values())
    k = 1 + sum(counts.get(name, 0) for name in shares)
    twice = 2 * len(shares) - 2
    # Everything times whole · twice, so that it is whole numbers.
    due = {name: twice * (k * weight - whole * counts.get(name, 0)) for name, weight in shares.items()}
    ready = [name for name in shares if due[name] >= whole]
    return min(ready, key=lambda name: (Fraction((twice - 1) * whole - due[name], shares[name]), name))


def deviation(weights: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, float]:
    """How many orders each is ahead of its share, below 0 behind it."""
    whole, total = sum(weights.values()), sum(counts.get(name, 0) for name in weights)
    return {name: counts.get(name, 0) - total * weight / whole for name, weight in weights.items()}


def most_behind_first(weights: Mapping[str, int], counts: Mapping[str, int]) -> list[str]:
    """Everyone, in the order in which they stand in for one who can't: a weight of 0 comes last."""
    behind = deviation(weights, counts)
    return sorted(weights, key=lambda name: (weights[name] == 0, behind[name], name))
