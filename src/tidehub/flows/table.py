"""Which flow follows which fact: the one table of everything that happens by itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tidehub.flows.call_out_a_crew import call_out_a_crew, next_in_line, next_offer, withdraw_open_jobs
from tidehub.flows.deliver_a_message import deliver_a_message
from tidehub.flows.mobilise_teams import (
    call_out_teams,
    end_when_done,
    fill_the_slot_again,
    note_the_assembly,
    recall_teams,
    send_the_team,
    stand_teams_down,
)
from tidehub.flows.open_a_case import open_a_case
from tidehub.flows.render_a_document import render_a_document
from tidehub.flows.tell_people import tell_people
from tidehub.flows.tell_the_case import tell_the_case
from tidehub.flows.watch_an_arrival import note_an_arrival, stop_watching, watch_an_arrival
from tidehub.hub.log import Recorded
from tidehub.kernel.facts import Command, Fact

RunFlow = Callable[[Recorded, Any], Awaitable[Sequence[Command]]]


class Following(NamedTuple):
    """Flows by name, and for each fact the names of those that follow it, in order."""

    flows: Mapping[str, RunFlow]
    follows: Mapping[type[Fact], tuple[str, ...]]


# Order matters within one fact: the case is told before people are.
PLATFORM: tuple[tuple[RunFlow, tuple[str, ...]], ...] = (
    (open_a_case, ("ReportReceived",)),
    (call_out_a_crew, ("CaseOpened", "CaseMoved")),
    (watch_an_arrival, ("JobAccepted",)),
    (note_an_arrival, ("UnitEnteredCircle",)),
    (stop_watching, ("JobCompleted", "JobAborted", "JobWithdrawn")),
    (next_offer, ("JobDeclined", "OfferExpired", "JobAborted", "DispatchRetried", "UnitPinned", "UnitAllowed")),
    (next_in_line, ("JobCompleted", "LoadLanded", "UnitReleased", "JobWithdrawn")),
    (withdraw_open_jobs, ("CaseClosed",)),
    (call_out_teams, ("CaseOpened", "CaseMoved")),
    (send_the_team, ("SlotFilled",)),
    (
        fill_the_slot_again,
        ("ConsentRefused", "ConsentLapsed", "SlotRetried", "JobDeclined", "OfferExpired", "JobAborted"),
    ),
    (note_the_assembly, ("UnitArrived", "ArrivalClaimed")),
    (end_when_done, ("JobCompleted",)),
    (stand_teams_down, ("CaseClosed",)),
    (recall_teams, ("MobilisationEnded",)),
    (render_a_document, ("DocumentIssued",)),
    (deliver_a_message, ("MessageQueued", "MessagePostponed", "MessageResent")),
)


def following(
    fact_types: Iterable[type[Fact]],
    awaited: Iterable[str],
    noticed: Iterable[str],
    packs: Iterable[tuple[str, tuple[str, ...], RunFlow]] = (),
) -> Following:
    """Put the table together.

    Parameters
    ----------
    fact_types
        Everything that can happen.
    awaited
        Kinds of facts that some lifecycle waits for.
    noticed
        Kinds of facts after which somebody is told.
    packs
        Flows of packs: name, kinds, function.
    """
    rows: list[tuple[str, tuple[str, ...], RunFlow]] = [("tell_the_case", tuple(awaited), tell_the_case)]
    rows += [(run.__name__, kinds, run) for run, kinds in PLATFORM]
    rows += packs
    rows.append(("tell_people", tuple(noticed), tell_people))
    known = {fact_type.__name__: fact_type for fact_type in fact_types}
    flows: dict[str, RunFlow] = {}
    follows: dict[type[Fact], tuple[str, ...]] = {}
    for name, kinds, run in rows:
        assert name not in flows, f"two flows are called {name}"
        flows[name] = run
        for kind in kinds:
            assert kind in known, f"the flow {name} follows {kind}, which nobody records"
            follows[known[kind]] = (*follows.get(known[kind], ()), name)
    return Following(flows, follows)
