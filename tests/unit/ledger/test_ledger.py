"""The books and the claims on a real store."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tidehub.capabilities.ledger import (
    VIEW,
    AccountPlan,
    ApproveClaim,
    BankLine,
    CheckClaim,
    ClaimLine,
    ComputeClaim,
    HoldClaim,
    MakePayout,
    PayClaim,
    PostEntry,
    Posting,
    ReconcilePayout,
    RejectClaim,
    ReleaseClaim,
    ReverseClaim,
    ReverseEntry,
    Tariffs,
    account_lines,
    balances,
    capability,
    claim_by_id,
    list_claims,
    payout_by_id,
    payout_csv,
    trial_balance,
)
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.verify import problems_of, verify
from tidehub.kernel.access import Actor, platform_actor, scope
from tidehub.kernel.codec import sha256_hex
from tidehub.kernel.errors import Refusal
from tidehub.kernel.facts import Command

FLOW = platform_actor("flow/settle")
OpenStore = Callable[..., Awaitable[Any]]


def post_of(name: str, *roles: str, units: tuple[str, ...] = ()) -> Actor:
    return Actor(id=f"person/{name}", roles=frozenset(roles), regions=("331002",), units=units)


CHECKER = post_of("checker", "checker", "shift_leader")
LEADER = post_of("leader", "shift_leader")
CASHIER = post_of("cashier", "cashier")


@pytest.fixture
async def store(open_store: OpenStore, plan: AccountPlan, tariffs: Tariffs) -> AsyncIterator[Any]:
    """A store; after each test every table is computed again from the facts and must be the same."""
    opened = await open_store([capability(plan, tariffs)])
    yield opened
    assert list(problems_of(await verify(opened))) == []


async def ask(store: Any, *commands: Command, by: Actor = FLOW) -> list[Recorded]:
    return await store.submit(Job(commands, by))


def claim(which: int, **changed: Any) -> ComputeClaim:
    values: dict[str, Any] = {
        "claim_id": f"q{which}",
        "case_id": f"C{which}",
        "tariff": "fisher",
        "claim_key": f"receipt/{which}",
        "evidence": (f"weighing/{which}",),
        "lines": (ClaimLine("1", "bottles", mass_g=12400),),
        "payee": "person/fisher",
        "vessel_id": f"craft/{which}",
        "happened_at": datetime(2026, 6, 1, tzinfo=UTC),
        "unit_id": "unit/boat",
        "region_code": "331002",
    }
    return ComputeClaim(**values | changed)


def of(which: int) -> dict[str, str]:
    return {"claim_id": f"q{which}", "case_id": f"C{which}"}


async def approved(store: Any, which: int, **changed: Any) -> None:
    await ask(store, claim(which, **changed))
    await ask(store, CheckClaim(**of(which)), by=CHECKER)
    await ask(store, ApproveClaim(**of(which)), by=LEADER)


async def book(store: Any) -> dict[tuple[str, str], int]:
    """Balances, after proof that they are in balance and equal to what the postings sum up to."""
    trial = await trial_balance(store)
    assert (trial.difference_fen, trial.unbalanced_entries) == (0, ())
    kept, summed = await balances(store), await balances(store, store.clock.now())
    assert kept == summed
    return {(one.account, one.party): one.amount_fen for one in kept}


async def test_a_claim_goes_through_three_hands_to_the_bank(store: Any) -> None:
    """Computed: set aside. Approved: owed. Paid: gone. 37.20 yuan, 7.44 to the fund, 29.76 to the fisherman."""
    await ask(store, claim(1))
    assert await book(store) == {("5301", ""): 3720, ("2301", "person/fisher"): -2976, ("2303", ""): -744}
    await ask(store, CheckClaim(**of(1)), by=CHECKER)
    await ask(store, ApproveClaim(**of(1)), by=LEADER)
    assert (await book(store))["2302", "person/fisher"] == -2976
    [made] = await ask(store, MakePayout(payout_id="p1", claim_ids=("q1",)), by=CASHIER)
    assert (made.fact.count, made.fact.total_fen) == (1, 2976)
    answer = ReconcilePayout(payout_id="p1", lines=(BankLine("q1", 2976, True, "B77"),))
    await ask(store, answer, by=CASHIER)
    assert await ask(store, answer, by=CASHIER) == []
    assert await book(store) == {("5301", ""): 3720, ("2303", ""): -744, ("1011", ""): -2976}
    paid = await claim_by_id(store, "q1")
    assert paid is not None
    assert (paid.state, paid.checked_by, paid.approved_by) == ("paid", "person/checker", "person/leader")


async def test_one_piece_of_evidence_supports_one_claim(store: Any) -> None:
    """The same weighing or receipt a second time is refused, naming the claim; the same claim has no effect."""
    await ask(store, claim(1))
    assert await ask(store, claim(1)) == []
    for changed in (
        {"evidence": ("weighing/1",)},
        {"claim_key": "receipt/1"},
        {"evidence": ("weighing/2", "receipt/1")},
    ):
        with pytest.raises(Refusal, match="claimed_already") as refusal:
            await ask(store, claim(2, **changed))
        assert "q1" in refusal.value.text("en")


async def test_of_two_claims_for_one_receipt_side_by_side_one_wins(store: Any) -> None:
    """Two boats, one receipt, the same moment: one claim, one refusal."""
    asked = [ask(store, claim(which, claim_key="receipt/X", evidence=(f"w/{which}",))) for which in range(1, 9)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(result, list) for result in results) == 1
    assert {result.code for result in results if isinstance(result, Refusal)} == {"claimed_already"}


async def test_a_cap_holds_for_claims_side_by_side(store: Any) -> None:
    """Ten claims of 37.20 yuan for one vessel in one month: together never more than the cap of 100."""
    await asyncio.gather(*(ask(store, claim(which, vessel_id="craft/A")) for which in range(1, 11)))
    claims = [await claim_by_id(store, f"q{which}") for which in range(1, 11)]
    assert sum(one.gross_fen - one.cut_fen for one in claims if one) == 10000
    assert (await book(store))["5301", ""] == 10000


async def test_what_is_rejected_frees_its_cap_and_its_evidence(store: Any) -> None:
    """After a refusal the books are empty, and a corrected claim is version 2."""
    await ask(store, claim(1, vessel_id="craft/A", lines=(ClaimLine("1", "bottles", mass_g=40000),)))
    await ask(store, RejectClaim(**of(1), reason="照片不符"), by=CHECKER)
    assert await book(store) == {}
    again = claim(2, claim_key="receipt/1", evidence=("weighing/1",), vessel_id="craft/A")
    [computed, _entry] = await ask(store, again)
    assert (computed.fact.version, computed.fact.cut_fen) == (2, 0)


async def test_nobody_does_two_steps_of_one_claim(store: Any) -> None:
    """Who computed may not check, who checked may not approve, the crew and the payee may do neither."""
    await ask(store, claim(1), by=post_of("all", "cashier", "checker", "shift_leader"))
    for hand, code in (
        (post_of("all", "checker"), "claim_same_person"),
        (post_of("fisher", "checker"), "claim_own_work"),
        (post_of("mate", "checker", units=("unit/boat",)), "claim_own_work"),
        (Actor(id="person/far", roles=frozenset({"checker"}), regions=("3301",)), "forbidden"),
    ):
        with pytest.raises(Refusal, match=code):
            await ask(store, CheckClaim(**of(1)), by=hand)
    await ask(store, CheckClaim(**of(1)), by=CHECKER)
    with pytest.raises(Refusal, match="claim_same_person"):
        await ask(store, ApproveClaim(**of(1)), by=CHECKER)
    with pytest.raises(Refusal, match="claim_same_person"):
        await ask(store, ApproveClaim(**of(1)), by=post_of("all", "shift_leader"))


async def test_steps_out_of_order_are_refused(store: Any) -> None:
    """Nothing is approved unchecked, paid unapproved or released unheld."""
    await ask(store, claim(1))
    for command, hand in (
        (ApproveClaim(**of(1)), LEADER),
        (PayClaim(**of(1), reference="x"), CASHIER),
        (ReleaseClaim(**of(1), note="x"), LEADER),
        (MakePayout(payout_id="p", claim_ids=("q1",)), CASHIER),
    ):
        with pytest.raises(Refusal, match="claim_in_wrong_state"):
            await ask(store, command, by=hand)
    with pytest.raises(Refusal, match="not_found"):
        await ask(store, CheckClaim(claim_id="q1", case_id="C2"), by=CHECKER)


async def test_a_held_claim_goes_on_from_where_it_stood(store: Any) -> None:
    """Held after checking, released, approved; what is held cannot be approved."""
    await ask(store, claim(1))
    await ask(store, CheckClaim(**of(1)), by=CHECKER)
    await ask(store, HoldClaim(**of(1), reason="核对磅单"), by=LEADER)
    with pytest.raises(Refusal, match="claim_in_wrong_state"):
        await ask(store, ApproveClaim(**of(1)), by=LEADER)
    await ask(store, ReleaseClaim(**of(1), note="无误"), by=LEADER)
    await ask(store, ApproveClaim(**of(1)), by=LEADER)


async def test_a_paid_claim_taken_back_leaves_the_payee_owing(store: Any) -> None:
    """The payment itself is not undone: the fisherman's account shows 29.76 yuan in debit."""
    await approved(store, 1)
    await ask(store, PayClaim(**of(1), reference="cash"), by=CASHIER)
    await ask(store, ReverseClaim(**of(1), reason="交接单作废"), by=LEADER)
    assert await book(store) == {("2302", "person/fisher"): 2976, ("1011", ""): -2976}


