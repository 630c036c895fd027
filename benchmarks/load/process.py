"""The process that is aimed at, from the outside: started, asked how much it has computed, ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Served:
    """A server that listens.

    Attributes
    ----------
    tokens
        By who holds them.
    """

    port: int
    tokens: dict[str, str]
    pid: int

    def cpu_s(self) -> float:
        """Processor time it has used so far, all threads (proc_pid_stat(5), fields 14 and 15)."""
        parts = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / _TICKS

    def resident_mib(self) -> float:
        """Memory it holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def serving(
    *what: str, folder: Path | None = None, timeout_s: float = 120.0, module: str = "benchmarks.load.server"
) -> Iterator[Served]:
    """Run a server while the block runs."""
    command = [sys.executable, "-m", module, *what]
    if folder is not None:
        command += ["--folder", str(folder)]
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "the server did not start"
        told = json.loads(line)
        yield Served(told["port"], told["tokens"], process.pid)
    finally:
        process.stdin.close()
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
