"""The heart of the embedded broker: sessions, subscriptions, retained messages, and what is on its way to whom.

Nothing here waits or touches a socket. A session outlives its connection, and keeps what its client has not acknowledged.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from core.messaging.access import Access, Account, Role
from core.messaging.filters import Subscriptions, is_filter

WINDOW = {Role.DRIVER: 1000, Role.LISTENER: 1000, Role.CONSOLE: 60_000, Role.SIMULATOR: 60_000}
"""Most messages under way to one client before it has to acknowledge some; the console does so only when it has stored them."""
BACKLOG_BYTES = 1 << 20
"""With more than this unsent in its socket a client is slow: nothing more is written, and QoS 0 is not kept for it."""
MAX_WAITING = {Role.DRIVER: 2_000, Role.LISTENER: 20_000, Role.CONSOLE: 500_000, Role.SIMULATOR: 500_000}
MAX_RETAINED_PER_USER = 64
REFUSED = 0x80


@dataclass(slots=True)
class Message:
    topic: str
    payload: bytes
    qos: int
    retained: bool = False


class Link(Protocol):
    """A connection, as a session sees it."""

    def send(self, message: Message, packet_id: int | None, again: bool) -> None:
        """Write it. After more than `BACKLOG_BYTES` the link has to call `Session.pump` once they are gone."""
        ...

    def backlog(self) -> int:
        """Bytes written and not yet taken by the network."""
        ...


@dataclass(eq=False, slots=True)
class Session:
    """``waiting`` has not been sent; ``flying`` is sent and not acknowledged, by packet id."""

    key: tuple[str, str]
    account: Account
    clean: bool
    link: Link | None = None
    left_at: float = 0.0
    patterns: dict[str, int] = field(default_factory=dict)
    waiting: deque[Message] = field(default_factory=deque)
    flying: OrderedDict[int, Message] = field(default_factory=OrderedDict)
    dropped: int = 0
    _last_id: int = 0

    def put(self, message: Message) -> None:
        if message.qos == 0 and (self.link is None or self.link.backlog() > BACKLOG_BYTES):
            return
        self.waiting.append(message)
        self.pump()
        while len(self.waiting) > MAX_WAITING[self.account.role]:
            self.waiting.popleft()
            self.dropped += 1

    def pump(self) -> None:
        """Send what may be sent, in order."""
        while self.waiting and self.link is not None:
            if len(self.flying) >= WINDOW[self.account.role] or self.link.backlog() > BACKLOG_BYTES:
                return
            message = self.waiting.popleft()
            packet_id = None
            if message.qos:
                packet_id = self._next_id()
                self.flying[packet_id] = message
            self.link.send(message, packet_id, again=False)

    def acknowledged(self, packet_id: int) -> None:
        if self.flying.pop(packet_id, None) is not None:
            self.pump()

    def attach(self, link: Link) -> None:
        """Begin with what was under way when the last connection ended (MQTT 4.4)."""
        self.link = link
        for packet_id, message in self.flying.items():
            link.send(message, packet_id, again=True)
        self.pump()

    def _next_id(self) -> int:
        while True:
            self._last_id = self._last_id % 65535 + 1
            if self._last_id not in self.flying:
                return self._last_id


class Exchange:
    """``now`` gives seconds; only differences of it matter."""

    def __init__(self, access: Access, now: Callable[[], float], expiry_s: float = 7 * 86400.0) -> None:
        self.access = access
        self._now = now
        self._expiry_s = expiry_s
        self.sessions: dict[tuple[str, str], Session] = {}
        self.retained: dict[str, Message] = {}
        self._retained_by: dict[str, set[str]] = {}
        self._subscriptions: Subscriptions[Session, int] = Subscriptions()
        self.routed = 0
        self.dropped = 0

    def open(self, account: Account, client_id: str, clean: bool) -> tuple[Session, bool]:
        """The session for a new connection, and whether it is an old one. Another user's session can't be had.

        The caller first ends the connection that the session may still have.
        """
        key = (account.name, client_id)
        old = self.sessions.get(key)
        if old is not None and (clean or old.clean):
            self.forget(old)
            old = None
        if old is not None:
            old.account = account
            old.clean = clean
            return old, True
        session = self.sessions[key] = Session(key, account, clean)
        return session, False

    def leave(self, session: Session, link: Link) -> None:
        """The connection ended. A session that was taken over meanwhile is not touched."""
        if session.link is not link:
            return
        session.link = None
        session.left_at = self._now()
        if session.clean:
            self.forget(session)

    def forget(self, session: Session) -> None:
        if self.sessions.get(session.key) is session:
            del self.sessions[session.key]
        for pattern in session.patterns:
            self._subscriptions.remove(pattern, session)
        session.patterns.clear()
        self.dropped += session.dropped
        session.link = None

    def expire(self) -> None:
        limit = self._now() - self._expiry_s
        for session in [s for s in self.sessions.values() if s.link is None and s.left_at < limit]:
            self.forget(session)

    def subscribe(self, session: Session, pattern: str, qos: int) -> int:
        """The granted QoS, or `REFUSED`."""
        if not is_filter(pattern) or not self.access.may_subscribe(session.account, pattern):
            return REFUSED
        granted = min(qos, 1)
        session.patterns[pattern] = granted
        self._subscriptions.add(pattern, session, granted)
        return granted

    def send_retained(self, session: Session, pattern: str) -> None:
        """To be called once the subscription is acknowledged."""
        granted = session.patterns[pattern]
        for message in self._retained_under(pattern):
            if self.access.may_receive(session.account, message.topic):
                session.put(Message(message.topic, message.payload, min(granted, message.qos), True))

    def _retained_under(self, pattern: str) -> list[Message]:
        if "+" not in pattern and "#" not in pattern:
            return [self.retained[pattern]] if pattern in self.retained else []
        one: Subscriptions[None, None] = Subscriptions()
        one.add(pattern, None, None)
        return [message for topic, message in self.retained.items() if one.of(topic)]

    def unsubscribe(self, session: Session, pattern: str) -> None:
        session.patterns.pop(pattern, None)
        self._subscriptions.remove(pattern, session)

    def publish(self, account: Account, topic: str, payload: bytes, qos: int, retain: bool) -> bool:
        """Hand the message to everyone who may have it; False where the user may not publish there."""
        if "+" in topic or "#" in topic or topic.startswith("$") or not self.access.may_publish(account, topic):
            return False
        if retain:
            self._retain(account, topic, payload, qos)
        self.routed += 1
        for session, granted in self._subscriptions.of(topic):
            if self.access.may_receive(session.account, topic):
                session.put(Message(topic, payload, min(qos, granted)))
        return True

    def _retain(self, account: Account, topic: str, payload: bytes, qos: int) -> None:
        mine = self._retained_by.setdefault(account.name, set())
        if not payload:
            self.retained.pop(topic, None)
            mine.discard(topic)
        elif account.role is not Role.DRIVER or topic in mine or len(mine) < MAX_RETAINED_PER_USER:
            mine.add(topic)
            self.retained[topic] = Message(topic, payload, min(qos, 1), True)

    def lost(self) -> int:
        """Messages given up because a client that was away or slow had too many waiting."""
        return self.dropped + sum(s.dropped for s in self.sessions.values())
