"""From the case to the boat, on both stores: offers, refusals, silence, breakdown, and nobody at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tidehub.capabilities.cases import CaseClosed
from tidehub.capabilities.dispatch import (
    ApproveOffer,
    HoldUnit,
    OfferJob,
    PinUnit,
    ReleaseUnit,
    RetryDispatch,
    WithdrawJob,
    find_job,
    history,
    list_jobs,
    override_reasons,
    unit_at_work,
    unit_board,
    waiting_jobs,
)
from tidehub.capabilities.field import AbortJob, AcceptJob, CompleteJob, DeclineJob, RefuseContent, my_jobs
from tidehub.flows.call_out_a_crew import job_id_of, rank_for_job, reassignment, with_route
from tidehub.hub.handle import Job
from tidehub.kernel.access import Actor, Scope, scope
from tidehub.kernel.errors import Refusal

from .town import BERTH, CREWS, DUTY, PLATFORM, Town, both, open_town, with_service

JOB = job_id_of("C1", "pickup")


def offer(unit_id: str, case_id: str = "C1", **changes: Any) -> OfferJob:
    given: dict[str, Any] = {
        "case_id": case_id,
        "job_id": job_id_of(case_id, "pickup"),
        "service": "pickup",
        "task": "collect",
        "unit_id": unit_id,
        "position": BERTH,
        "region_code": "331002",
        "eta_s": 300,
        "timeout_s": 60,
        "handling_s": 600,
    }
    return OfferJob(**(given | changes))


async def holder(town: Town) -> str | None:
    known = await find_job(town.store, JOB)
    assert known is not None
    return known.job.unit_id


async def decline(town: Town, unit_id: str, reason: str = "engine") -> list[str]:
    await town.say(DeclineJob(case_id="C1", job_id=JOB, unit_id=unit_id, reason=reason), CREWS[unit_id])
    return await town.run()


async def accept(town: Town, unit_id: str, case_id: str = "C1") -> None:
    await town.say(AcceptJob(case_id=case_id, job_id=job_id_of(case_id, "pickup"), unit_id=unit_id), CREWS[unit_id])
    await town.run()


async def test_the_nearest_boat_is_asked_and_the_whole_ranking_is_kept(open_store: Any) -> None:
    """K1 is asked; K2 stands second with the parts of its time, K3 is too long silent and says so."""
    town = await open_town(open_store)
    town.clock.advance(minutes=6)
    town.heard("k1", 1000)
    town.heard("k2", 2000)
    assert await town.open_case() == ["JobOffered"]
    fact: Any = (await town.facts())[-1].fact
    assert fact.unit_id == "k1"
    assert [one.unit_id for one in fact.ranked] == ["k1", "k2"]
    assert [(one.unit_id, one.code) for one in fact.rejected] == [("k3", "position_too_old")]
    assert fact.expires_at == town.clock.now() + timedelta(seconds=60)
    assert fact.needs["lines"][0]["amount"] == 200_000
    told = await history(town.store, JOB, {"k1": "浙岭渔 1"})
    assert told is not None
    assert "浙岭渔 1" in told.offers[0].explanation.zh[0]
    assert any("k3 not chosen" in line for line in told.offers[0].explanation.en)


async def test_a_refusal_asks_the_next_and_never_the_same_again(open_store: Any) -> None:
    """K1 declines, K2 declines, K3 declines: each is asked once, then it is told why nobody comes."""
    town = await open_town(open_store)
    await town.open_case()
    assert await decline(town, "k1") == ["JobOffered"]
    assert await holder(town) == "k2"
    assert await decline(town, "k2") == ["JobOffered"]
    assert await decline(town, "k3") == ["NoUnitFound"]
    last: Any = (await town.facts())[-1].fact
    assert [reason.code for reason in last.reasons] == ["OffersExhausted"]
    town.clock.advance(seconds=120)
    for number in (1, 2, 3):
        town.heard(f"k{number}", 1000)
    assert await town.fire_due() == ["DispatchRetried", "NoUnitFound"]
    last = (await town.facts())[-1].fact
    assert [reason.code for reason in last.reasons] == ["AllRefused"]
    with pytest.raises(Refusal, match="unit_refused_before"):
        await town.say(offer("k1"))


async def test_an_offer_that_runs_out_leads_to_the_next(open_store: Any) -> None:
    """K1 is silent for a minute: the timer takes the offer away and K2 is asked, without anyone's doing."""
    town = await open_town(open_store)
    await town.open_case()
    town.clock.advance(seconds=59)
    assert await town.fire_due() == []
    town.clock.advance(seconds=1)
    assert await town.fire_due() == ["OfferExpired", "JobOffered"]
    assert await holder(town) == "k2"
    free = await unit_at_work(town.store, "k1")
    assert free is not None
    assert free.pending_job_id is None
    with pytest.raises(Refusal, match="not_your_job"):
        await accept(town, "k1")


