"""Lifecycles as data: states, moves, clocks and approvals, in the typed form of a pack's ``lifecycle.yaml``.

The engine knows no scene. Everything a scene wants of its cases stands in these structs; ``README.md`` shows
the YAML, ``check.py`` finds what is wrong with one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

import msgspec

from tidehub.kernel.codec import split_problem
from tidehub.kernel.errors import refusal_kind
from tidehub.methods.clocks import Duration

LIFECYCLE_INVALID = refusal_kind(
    "lifecycle_invalid",
    zh="流程 {where} 有误：{problem}",
    en="The lifecycle {where} is wrong: {problem}",
    do_zh="请按流程文件的格式说明改正该字段。",
    do_en="Correct this field as the description of lifecycle.yaml says.",
)
LIFECYCLE_UNKNOWN = refusal_kind(
    "lifecycle_unknown",
    zh="没有流程“{name}”第 {version} 版",
    en="There is no lifecycle '{name}' in version {version}",
    do_zh="请安装含有该流程的场景包；在办案件所用的旧版本须保留。",
    do_en="Install the pack that has it; the version that open cases run under must be kept.",
    category="missing",
)

ANY_STATE = "*"
SAME_STATE = "="

Condition = dict[str, Any]
"""What must hold: field to a value, a list of values, ``"prefix*"``, or ``{at_least, at_most, is_set}``.
Fields are
those of the case (``category``, ``priority``, ``region_code``, ``state`` ...) and ``values.NAME``."""


class Who(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may.

    Parameters
    ----------
    roles
        Posts, within their regions.
    relations
        ``reporter``, ``assignee`` or ``responsible_unit`` of the case.
    units
        Units or persons by id, e.g. a command centre.
    platform
        Whether the platform may, by a flow or a timer. A move with ``on_fact``, or one that a clock or an
        approval makes, is the platform's anyway.
    """

    roles: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    platform: bool = False


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a case can stand.

    Parameters
    ----------
    zh, en
        Its name.
    stage
        The stage of the work it belongs to, for evaluation.
    start
        Whether cases open here, unless ``OpenCase`` names another start.
    final
        Whether the case is closed here.
    outcome
        What a case closed here came to, e.g. ``done``, ``rejected``; the state's name if empty.
    """

    zh: str
    en: str
    stage: str = ""
    start: bool = False
    final: bool = False
    outcome: str = ""


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long after entering the present state (``state``) or after opening (``opened``) a move may be
    made."""

    amount: int
    unit: Literal["minute", "hour", "day", "emergency_hour", "work_hour", "work_day"]
    since: Literal["state", "opened"] = "state"

    @property
    def duration(self) -> Duration:
        """Its length."""
        return Duration(self.amount, self.unit)


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_states": "from"}):
    """A step from one state to another.

    Parameters
    ----------
    from_states
        Where it starts; ``"*"`` is every state that is not final.
    to
        Where it leads; ``"="`` stays (a reminder, an escalation).
    who
        Who may make it.
    not_who
        Moves of this case whose maker may not make this one (who handled it may not check it).
    not_unit
        Whether nobody who acts for the responsible unit may make it.
    when
        What must hold of the case, with the values that this move brings.
    needs_values, needs_note
        Values that must be known by now, given with this move or before; whether a note must be written.
    needs_approvals
        Approvals that must have been granted and not yet used up by an earlier move.
    needs_children_closed
        Whether every part and child must be closed.
    assigns
        Of ``responsible_unit`` and ``assignee``: what this move may give, and must, where the case has none.
    clears
        Of the same: what it takes away.
    max_times
        How often in the life of a case.
    within
        The window, enforced on the server.
    on_fact
        Kinds of facts of other capabilities that cause it, e.g. ``JobAccepted``.
    sets
        Values it writes.
    """

    from_states: tuple[str, ...]
    to: str
    zh: str
    en: str
    who: Who = Who()
    not_who: tuple[str, ...] = ()
    not_unit: bool = False
    when: Condition = {}
    needs_values: tuple[str, ...] = ()
    needs_note: bool = False
    needs_approvals: tuple[str, ...] = ()
    needs_children_closed: bool = False
    assigns: tuple[Literal["responsible_unit", "assignee"], ...] = ()
    clears: tuple[Literal["responsible_unit", "assignee"], ...] = ()
    max_times: int | None = None
    within: Window | None = None
    on_fact: tuple[str, ...] = ()
    sets: dict[str, Any] = {}

    def starts_in(self, state: str, lifecycle: Lifecycle) -> bool:
        """Whether it can be made from a state."""
        return state in self.from_states or (ANY_STATE in self.from_states and not lifecycle.states[state].final)


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long a clock may run; the first of a clock's limits whose ``when`` holds is taken.

    Parameters
    ----------
    amount, unit
        The limit, or ``None`` where ``from_value`` names a value of the case ``{"amount", "unit"}`` that
        gives it (a register of categories knows the limit of each filing condition).
    when
        For which cases.
    source, valid_from, valid_to
        Where the number comes from and when it holds (ISO dates, the latter not included); judged at the
        start of the clock.
    """

    amount: int | None = None
    unit: Literal["minute", "hour", "day", "emergency_hour", "work_hour", "work_day"] = "hour"
    from_value: str = ""
    when: Condition = {}
    source: str = ""
    valid_from: str = ""
    valid_to: str = ""


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a clock does on its way.

    Parameters
    ----------
    at_percent, at
        When: per cent of the limit, or a time counted since the start; one of both. Before 100 % it warns,
        at 100 % the limit is breached, after that it escalates. Every limited clock breaches at 100 %, said
        or not.
    message
        Key of the message to send; flows send it.
    move
        Move that the platform makes then, if it can be made.
    level
        Level of escalation, for the message and the board.
    """

    at_percent: int | None = None
    at: Duration | None = None
    message: str = ""
    move: str = ""
    level: int = 0


