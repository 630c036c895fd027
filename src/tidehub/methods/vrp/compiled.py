"""One way to compile a kernel: numba, cached on disk, without the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a function of arrays at its first call; later processes load it from the cache beside the source."""
    return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(kernel))