async def test_an_answer_in_time_stops_the_timer(open_store: Any) -> None:
    """K1 accepts after half a minute: nothing runs out any more."""
    town = await open_town(open_store)
    await town.open_case()
    town.clock.advance(seconds=30)
    await accept(town, "k1")
    town.clock.advance(minutes=10)
    assert await town.fire_due() == []
    work = await unit_at_work(town.store, "k1")
    assert work is not None
    assert (work.current_job_id, work.stage) == (JOB, "accepted")


async def test_a_breakdown_sends_another_and_holds_the_broken_boat(open_store: Any) -> None:
    """K1 breaks down under way: K2 is asked at once, and K1 is not asked again until it is let out."""
    town = await open_town(open_store)
    await town.open_case()
    await accept(town, "k1")
    await town.say(AbortJob(case_id="C1", job_id=JOB, unit_id="k1", reason="breakdown"), CREWS["k1"])
    assert await town.run() == ["UnitHeld", "JobOffered"]
    assert await holder(town) == "k2"
    work = await unit_at_work(town.store, "k1")
    assert work is not None
    assert (work.current_job_id, work.held_reason) == (None, "breakdown")


async def test_all_busy_says_when_one_is_free_and_looks_again(open_store: Any) -> None:
    """The only boat is on another job: an honest time with its reason; once free, it is asked."""
    town = await open_town(open_store, boats=1)
    await town.open_case("C0")
    await accept(town, "k1", "C0")
    assert await town.open_case() == ["NoUnitFound"]
    fact: Any = (await town.facts())[-1].fact
    assert [reason.code for reason in fact.reasons] == ["AllBusy"]
    assert fact.honest_eta_at is not None
    assert "K1 " in fact.honest_zh
    told = await history(town.store, JOB)
    assert told is not None
    assert told.shortfall is not None
    assert told.shortfall.honest_eta_at == fact.honest_eta_at
    first = job_id_of("C0", "pickup")
    await town.say(
        RefuseContent(case_id="C0", job_id=first, unit_id="k1", line_id="1", kind="oily_water", reason="mixed"),
        CREWS["k1"],
    )
    await town.say(CompleteJob(case_id="C0", job_id=first, unit_id="k1"), CREWS["k1"])
    assert await town.run() == ["JobOffered"]
    assert await holder(town) == "k1"


async def test_a_busy_boat_may_be_asked_for_its_next_job_where_the_policy_lets_it(open_store: Any) -> None:
    """With queueing the offer says after which job; a third is not put in line."""
    policy = with_service(offer={"timeout_s": 60, "at_most": 3, "queue_when_busy": True})
    town = await open_town(open_store, policy, boats=1)
    await town.open_case("C0")
    await accept(town, "k1", "C0")
    assert await town.open_case() == ["JobOffered"]
    fact: Any = (await town.facts())[-1].fact
    assert fact.queued_after == job_id_of("C0", "pickup")
    assert fact.ranked[0].parts.until_free_s > 0
    await accept(town, "k1")
    work = await unit_at_work(town.store, "k1")
    assert work is not None
    assert (work.current_job_id, work.queued_job_id) == (job_id_of("C0", "pickup"), JOB)
    assert await town.open_case("C2") == ["NoUnitFound"]
    await town.say(WithdrawJob(case_id="C0", job_id=job_id_of("C0", "pickup"), reason="gone"), DUTY)
    work = await unit_at_work(town.store, "k1")
    assert work is not None
    assert (work.current_job_id, work.queued_job_id, work.stage) == (JOB, None, "accepted")
    assert work.free_at is not None