class Clock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time limit.

    Parameters
    ----------
    starts, stops
        What starts and stops it: ``state:NAME`` (entering), ``move:NAME``, ``fact:KIND`` or ``opened``.
        Closing the case stops every clock.
    pauses_in
        States in which it stands still.
    limits
        How long; none at all makes a stopwatch.
    calendar
        Whose office hours count: a calendar's name, ``unit`` for that of the responsible unit, or the
        lifecycle's.
    signals
        Warnings, breach, escalation. Lights turn yellow at 80 % and red at 100 %, as is the practice.
    owner
        Whose time it is: a relation (``responsible_unit``, ``assignee``, ``reporter``) or a post.
    repeats
        Whether a further start makes a new run once it has stopped (返工), or is ignored.
    stage
        Stage it is evaluated under.
    """

    zh: str
    en: str
    starts: tuple[str, ...]
    stops: tuple[str, ...] = ()
    pauses_in: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    calendar: str = ""
    signals: tuple[Signal, ...] = ()
    owner: str = ""
    repeats: bool = True
    stage: str = ""


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question to somebody else that may change a clock: 延时, 挂账, 退回, 作废, 自处理 and their like.

    Parameters
    ----------
    asks, decides
        Who may ask and who may decide; never the same person.
    states
        Where it may be asked.
    clock, effect
        Which clock a grant moves, and how: ``extend`` by what is granted; ``pause`` until the instant
        granted, ``ResumeClock`` or the next move to another state that comes after the grant's own;
        ``none``.
    extend_at_most
        How much one grant may give.
    pending
        What the clock does while it is decided: ``runs`` (a dispute does not stop it) or ``stands``.
    before_breach
        Whether it must be asked before the limit is over.
    needs_reason, needs_values
        What must be said with the question.
    max_asked, max_granted
        How often in the life of a case.
    on_granted, on_refused, on_resumed
        Moves that the decision makes, and that the end of a hold makes.
    counts_as
        Under what the indicators count a grant; empty counts nothing.
    """

    zh: str
    en: str
    asks: Who
    decides: Who
    states: tuple[str, ...] = (ANY_STATE,)
    clock: str = ""
    effect: Literal["extend", "pause", "none"] = "none"
    extend_at_most: Duration | None = None
    pending: Literal["runs", "stands"] = "runs"
    before_breach: bool = False
    needs_reason: bool = True
    needs_values: tuple[str, ...] = ()
    max_asked: int | None = None
    max_granted: int | None = None
    on_granted: str = ""
    on_refused: str = ""
    on_resumed: str = ""
    counts_as: str = ""


