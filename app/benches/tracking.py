"""From the bytes of a phone's message to a position that a search finds: decode, checks, columns.

Redis gets its positions ready made: reading the phones' JSON is part of our figure and not of Redis's, the way to its
process is part of its figure and not of ours.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from app.benches import Result
from app.benches.fleet import NOW, Floats, ids, places
from app.benches.redis_peer import KEY, add_positions, redis_server
from app.benches.timing import median_s
from core.messaging import topics
from core.messaging.decode import KERNELS, decode
from core.ports import Inbound
from core.tracking.positions import PositionStore

RUNS = 5
DRAIN = 10_000
"""Messages taken at a time, as the engine does."""


def run(scale: float = 1.0) -> Result:
    count = max(100, int(50_000 * scale))
    rng = np.random.default_rng(1)
    names, at = ids(count), places(count, rng)
    positions = PositionStore()
    compiled = KERNELS.get(wait=True) is not None
    one = _poured_per_s(positions, names, at, 1, NOW)
    five = _poured_per_s(positions, names, at, 5, NOW + 1800)
    ten = _poured_per_s(positions, names[: count // 10], at, 10, NOW + 3600)
    result = Result(
        figures={
            "drivers": count,
            "one_fix_messages_per_s": one,
            "fixes_five_a_message_per_s": five,
            "fixes_ten_a_message_per_s": ten,
        }
    )
    if not compiled:
        result.notes.append("fixes are not read by a compiled kernel: numba is missing")
    with redis_server(result.notes) as client:
        if client is not None:
            lat, lon = at[:, 0].tolist(), at[:, 1].tolist()

            def one_a_command() -> None:
                for start in range(0, count, 1000):
                    pipe = client.pipeline(transaction=False)
                    for i in range(start, min(start + 1000, count)):
                        pipe.geoadd(KEY, (lon[i], lat[i], names[i]))
                    pipe.execute()

            single = count / median_s(one_a_command, 3)
            thousand = count / median_s(lambda: add_positions(client, names, lat, lon), 3)
            result.peers = {"redis_geoadd_per_s": single, "redis_geoadd_1000_a_command_per_s": thousand}
            result.ratios = {
                "one_fix_messages_vs_geoadd": one / single,
                "fixes_five_a_message_vs_geoadd": five / single,
                "fixes_ten_a_message_vs_geoadd": ten / single,
                "fixes_ten_a_message_vs_geoadd_1000": ten / thousand,
            }
    return result


def _poured_per_s(positions: PositionStore, names: list[str], at: Floats, fixes: int, t: float) -> float:
    """Fixes per second; every turn is later than the last, since a repeated fix would be passed over."""
    measured = []
    for turn in range(RUNS + 1):
        now = t + 60 * turn
        messages = _messages(names, at, now, fixes)
        began = time.perf_counter()
        for start in range(0, len(messages), DRAIN):
            positions.apply(decode(messages[start : start + DRAIN]).fixes, now + fixes)
        measured.append(time.perf_counter() - began)
        if not (positions.t[positions.rows(names)] == now + fixes - 1).all():
            raise AssertionError("a position did not arrive")
    return len(names) * fixes / median(measured[1:])


def _messages(names: list[str], at: Floats, t: float, fixes: int) -> list[Inbound]:
    """Each driver's message, with fixes a second apart, as an app sends them."""
    made = []
    for name, (lat, lon) in zip(names, at[: len(names)].tolist(), strict=True):
        list_ = ",".join(
            f'{{"t":{t + i:.1f},"lat":{lat + 1e-5 * i:.6f},"lon":{lon:.6f},"acc":8,"spd":4.2,"hdg":90}}' for i in range(fixes)
        )
        made.append(Inbound(topics.fixes(name), f'{{"fixes":[{list_}],"mode":"active","batt":71}}'.encode()))
    return made
