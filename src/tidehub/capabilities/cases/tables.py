"""The rows of cases: reading what a decision needs, and the changes that a fact makes.

What grows with a case (values, trail, lines of a clock) is kept as JSON lines in one column and only ever
appended to, so a move is one read and one write of the case's row, whatever its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tidehub.capabilities.cases.decide import Joining, Opening, Splitting
from tidehub.capabilities.cases.model import Lifecycles
from tidehub.capabilities.cases.ports import Calendars
from tidehub.capabilities.cases.state import ApprovalState, CaseState, ClockRun, Step
from tidehub.hub.log import Reader
from tidehub.hub.statement import Statement, sql
from tidehub.kernel.errors import NOT_FOUND, Refusal
from tidehub.kernel.instants import from_us
from tidehub.methods.clocks import Duration, Line

_COLUMNS = (
    "case_id, lifecycle, lifecycle_version, state, is_open, category, title, priority, region_code, place_id,"
    " reporter, responsible_unit, assignee, parent_id, original_id, open_children, opened_us, state_since_us,"
    " due_us, value_lines, trail"
)
_CASE = sql(f"SELECT {_COLUMNS} FROM cases_case WHERE case_id = :case_id FOR UPDATE", short=True)
_CASE_ONLY = sql(f"SELECT {_COLUMNS} FROM cases_case WHERE case_id = :case_id", short=True)
_CLOCKS = sql(
    "SELECT case_id, clock, run, basis, calendar, limit_amount, limit_unit, owner, signalled_us, due_us,"
    " lines FROM cases_clock WHERE case_id = :case_id ORDER BY clock, run",
    short=True,
)
_APPROVALS = sql(
    "SELECT case_id, approval_id, approval, asked_by, asked_us, reason, given_values, amount, unit, until_us,"
    " granted, decided_by, decided_us, ruling FROM cases_approval WHERE case_id = :case_id"
    " ORDER BY asked_us, approval_id",
    short=True,
)
_CASES = sql(f"SELECT {_COLUMNS} FROM cases_case WHERE case_id = ANY(:case_ids) ORDER BY case_id FOR UPDATE")
_CLOCKS_OF_MANY = sql(
    "SELECT case_id, clock, run, basis, calendar, limit_amount, limit_unit, owner, signalled_us, due_us,"
    " lines FROM cases_clock WHERE case_id = ANY(:case_ids) ORDER BY case_id, clock, run"
)
_EXISTS = sql("SELECT 1 AS one FROM cases_case WHERE case_id = :case_id", short=True)
_TAKEN = sql("SELECT case_id FROM cases_case WHERE case_id = ANY(:ids) ORDER BY case_id", short=True)

_read_steps = msgspec.json.Decoder(list[Step]).decode
_read_lines = msgspec.json.Decoder(list[Line]).decode
_read_values = msgspec.json.Decoder(list[dict[str, Any]]).decode
_read_dict = msgspec.json.Decoder(dict[str, Any]).decode


def _list(lines: str) -> str:
    """JSON lines as a JSON array; JSON has no raw newline of its own."""
    return f"[{lines[:-1].replace(chr(10), ',')}]"


def clock_lines(lines: str) -> tuple[Line, ...]:
    """Lines of a clock as its column keeps them."""
    return tuple(_read_lines(_list(lines)))


def values_of(lines: str) -> dict[str, Any]:
    """Values of a case as its column keeps them: later lines lie over earlier ones."""
    if not lines:
        return {}
    values: dict[str, Any] = {}
    for line in _read_values(_list(lines)):
        values |= line
    return values


def duration_of(amount: int | None, unit: str | None) -> Duration | None:
    """A duration from its two columns."""
    return None if amount is None or unit is None else Duration(amount, unit)  # type: ignore[arg-type]


def run_of(row: Any) -> ClockRun:
    """A run of a clock from its row."""
    return ClockRun(
        clock=row["clock"],
        run=row["run"],
        basis=row["basis"],
        calendar=row["calendar"],
        lines=clock_lines(row["lines"]),
        limit=duration_of(row["limit_amount"], row["limit_unit"]),
        owner=row["owner"],
        signalled_us=row["signalled_us"],
        due_at=None if row["due_us"] is None else from_us(row["due_us"]),
    )


def approval_state_of(row: Any) -> ApprovalState:
    """An approval from its row."""
    return ApprovalState(
        approval_id=row["approval_id"],
        approval=row["approval"],
        asked_by=row["asked_by"],
        asked_at=from_us(row["asked_us"]),
        granted=None if row["granted"] is None else bool(row["granted"]),
        decided_at=None if row["decided_us"] is None else from_us(row["decided_us"]),
        amount=duration_of(row["amount"], row["unit"]),
        until=None if row["until_us"] is None else from_us(row["until_us"]),
        reason=row["reason"],
        values=_read_dict(row["given_values"]),
        decided_by=row["decided_by"] or "",
        ruling=row["ruling"] or "",
    )


class Loader:
    """Reads what decisions need. Two reads for a move; a third where approvals matter to it.

    Parameters
    ----------
    lifecycles, calendars
        What is mounted.
    """

    def __init__(self, lifecycles: Lifecycles, calendars: Calendars) -> None:
        self.lifecycles = lifecycles
        self.calendars = calendars

    async def case(self, tx: Reader, command: Any) -> CaseState:
        """The case with its clocks."""
        return await self.read(tx, command.case_id)

    async def case_alone(self, tx: Reader, command: Any) -> CaseState:
        """The case without clocks, for what cannot touch one."""
        return self._state(await _row(tx, command.case_id), (), ())

    async def case_for_move(self, tx: Reader, command: Any) -> CaseState:
        """The case with its clocks, and with its approvals where the move needs one."""
        case = await self.read(tx, command.case_id)
        move = case.lifecycle.moves.get(command.move)
        if move is None or not move.needs_approvals:
            return case
        return msgspec.structs.replace(case, approvals=await _approvals(tx, command.case_id))

    async def cases_for_moves(self, tx: Reader, commands: Sequence[Any]) -> list[CaseState | Refusal]:
        """Read the same for many moves at once, with two statements."""
        ids = sorted({command.case_id for command in commands})
        rows = {row["case_id"]: row for row in await tx.fetch(_CASES, case_ids=ids)}
        runs: dict[str, list[ClockRun]] = {}
        for clock in await tx.fetch(_CLOCKS_OF_MANY, case_ids=ids):
            runs.setdefault(clock["case_id"], []).append(run_of(clock))
        return [await self._for_move(tx, command, rows, runs) for command in commands]

    async def _for_move(
        self, tx: Reader, command: Any, rows: dict[str, Any], runs: dict[str, list[ClockRun]]
    ) -> CaseState | Refusal:
        row = rows.get(command.case_id)
        if row is None:
            return NOT_FOUND("case_id", what="case", id=command.case_id)
        case = self._state(row, runs.get(command.case_id, ()), ())
        move = case.lifecycle.moves.get(command.move)
        if move is None or not move.needs_approvals:
            return case
        return msgspec.structs.replace(case, approvals=await _approvals(tx, command.case_id))

    async def case_for_fact(self, tx: Reader, command: Any) -> CaseState:
        """The case with its clocks, and with its approvals where a move that the fact causes needs one."""
        case = await self.read(tx, command.case_id)
        if not any(move.needs_approvals and command.kind in move.on_fact for move in case.lifecycle.moves.values()):
            return case
        return msgspec.structs.replace(case, approvals=await _approvals(tx, command.case_id))

    async def case_with_approvals(self, tx: Reader, command: Any) -> CaseState:
        """The case with clocks and approvals."""
        return await self.read(tx, command.case_id, approvals=True)

    async def read(self, reader: Reader, case_id: str, *, approvals: bool = False, lock: bool = True) -> CaseState:
        """Read a case; ``not_found`` if there is none."""
        row = await _row(reader, case_id, _CASE if lock else _CASE_ONLY)
        clocks = tuple(run_of(clock) for clock in await reader.fetch(_CLOCKS, case_id=case_id))
        return self._state(row, clocks, await _approvals(reader, case_id) if approvals else ())

    async def opening(self, tx: Reader, command: Any) -> Opening:
        """What is mounted, and whether the id is taken."""
        taken = await tx.fetch_one(_EXISTS, case_id=command.case_id)
        if command.parent_id is not None and await tx.fetch_one(_EXISTS, case_id=command.parent_id) is None:
            raise NOT_FOUND("parent_id", what="parent", id=command.parent_id)
        return Opening(self.lifecycles, self.calendars, exists=taken is not None)

    async def openings(self, tx: Reader, commands: Sequence[Any]) -> list[Opening | Refusal]:
        """Read the same for many at once, with one statement."""
        ids = {command.case_id for command in commands}
        ids |= {command.parent_id for command in commands if command.parent_id is not None}
        known = {row["case_id"] for row in await tx.fetch(_TAKEN, ids=sorted(ids))}
        return [
            NOT_FOUND("parent_id", what="parent", id=command.parent_id)
            if command.parent_id is not None and command.parent_id not in known
            else Opening(self.lifecycles, self.calendars, exists=command.case_id in known)
            for command in commands
        ]

    async def joining(self, tx: Reader, command: Any) -> Joining:
        """Both cases, locked in one order so that two joinings never wait for each other."""
        ids = sorted({command.case_id, command.original_id})
        cases = {case_id: await self.read(tx, case_id) for case_id in ids}
        return Joining(cases[command.case_id], cases[command.original_id])

    async def splitting(self, tx: Reader, command: Any) -> Splitting:
        """The whole, and which ids of its parts are taken."""
        case = await self.read(tx, command.case_id)
        taken = await tx.fetch(_TAKEN, ids=[part.case_id for part in command.parts])
        opening = Opening(self.lifecycles, self.calendars)
        return Splitting(case, opening, tuple(row["case_id"] for row in taken))

    def _state(self, row: Any, clocks: Iterable[ClockRun], approvals: Iterable[ApprovalState]) -> CaseState:
        return CaseState(
            case_id=row["case_id"],
            lifecycle=self.lifecycles.get(row["lifecycle"], row["lifecycle_version"]),
            calendars=self.calendars,
            state=row["state"],
            category=row["category"],
            title=row["title"],
            priority=row["priority"],
            region_code=row["region_code"],
            place_id=row["place_id"],
            reporter=row["reporter"],
            responsible_unit=row["responsible_unit"],
            assignee=row["assignee"],
            parent_id=row["parent_id"],
            original_id=row["original_id"],
            is_open=bool(row["is_open"]),
            opened_at=from_us(row["opened_us"]),
            state_since=from_us(row["state_since_us"]),
            due_at=None if row["due_us"] is None else from_us(row["due_us"]),
            open_children=row["open_children"],
            values=values_of(row["value_lines"]),
            trail=tuple(_read_steps(_list(row["trail"]))) if row["trail"] else (),
            clocks=tuple(clocks),
            approvals=tuple(approvals),
        )


async def _row(reader: Reader, case_id: str, statement: Statement = _CASE) -> Any:
    row = await reader.fetch_one(statement, case_id=case_id)
    if row is None:
        raise NOT_FOUND("case_id", what="case", id=case_id)
    return row


async def _approvals(reader: Reader, case_id: str) -> tuple[ApprovalState, ...]:
    return tuple(approval_state_of(row) for row in await reader.fetch(_APPROVALS, case_id=case_id))
