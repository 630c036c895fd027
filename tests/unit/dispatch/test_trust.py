"""What makes a duty officer believe the reckoning, or overrule it: locks, what if, stages, reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tidehub.capabilities.dispatch import (
    AllowUnit,
    ApproveOffer,
    ForbidUnit,
    HoldUnit,
    PinUnit,
    common_override_reasons,
    find_job,
    override_reasons,
    timeline,
)
from tidehub.capabilities.field import AbortJob, AcceptJob, DeclineJob, ReceiveJob, SetOut
from tidehub.flows.call_out_a_crew import job_id_of, reassignment
from tidehub.flows.suppose import suppose
from tidehub.kernel.errors import Refusal
from tidehub.methods.assignment import Supposition

from .town import CREWS, DUTY, Town, open_town, with_service

JOB = job_id_of("C1", "pickup")


async def crew(town: Town, command: Any, unit_id: str) -> list[str]:
    await town.say(command(case_id="C1", job_id=JOB, unit_id=unit_id), CREWS[unit_id])
    return await town.run()


async def test_every_stage_has_its_time_and_its_actor(open_store: Any) -> None:
    """A proposal is a draft; the officer approves it; sent is not received, which the crew's device says."""
    town = await open_town(open_store, with_service(mode="propose"))
    await town.open_case()
    town.clock.advance(seconds=20)
    await town.say(ApproveOffer(case_id="C1", job_id=JOB, unit_id="k1"), DUTY)
    town.clock.advance(seconds=5)
    for command in (ReceiveJob, ReceiveJob, AcceptJob, SetOut):
        await crew(town, command, "k1")
        town.clock.advance(seconds=10)
    told = await timeline(town.store, JOB)
    assert [(one.stage, one.by, one.note) for one in told] == [
        ("draft", "flow/test", "propose"),
        ("approved", "person/duty", "by_hand"),
        ("sent", "person/duty", "by_hand"),
        ("received", "person/k1", ""),
        ("accepted", "person/k1", ""),
        ("under_way", "person/k1", ""),
    ]
    assert (told[3].at - told[2].at).total_seconds() == 5
    known = await find_job(town.store, JOB)
    assert known is not None
    assert known.job.stage == "under_way"
    await town.say(AbortJob(case_id="C1", job_id=JOB, unit_id="k1", reason="weather"), CREWS["k1"])
    known = await find_job(town.store, JOB)
    assert known is not None
    assert known.job.stage == "", "nobody has it any more"


async def test_an_adviser_leaves_the_choice_open(open_store: Any) -> None:
    """Under advise any of the list is the officer's own choice and needs no reason; it is no override."""
    town = await open_town(open_store, with_service(mode="advise"))
    await town.open_case()
    await town.say(ApproveOffer(case_id="C1", job_id=JOB, unit_id="k2"), DUTY)
    fact: Any = (await town.facts())[-1].fact
    assert (fact.unit_id, fact.overrides) == ("k2", None)


async def test_a_unit_that_is_ruled_out_is_not_asked_until_it_is_allowed(open_store: Any) -> None:
    """K1 has no pump: it is passed over with that reason, the reason is counted, and allowed again it goes."""
    town = await open_town(open_store, boats=1)
    await town.say(HoldUnit(unit_id="k1", reason="drill"), DUTY)
    await town.open_case()
    with pytest.raises(Refusal, match="override_needs_reason"):
        await town.say(ForbidUnit(case_id="C1", job_id=JOB, unit_id="k1", reason=" "), DUTY)
    await town.say(ForbidUnit(case_id="C1", job_id=JOB, unit_id="k1", reason="lacks_equipment"), DUTY)
    with pytest.raises(Refusal, match="unit_forbidden"):
        await town.say(PinUnit(case_id="C1", job_id=JOB, unit_id="k1", reason="x"), DUTY)
    with pytest.raises(Refusal, match="unit_cannot_go"):
        await reassignment(town, JOB, "k1", "x")
    day = timedelta(days=1)
    counted = await override_reasons(town.store, town.clock.now() - day, town.clock.now() + day, ("forbid",))
    assert [(one.reason, one.count) for one in counted] == [("lacks_equipment", 1)]
    assert counted[0].reason in common_override_reasons()
    await town.say(AllowUnit(case_id="C1", job_id=JOB, unit_id="k1"), DUTY)
    await town.say(PinUnit(case_id="C1", job_id=JOB, unit_id="k1", reason="knows_the_place"), DUTY)
    assert "JobOffered" in await town.run()


