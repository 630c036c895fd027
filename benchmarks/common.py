"""What every benchmark shares: the machine it ran on, the ceiling of its disk, percentiles, the report."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Say what the figures were taken on; a figure without it means nothing."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": model,
        "cores": os.cpu_count() or 1,
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load_1min": round(os.getloadavg()[0], 2),
        "fdatasync_per_s": round(fdatasync_per_s()),
    }


def fdatasync_per_s(folder: str | None = None, seconds: float = 0.5) -> float:
    """How often the disk takes a 4 KiB page for good, per second: the ceiling of one commit at a time."""
    with tempfile.NamedTemporaryFile(dir=folder) as scratch:
        page, count = b"\0" * 4096, 0
        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            os.pwrite(scratch.fileno(), page, 4096 * (count % 256))
            os.fdatasync(scratch.fileno())
            count += 1
        return count / (time.perf_counter() - started)


def percentile(values: Sequence[float], percent: float) -> float:
    """Give the nearest-rank percentile; ``values`` need not be sorted."""
    assert values, "a percentile of nothing"
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered)) - 1))]


def median_of(runs: int, measure: Callable[[], float]) -> float:
    """Measure several times and give the median."""
    return statistics.median(measure() for _ in range(runs))


def figure(name: str, value: float, unit: str) -> dict[str, Any]:
    """One figure of a report."""
    return {"name": name, "value": round(value, 4), "unit": unit}


def goal(name: str, value: float, text: str, met: bool) -> dict[str, Any]:
    """One goal of a report: what was measured, what was wanted, whether it is met."""
    return {"name": name, "value": round(value, 4), "goal": text, "met": bool(met)}


def report(bench: str, figures: list[dict[str, Any]], goals: list[dict[str, Any]]) -> dict[str, Any]:
    """Put a benchmark's answer together, in the one shape that all have."""
    return {"bench": bench, "machine": machine(), "figures": figures, "goals": goals}


def peers_python() -> str | None:
    """The interpreter that has the peers (``make peers``, or the one that TIDEHUB_PEERS_PYTHON names); None without."""
    own = Path(__file__).parents[1] / ".venv-peers" / "bin" / "python"
    return os.environ.get("TIDEHUB_PEERS_PYTHON") or (str(own) if own.exists() else None)
