"""Set packing by prices and by exchange, compiled by numba. Importing this module compiles it, or loads what was compiled.

What the functions share: ``gain`` (n,) is what taking a column changes the total by, below 0 for every column; ``driver`` (n,)
its driver; ``members[first[j]:first[j + 1]]`` its orders. ``by_driver`` lists the columns of each driver, those of driver d
from ``driver_at[d]`` up to ``driver_at[d + 1]``, and ``by_order`` likewise those of each order."""

import math

import numpy as np
from numba import njit

_COLUMNS = "f8[::1], i8[::1], i8[::1], i8[::1]"
_LISTS = "i8[::1], i8[::1], i8[::1], i8[::1]"


@njit(f"Tuple((f8, f8[::1]))({_COLUMNS}, i8[::1], i8[::1], f8, f8[::1], i8)", cache=True, nogil=True)
def prices(gain, driver, first, members, driver_at, by_driver, reach, start, rounds):
    """A lower bound on the total, and the prices of the orders that prove it.

    Lagrangian relaxation of "each order once" (Fisher, Management Science 27, 1981): each driver takes what is cheapest after
    the prices of its orders, none above 0; a subgradient of the bound is 1 less the times an order is taken. Steps by Polyak's
    rule towards ``reach``, a total that was reached, along directions that remember the one before.
    """
    drivers, orders = len(driver_at) - 1, len(start)
    price, best_price = start.copy(), start.copy()
    direction = np.zeros(orders)
    taken = np.zeros(orders)
    best, factor, stale = -np.inf, 1.0, 0
    for _ in range(rounds):
        bound = price.sum()
        taken[:] = 0.0
        for d in range(drivers):
            low, which = 0.0, -1
            for at in range(driver_at[d], driver_at[d + 1]):
                j = by_driver[at]
                value = gain[j]
                for m in range(first[j], first[j + 1]):
                    value -= price[members[m]]
                if value < low:
                    low, which = value, j
            bound += low
            if which >= 0:
                for m in range(first[which], first[which + 1]):
                    taken[members[m]] += 1.0
        if bound > best:
            if bound > best + 1e-4 * abs(best):
                stale = 0
            best = bound
            best_price[:] = price
        stale += 1
        if stale > 12:
            factor *= 0.6
            stale = 0
            price[:] = best_price
            direction[:] = 0.0
            if factor < 0.002:
                break
            continue
        norm = 0.0
        for o in range(orders):
            slope = 1.0 - taken[o]
            if slope > 0.0 and price[o] >= 0.0:
                slope = 0.0
            direction[o] = 0.7 * direction[o] + slope
            norm += direction[o] * direction[o]
        if norm == 0.0 or reach - bound <= 0.0:
            break
        step = factor * (reach - bound) / norm
        for o in range(orders):
            price[o] = min(0.0, price[o] + step * direction[o])
    return best, best_price