class Lifecycle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The life of one kind of case. A change is a new version; open cases go on under theirs.

    Parameters
    ----------
    calendar
        Whose office hours count unless a clock says otherwise.
    self_closing
        Why whoever handles a case may also close it; without a reason ``check_lifecycle`` objects.
    source
        The standard, rule or product it is shaped after.
    """

    lifecycle: str
    version: int
    zh: str
    en: str
    states: dict[str, State]
    moves: dict[str, Move]
    clocks: dict[str, Clock] = {}
    approvals: dict[str, Approval] = {}
    calendar: str = "office"
    self_closing: str = ""
    source: str = ""

    @cached_property
    def start(self) -> str:
        """Where cases open."""
        return next((name for name, state in self.states.items() if state.start), next(iter(self.states)))

    @cached_property
    def _moves_from(self) -> dict[str, tuple[str, ...]]:
        return {
            state: tuple(name for name, move in self.moves.items() if move.starts_in(state, self))
            for state in self.states
        }

    def moves_from(self, state: str) -> tuple[str, ...]:
        """Names of the moves that start in a state, in the order of the file."""
        return self._moves_from.get(state, ())


def moves_on_fact(lifecycle: Lifecycle, state: str, kind: str) -> tuple[str, ...]:
    """Names of the moves that a fact of this kind causes in this state.

    A flow makes the first that is possible.
    """
    return tuple(name for name in lifecycle.moves_from(state) if kind in lifecycle.moves[name].on_fact)


def facts_awaited(lifecycle: Lifecycle) -> frozenset[str]:
    """Kinds of facts of other capabilities that this lifecycle reacts to, by a move or a clock."""
    by_moves = {kind for move in lifecycle.moves.values() for kind in move.on_fact}
    by_clocks = {
        trigger.removeprefix("fact:")
        for clock in lifecycle.clocks.values()
        for trigger in (*clock.starts, *clock.stops)
        if trigger.startswith("fact:")
    }
    return frozenset(by_moves | by_clocks)


def read_lifecycle(raw: Mapping[str, Any], where: str) -> Lifecycle:
    """Read a lifecycle from plain data, as YAML gives it.

    Raises
    ------
    Refusal
        ``lifecycle_invalid``, naming the field. Whether it also makes sense is what ``check_lifecycle`` says.
    """
    plain = dict(raw)
    for name, move in dict(plain.get("moves") or {}).items():
        if isinstance(move, dict) and isinstance(move.get("from"), str):
            plain["moves"] = {**plain["moves"], name: {**move, "from": [move["from"]]}}
    try:
        lifecycle = msgspec.convert(plain, Lifecycle)
    except msgspec.ValidationError as error:
        problem, field = split_problem(str(error))
        raise LIFECYCLE_INVALID(field, where=where, problem=problem) from None
    if not lifecycle.states:
        raise LIFECYCLE_INVALID("states", where=where, problem="there is no state")
    return lifecycle


class Lifecycles:
    """Every version of every lifecycle that is mounted. Built by the composition root, read by decisions."""

    def __init__(self, lifecycles: Iterable[Lifecycle] = ()) -> None:
        self._known: dict[tuple[str, int], Lifecycle] = {}
        self._latest: dict[str, Lifecycle] = {}
        for lifecycle in lifecycles:
            self.add(lifecycle)

    def add(self, lifecycle: Lifecycle) -> None:
        """Mount a version; the highest is what new cases open under."""
        known = self._known.setdefault((lifecycle.lifecycle, lifecycle.version), lifecycle)
        if known != lifecycle:
            raise LIFECYCLE_INVALID(
                "version",
                where=lifecycle.lifecycle,
                problem=f"version {lifecycle.version} is mounted already with another content",
            )
        latest = self._latest.get(lifecycle.lifecycle)
        if latest is None or lifecycle.version > latest.version:
            self._latest[lifecycle.lifecycle] = lifecycle

    def get(self, name: str, version: int) -> Lifecycle:
        """The version a case was opened under; ``lifecycle_unknown`` if it is not mounted."""
        lifecycle = self._known.get((name, version))
        if lifecycle is None:
            raise LIFECYCLE_UNKNOWN("lifecycle", name=name, version=version)
        return lifecycle

    def latest(self, name: str) -> Lifecycle:
        """The version new cases open under."""
        lifecycle = self._latest.get(name)
        if lifecycle is None:
            raise LIFECYCLE_UNKNOWN("lifecycle", name=name, version="-")
        return lifecycle

    def __iter__(self) -> Iterator[Lifecycle]:
        return iter(self._known.values())

    def facts_awaited(self) -> frozenset[str]:
        """Kinds of facts that any of them reacts to."""
        return frozenset().union(*(facts_awaited(lifecycle) for lifecycle in self._known.values()))
