"""The smallest capability there is: a tally that can be opened, added to, and set to ring.

Tests of the hub, the crash bench and a reader who wants to see every part of a capability on one page use
it. Its table has a metadata of its own, so it is no part of the platform's schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

from tidehub.hub.log import Reader, Recorded
from tidehub.hub.registry import CancelTimer, Capability, DueTimer, Handler, SetTimer
from tidehub.hub.schema import metadata as hub_metadata
from tidehub.hub.statement import Write, sql
from tidehub.kernel.access import PLATFORM_ONLY, Rule, rule
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.facts import Command, Fact
from tidehub.kernel.instants import to_us

metadata = MetaData(naming_convention=hub_metadata.naming_convention)

tally_total = Table(
    "tally_total",
    metadata,
    Column("tally_id", Text, primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("additions", Integer, nullable=False),
    Column("rings", Integer, nullable=False),
    Column("changed_us", BigInteger, nullable=False),
)

TALLY_MISSING = refusal_kind(
    "tally_missing",
    zh="没有计数 {tally_id}",
    en="There is no tally {tally_id}",
    do_zh="请先建立。",
    do_en="Open it first.",
    category="missing",
)
TALLY_THERE = refusal_kind(
    "tally_there",
    zh="计数 {tally_id} 已存在",
    en="The tally {tally_id} is there already",
    do_zh="请换一个编号。",
    do_en="Choose another id.",
    category="conflict",
)
TALLY_FULL = refusal_kind(
    "tally_full",
    zh="计数不能超过 {most}",
    en="A tally holds {most} at most",
    do_zh="请另建一个。",
    do_en="Open another.",
    category="conflict",
)
TOTAL_MAX = 1_000_000
BROKEN_AMOUNT = 13
"""Adding this many breaks the decision, as a mistake of ours would."""


class OpenTally(Command, frozen=True, kw_only=True):
    """Open a tally at nought."""

    rule: ClassVar[Rule] = rule(everyone=True)
    tally_id: str

    @property
    def stream(self) -> str:
        """Its chain."""
        return f"tally/{self.tally_id}"


class AddToTally(Command, frozen=True, kw_only=True):
    """Add to a tally."""

    rule: ClassVar[Rule] = rule(everyone=True)
    tally_id: str
    amount: int

    @property
    def stream(self) -> str:
        """Its chain."""
        return f"tally/{self.tally_id}"


class SetBell(Command, frozen=True, kw_only=True):
    """Have a tally ring at an instant, or not at all."""

    rule: ClassVar[Rule] = rule(everyone=True)
    tally_id: str
    ring_at: datetime | None

    @property
    def stream(self) -> str:
        """Its chain."""
        return f"tally/{self.tally_id}"


class RingTally(Command, frozen=True, kw_only=True):
    """Ring; asked by the timer."""

    tally_id: str
    rule: ClassVar[Rule] = PLATFORM_ONLY

    @property
    def stream(self) -> str:
        """Its chain."""
        return f"tally/{self.tally_id}"


class TallyOpened(Fact, frozen=True, kw_only=True):
    """A tally was opened."""

    opens_stream: ClassVar[bool] = True
    tally_id: str

    @property
    def stream(self) -> str:
        """Its chain."""
        return f"tally/{self.tally_id}"


class TallyAdded(Fact, frozen=True, kw_only=True):
    """Something was added. The first shape called ``amount`` ``sum``."""

    shape_version: ClassVar[int] = 2
    tally_id: str
    amount: int

    @property
    def stream(self) -> str:
        """Its chain."""
        return f"tally/{self.tally_id}"


class BellSet(Fact, frozen=True, kw_only=True):
    """A tally will ring, or not."""

    tally_id: str
    ring_at: datetime | None

    @property
    def stream(self) -> str:
        """Its chain."""
        return f"tally/{self.tally_id}"


class TallyRang(Fact, frozen=True, kw_only=True):
    """A tally rang."""

    tally_id: str

    @property
    def stream(self) -> str:
        """Its chain."""
        return f"tally/{self.tally_id}"


class Tally(msgspec.Struct, frozen=True):
    """What the decisions need."""

    total: int


_LOAD = sql("SELECT total FROM tally_total WHERE tally_id = :tally_id FOR UPDATE", short=True)
_LOAD_MANY = sql("SELECT tally_id, total FROM tally_total WHERE tally_id = ANY(:tally_ids)")
_OPEN = sql(
    "INSERT INTO tally_total (tally_id, total, additions, rings, changed_us) VALUES (:tally_id, 0, 0, 0, :at_us)"
)
_ADD = sql(
    "UPDATE tally_total SET total = total + :amount, additions = additions + 1, changed_us = :at_us"
    " WHERE tally_id = :tally_id"
)
_RING = sql("UPDATE tally_total SET rings = rings + 1, changed_us = :at_us WHERE tally_id = :tally_id")


async def _load(reader: Reader, command: Any) -> Tally | None:
    row = await reader.fetch_one(_LOAD, tally_id=command.tally_id)
    return None if row is None else Tally(row["total"])


async def _load_many(reader: Reader, commands: Sequence[OpenTally]) -> list[Tally | None]:
    rows = await reader.fetch(_LOAD_MANY, tally_ids=sorted({command.tally_id for command in commands}))
    known = {row["tally_id"]: Tally(row["total"]) for row in rows}
    return [known.get(command.tally_id) for command in commands]


def _open(tally: Tally | None, command: OpenTally, _now: datetime) -> Sequence[Fact]:
    if tally is not None:
        raise TALLY_THERE("tally_id", tally_id=command.tally_id)
    return [TallyOpened(tally_id=command.tally_id)]


def _add(tally: Tally | None, command: AddToTally, _now: datetime) -> Sequence[Fact]:
    assert command.amount != BROKEN_AMOUNT, "the amount that breaks"
    if tally is None:
        raise TALLY_MISSING("tally_id", tally_id=command.tally_id)
    if tally.total + command.amount > TOTAL_MAX:
        raise TALLY_FULL("amount", most=TOTAL_MAX)
    return [TallyAdded(tally_id=command.tally_id, amount=command.amount)]


def _set_bell(tally: Tally | None, command: SetBell, _now: datetime) -> Sequence[Fact]:
    if tally is None:
        raise TALLY_MISSING("tally_id", tally_id=command.tally_id)
    return [BellSet(tally_id=command.tally_id, ring_at=command.ring_at)]


def _ring(tally: Tally | None, command: RingTally, _now: datetime) -> Sequence[Fact]:
    if tally is None:
        raise TALLY_MISSING("tally_id", tally_id=command.tally_id)
    return [TallyRang(tally_id=command.tally_id)]


def _project(recorded: Recorded) -> Iterable[Write]:
    fact, at_us = recorded.fact, to_us(recorded.at)
    if isinstance(fact, TallyOpened):
        yield Write(_OPEN, {"tally_id": fact.tally_id, "at_us": at_us})
    elif isinstance(fact, TallyAdded):
        yield Write(_ADD, {"tally_id": fact.tally_id, "amount": fact.amount, "at_us": at_us})
    elif isinstance(fact, TallyRang):
        yield Write(_RING, {"tally_id": fact.tally_id, "at_us": at_us})


def _timers(recorded: Recorded) -> Iterable[SetTimer | CancelTimer]:
    fact = recorded.fact
    if isinstance(fact, BellSet):
        key = f"tally/{fact.tally_id}/bell"
        yield (
            CancelTimer(key)
            if fact.ring_at is None
            else SetTimer(key, "bell", fact.stream, fact.ring_at, fact.tally_id)
        )


def _on_bell(due: DueTimer) -> Sequence[Command]:
    return [RingTally(tally_id=due.payload)]


def capability() -> Capability:
    """Give the tally's face to the hub."""
    return Capability(
        name="tally",
        handlers=(
            Handler(OpenTally, _load, _open, load_many=_load_many),
            Handler(AddToTally, _load, _add),
            Handler(SetBell, _load, _set_bell),
            Handler(RingTally, _load, _ring),
        ),
        facts=(TallyOpened, TallyAdded, BellSet, TallyRang),
        project=_project,
        tables=(tally_total,),
        timers=_timers,
        on_timer={"bell": _on_bell},
        upgraders={("TallyAdded", 1): lambda old: {"tally_id": old["tally_id"], "amount": old["sum"]}},
    )


def with_tally() -> MetaData:
    """Give the platform's tables as far as they are imported, and the tally's, in one."""
    whole = MetaData(naming_convention=hub_metadata.naming_convention)
    for table in (*hub_metadata.tables.values(), *metadata.tables.values()):
        table.to_metadata(whole)
    return whole
