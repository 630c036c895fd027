"""The balances: what is on board, what is ashore, what does not agree."""

from __future__ import annotations

import msgspec

from tidehub.sdk import Reader, sql

_STOCK = sql("SELECT kind, in_g, out_g FROM custody_stock WHERE place_id = :place_id ORDER BY kind")
_BOARD = sql("SELECT stream_group, mass_g FROM custody_on_board WHERE unit_id = :unit_id ORDER BY stream_group")
_LANDING = sql(
    "SELECT stream_group, before_g, landed_g, emptied FROM custody_landing WHERE landing_id = :landing_id"
    " ORDER BY stream_group"
)
_TICKETS = sql(
    "SELECT ticket_id, case_id, level, subject, residual_g, resolved, resolution FROM custody_ticket"
    " ORDER BY resolved, opened_us DESC, ticket_id LIMIT 200"
)


class Stock(msgspec.Struct, frozen=True):
    """One kind at a facility: came in, went out, is left; grams."""

    kind: str
    in_g: int
    out_g: int

    @property
    def left_g(self) -> int:
        """What is left."""
        return self.in_g - self.out_g


class TicketRow(msgspec.Struct, frozen=True):
    """A ticket as it stands."""

    ticket_id: str
    case_id: str
    level: str
    subject: str
    residual_g: int
    resolved: bool
    resolution: str


async def stock_of(reader: Reader, place_id: str) -> list[Stock]:
    """Balance of a facility by kind."""
    return [Stock(row["kind"], row["in_g"], row["out_g"]) for row in await reader.fetch(_STOCK, place_id=place_id)]


async def on_board_g(reader: Reader, unit_id: str) -> dict[str, int]:
    """Grams on board of a unit by stream group."""
    return {row["stream_group"]: row["mass_g"] for row in await reader.fetch(_BOARD, unit_id=unit_id)}


class Landed(msgspec.Struct, frozen=True):
    """One stream group of a landing: on board before it, weighed ashore; grams."""

    group: str
    before_g: int
    landed_g: int
    emptied: bool


async def landing_of(reader: Reader, landing_id: str) -> list[Landed]:
    """Both sides of a landing by stream group."""
    return [
        Landed(row["stream_group"], row["before_g"], row["landed_g"], bool(row["emptied"]))
        for row in await reader.fetch(_LANDING, landing_id=landing_id)
    ]


async def tickets(reader: Reader) -> list[TicketRow]:
    """Tickets, open ones first."""
    return [
        TicketRow(
            row["ticket_id"],
            row["case_id"],
            row["level"],
            row["subject"],
            row["residual_g"],
            bool(row["resolved"]),
            row["resolution"],
        )
        for row in await reader.fetch(_TICKETS)
    ]
