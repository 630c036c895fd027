"""What happens elsewhere moves the case: an accepted job assigns it, an arrival stops a clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tidehub.capabilities.cases import TakeNotice
from tidehub.hub.log import Recorded
from tidehub.kernel.facts import Command

_GIVES_THE_CASE = frozenset({"JobAccepted"})


async def tell_the_case(recorded: Recorded, _context: object) -> Sequence[Command]:
    """Tell the case of a fact that some lifecycle waits for.

    The instant is that of the evidence where the fact has one, and the person whose deed it was goes along,
    so that nobody checks his own work.
    """
    fact: Any = recorded.fact
    case_id = getattr(fact, "case_id", None)
    if not case_id:
        return ()
    happened_at = getattr(fact, "happened_at", None)
    return (
        TakeNotice(
            case_id=case_id,
            kind=recorded.kind,
            fact_id=recorded.id,
            note=str(getattr(fact, "note", "") or ""),
            happened_at=happened_at if isinstance(happened_at, datetime) else None,
            assignee=fact.unit_id if recorded.kind in _GIVES_THE_CASE else None,
            on_behalf_of=recorded.by,
        ),
    )
