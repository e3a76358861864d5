"""A process that answers offers as drivers' apps do: accepts, picks up and delivers, each after some time.

Its argument is a broker's port. It ends with its standard input, and then prints how many offers it accepted and words it said.
"""

from __future__ import annotations

import heapq
import json
import sys
import threading
import time

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from core.messaging import topics
from core.messaging.codecs.kerbside import OfferMessage, WordPayload

PICKS_UP_S, DELIVERS_S = 60.0, 150.0
"""After the acceptance. Several orders of one offer are picked up and delivered together."""
_SUBSCRIPTION = topics.offers("+")


class Couriers:
    def __init__(self, port: int) -> None:
        self.accepted = self.said = 0
        self._due: list[tuple[float, int, str, bytes]] = []
        self._number = 0
        self._lock = threading.Lock()
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2, "couriers", reconnect_on_failure=False)
        client.max_inflight_messages_set(1000)
        client.on_message = self._told
        client.connect("127.0.0.1", port)
        client.loop_start()
        client.subscribe(_SUBSCRIPTION, 1)

    def _told(self, client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        told = msgspec.json.decode(message.payload)
        if told.get("type") != "offer":
            return
        offer = msgspec.convert(told, OfferMessage)
        driver = message.topic.split("/")[-2]
        now = time.time()
        self.accepted += 1
        self._say(driver, now, "accept", offer=offer.id)
        for order in offer.orders:
            self._say(driver, now + PICKS_UP_S, "picked_up", order=order.id)
            self._say(driver, now + DELIVERS_S, "delivered", order=order.id)

    def _say(self, driver: str, at: float, event: str, **about: str) -> None:
        with self._lock:
            self._number += 1
            word = WordPayload(id=f"w-{self._number}", event=event, t=at, **about)
            heapq.heappush(self._due, (at, self._number, topics.orders(driver), msgspec.json.encode(word)))

    def work(self) -> None:
        while True:
            with self._lock:
                due = []
                while self._due and self._due[0][0] <= time.time():
                    due.append(heapq.heappop(self._due))
            for _, _, topic, payload in due:
                self._client.publish(topic, payload, 1)
                self.said += 1
            time.sleep(0.02)


if __name__ == "__main__":
    couriers = Couriers(int(sys.argv[1]))
    threading.Thread(target=couriers.work, daemon=True).start()
    sys.stdin.read()
    print(json.dumps({"accepted": couriers.accepted, "said": couriers.said}), flush=True)
