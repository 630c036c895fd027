"""Documents on a real store: numbers without gaps, versions, verification, the public log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tidehub.capabilities.documents import (
    VIEW,
    IssueDocument,
    RecordRendering,
    ReplaceDocument,
    ReserveNumbers,
    ReturnNumbers,
    Templates,
    TransparencyLog,
    WithdrawDocument,
    capability,
    document_by_id,
    list_documents,
    masked,
    number_account,
    numbers_of_range,
    verify_document,
)
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.verify import problems_of, verify
from tidehub.kernel.access import Actor, Scope, platform_actor, scope
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command
from tidehub.methods.merkle import InclusionProof, check_inclusion, leaf_hash

KEY = b"0123456789abcdef"
FLOW = platform_actor("flow/test")
OFFICER = Actor(id="person/officer", roles=frozenset({"duty_officer"}), regions=("331002",))
CREW = Actor(id="person/crew", roles=frozenset({"crew"}), regions=("331002",), units=("unit/boat",))

OpenStore = Callable[..., Awaitable[Any]]


@pytest.fixture
async def store(open_store: OpenStore, templates: Templates) -> AsyncIterator[Any]:
    """A store; after each test every table is computed again from the facts and must be the same."""
    opened = await open_store([capability(templates, KEY)])
    yield opened
    assert list(problems_of(await verify(opened))) == []


async def ask(store: Any, *commands: Command, by: Actor = FLOW) -> list[Recorded]:
    return await store.submit(Job(commands, by))


def issue(which: int, **changed: Any) -> IssueDocument:
    values: dict[str, Any] = {
        "document_id": f"d{which}",
        "case_id": f"C{which}",
        "kind": "receipt",
        "region_code": "331002",
        "payload": {"ship": f"浙椒渔{which}", "person": "林阿根", "mass_g": 1000 + which},
        "subject_key": f"job/J{which}",
        "reporter": f"person/{which}",
    }
    return IssueDocument(**values | changed)


def drawn(number: int, sha: str = "ab") -> RecordRendering:
    return RecordRendering(document_id=f"d{number}", case_id=f"C{number}", pdf_sha256=sha * 32, size_bytes=9)


async def test_many_at_once_leave_no_gap(store: Any) -> None:
    """Twenty documents asked side by side have the serials 1 to 20, and two refusals take none."""
    wrong = [issue(98, payload={"ship": "x"}), issue(99, region_code="33")]
    asked = [ask(store, issue(number)) for number in range(1, 21)] + [ask(store, one) for one in wrong]
    results = await asyncio.gather(*asked, return_exceptions=True)
    numbers = sorted(result[0].fact.number for result in results if isinstance(result, list))
    assert numbers == [f"R-331002-2026-{serial:06d}" for serial in range(1, 21)]
    assert sum(isinstance(result, Refusal) for result in results) == 2
    account = await number_account(store, "receipt", "331002", 2026)
    assert (account.last, account.issued, account.missing) == (20, 20, 0)


async def test_regions_count_for_themselves(store: Any) -> None:
    """Another county begins at 1."""
    await ask(store, issue(1))
    [other] = await ask(store, issue(2, region_code="331003001"))
    assert other.fact.number == "R-331003-2026-000001"


async def test_a_correction_is_a_new_version_and_the_old_one_stays(store: Any, templates: Templates) -> None:
    """The old paper says replaced and leads to the new one; the new one has a number of its own."""
    await ask(store, issue(1))
    correction = ReplaceDocument(
        document_id="d1",
        new_document_id="d1b",
        case_id="C1",
        payload={"ship": "浙椒渔1", "mass_g": 7},
        reason="称重更正",
    )
    await ask(store, correction, by=OFFICER)
    assert await ask(store, correction, by=OFFICER) == []
    old, new = await document_by_id(store, "d1"), await document_by_id(store, "d1b")
    assert old is not None
    assert new is not None
    assert (old.status, old.replaced_by, old.payload["mass_g"]) == ("replaced", "d1b", 1001)
    assert (new.status, new.version, new.number, new.first_id) == ("valid", 2, "R-331002-2026-000002", "d1")
    seen = await verify_document(store, templates, TransparencyLog(), old.verify_code)
    assert seen is not None
    assert (seen.status, seen.replaced_by) == ("replaced", (new.number, new.verify_code))
    with pytest.raises(Refusal, match="document_not_valid"):
        await ask(store, WithdrawDocument(document_id="d1", case_id="C1", reason="x"), by=OFFICER)


async def test_a_withdrawn_document_is_shown_as_withdrawn(store: Any, templates: Templates) -> None:
    """Its number stays used, its reason is not shown to the public, and the job may have another."""
    [first] = await ask(store, issue(1))
    await ask(store, WithdrawDocument(document_id="d1", case_id="C1", reason="林阿根 重复"), by=OFFICER)
    seen = await verify_document(store, templates, TransparencyLog(), first.fact.verify_code)
    assert seen is not None
    assert seen.status == "withdrawn"
    assert "林阿根" not in repr(seen)
    [again] = await ask(store, issue(5, subject_key="job/J1"))
    assert again.fact.serial == 2


async def test_whoever_verifies_sees_what_can_be_compared_and_no_name(store: Any, templates: Templates) -> None:
    """Status, number, hashes and public fields; a code typed with small letters and hyphens works too."""
    [issued] = await ask(store, issue(1))
    code = issued.fact.verify_code
    typed = "-".join(code[place : place + 4] for place in range(0, 16, 4)).lower()
    seen = await verify_document(store, templates, TransparencyLog(), typed)
    assert seen is not None
    assert (seen.status, seen.number) == ("valid", issued.fact.number)
    assert [(line.path, line.value) for line in seen.shown] == [("ship", "浙椒渔1")]
    assert (seen.fact_id, seen.fact_sha256) == (issued.id, issued.hash.hex())
    assert "林阿根" not in repr(seen)
    assert await verify_document(store, templates, TransparencyLog(), "0000000000000000") is None


async def test_every_logged_document_proves_its_place(store: Any, templates: Templates) -> None:
    """The inclusion proof holds against the head for each, and for no altered entry."""
    log = TransparencyLog()
    for number in range(1, 8):
        await ask(store, issue(number), drawn(number))
    head = await log.head(store)
    assert head.size == 7
    for number in range(1, 8):
        proof = await log.proof(store, f"d{number}")
        assert proof is not None
        assert leaf_hash(proof.entry.encode()).hex() == proof.leaf_sha256
        inclusion = InclusionProof(proof.index, proof.head.size, tuple(map(bytes.fromhex, proof.path)))
        root = bytes.fromhex(proof.head.root_sha256)
        assert check_inclusion(inclusion, leaf_hash(proof.entry.encode()), root) is None
        assert check_inclusion(inclusion, leaf_hash(proof.entry.encode() + b" "), root) == "root_differs"
    assert await TransparencyLog().head(store) == head  # another process reads the same log


async def test_a_file_that_comes_out_different_is_refused(store: Any) -> None:
    """The same document always gives the same bytes; if not, somebody must look."""
    await ask(store, issue(1), drawn(1))
    assert await ask(store, drawn(1)) == []
    with pytest.raises(Refusal, match="document_rendering_differs"):
        await ask(store, drawn(1, "cd"))


async def test_a_reserved_paper_is_taken_once_and_the_rest_is_accounted_for(store: Any, templates: Templates) -> None:
    """Out of reach: reserve, issue twice, join a late copy, give the rest back; no number is lost."""
    reserve = ReserveNumbers(
        range_id="g1", device_id="T1", unit_id="unit/boat", kind="receipt", region_code="331002", count=4
    )
    [range_] = await ask(store, reserve, by=OFFICER)
    assert await ask(store, reserve, by=OFFICER) == []
    await ask(store, issue(1))  # the hub goes on behind the range
    numbers, codes = range_.fact.numbers, range_.fact.verify_codes
    waiting = await verify_document(store, templates, TransparencyLog(), codes[0])
    assert waiting is not None
    assert waiting.status == "not_received"
    paper = issue(2, number=numbers[0], device_id="T1")
    await ask(store, paper, by=CREW)
    assert await ask(store, paper, by=CREW) == []
    late = issue(9, document_id="late", subject_key="job/J1", number=numbers[1], device_id="T1")
    await ask(store, late, by=CREW)
    assert await ask(store, late, by=CREW) == []
    differs = await verify_document(store, templates, TransparencyLog(), codes[1])
    assert differs is not None
    assert (differs.status, differs.number, differs.document_number) == ("differs", numbers[1], "R-331002-2026-000005")
    await ask(store, ReturnNumbers(range_id="g1", device_id="T1", reason="设备更换"), by=OFFICER)
    assert [one.state for one in await numbers_of_range(store, "g1")] == ["used", "used", "void", "void"]
    account = await number_account(store, "receipt", "331002", 2026)
    assert (account.last, account.issued, account.joined, account.void, account.missing) == (5, 2, 1, 2, 0)


async def test_only_the_crew_of_the_range_may_use_its_numbers(store: Any) -> None:
    """A stranger with a number he read on a paper is forbidden."""
    reserve = ReserveNumbers(
        range_id="g1", device_id="T1", unit_id="unit/boat", kind="receipt", region_code="331002", count=1
    )
    [range_] = await ask(store, reserve, by=OFFICER)
    stranger = Actor(id="person/x", roles=frozenset({"crew"}), regions=("331002",), units=("unit/other",))
    paper = issue(1, number=range_.fact.numbers[0], device_id="T1")
    with pytest.raises(Refusal, match="forbidden"):
        await ask(store, paper, by=stranger)
    with pytest.raises(Refusal, match="forbidden"):
        await ask(store, issue(2), by=CREW)  # without a reserved number the crew issue nothing


async def test_lists_show_what_the_scope_opens_page_by_page(store: Any) -> None:
    """A county's officer sees the county, a reporter sees their own, nobody sees all by asking."""
    for number in range(1, 6):
        await ask(store, issue(number, region_code="331002" if number < 4 else "331003"))
    officer = scope(VIEW, OFFICER)
    first = await list_documents(store, officer, limit=2)
    rest = await list_documents(store, officer, limit=2, after=first.after)
    assert len(first.rows) == 2
    assert {row.document_id for row in (*first.rows, *rest.rows)} == {"d1", "d2", "d3"}
    assert rest.after is None
    reporter = scope(VIEW, Actor(id="person/5"))
    assert [row.document_id for row in (await list_documents(store, reporter)).rows] == ["d5"]
    assert (await list_documents(store, Scope())).rows == ()


async def test_personal_data_are_masked_where_read_without_a_purpose(store: Any, templates: Templates) -> None:
    """Names go but for their first character; everything else stays."""
    await ask(store, issue(1))
    document = await document_by_id(store, "d1")
    assert document is not None
    shown = masked(document.payload, templates.current("receipt").fields)
    assert shown == {"ship": "浙椒渔1", "person": "林**", "mass_g": 1001}
