"""The store: what every engine must do for the hub. Its contract tests run on each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from sqlalchemy import MetaData

from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.registry import Registry
from tidehub.hub.statement import Statement
from tidehub.hub.transaction import Transaction
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.instants import Clock

T = TypeVar("T")
Committed = Callable[[Sequence[Recorded]], None]

TOO_BUSY = refusal_kind(
    "too_busy",
    zh="平台正忙，等待写入的事项已达 {waiting} 件",
    en="The platform is busy: {waiting} jobs wait to be written",
    do_zh="请在几秒后用同一编号重新发送，不会重复登记。",
    do_en="Send it again in a few seconds under the same key; it will not be registered twice.",
    category="too_many",
)
WRITTEN_MEANWHILE = refusal_kind(
    "written_meanwhile",
    zh="此事项刚被他人更新",
    en="Somebody else has just changed this",
    do_zh="请刷新后重试。",
    do_en="Reload and try again.",
    category="conflict",
)


class Snapshot(Protocol):
    """Committed data as they were at one instant, however long one reads."""

    dialect: str

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read all rows."""
        ...

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first row, or ``None``."""
        ...

    def pages(self, statement: Statement, **params: Any) -> AsyncIterator[list[Any]]:
        """Read rows without end, some thousand at a time."""
        ...


class Store(Protocol):
    """Durable keeping of facts and tables.

    An answer leaves ``submit`` or ``write`` only after the commit is on disk.
    """

    dialect: str
    registry: Registry
    clock: Clock

    async def open(self, committed: Committed) -> None:
        """Start; ``committed`` is called in the event loop with the facts of each commit, in order."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then stop."""
        ...

    async def prepare(self, metadata: MetaData, *, migrate: bool = True) -> None:
        """Bring the schema to today's version, then begin to write.

        Parameters
        ----------
        metadata
            Every table of the platform and its packs.
        migrate
            Whether the migrations run; without them whatever is missing is created (tests, scratch copies).
        """
        ...

    async def submit(self, job: Job) -> list[Recorded]:
        """Carry out a job; its facts once they are on disk. Raises Refusal or Unavailable."""
        ...

    async def submit_each(self, jobs: Sequence[Job]) -> list[list[Recorded] | BaseException]:
        """Carry out many jobs, each by itself: for each its facts, or what kept it from being done.

        The same as submitting them side by side, at a fraction of the cost.
        """
        ...

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run the hub's own bookkeeping or telemetry, which are no facts, in a transaction."""
        ...

    async def fetch(self, statement: Statement, **params: Any) -> list[Any]:
        """Read committed rows."""
        ...

    async def fetch_one(self, statement: Statement, **params: Any) -> Any | None:
        """Read the first committed row, or ``None``."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open a view of the data that does not move while it is read."""
        ...

    @property
    def waiting(self) -> int:
        """How many jobs wait for a writer."""
        ...