async def test_a_job_is_locked_to_the_unit_that_has_it_until_it_gives_it_back(open_store: Any) -> None:
    """Pinning the holder locks the pair; a breakdown loosens it, so that another is asked at once."""
    town = await open_town(open_store)
    await town.open_case()
    await crew(town, AcceptJob, "k1")
    await town.say(PinUnit(case_id="C1", job_id=JOB, unit_id="k1", reason="superior_order"), DUTY)
    with pytest.raises(Refusal, match="job_taken"):
        await town.say(PinUnit(case_id="C1", job_id=JOB, unit_id="k2", reason="x"), DUTY)
    await town.say(AbortJob(case_id="C1", job_id=JOB, unit_id="k1", reason="breakdown"), CREWS["k1"])
    assert "JobOffered" in await town.run()
    known = await find_job(town.store, JOB)
    assert known is not None
    assert (known.job.unit_id, known.job.pinned_unit_id) == ("k2", None)


async def test_nobody_is_redirected_close_to_the_scene(open_store: Any) -> None:
    """At 200 m the officer must confirm; on the scene nobody can take the job away."""
    town = await open_town(open_store)
    await town.open_case()
    await crew(town, AcceptJob, "k1")
    far = await reassignment(town, JOB, "k2", "way_blocked")
    assert far.holder_near_s is None
    town.heard("k1", 200)
    near = await reassignment(town, JOB, "k2", "way_blocked")
    assert near.holder_near_s == 40
    with pytest.raises(Refusal, match="unit_near_scene"):
        await town.say(near, DUTY)
    told = await suppose(town, [Supposition("move", "k2", JOB)])
    assert told.near_s == {JOB: 40}
    confirmed = await reassignment(town, JOB, "k2", "way_blocked", despite_near=True)
    facts = await town.say(confirmed, DUTY)
    assert [one.kind for one in facts] == ["JobWithdrawn", "JobOffered"]


async def test_what_if_tells_the_cost_at_once_and_stores_nothing(open_store: Any) -> None:
    """Moving C1 from K1 to K3 is 400 s later for C1; C2, which had nobody, then gets K1. No fact is written."""
    town = await open_town(open_store, boats=3)
    await town.say(HoldUnit(unit_id="k2", reason="drill"), DUTY)
    await town.open_case()
    await town.say(HoldUnit(unit_id="k3", reason="drill"), DUTY)
    await town.open_case("C2")
    other = job_id_of("C2", "pickup")
    before = len(await town.facts()) + len(await town.facts("case/C2"))
    told = (await suppose(town, [Supposition("move", "k3", JOB)])).answer
    assert told.possible
    assert [(one.job_id, one.after_unit_id, one.delta_s) for one in told.effects] == [
        (JOB, "k3", 400),
        (other, "k1", None),
    ]
    assert told.gained == (other,)
    assert told.cost_delta_s < 0, "somebody comes to both"
    assert "晚 7 分钟" in told.zh[0]
    assert "7 min later" in told.en[0]
    held = (await suppose(town, [Supposition("release", "k2")])).answer
    assert [(one.job_id, one.after_unit_id) for one in held.effects] == [(other, "k2")]
    forbidden = (await suppose(town, [Supposition("forbid", "k1", JOB)])).answer
    assert forbidden.lost == (JOB,)
    assert before == len(await town.facts()) + len(await town.facts("case/C2"))
    with pytest.raises(Refusal, match="nothing_supposed"):
        await suppose(town, [Supposition("move", "k3")])


async def test_a_unit_that_refused_a_job_never_gets_it_again(open_store: Any) -> None:
    """Not by the flow, not by a pin, not by a reassignment, and what if says why."""
    town = await open_town(open_store, boats=2)
    await town.open_case()
    await town.say(DeclineJob(case_id="C1", job_id=JOB, unit_id="k1", reason="engine"), CREWS["k1"])
    await town.run()
    told = (await suppose(town, [Supposition("move", "k1", JOB)])).answer
    assert not told.possible
    assert told.obstacles[0].code == "refused_before"
    with pytest.raises(Refusal, match="unit_cannot_go"):
        await reassignment(town, JOB, "k1", "x")
