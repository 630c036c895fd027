"""The board adds up: regions to the total, cases to the figure, and all of it to a recomputation from the facts."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tidehub.api.board_files import BOM, safe_cell
from tidehub.capabilities import cases
from tidehub.capabilities.evaluation import (
    Window,
    prove_board,
    read_board,
    read_counted,
    read_indicator,
)
from tidehub.hub import acts
from tidehub.kernel.access import Scope
from tidehub.kernel.errors import Refusal
from tidehub.packing import find_pack, read_pack
from tidehub.registers import GrantRoles, RevokeRoles
from tidehub.registers.decide import CHANGED_MEANWHILE
from tidehub.testkit.clock import FixedClock
from tidehub.testkit.town import Town

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
EVERYWHERE = Scope(("",))


@pytest.fixture
async def town(tmp_path: Path) -> Any:
    opened = Town([read_pack(find_pack("blue_circle"))], tmp_path, FixedClock(NOON))
    await opened.open()
    yield opened
    await opened.close()


async def opened_cases(town: Town, *regions: str) -> None:
    """Cases in these regions, opened by the duty officer's hand."""
    for number, region in enumerate(regions):
        await town.ask(
            "leader",
            cases.OpenCase(
                case_id=f"case{number}", lifecycle="marine_pickup", category="marine/pickup", title=f"第 {number} 件",
                region_code=region,
            ),
        )  # fmt: skip
    await town.platform.follower.catch_up()


async def test_the_board_adds_up(town: Town) -> None:
    """Regions add up to the total, cases to the figure over pages, and each figure to its recomputation."""
    await opened_cases(town, "331002001", "331002001", "331002", "331081")
    hub, known = town.hub, town.platform.mounted.indicators
    window = Window(NOON - timedelta(days=1), NOON + timedelta(days=1))
    figures = {one.id: one for one in await read_board(hub, known, window, EVERYWHERE)}
    assert (figures["cases_opened"].value, figures["cases_opened"].before) == (4, 0)
    regions = await read_indicator(
        hub, known, "cases_opened", window, EVERYWHERE, group_by="region_code", region_digits=6
    )
    assert {one.group: one.count for one in regions.values} == {"331002": 3, "331081": 1}
    exact = Window(window.since, window.until, region_prefix="331002", region_exact=True)
    assert len(await read_counted(hub, "cases_opened", exact, EVERYWHERE)) == 1
    listed: list[Any] = []
    after = None
    while page := await read_counted(hub, "cases_opened", window, EVERYWHERE, limit=3, after=after):
        listed += page
        after = (int(page[-1].last_at.timestamp() * 1_000_000), page[-1].case_id)
    assert len({one.case_id for one in listed}) == len(listed) == 4
    assert sum(one.count for one in listed) == figures["cases_opened"].value
    proof = await prove_board(hub, hub.registry.read_fact, known, window, EVERYWHERE)
    assert proof.equal and proof.facts > 4
    assert {one.id: one.kept for one in proof.figures} == {name: one.value for name, one in figures.items()}


async def test_a_figure_that_was_tampered_with_is_found(town: Town) -> None:
    """Whoever changes an observation in the tables is contradicted by the facts."""
    from tidehub.hub.statement import sql

    await opened_cases(town, "331002")

    async def tamper(tx: Any) -> int:
        return int(await tx.execute(sql("UPDATE evaluation_observation SET value = value + 1, item = -1")))

    await town.hub.store.write(tamper)
    window = Window(NOON - timedelta(days=1), NOON + timedelta(days=1))
    known = town.platform.mounted.indicators
    proof = await prove_board(town.hub, town.hub.registry.read_fact, known, window, EVERYWHERE)
    assert not proof.equal
    assert [one.id for one in proof.figures if not one.equal] == ["cases_opened"]


async def test_two_administrators_do_not_overwrite_each_other_and_the_log_names_both(town: Town) -> None:
    """A grant made on an old version is refused; granting and revoking stand in the log with their reasons."""
    from tidehub.kernel.access import Actor

    admin = Actor("person/admin", frozenset({"administrator"}), ("",))
    grant = GrantRoles(person_id="duty-jin", grant_id="g2", roles=("checker",), regions=("331002",), reason="顶班")
    recorded = await town.hub.handle(grant, by=admin)
    stale = RevokeRoles(person_id="duty-jin", grant_id="g2", reason="结束", expects=recorded[-1].version - 1)
    with pytest.raises(Refusal) as refused:
        await town.hub.handle(stale, by=admin)
    assert refused.value.code == CHANGED_MEANWHILE.code
    await town.hub.handle(RevokeRoles(person_id="duty-jin", grant_id="g2", reason="结束"), by=admin)
    with pytest.raises(Refusal):
        await town.hub.handle(GrantRoles(person_id="admin", grant_id="g3", roles=("checker",), regions=("",)), by=admin)
    await town.platform.follower.catch_up()
    found = await acts.list_acts(town.hub, EVERYWHERE, by="person/admin")
    assert {(one.kind, one.body["reason"]) for one in found} == {("RolesGranted", "顶班"), ("RolesRevoked", "结束")}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =cmd", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(cell: str) -> None:
    """Texts are quoted, numbers stay numbers."""
    assert safe_cell(cell) == f"'{cell}"
    assert safe_cell(-5) == -5
    assert io.StringIO(BOM).read() == "\ufeff"
