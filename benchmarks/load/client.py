"""A lean closed-loop client: raw sockets, keep-alive, no pipelining, one request under way per connection.

It must cost less than what it measures, so it knows just enough HTTP/1.1: a status line, a content length.
Each connection follows a script: a generator that yields requests and is sent the answers.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.common import percentile

_LENGTH = re.compile(rb"\r\ncontent-length: ?(\d+)\r\n", re.IGNORECASE)
_READ = 262_144
SILENCE_S = 10.0

Script = Generator[bytes, tuple[int, bytes], None]


def request(method: str, path: str, body: bytes = b"", *, media_type: str = "", token: str = "") -> bytes:
    """Write down a request once; what varies is replaced in it, at the same length."""
    head = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    if token:
        head.append(f"authorization: Bearer {token}")
    if method != "GET":
        head += [f"content-type: {media_type or 'application/json'}", f"content-length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


@dataclass
class Load:
    """What came of a run.

    Attributes
    ----------
    took_s
        From the start of the counting to the last answer.
    answered
        Answers by status.
    waited_s
        How long each request waited for its answer, seconds.
    """

    took_s: float = 0.0
    answered: Counter[int] = field(default_factory=Counter)
    waited_s: list[float] = field(default_factory=list)
    refused: bytes = b""

    @property
    def good(self) -> int:
        """How many were answered with a success."""
        return sum(count for status, count in self.answered.items() if 200 <= status < 300)

    @property
    def per_s(self) -> float:
        """Successful answers a second."""
        return self.good / self.took_s

    def ms(self, percent: float) -> float:
        """Percentile of the waiting, milliseconds."""
        return percentile(self.waited_s, percent) * 1e3

    def demand_good(self) -> None:
        """Stop where anything was refused: a figure with errors in it is none."""
        wrong = {status: count for status, count in self.answered.items() if not 200 <= status < 300}
        assert not wrong, f"answers that are no success: {wrong}, e.g. {self.refused[:500]!r}"


class _Connection:
    __slots__ = ("kept", "script", "sent_at", "socket", "wanted")

    def __init__(self, port: int, script: Script) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.script = script
        self.kept = b""
        self.wanted = 0
        self.sent_at = 0.0


def drive(
    port: int,
    scripts: Callable[[int], Script],
    *,
    connections: int,
    seconds: float,
    warm_s: float = 0.5,
    awake: bool = False,
) -> Load:
    """Keep connections busy for some seconds.

    Parameters
    ----------
    scripts
        Makes the script of the connection of this number; it is closed where it stands when time is up.
    warm_s
        Answers of the first moments are not counted.
    awake
        Never sleep. On a virtual machine the one who sends to a sleeping process pays for waking its halted
        processor (50 us measured, more than the whole request), so a slower server would be charged for having a
        client that can sleep. For comparing servers that leave a core free.
    """
    poll = select.epoll()
    open_ = {}
    try:
        for number in range(connections):
            connection = _Connection(port, scripts(number))
            open_[connection.socket.fileno()] = connection
            poll.register(connection.socket, select.EPOLLIN)
        return _Run(open_, poll, seconds, warm_s, awake).load()
    finally:
        poll.close()
        for connection in open_.values():
            connection.socket.close()


class _Run:
    def __init__(self, open_: dict[int, _Connection], poll: Any, seconds: float, warm_s: float, awake: bool) -> None:
        self._open = open_
        self._poll = poll
        self._awake = awake
        self._load = Load()
        self._begin = self._last = time.perf_counter() + warm_s
        self._end = self._begin + seconds

    def load(self) -> Load:
        """Run to the end."""
        clock = time.perf_counter
        for connection in self._open.values():
            connection.sent_at = clock()
            connection.socket.sendall(next(connection.script))
        under_way = len(self._open)
        while under_way:
            ready = self._ready()
            if not ready:
                raise TimeoutError(f"the server has not answered for {SILENCE_S} s")
            for number, _ in ready:
                connection = self._open[number]
                answer = _take(connection)
                if answer is None:
                    continue
                now = clock()
                self._count(answer, connection.sent_at, now)
                told = None if now >= self._end else _next(connection.script, answer)
                if told is None:
                    under_way -= 1
                    self._poll.unregister(number)
                    continue
                connection.sent_at = now
                connection.socket.sendall(told)
        self._load.took_s = max(1e-9, self._last - self._begin)
        return self._load

    def _ready(self) -> list[tuple[int, int]]:
        silent_at = time.perf_counter() + SILENCE_S
        while self._awake and time.perf_counter() < silent_at:
            ready: list[tuple[int, int]] = self._poll.poll(0)
            if ready:
                return ready
        return [] if self._awake else self._poll.poll(SILENCE_S)

    def _count(self, answer: tuple[int, bytes], sent_at: float, now: float) -> None:
        status, body = answer
        if now >= self._begin:
            self._load.answered[status] += 1
            self._load.waited_s.append(now - sent_at)
            self._last = now
        if status >= 300 and not self._load.refused:
            self._load.refused = body
            self._load.answered[status] += now < self._begin  # an error counts whenever it comes


def _next(script: Script, answer: tuple[int, bytes]) -> bytes | None:
    try:
        return script.send(answer)
    except StopIteration:
        return None


def _take(connection: _Connection) -> tuple[int, bytes] | None:
    """Read what has come; an answer once it is whole."""
    came = connection.socket.recv(_READ)
    if not came:
        raise ConnectionError(f"the server hung up after {connection.kept[:200]!r}")
    kept = connection.kept + came if connection.kept else came
    if len(kept) < connection.wanted:
        connection.kept = kept
        return None
    end = kept.find(b"\r\n\r\n")
    if end < 0:
        connection.kept = kept
        return None
    found = _LENGTH.search(kept, 0, end + 2)
    length = int(found.group(1)) if found else 0
    connection.wanted = end + 4 + length
    if len(kept) < connection.wanted:
        connection.kept = kept
        return None
    connection.kept, connection.wanted = b"", 0
    return int(kept[9:12]), kept[end + 4 :]


def once(port: int, told: bytes) -> tuple[int, bytes]:
    """Ask once and give the answer."""

    def script() -> Script:
        answers.append((yield told))

    answers: list[tuple[int, bytes]] = []
    drive(port, lambda _number: script(), connections=1, seconds=10.0, warm_s=0.0)
    return answers[0]