async def test_a_dry_berth_gives_the_hour_at_which_it_opens(open_store: Any) -> None:
    """No boat can lie there before 14:20; the fisherman is told so, and it is looked at again then."""
    town = await open_town(open_store)
    town.ways.dry_until = town.clock.now() + timedelta(hours=6, minutes=20)
    assert await town.open_case() == ["NoUnitFound"]
    fact: Any = (await town.facts())[-1].fact
    assert [reason.code for reason in fact.reasons] == ["BerthDry"]
    assert fact.honest_eta_at == town.ways.dry_until
    assert "14:20" in fact.honest_zh
    assert fact.next_try_at > town.clock.now() + timedelta(seconds=120)


async def test_two_flows_at_the_same_moment_never_give_one_boat_two_jobs(open_store: Any) -> None:
    """Two cases want K1 in the same breath: one offer is written, the other is refused as a conflict."""
    town = await open_town(open_store)
    for _ in range(3):
        answers = await both(
            *(town.store.submit(Job((offer("k1", case_id),), PLATFORM)) for case_id in ("A1", "A2", "A3", "A4"))
        )
        refused = [one for one in answers if isinstance(one, Refusal)]
        written = [one for one in answers if isinstance(one, list) and one]
        assert len(written) <= 1
        assert len(written) + len(refused) + sum(one == [] for one in answers) == 4
        assert all(one.kind.category == "conflict" for one in refused)
    jobs = await list_jobs(town.store, Scope(("",)), states=("offered",))
    assert [listed.job.unit_id for listed in jobs] == ["k1"]


async def test_two_cases_at_once_get_two_boats_and_the_best_for_both(open_store: Any) -> None:
    """A job that waits already takes part when a new one comes: nobody is given twice."""
    town = await open_town(open_store, boats=0)
    assert await town.open_case("C0") == ["NoUnitFound"]
    await town.boat("k1", 1000)
    await town.boat("k2", 2000)
    await town.run()
    kinds = await town.open_case()
    assert sorted(kinds) == ["JobOffered", "JobOffered"]
    jobs = await list_jobs(town.store, Scope(("",)), states=("offered",))
    assert sorted(listed.job.unit_id or "" for listed in jobs) == ["k1", "k2"]
    assert await waiting_jobs(town.store) == []


async def test_the_flow_repeated_has_no_second_effect(open_store: Any) -> None:
    """A follow-up that ran, and runs once more after a crash, asks nobody a second time."""
    town = await open_town(open_store)
    await town.open_case()
    opened = (await town.facts())[0]
    town._todo.append(opened)
    assert await town.run() == []
    assert await town.store.submit(Job((offer("k1"),), PLATFORM)) == []