@njit("u8(u8[::1])", cache=True, nogil=True)
def _random(state):
    """xorshift64* (Marsaglia 2003, Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return (x * np.uint64(2685821657736338717)) >> np.uint64(11)


@njit("f8(u8[::1])", cache=True, nogil=True)
def _chance(state):
    return _random(state) / 9007199254740992.0


@njit("f8(f8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1], i8[::1])", cache=True, nogil=True)
def take_in_turn(gain, driver, first, members, turn, of_driver, of_order):
    """Take the columns in this order where nothing stands against them; returns the change of the total."""
    total = 0.0
    for j in turn:
        fits = of_driver[driver[j]] < 0
        for m in range(first[j], first[j + 1]):
            fits = fits and of_order[members[m]] < 0
        if fits:
            of_driver[driver[j]] = j
            for m in range(first[j], first[j + 1]):
                of_order[members[m]] = j
            total += gain[j]
    return total


@njit(
    f"UniTuple(f8, 2)({_COLUMNS}, {_LISTS}, i8[::1], i8[::1], i8[::1], i8[::1], u8[::1], f8, f8, f8, i8, i8)",
    cache=True,
    nogil=True,
)
def exchange(
    gain, driver, first, members, driver_at, by_driver, order_at, by_order,
    of_driver, of_order, best_driver, best_order, state, above, hot, cold, moves, look,
):  # fmt: skip
    """Simulated annealing over exchanges (Kirkpatrick and others, Science 220, 1983); returns how far the total ends above the
    best one so far, from which it was ``above`` away at the start, and the change of the best.

    A move takes a column, drops those that stand against it, and lets the drivers and the orders that this sets free take
    the best that is left for them among their first ``look`` columns. ``of_driver`` and ``of_order`` hold the column taken by
    each, -1 for none, and go on from what they are; ``best_…`` hold the best seen.
    """
    orders = len(order_at) - 1
    total, best = above, 0.0
    dropped = np.empty(64, np.int64)
    added = np.empty(64, np.int64)
    free_drivers = np.empty(64, np.int64)
    free_orders = np.empty(256, np.int64)
    for move in range(moves):
        heat = hot * (cold / hot) ** (move / moves)
        order = int(_random(state) % np.uint64(orders))
        span = order_at[order + 1] - order_at[order]
        if span == 0:
            continue
        lot = _chance(state)
        j = by_order[order_at[order] + int(min(span, look) * lot * lot)]
        if of_driver[driver[j]] == j:
            continue
        # What stands against it.
        n_dropped, n_drivers, n_orders = 0, 0, 0
        delta = gain[j]
        held = of_driver[driver[j]]
        if held >= 0:
            dropped[0] = held
            n_dropped = 1
        for m in range(first[j], first[j + 1]):
            held = of_order[members[m]]
            if held >= 0:
                known = False
                for k in range(n_dropped):
                    known = known or dropped[k] == held
                if not known:
                    dropped[n_dropped] = held
                    n_dropped += 1
        for k in range(n_dropped):
            held = dropped[k]
            delta -= gain[held]
            of_driver[driver[held]] = -1
            if driver[held] != driver[j]:
                free_drivers[n_drivers] = driver[held]
                n_drivers += 1
            for m in range(first[held], first[held + 1]):
                of_order[members[m]] = -1
                free_orders[n_orders] = members[m]
                n_orders += 1
        of_driver[driver[j]] = j
        for m in range(first[j], first[j + 1]):
            of_order[members[m]] = j
        added[0] = j
        n_added = 1
        # Those set free take the best that is left for them.
        for k in range(n_drivers + n_orders):
            if k < n_drivers:
                one = free_drivers[k]
                if of_driver[one] >= 0:
                    continue
                start = driver_at[one]
                stop = min(driver_at[one + 1], start + look)
            else:
                one = free_orders[k - n_drivers]
                if of_order[one] >= 0:
                    continue
                start = order_at[one]
                stop = min(order_at[one + 1], start + look)
            low, which = 0.0, -1
            for at in range(start, stop):
                c = by_driver[at] if k < n_drivers else by_order[at]
                if gain[c] < low and of_driver[driver[c]] < 0:
                    fits = True
                    for m in range(first[c], first[c + 1]):
                        if of_order[members[m]] >= 0:
                            fits = False
                            break
                    if fits:
                        low, which = gain[c], c
            if which >= 0:
                of_driver[driver[which]] = which
                for m in range(first[which], first[which + 1]):
                    of_order[members[m]] = which
                delta += low
                added[n_added] = which
                n_added += 1
        if delta <= 0.0 or _chance(state) < math.exp(-delta / heat):
            total += delta
            if total < best - 1e-9:
                best = total
                best_driver[:] = of_driver
                best_order[:] = of_order
        else:
            for k in range(n_added):
                c = added[k]
                of_driver[driver[c]] = -1
                for m in range(first[c], first[c + 1]):
                    of_order[members[m]] = -1
            for k in range(n_dropped):
                c = dropped[k]
                of_driver[driver[c]] = c
                for m in range(first[c], first[c + 1]):
                    of_order[members[m]] = c
    return total - best, best
