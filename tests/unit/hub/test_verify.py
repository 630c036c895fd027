"""Verifying finds what was tampered with, all of it; replaying gives the same tables."""

from __future__ import annotations

from typing import Any

from tidehub.hub import verify as verifying
from tidehub.hub.replay import as_of, rebuild
from tidehub.hub.statement import sql
from tidehub.hub.verify import problems_of, verify
from tidehub.kernel.access import platform_actor
from tidehub.testkit.tally import AddToTally, OpenTally, capability

BY = platform_actor("flow/test")
TOTALS = sql("SELECT tally_id, total FROM tally_total ORDER BY tally_id")


async def filled(open_hub: Any) -> Any:
    """A hub with three tallies whose names sort differently by bytes and by language."""
    hub = await open_hub([capability()])
    for tally_id in ("b", "B", "潮"):
        await hub.handle(OpenTally(tally_id=tally_id), by=BY)
        for amount in (1, 2, 3):
            hub.clock.advance(hours=1)
            await hub.handle(AddToTally(tally_id=tally_id, amount=amount), by=BY)
    return hub


async def tamper(hub: Any, statement: str, **params: Any) -> None:
    """Change the data behind the platform's back."""
    await hub.store.write(lambda tx: tx.execute(sql(statement), **params))


async def test_sound_data_are_found_sound(open_hub: Any) -> None:
    """Nothing is found, everything is counted, and the sum over the log is the same each time."""
    hub = await filled(open_hub)
    stored = await hub.files.put(b"evidence", by="person/a", media_type="text/plain")
    report = await verify(hub.store, hub.files)
    assert report.sound, list(problems_of(report))
    assert (report.facts, report.streams, report.tables, report.rows, report.files) == (12, 3, 1, 3, 1)
    assert report.log_sha256 == (await verify(hub.store)).log_sha256
    assert stored.size_bytes == 8


async def test_every_tampering_is_found(open_hub: Any) -> None:
    """Facts, rows and files that were changed, taken out or put in are all listed."""
    hub = await filled(open_hub)
    kept = await hub.files.put(b"evidence", by="person/a")
    gone = await hub.files.put(b"other evidence", by="person/a")
    hub.files.path(kept.sha256).write_bytes(b"forged")
    hub.files.path(gone.sha256).unlink()
    await tamper(hub, "UPDATE fact SET body = :body WHERE seq = 2", body='{"amount":9,"tally_id":"b"}')
    await tamper(hub, "DELETE FROM fact WHERE seq = 7")
    await tamper(hub, "UPDATE fact SET kind = 'Unheard' WHERE seq = 12")
    await tamper(hub, "UPDATE tally_total SET changed_us = 5 WHERE tally_id = 'B'")
    await tamper(hub, "INSERT INTO tally_total VALUES ('a', 1, 1, 0, 1)")
    await tamper(hub, "DELETE FROM tally_total WHERE tally_id = :tally_id", tally_id="潮")
    report = await verify(hub.store, hub.files)
    assert sorted((problem.kind, problem.where.partition(" ")[0]) for problem in report.problems) == sorted(
        [
            ("chain", "tally/b@2"),
            ("chain", "tally/B@4"),
            ("chain", "tally/潮@4"),
            ("gap", "seq"),
            ("shape", "tally/潮@4"),
            ("row_differs", "tally_total[b]"),
            ("row_differs", "tally_total[B]"),
            ("row_extra", "tally_total[a]"),
            ("row_missing", "tally_total[潮]"),
            ("file", kept.sha256),
            ("file", gone.sha256),
        ]
    )
    assert not report.sound
    assert len(list(problems_of(report))) == report.problems_count


async def test_many_problems_are_counted_not_kept(open_hub: Any, monkeypatch: Any) -> None:
    """Memory stays bounded when everything is wrong; the count tells the whole."""
    monkeypatch.setattr(verifying, "PROBLEMS_MAX", 3)
    hub = await filled(open_hub)
    await tamper(hub, "UPDATE fact SET at_us = at_us + 1")
    report = await verify(hub.store)
    assert len(report.problems) == 3
    assert report.problems_count > 10


async def test_tables_are_filled_again_from_the_facts(open_hub: Any) -> None:
    """After every kind of damage to the tables, filling them again makes the data sound."""
    hub = await filled(open_hub)
    await tamper(hub, "UPDATE tally_total SET total = 5")
    await tamper(hub, "INSERT INTO tally_total VALUES ('x', 1, 1, 0, 1)")
    assert await rebuild(hub.store) == 12
    assert (await verify(hub.store)).sound


async def test_the_tables_as_they_stood_at_an_instant(open_hub: Any) -> None:
    """A replay up to an instant shows what was known then."""
    hub = await open_hub([capability()])
    await hub.handle(OpenTally(tally_id="a"), by=BY)
    instants = []
    for _ in range(4):
        instants.append(hub.clock.now())
        hub.clock.advance(hours=1)
        await hub.handle(AddToTally(tally_id="a", amount=1), by=BY)
    for total, instant in enumerate(instants):
        with await as_of(hub, hub.registry, instant) as then:
            assert [tuple(row) for row in await then.fetch(TOTALS)] == [("a", total)]
