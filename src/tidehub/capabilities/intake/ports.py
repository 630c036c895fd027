"""What intake needs from outside."""

from __future__ import annotations

from collections.abc import Callable

from tidehub.kernel.geometry import Position

RegionOf = Callable[[Position], "str | None"]
"""GB/T 2260 code of the jurisdiction that a place lies in, ``None`` outside all; answers in microseconds."""
