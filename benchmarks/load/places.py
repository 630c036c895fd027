"""Who takes part in a run, and where."""

from __future__ import annotations

REGION = "331002"
OFFICER, WORKER, CITIZEN = "bench-officer", "bench-worker", "bench-citizen"