async def test_a_proposal_waits_for_the_duty_officer(open_store: Any) -> None:
    """In propose mode nobody is asked; another than the first needs a reason, which is counted."""
    town = await open_town(open_store, with_service(mode="propose"))
    assert await town.open_case() == ["JobProposed"]
    idle = await unit_at_work(town.store, "k1")
    assert idle is not None
    assert idle.pending_job_id is None
    with pytest.raises(Refusal, match="override_needs_reason"):
        await town.say(ApproveOffer(case_id="C1", job_id=JOB, unit_id="k2"), DUTY)
    with pytest.raises(Refusal, match="unit_not_ranked"):
        await town.say(ApproveOffer(case_id="C1", job_id=JOB, unit_id="k9"), DUTY)
    with pytest.raises(Refusal, match="forbidden"):
        await town.say(ApproveOffer(case_id="C1", job_id=JOB, unit_id="k1"), CREWS["k1"])
    [offered] = await town.say(ApproveOffer(case_id="C1", job_id=JOB, unit_id="k2", reason="crew know the berth"), DUTY)
    assert (offered.kind, offered.by) == ("JobOffered", "person/duty")
    assert await town.say(ApproveOffer(case_id="C1", job_id=JOB, unit_id="k2", reason="again"), DUTY) == []
    with pytest.raises(Refusal, match="not_proposed"):
        await town.say(ApproveOffer(case_id="C1", job_id=JOB, unit_id="k1"), DUTY)
    day = timedelta(days=1)
    counted = await override_reasons(town.store, town.clock.now() - day, town.clock.now() + day)
    assert [(one.reason, one.count) for one in counted] == [("crew know the berth", 1)]
    assert counted[0].cost_s == 200, "one kilometre at five metres a second"


async def test_a_duty_officer_reassigns_with_a_reason(open_store: Any) -> None:
    """K1 had it; K3 gets it, held in reserve or not; K1 is told and free again."""
    town = await open_town(open_store)
    await town.open_case()
    await accept(town, "k1")
    await town.say(HoldUnit(unit_id="k3", reason="drill"), DUTY)
    shown = await rank_for_job(town, JOB)
    assert [one.code for one in shown.rejected if one.unit_id == "k3"] == ["in_reserve"]
    command = await reassignment(town, JOB, "k3", "has the pump")
    facts = await town.say(command, DUTY)
    assert [fact.kind for fact in facts] == ["JobWithdrawn", "JobOffered"]
    assert facts[1].fact.overrides == "has the pump"  # type: ignore[attr-defined]
    assert [one.job_id for one in await my_jobs(town.store, ["k3"])] == [JOB]
    assert await my_jobs(town.store, ["k1"]) == []
    free = await unit_at_work(town.store, "k1")
    assert free is not None
    assert free.current_job_id is None
    with pytest.raises(Refusal, match="override_needs_reason"):
        await town.say(await reassignment(town, JOB, "k2", " "), DUTY)


async def test_what_a_boat_cannot_do_no_reason_can_overrule(open_store: Any) -> None:
    """A berth without water stays without water, whoever orders it."""
    town = await open_town(open_store)
    await town.open_case()
    town.ways.dry_until = town.clock.now() + timedelta(hours=3)
    with pytest.raises(Refusal, match="unit_cannot_go"):
        await reassignment(town, JOB, "k2", "I say so")


async def test_a_pinned_unit_is_asked_even_from_reserve_and_nobody_else(open_store: Any) -> None:
    """A waiting job fixed to K2 goes to K2 alone, though K1 lies nearer and K2 was held."""
    town = await open_town(open_store, boats=2)
    await town.say(HoldUnit(unit_id="k1", reason="drill"), DUTY)
    await town.say(HoldUnit(unit_id="k2", reason="drill"), DUTY)
    assert await town.open_case() == ["NoUnitFound"]
    fact: Any = (await town.facts())[-1].fact
    assert fact.smallest_change.kind == "release_from_reserve"
    await town.say(PinUnit(case_id="C1", job_id=JOB, unit_id="k2", reason="knows the berth"), DUTY)
    with pytest.raises(Refusal, match="unit_not_pinned"):
        await town.say(offer("k1"))
    assert await town.run() == ["JobOffered"]
    assert await holder(town) == "k2"
    with pytest.raises(Refusal, match="job_taken"):
        await town.say(PinUnit(case_id="C1", job_id=JOB, unit_id="k1", reason="no"), DUTY)


