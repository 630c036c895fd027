"""Days that are played: the dispatcher itself on an event clock, policies beside it, hindsight, figures."""

from tidehub.methods.simulation.controllers import CommitAtCall, NearestIdle, Rolling
from tidehub.methods.simulation.figures import (
    Costly,
    Difference,
    Figures,
    Regret,
    figures_of,
    paired,
    regret_of,
    responses_s,
)
from tidehub.methods.simulation.harbour import policy_day
from tidehub.methods.simulation.model import Call, Closure, Controller, Day, Orders, Outcome, Served, Underway, View
from tidehub.methods.simulation.travel import OpenTravel
from tidehub.methods.simulation.world import play

__all__ = [
    "Call",
    "Closure",
    "CommitAtCall",
    "Controller",
    "Costly",
    "Day",
    "Difference",
    "Figures",
    "NearestIdle",
    "OpenTravel",
    "Orders",
    "Outcome",
    "Regret",
    "Rolling",
    "Served",
    "Underway",
    "View",
    "figures_of",
    "paired",
    "play",
    "policy_day",
    "regret_of",
    "responses_s",
]
