"""What the hub knows of the capabilities: their commands, facts, projections, timers and what follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Table

from tidehub.hub.log import Recorded
from tidehub.hub.statement import Write
from tidehub.kernel.access import Actor, Subject
from tidehub.kernel.codec import decode
from tidehub.kernel.facts import Command, Fact


class SetTimer(msgspec.Struct, frozen=True):
    """Fire ``kind`` at ``due_at``; setting the same key again moves it."""

    key: str
    kind: str
    stream: str
    due_at: datetime
    payload: str = "{}"


class CancelTimer(msgspec.Struct, frozen=True):
    """Take a timer back; one that is not there is no mistake."""

    key: str


class DueTimer(msgspec.Struct, frozen=True):
    """A timer whose time has come; ``cause`` is the fact that set it."""

    key: str
    kind: str
    stream: str
    due_at: datetime
    payload: str
    cause: str | None = None


Projection = Callable[[Recorded], Iterable[Write]]
TimerRule = Callable[[Recorded], Iterable[SetTimer | CancelTimer]]


def _nothing(_recorded: Recorded) -> Iterable[Any]:
    return ()


@dataclass(frozen=True)
class Handler:
    """How one command is carried out.

    Parameters
    ----------
    command
        Its type.
    load
        Reads what the decision needs, inside the writing transaction.
    decide
        Pure: ``(state, command, now) -> facts``; raises a Refusal to refuse.
    subject
        Where the matter lies and who stands how to it, for the command's access rule.
    load_many
        Set-based reading for many commands at once, where a command comes in by the thousand. What it gives
        in the place of a command may be the Refusal of that one. The facts must touch rows of their own
        only, or such as take changes in any order (a count).
    admit
        Pure: refuses an actor whom the command's rule lets through but the matter itself does not, e.g. the
        one who did the work and would now check it.
    """

    command: type[Command]
    load: Callable[[Any, Any], Awaitable[Any]]
    decide: Callable[[Any, Any, datetime], Sequence[Fact]]
    subject: Callable[[Any, Any], Subject] | None = None
    load_many: Callable[[Any, Sequence[Any]], Awaitable[Sequence[Any]]] | None = None
    admit: Callable[[Any, Any, Actor], None] | None = None


@dataclass(frozen=True)
class Capability:
    """The face that a capability shows to the hub.

    Parameters
    ----------
    name
        Lower case, unique.
    handlers, facts
        Its vocabulary.
    project
        Pure: the changes that a fact makes to the capability's tables; recomputing from zero calls it too.
    tables
        Tables that ``project`` alone writes; ``tidehub verify`` recomputes and compares them.
    reads
        Kinds of other capabilities' facts that ``project`` wants too, by name (``"*"`` for all), so that
        siblings need not import each other.
    timers
        Pure: the timers that a fact, of its own or among ``reads``, sets or takes back.
    on_timer
        For each kind of timer, the commands that its firing asks for.
    upgraders
        ``(kind, shape)`` of an old fact to a function that turns its JSON into the next shape.
    deferred
        Whether its tables follow the log by a cursor of their own, within a second and outside the writing
        transaction, instead of changing with the facts. For figures, which nothing is decided by.
    """

    name: str
    handlers: tuple[Handler, ...] = ()
    facts: tuple[type[Fact], ...] = ()
    project: Callable[[Recorded], Iterable[Write]] = _nothing
    tables: tuple[Table, ...] = ()
    reads: frozenset[str] = frozenset()
    timers: Callable[[Recorded], Iterable[SetTimer | CancelTimer]] = _nothing
    on_timer: Mapping[str, Callable[[DueTimer], Sequence[Command]]] = field(default_factory=dict)
    upgraders: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    deferred: bool = False


class Registry:
    """Everything that is mounted, looked up by type or name. Built once by ``app.py``."""

    def __init__(
        self, capabilities: Sequence[Capability], follows: Mapping[type[Fact], Sequence[str]] | None = None
    ) -> None:
        self.capabilities = tuple(capabilities)
        self.handlers: dict[type[Command], Handler] = {}
        self.fact_types: dict[str, type[Fact]] = {}
        self.on_timer: dict[str, Callable[[DueTimer], Sequence[Command]]] = {}
        self._upgraders: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
        for capability in capabilities:
            for handler in capability.handlers:
                assert handler.command not in self.handlers, f"{handler.command.__name__} is handled twice"
                self.handlers[handler.command] = handler
            for fact_type in capability.facts:
                kind = fact_type.__name__
                assert kind not in self.fact_types, f"two facts are called {kind}"
                self.fact_types[kind] = fact_type
            for timer_kind, fire in capability.on_timer.items():
                assert timer_kind not in self.on_timer, f"two timers are called {timer_kind}"
                self.on_timer[timer_kind] = fire
            self._upgraders.update(capability.upgraders)
        self.projections: dict[str, tuple[Projection, ...]] = {
            kind: tuple(
                capability.project
                for capability in capabilities
                if not capability.deferred
                and (shape in capability.facts or kind in capability.reads or "*" in capability.reads)
            )
            for kind, shape in self.fact_types.items()
        }
        self.timers: dict[str, tuple[TimerRule, ...]] = {
            kind: tuple(
                capability.timers
                for capability in capabilities
                if capability.timers is not _nothing and (shape in capability.facts or kind in capability.reads)
            )
            for kind, shape in self.fact_types.items()
        }
        self.follows = {kind.__name__: tuple(names) for kind, names in (follows or {}).items()}
        self.kinds: Mapping[type[Fact], str] = {shape: kind for kind, shape in self.fact_types.items()}

    def read_fact(self, kind: str, shape: int, body: bytes) -> Fact:
        """Read a fact's bytes; an old shape is upgraded step by step to today's."""
        fact_type = self.fact_types[kind]
        if shape == fact_type.shape_version:
            return _decoder(fact_type).decode(body)
        values: dict[str, Any] = decode(body, dict)
        while shape < fact_type.shape_version:
            values = self._upgraders[kind, shape](values)
            shape += 1
        return msgspec.convert(values, fact_type, strict=True)


@lru_cache(maxsize=1024)
def _decoder(shape: type[Fact]) -> msgspec.json.Decoder[Fact]:
    return msgspec.json.Decoder(shape, strict=True)