async def test_a_hold_with_an_end_lifts_itself_and_those_who_wait_are_asked(open_store: Any) -> None:
    """K1 is in reserve for two minutes: then the timer lets it out and the waiting job is offered."""
    town = await open_town(open_store, boats=1)
    until = town.clock.now() + timedelta(minutes=2)
    await town.say(HoldUnit(unit_id="k1", reason="drill", until=until), DUTY)
    assert await town.open_case() == ["NoUnitFound"]
    town.clock.advance(minutes=1)
    assert await town.fire_due() == []
    town.clock.advance(minutes=1)
    town.heard("k1", 1000)
    kinds = await town.fire_due()
    assert kinds[0] == "UnitReleased"
    assert "JobOffered" in kinds
    assert await town.say(ReleaseUnit(unit_id="k1"), DUTY) == []


async def test_looking_again_by_hand_and_a_closed_case(open_store: Any) -> None:
    """The duty officer need not wait for the timer; a case that closes takes its job back from the crew."""
    town = await open_town(open_store, boats=0)
    await town.open_case()
    await town.boat("k1", 1000)
    await town.say(RetryDispatch(case_id="C1", job_id=JOB), DUTY)
    assert await town.run() == ["DispatchRetried", "JobOffered"][1:]
    await accept(town, "k1")
    await town.tell(CaseClosed(case_id="C1", outcome="cancelled"))
    assert await town.run() == ["JobWithdrawn"]
    assert await my_jobs(town.store, ["k1"]) == []
    assert await town.say(WithdrawJob(case_id="C1", job_id=JOB, reason="again"), DUTY) == []
    assert await town.say(RetryDispatch(case_id="C1", job_id=JOB), DUTY) == []


async def test_a_crew_gets_the_way_with_the_job(open_store: Any) -> None:
    """Accepting gives the route, kept with the version of its map."""
    town = await open_town(open_store)
    await town.open_case()
    command = await with_route(AcceptJob(case_id="C1", job_id=JOB, unit_id="k1"), town)
    await town.say(command, CREWS["k1"])
    [mine] = await my_jobs(town.store, ["k1"])
    assert mine.route is not None
    assert mine.route.map_version == "map-1"
    assert mine.eta_at == town.clock.now() + timedelta(seconds=200)


async def test_lists_show_what_the_actor_may_see(open_store: Any) -> None:
    """Another city sees nothing, a crew its own jobs, the duty officer the region."""
    town = await open_town(open_store)
    await town.open_case()
    elsewhere = Actor("person/x", frozenset({"duty_officer"}), ("3302",))
    watch = AcceptJob.rule
    assert await list_jobs(town.store, scope(watch, elsewhere)) == []
    assert len(await list_jobs(town.store, scope(watch, DUTY))) == 1
    assert len(await list_jobs(town.store, scope(watch, CREWS["k1"]))) == 1
    assert await list_jobs(town.store, scope(watch, CREWS["k2"])) == []
    assert [one.unit_id for one in await unit_board(town.store, scope(watch, DUTY))] == ["k1", "k2", "k3"]
    assert await unit_board(town.store, scope(watch, elsewhere)) == []
    with pytest.raises(Refusal, match="forbidden"):
        await town.say(HoldUnit(unit_id="k1", reason="no"), elsewhere)


async def test_a_full_boat_is_not_asked(open_store: Any) -> None:
    """What K1 has on board leaves no room; K2 is asked, and K1's room is named."""
    town = await open_town(open_store, boats=0)
    await town.boat("k1", 1000, oily_ml=100_000)
    await town.boat("k2", 2000)
    await town.open_case()
    fact: Any = (await town.facts())[-1].fact
    assert fact.unit_id == "k2"
    assert [one.code for one in fact.rejected] == ["no_room"]


async def test_a_case_without_a_place_is_refused_to_the_operator(open_store: Any) -> None:
    """Nobody can be sent nowhere: the follow-up is refused in words, not dropped."""
    town = await open_town(open_store)
    with pytest.raises(Refusal, match="case_without_place"):
        await town.open_case(position=None)