async def test_a_batch_file_carries_its_control_totals(store: Any) -> None:
    """Two payments, one total; the file's hash is the batch's; what failed waits for the next batch."""
    await approved(store, 1)
    await approved(store, 2)
    await ask(store, MakePayout(payout_id="p1", claim_ids=("q2", "q1")), by=CASHIER)
    content = await payout_csv(store, "p1")
    assert content is not None
    rows = list(csv.DictReader(content.decode().splitlines()))
    assert [(row["record"], row["claim_id"], row["amount_fen"]) for row in rows] == [
        ("PAY", "q1", "2976"), ("PAY", "q2", "2976"), ("TOTAL", "2", "5952"),
    ]  # fmt: skip
    with pytest.raises(Refusal, match="claim_in_wrong_state"):
        await ask(store, MakePayout(payout_id="p2", claim_ids=("q1",)), by=CASHIER)
    with pytest.raises(Refusal, match="payout_line_wrong"):
        await ask(store, ReconcilePayout(payout_id="p1", lines=(BankLine("q1", 2975, True),)), by=CASHIER)
    with pytest.raises(Refusal, match="payout_line_unknown"):
        await ask(store, ReconcilePayout(payout_id="p1", lines=(BankLine("q9", 1, True),)), by=CASHIER)
    lines = (BankLine("q1", 2976, True, "B1"), BankLine("q2", 2976, False, problem="账号不符"))
    await ask(store, ReconcilePayout(payout_id="p1", lines=lines), by=CASHIER)
    found = await payout_by_id(store, "p1")
    assert found is not None
    assert found[0].file_sha256 == sha256_hex(content)
    assert (found[0].paid_fen, found[0].paid_count, found[0].failed_count) == (2976, 1, 1)
    await ask(store, MakePayout(payout_id="p2", claim_ids=("q2",)), by=CASHIER)
    await book(store)


