"""The report that is sent, as an event and in the platform's own JSON, each with a key of its own."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from benchmarks.load.client import Script, request

_KEY = "k-000000000000"
_REPORT: dict[str, Any] = {
    "service_code": "complaint",
    "description": "路灯不亮 · the lamp in front of the fish market has been dark for three nights, please mend it",
    "position": {"lon": 121.4203, "lat": 28.6781, "datum": "WGS84"},
    "address": "椒江区海门街道江滨路 88 号",
    "answers": {"street": "江滨路", "lamp": "JB0088", "severity": 3},
}
_EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": _KEY,
    "source": "urn:tidehub:bench",
    "type": "cn.tidehub.report.received.v1",
    "time": "2026-01-05T08:30:00Z",
    "data": _REPORT,
}
EVENT_BYTES = len(json.dumps(_EVENT, ensure_ascii=False).encode())


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _numbered(told: bytes, numbers: Iterator[int], each: int = 1) -> Iterator[bytes]:
    """The same request again and again, with the next keys in it."""
    parts = told.split(_KEY.encode())
    assert len(parts) == each + 1
    if each == 1:
        head, tail = parts
        for number in numbers:
            yield b"%bk-%012d%b" % (head, number, tail)
    while True:
        keys = [b"k-%012d" % next(numbers) for _ in range(each)]
        yield b"".join(itertools.chain.from_iterable(zip(parts, [*keys, b""], strict=True)))


class Reports:
    """Scripts that send reports; the keys go on from run to run, so that none comes twice."""

    def __init__(self, first: int = 0) -> None:
        self._numbers = itertools.count(first)

    def _script(self, told: bytes, each: int = 1) -> Script:
        yield from _numbered(told, self._numbers, each)

    def events(self, token: str, path: str = "/events") -> Script:
        """One event a request, structured."""
        kind = "application/cloudevents+json"
        return self._script(request("POST", path, _json(_EVENT), media_type=kind, token=token))

    def event_batches(self, token: str, each: int) -> Script:
        """Many events a request."""
        kind = "application/cloudevents-batch+json"
        body = _json([_EVENT] * each)
        return self._script(request("POST", "/events", body, media_type=kind, token=token), each)

    def reports(self, token: str) -> Script:
        """One report a request, by the platform's own interface."""
        body = _json({"key": _KEY, **_REPORT})
        return self._script(request("POST", "/api/v1/reports", body, token=token))

    def report_batches(self, token: str, each: int) -> Script:
        """Many reports a request."""
        body = _json([{"key": _KEY, **_REPORT}] * each)
        return self._script(request("POST", "/api/v1/reports/batch", body, token=token), each)
