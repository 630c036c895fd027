"""Where the waste is, in grams: on board, ashore; runs and tickets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, Table, Text

from packs.blue_circle.custody.commands import OpenDiscrepancy, RecordRun, ResolveDiscrepancy
from packs.blue_circle.custody.model import Amount
from tidehub.sdk import Reader, Recorded, Write, canonical_json, mass_g, metadata, sql, to_us

on_board = Table(
    "custody_on_board",
    metadata,
    Column("unit_id", Text, primary_key=True),
    Column("stream_group", Text, primary_key=True),
    Column("mass_g", BigInteger, nullable=False),
)
stock = Table(
    "custody_stock",
    metadata,
    Column("place_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("in_g", BigInteger, nullable=False),
    Column("out_g", BigInteger, nullable=False),
)
run = Table(
    "custody_run",
    metadata,
    Column("run_id", Text, primary_key=True),
    Column("place_id", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("outputs", Text, nullable=False),
    Column("loss_g", BigInteger, nullable=False),
    Column("ended_us", BigInteger, nullable=False),
)
ticket = Table(
    "custody_ticket",
    metadata,
    Column("ticket_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("residual_g", BigInteger, nullable=False),
    Column("region_code", Text, nullable=False),
    Column("unit_id", Text, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("resolved", Integer, nullable=False),
    Column("resolution", Text, nullable=False),
)
landing = Table(
    "custody_landing",
    metadata,
    Column("landing_id", Text, primary_key=True),
    Column("stream_group", Text, primary_key=True),
    Column("before_g", BigInteger, nullable=False),
    Column("landed_g", BigInteger, nullable=False),
    Column("emptied", Integer, nullable=False),
)
TABLES = (on_board, stock, run, ticket, landing)
READS = frozenset({"CollectionWeighed", "LoadLanded"})

_BOARD = sql(
    "INSERT INTO custody_on_board (unit_id, stream_group, mass_g) VALUES (:unit_id, :stream_group, :mass_g)"
    " ON CONFLICT (unit_id, stream_group) DO UPDATE SET mass_g = custody_on_board.mass_g + excluded.mass_g"
)
_EMPTY = sql(
    "INSERT INTO custody_on_board (unit_id, stream_group, mass_g) VALUES (:unit_id, :stream_group, 0)"
    " ON CONFLICT (unit_id, stream_group) DO UPDATE SET mass_g = 0"
)
# What was on board just before, kept with what the quay weighed: the two sides of a trip's balance.
_LANDING = sql(
    "INSERT INTO custody_landing (landing_id, stream_group, before_g, landed_g, emptied) SELECT :landing_id,"
    " :stream_group, COALESCE((SELECT b.mass_g FROM custody_on_board b WHERE b.unit_id = :unit_id"
    " AND b.stream_group = :stream_group), 0), CAST(:landed_g AS BIGINT), CAST(:emptied AS INTEGER)"
    " ON CONFLICT (landing_id, stream_group) DO UPDATE SET landed_g = custody_landing.landed_g + excluded.landed_g"
)
_STOCK = sql(
    "INSERT INTO custody_stock (place_id, kind, in_g, out_g) VALUES (:place_id, :kind, :in_g, :out_g)"
    " ON CONFLICT (place_id, kind) DO UPDATE SET in_g = custody_stock.in_g + excluded.in_g,"
    " out_g = custody_stock.out_g + excluded.out_g"
)
_RUN = sql(
    "INSERT INTO custody_run (run_id, place_id, inputs, outputs, loss_g, ended_us)"
    " VALUES (:run_id, :place_id, :inputs, :outputs, :loss_g, :ended_us)"
)
_TICKET = sql(
    "INSERT INTO custody_ticket (ticket_id, case_id, level, subject, residual_g, region_code, unit_id, opened_us,"
    " resolved, resolution) VALUES (:ticket_id, :case_id, :level, :subject, :residual_g, :region_code, :unit_id,"
    " :opened_us, 0, '')"
)
_RESOLVED = sql("UPDATE custody_ticket SET resolved = 1, resolution = :resolution WHERE ticket_id = :ticket_id")
_FIND_RUN = sql("SELECT inputs, outputs, loss_g FROM custody_run WHERE run_id = :run_id", short=True)
_FIND_TICKET = sql("SELECT case_id, resolved FROM custody_ticket WHERE ticket_id = :ticket_id", short=True)


class KnownRun(msgspec.Struct, frozen=True):
    """A run in the books."""

    inputs: tuple[Amount, ...]
    outputs: tuple[Amount, ...]
    loss_g: int


class Ticket(msgspec.Struct, frozen=True):
    """A ticket in the books."""

    case_id: str
    resolved: bool


async def load_run(tx: Reader, command: RecordRun) -> KnownRun | None:
    """Read the run, if it is known."""
    row = await tx.fetch_one(_FIND_RUN, run_id=command.run_id)
    if row is None:
        return None
    read = msgspec.json.Decoder(tuple[Amount, ...]).decode
    return KnownRun(read(row["inputs"]), read(row["outputs"]), row["loss_g"])


async def load_ticket(tx: Reader, command: OpenDiscrepancy | ResolveDiscrepancy) -> Ticket | None:
    """Read the ticket, if it is known."""
    row = await tx.fetch_one(_FIND_TICKET, ticket_id=command.ticket_id)
    return None if row is None else Ticket(row["case_id"], bool(row["resolved"]))


def project(recorded: Recorded) -> Iterator[Write]:
    """Move masses from the sea to the quay to the run."""
    fact: Any = recorded.fact
    if recorded.kind == "CollectionWeighed":
        before_g = mass_g(fact.supersedes) if fact.supersedes is not None else 0
        added_g = mass_g(fact.quantity) - before_g
        yield Write(_BOARD, {"unit_id": fact.unit_id, "stream_group": fact.group, "mass_g": added_g})
    elif recorded.kind == "LoadLanded":
        for line in fact.lines:
            board = {"unit_id": fact.unit_id, "stream_group": line.group}
            sides = {
                "landing_id": fact.landing_id,
                "landed_g": mass_g(line.quantity),
                "emptied": int(line.emptied),
            }
            yield Write(_LANDING, {**board, **sides})
        for line in fact.lines:
            landed_g = mass_g(line.quantity)
            board = {"unit_id": fact.unit_id, "stream_group": line.group}
            if line.emptied:
                yield Write(_EMPTY, board)
            else:
                yield Write(_BOARD, {**board, "mass_g": -landed_g})
            yield Write(_STOCK, {"place_id": fact.place_id, "kind": line.kind, "in_g": landed_g, "out_g": 0})
    elif recorded.kind == "RunRecorded":
        yield Write(
            _RUN,
            {
                "run_id": fact.run_id,
                "place_id": fact.place_id,
                "inputs": canonical_json(fact.inputs).decode(),
                "outputs": canonical_json(fact.outputs).decode(),
                "loss_g": fact.loss_g,
                "ended_us": to_us(fact.ended_at),
            },
        )
        for one in fact.inputs:
            yield Write(_STOCK, {"place_id": fact.place_id, "kind": one.kind, "in_g": 0, "out_g": one.mass_g})
        for one in fact.outputs:
            yield Write(_STOCK, {"place_id": fact.place_id, "kind": one.kind, "in_g": one.mass_g, "out_g": 0})
    elif recorded.kind == "DiscrepancyOpened":
        row = {
            name: getattr(fact, name)
            for name in ("ticket_id", "case_id", "level", "subject", "residual_g", "region_code", "unit_id")
        }
        yield Write(_TICKET, {**row, "opened_us": to_us(recorded.at)})
    elif recorded.kind == "DiscrepancyResolved":
        yield Write(_RESOLVED, {"ticket_id": fact.ticket_id, "resolution": fact.resolution})