async def test_entries_by_hand_balance_or_are_refused(store: Any) -> None:
    """Unknown accounts, missing parties, sums that are not zero, one line alone."""
    for postings, code in (
        ((Posting("5301", 5), Posting("1011", -4)), "entry_not_balanced"),
        ((Posting("5301", 5), Posting("9999", -5)), "account_unknown"),
        ((Posting("5301", 5), Posting("2301", -5)), "account_party_missing"),
        ((Posting("5301", 0), Posting("1011", 0)), "entry_too_small"),
    ):
        with pytest.raises(Refusal, match=code):
            await ask(store, PostEntry(entry_id="e1", postings=postings, memo="x"))
    assert await book(store) == {}


async def test_an_entry_is_reversed_exactly_and_once(store: Any) -> None:
    """The opposite is posted, the key is free again, a second reversal is refused."""
    entry = PostEntry(
        entry_id="e1", postings=(Posting("5301", 500), Posting("1011", -500)), memo="x", claim_key="subsidy/receipt/1"
    )
    await ask(store, entry)
    assert await ask(store, entry) == []
    with pytest.raises(Refusal, match="claimed_already"):  # a claim for it would pay twice
        await ask(store, claim(1))
    with pytest.raises(Refusal, match="entry_id_taken"):
        await ask(store, PostEntry(entry_id="e1", postings=entry.postings, memo="y"))
    await ask(store, ReverseEntry(entry_id="e1", reason="误记"))
    assert await book(store) == {}
    with pytest.raises(Refusal, match="entry_reversed_already"):
        await ask(store, ReverseEntry(entry_id="e1", reason="误记"))
    lines, _after = await account_lines(store, "5301")
    assert [line.amount_fen for line in lines] == [500, -500]
    [_computed, set_aside] = await ask(store, claim(1))
    with pytest.raises(Refusal, match="entry_of_claim"):
        await ask(store, ReverseEntry(entry_id=set_aside.fact.entry_id, case_id="C1", reason="x"))


async def test_balances_as_of_an_instant_are_what_they_were(store: Any) -> None:
    """Yesterday's balance does not know today's payment."""
    await ask(store, claim(1))
    before = store.clock.now()
    store.clock.advance(hours=1)
    await ask(store, claim(2))
    past = {(one.account, one.party): one.amount_fen for one in await balances(store, before)}
    assert past == {("5301", ""): 3720, ("2301", "person/fisher"): -2976, ("2303", ""): -744}
    assert (await book(store))["5301", ""] == 7440


async def test_a_claim_of_nothing_is_kept_without_an_entry(store: Any) -> None:
    """When the cap is used up the claimant still sees the working, and no zero entry is posted."""
    await ask(store, claim(1, vessel_id="craft/A", lines=(ClaimLine("1", "bottles", mass_g=40000),)))
    [computed] = await ask(store, claim(2, vessel_id="craft/A"))
    assert (computed.fact.payable_fen, computed.fact.cut_fen) == (0, 3720)


async def test_a_claimant_sees_their_own_claims_and_no_others(store: Any) -> None:
    """The payee sees what is theirs; a checker of the county sees the county's."""
    await ask(store, claim(1))
    await ask(store, claim(2, payee="person/other", region_code="331003"))
    mine = await list_claims(store, scope(VIEW, Actor(id="person/fisher")))
    county = await list_claims(store, scope(VIEW, CHECKER))
    assert [row.claim_id for row in mine.rows] == [row.claim_id for row in county.rows] == ["q1"]
    assert (await list_claims(store, scope(VIEW, Actor(id="person/nobody")))).rows == ()
