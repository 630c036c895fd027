"""Stories: tables that a clerk can read, played on the real platform with a clock that is moved by hand.

A line has four columns: when, who, does, expect. ``README`` of a pack's tests shows one; the verbs stand in
``verbs.py``, what can be expected in ``expect.py``. A pack adds its own verbs as hooks ``story_<verb>``.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tidehub.hub.log import Recorded, read_after
from tidehub.kernel.errors import Refusal, refusal_kind
from tidehub.packing import Pack, find_pack, read_pack
from tidehub.testkit.clock import FixedClock
from tidehub.testkit.expect import check
from tidehub.testkit.stage import Stage
from tidehub.testkit.town import Town
from tidehub.testkit.verbs import perform

TOWN_ZONE = ZoneInfo("Asia/Shanghai")

STORY_WRONG = refusal_kind(
    "story_wrong",
    zh="故事第 {line} 行有误：{problem}",
    en="Line {line} of the story is wrong: {problem}",
    do_zh="请按 时间 | 谁 | 做什么 | 期望 四栏书写。",
    do_en="Write it in four columns: when | who | does | expect.",
)


class StoryFailed(AssertionError):
    """What was expected did not come."""


class Line(msgspec.Struct, frozen=True):
    """One line of the table; ``number`` is its place in the file."""

    number: int
    when: str
    who: str
    does: str
    expect: tuple[str, ...]


def read_story(path: Path) -> tuple[str, list[Line]]:
    """Read the day and the lines of a story.

    Raises
    ------
    Refusal
        ``story_wrong`` with the line's number.
    """
    day, lines = "2026-06-01", []
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        text = raw.strip()
        if not text or text.startswith(("#", "pack ")):
            continue
        if text.startswith("day "):
            day = text[4:].strip()
            continue
        cells = [cell.strip() for cell in raw.split("|")]
        if len(cells) != 4:
            raise STORY_WRONG(None, line=number, problem=f"{len(cells)} columns instead of 4")
        expect = tuple(part.strip() for part in cells[3].split(";") if part.strip())
        lines.append(Line(number, cells[0], cells[1], cells[2], expect))
    return day, lines


async def tell(name: str, folder: Path, *, postgresql: str | None = None, story: Path | None = None) -> dict[str, Any]:
    """Play a pack's story and say what came of it.

    Parameters
    ----------
    name
        The pack, by name or folder.
    folder
        Where the data of this run go; empty.

    Returns
    -------
    dict
        ``minutes_to_arrival``, ``minutes_to_close``, ``subsidy_fen``, ``documents``, ``hash`` and more.

    Raises
    ------
    StoryFailed
        With the line, and what was there instead.
    """
    pack = read_pack(find_pack(name))
    path = story or pack.folder / "tests" / "story.txt"
    day, lines = read_story(path)
    start = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=TOWN_ZONE)
    first = _time_of_day(lines[0].when)
    clock = FixedClock(start + (first or timedelta()))
    town = Town([pack], folder, clock, postgresql=postgresql)
    await town.open()
    try:
        return await Teller(town, pack, start).tell(lines)
    finally:
        await town.close()


class Teller:
    """Plays the lines one by one."""

    def __init__(self, town: Town, pack: Pack, start: datetime) -> None:
        self.town = town
        self.pack = pack
        self.start = start
        self.stage = Stage(town, pack)
        self.told = self.stage.told

    async def tell(self, lines: list[Line]) -> dict[str, Any]:
        """Play them all."""
        self.told.seq = self.town.hub.seq
        for line in lines:
            await self._move_to(line)
            self.told.refused = None
            try:
                await perform(self.stage, line.who, line.does)
            except Refusal as refusal:
                self.told.refused = refusal
                if "refused" not in {part.split()[0] for part in line.expect}:
                    raise StoryFailed(f"line {line.number}: {line.does}: refused: {refusal}") from refusal
            await self._take_in()
            for part in line.expect:
                problem = await check(self.stage, part)
                if problem:
                    raise StoryFailed(f"line {line.number}: {line.who} {line.does}: expected '{part}', but {problem}")
        return await self._outcome()

    async def _move_to(self, line: Line) -> None:
        told_time = _time_of_day(line.when)
        if told_time is not None:
            await self.town.advance_to(self.start + told_time)
        elif line.when != "then":
            await self.town.advance(_seconds(line))

    async def _take_in(self) -> None:
        """Take in what has happened since the line before."""
        reader, told = self.town.hub, self.told
        told.fresh = []
        while facts := await read_after(reader, told.seq, 500, reader.registry.read_fact):
            told.fresh += facts
            told.seq = facts[-1].seq
        for recorded in told.fresh:
            self._note(recorded)

    def _note(self, recorded: Recorded) -> None:
        fact: Any = recorded.fact
        told = self.told
        if recorded.kind == "CaseOpened" and not told.case_id:
            told.case_id, told.started_at = fact.case_id, fact.happened_at or recorded.at
        elif recorded.kind in ("JobOffered", "JobProposed"):
            told.job_id = fact.job_id
        elif recorded.kind == "UnitArrived":
            told.arrived_at = told.arrived_at or fact.happened_at
        elif recorded.kind == "JobCompleted":
            told.receipt_at = told.receipt_at or recorded.at
        elif recorded.kind == "CaseClosed":
            told.closed_at = recorded.at
        elif recorded.kind == "DocumentIssued":
            told.documents.append({"kind": fact.kind, "number": fact.number, "verify_code": fact.verify_code})
        elif recorded.kind == "ClaimComputed":
            told.subsidy_fen = (told.subsidy_fen or 0) + fact.payable_fen

    async def _outcome(self) -> dict[str, Any]:
        told = self.told
        return {
            "story": self.pack.manifest.id,
            "minutes_to_arrival": _minutes(told.started_at, told.arrived_at),
            "minutes_to_handover": _minutes(told.started_at, told.receipt_at),
            "minutes_to_close": _minutes(told.started_at, told.closed_at),
            "subsidy_fen": told.subsidy_fen,
            "documents": told.documents,
            "case": told.case_id,
            "facts": told.seq,
            "hash": await log_hash(self.town),
        }


async def log_hash(town: Town) -> str:
    """SHA-256 over the hashes of every fact in the order of the log: two runs of one story give the same."""
    digest, seq = hashlib.sha256(), 0
    while facts := await read_after(town.hub, seq, 1000, town.hub.registry.read_fact):
        for fact in facts:
            digest.update(fact.hash)
        seq = facts[-1].seq
    return digest.hexdigest()


def _minutes(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds() / 60, 2)


def _time_of_day(text: str) -> timedelta | None:
    found = re.fullmatch(r"(\d\d):(\d\d)(?::(\d\d))?", text)
    if found is None:
        return None
    return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3] or 0))


def _seconds(line: Line) -> float:
    found = re.fullmatch(r"\+(\d+)([smh])", line.when)
    if found is None:
        raise STORY_WRONG(None, line=line.number, problem=f"'{line.when}' is no time")
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]
