"""Reports over HTTP: what the doors and the disk could do at most, and what durable intake does of it.

One server process and one client process, both on this machine; every figure stands beside its ceiling from
the same run. Acknowledged means on disk: SQLite with ``synchronous=FULL``, the answer after ``COMMIT``.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.common import fdatasync_per_s, figure, goal, report
from benchmarks.load.bodies import EVENT_BYTES, Reports
from benchmarks.load.client import Load, Script, drive
from benchmarks.load.process import Served, serving

CONNECTIONS = 256
BATCH = 100
BATCH_CONNECTIONS = 16
BUSY_DISK_PER_S = 1500


def run(seconds: float = 8.0) -> dict[str, Any]:
    """Measure; each figure for ``seconds``."""
    with tempfile.TemporaryDirectory(prefix="tidehub-intake-") as name:
        folder = Path(name)
        bench = _Bench(folder, seconds)
        disk_per_s = fdatasync_per_s(name)
        bench.figures.append(figure("event sent", EVENT_BYTES, "bytes"))
        bench.figures.append(figure("fdatasync of 4 KiB", disk_per_s, "1/s"))
        rows_per_s = {each: _rows_per_s(folder, each, seconds / 4) for each in (1, BATCH, 1000)}
        for each, per_s in rows_per_s.items():
            bench.figures.append(figure(f"SQLite FULL, executemany of {each}", per_s, "rows/s"))
        with serving("bare") as served:
            bare = bench.measure("bare ASGI + msgspec", served, Reports().events, "", awake=True)
        with bench.platform("alone", "--alone", "--not-storing", "--no-follow-ups") as served:
            alone_raw = bench.measure("the same work on bare ASGI, not storing", served, Reports().events, awake=True)
        with bench.platform("not-storing", "--not-storing", "--no-follow-ups") as served:
            raw = bench.measure("events, not storing", served, Reports().events, awake=True)
            bench.measure("reports, not storing", served, Reports().reports, awake=True)
        reports = Reports()
        with bench.platform("stored", "--no-follow-ups") as served:
            single = bench.measure("events, durable", served, reports.events)
            bench.measure("reports, durable", served, reports.reports)
            batched = bench.measure_batches("events, durable", served, reports.event_batches)
            bench.measure_batches("reports, durable", served, reports.report_batches)
        with bench.platform("live") as served:
            bench.measure("events, durable, cases opened beside", served, reports.events)
        with bench.platform("one-by-one", "--no-follow-ups", "--commits", "single") as served:
            alone = bench.measure("events, a commit each", served, reports.events)
        disk_after_per_s = fdatasync_per_s(name)
        bench.figures.append(figure("fdatasync of 4 KiB, afterwards", disk_after_per_s, "1/s"))
    busy = min(disk_per_s, disk_after_per_s) < BUSY_DISK_PER_S
    wanted = 0.45 if busy else 0.17
    ratio_bare, ratio_raw = raw.per_s / bare.per_s, raw.per_s / alone_raw.per_s
    cpu_bare, cpu_raw = bench.cpu_us["bare ASGI + msgspec"], bench.cpu_us["events, not storing"]
    # Where the client is slower than the bare server, only processor time tells the two apart.
    bench.figures.append(figure("raw route / bare ASGI, by the server's processor time", cpu_bare / cpu_raw, "ratio"))
    ratio_single = single.per_s / raw.per_s
    ratio_batch = batched.per_s * BATCH / rows_per_s[1000]
    gain, p99_ms = single.per_s / alone.per_s, single.ms(99)
    goals = [
        goal("raw route / the same work on bare ASGI", ratio_raw, ">= 0.70", ratio_raw >= 0.70),
        goal("raw route / bare ASGI that only decodes", ratio_bare, ">= 0.70", ratio_bare >= 0.70),
        goal("durable single / the same not storing", ratio_single, ">= 0.33", ratio_single >= 0.33),
        goal("durable single, p99, ms", p99_ms, "< 150", p99_ms < 150),
        goal(f"durable batches of {BATCH} / executemany of 1000", ratio_batch, f">= {wanted}", ratio_batch >= wanted),
    ]
    if busy:
        goals.append(goal("durable single / a commit each", gain, ">= 10", gain >= 10))
    else:
        bench.figures.append(figure("durable single / a commit each (asked for on a slow disk only)", gain, "ratio"))
    return report("intake", bench.figures, goals)


class _Bench:
    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder = folder
        self.seconds = seconds
        self.figures: list[dict[str, Any]] = []
        self.cpu_us: dict[str, float] = {}

    def platform(self, name: str, *more: str) -> Any:
        folder = self.folder / name
        folder.mkdir()
        return serving("platform", *more, folder=folder)

    def measure(
        self, name: str, served: Served, script: Callable[[str], Script], token: str = "device", *, awake: bool = False
    ) -> Load:
        held = served.tokens.get(token, "t" * 46)
        load, cpu_us = self._drive(served, lambda _number: script(held), CONNECTIONS, awake=awake)
        self.cpu_us[name] = cpu_us
        self.figures += [
            figure(name, load.per_s, "reports/s"),
            figure(f"{name}, p50", load.ms(50), "ms"),
            figure(f"{name}, p99", load.ms(99), "ms"),
            figure(f"{name}, processor time of the server", cpu_us, "us/report"),
        ]
        return load

    def measure_batches(self, name: str, served: Served, script: Callable[[str, int], Script]) -> Load:
        held = served.tokens["device"]
        load, cpu_us = self._drive(served, lambda _number: script(held, BATCH), BATCH_CONNECTIONS)
        name = f"{name}, batches of {BATCH}"
        self.figures += [
            figure(name, load.per_s * BATCH, "reports/s"),
            figure(f"{name}, p99 of a batch", load.ms(99), "ms"),
            figure(f"{name}, processor time of the server", cpu_us / BATCH, "us/report"),
        ]
        return load

    def _drive(
        self, served: Served, scripts: Callable[[int], Script], connections: int, *, awake: bool = False
    ) -> tuple[Load, float]:
        before = served.cpu_s()
        load = drive(served.port, scripts, connections=connections, seconds=self.seconds, awake=awake)
        cpu_s = served.cpu_s() - before
        load.demand_good()
        share = load.took_s / (load.took_s + 0.5)  # the first half second is not counted
        return load, cpu_s * share / load.good * 1e6


def _rows_per_s(folder: Path, each: int, seconds: float) -> float:
    """Rows of an event's size that one connection writes durably, ``each`` to a commit."""
    path = folder / f"ceiling-{each}.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=8000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, tenant TEXT, id TEXT, type TEXT, payload TEXT)")
    connection.execute("CREATE UNIQUE INDEX event_id ON event (tenant, id)")
    connection.execute("CREATE INDEX event_type ON event (tenant, type, seq)")
    payload = "x" * EVENT_BYTES
    rows = 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO event (tenant, id, type, payload) VALUES ('t', ?, 'report', ?)",
            [(f"k-{number:012d}", payload) for number in range(rows, rows + each)],
        )
        connection.execute("COMMIT")
        rows += each
    took_s = time.perf_counter() - started
    connection.close()
    path.unlink()
    return rows / took_s
