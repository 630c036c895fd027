"""The stories of every installed scene, on both stores: told once, the same log comes out of each."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from tests.conftest import postgresql_or_skip

from tidehub.packing.check import stories_of
from tidehub.testkit.story import tell

PACKS = Path(__file__).parents[2] / "packs"
STORIES = [
    pytest.param(manifest.parent, story, id=f"{manifest.parent.name}/{story.stem}")
    for manifest in sorted(PACKS.glob("*/manifest.toml"))
    for story in stories_of(manifest.parent)
]


@pytest.fixture
async def database() -> AsyncIterator[str]:
    """A PostgreSQL database of the test's own; gone afterwards."""
    server = await postgresql_or_skip()
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@pytest.mark.parametrize(("pack", "story"), STORIES)
async def test_a_story_comes_out_as_its_table_says(pack: Path, story: Path, tmp_path: Path) -> None:
    """On the embedded store every line of the table holds."""
    outcome = await tell(str(pack), tmp_path, story=story)
    assert outcome["case"] and outcome["facts"] > 0


@pytest.mark.postgresql
@pytest.mark.parametrize(("pack", "story"), STORIES)
async def test_a_story_leaves_the_same_log_on_either_store(
    pack: Path, story: Path, tmp_path: Path, database: str
) -> None:
    """SQLite and PostgreSQL record the same facts in the same order, to the hash."""
    here = await tell(str(pack), tmp_path / "sqlite", story=story)
    there = await tell(str(pack), tmp_path / "postgresql", story=story, postgresql=database)
    assert there == here
