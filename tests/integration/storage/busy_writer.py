"""Writes until it is killed. On its standard output: the number and the time of each event whose write was acknowledged."""

import random
import sys
import threading
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from core.domain.driver import Route, Stop, StopKind
from core.domain.events import OfferMade, OrderHeld, OrderReceived
from core.domain.geo import LatLon
from core.domain.offer import Offer
from core.domain.order import Order, Status
from core.storage.store import Store


def main(path: str, seed: int) -> None:
    chance = random.Random(seed)
    store = Store.open(Path(path))
    at = 0.0
    orders: list[Order] = []
    slots = threading.Semaphore(chance.choice((1, 4, 32, 256)))

    def acknowledged(future, times):
        last = future.result()
        first = last - len(times) + 1
        sys.stdout.write("".join(f"{seq} {t}\n" for seq, t in enumerate(times, start=first)))
        sys.stdout.flush()
        slots.release()

    while True:
        changes = []
        for _ in range(chance.randint(1, 4)):
            at += 1.0
            kind = chance.random()
            if kind < 0.4 or not orders:
                order = Order(
                    f"O-{len(orders)}", "M-1", LatLon(1, 2), LatLon(3, 4), at, at, at, note="n" * chance.randint(0, 900)
                )
                orders.append(order)
                changes.append(OrderReceived(at=at, orders=(order,)))
            elif kind < 0.7:
                which = chance.randrange(len(orders))
                orders[which] = replace(orders[which], status=chance.choice(list(Status)), status_at=at)
                changes.append(OrderHeld(at=at, orders=(orders[which],)))
            else:
                two = tuple(o.id for o in chance.sample(orders, min(2, len(orders))))
                driver = f"D-{chance.randint(1, 9)}"
                stops = tuple(Stop(StopKind.PICKUP, o, LatLon(1, 2)) for o in two[: chance.randint(0, 2)])
                offer = Offer(f"F-{at}", driver, two, at, at + 45)
                changes.append(OfferMade(at=at, offers=(offer,), routes=(Route(driver, stops),)))
        slots.acquire()
        times = [change.at for change in changes]
        words = [(f"D-{int(at) % 9}", f"w{at}", at)]
        store.write(changes, words).add_done_callback(lambda future, times=times: acknowledged(future, times))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
