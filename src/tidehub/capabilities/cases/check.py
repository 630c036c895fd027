"""A static check of a lifecycle, for ``tidehub check-pack``.

What would go wrong, where, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from tidehub.capabilities.cases.check_names import Finding, unknown_names
from tidehub.capabilities.cases.model import (
    ANY_STATE,
    SAME_STATE,
    Approval,
    Clock,
    Lifecycle,
    Move,
    State,
    Who,
)

_HANDLERS = frozenset({"crew", "unit_staff"})
_HANDLING = frozenset({"assignee", "responsible_unit"})


def check_lifecycle(lifecycle: Lifecycle) -> list[Finding]:
    """Everything that is wrong with a lifecycle, in the order of the checks; empty if nothing is."""
    findings = list(unknown_names(lifecycle))
    if findings:  # the rest reasons about a graph that must first exist
        return findings
    return [finding for check in _CHECKS for finding in check(lifecycle)]


def message_keys(lifecycle: Lifecycle) -> frozenset[str]:
    """Keys of the messages that its clocks ask for; the pack must have each in every language."""
    return frozenset(
        signal.message for clock in lifecycle.clocks.values() for signal in clock.signals if signal.message
    )


# -- the graph ---------------------------------------------------------------------------------------------


def _edges(lifecycle: Lifecycle) -> list[tuple[str, str, str]]:
    return [
        (name, state, lifecycle.moves[name].to)
        for state in lifecycle.states
        for name in lifecycle.moves_from(state)
        if lifecycle.moves[name].to != SAME_STATE
    ]


def _reached(start: Iterable[str], edges: Iterable[tuple[str, str]]) -> set[str]:
    edges = list(edges)
    seen = set(start)
    grown = True
    while grown:
        more = {to for origin, to in edges if origin in seen} - seen
        seen |= more
        grown = bool(more)
    return seen


def _reachable(lifecycle: Lifecycle) -> set[str]:
    starts = {name for name, state in lifecycle.states.items() if state.start} or {lifecycle.start}
    return _reached(starts, ((origin, to) for _, origin, to in _edges(lifecycle)))


def _unreachable(lifecycle: Lifecycle) -> Iterator[Finding]:
    for name in lifecycle.states:
        if name not in _reachable(lifecycle):
            yield Finding(
                "unreachable_state",
                f"states.{name}",
                f"没有任何环节能到达状态“{name}”",
                f"no move leads to the state '{name}'",
                "增加到达它的环节，或删去它",
                "add a move that leads to it, or take it out",
            )


def _dead_ends(lifecycle: Lifecycle) -> Iterator[Finding]:
    edges = _edges(lifecycle)
    finals = {name for name, state in lifecycle.states.items() if state.final}
    if not finals:
        yield Finding(
            "no_final_state",
            "states",
            "没有终结状态，案件永远不能办结",
            "there is no final state, so no case is ever closed",
            "给办结的状态标上 final: true",
            "mark the state in which a case is closed with final: true",
        )
    can_end = _reached(finals, ((to, origin) for _, origin, to in edges))
    for name, state in lifecycle.states.items():
        if state.final:
            continue
        if not any(origin == name for _, origin, _ in edges):
            yield Finding(
                "no_way_out",
                f"states.{name}",
                f"状态“{name}”没有出路，又不是终结状态",
                f"the state '{name}' has no way out and is not final",
                "增加从它出发的环节，或标上 final: true",
                "add a move that starts there, or mark it final: true",
            )
        elif finals and name not in can_end:
            yield Finding(
                "cannot_end",
                f"states.{name}",
                f"从状态“{name}”永远到不了终结状态",
                f"no final state can be reached from '{name}'",
                "增加通向终结状态的环节",
                "add a move towards a final state",
            )


# -- who ---------------------------------------------------------------------------------------------------


def _somebody(who: Who) -> bool:
    return bool(who.roles or who.relations or who.units or who.platform)


def _made_by_itself(lifecycle: Lifecycle) -> set[str]:
    by_clocks = {signal.move for clock in lifecycle.clocks.values() for signal in clock.signals}
    by_approvals = {
        move
        for approval in lifecycle.approvals.values()
        for move in (approval.on_granted, approval.on_refused, approval.on_resumed)
    }
    return by_clocks | by_approvals | {name for name, move in lifecycle.moves.items() if move.on_fact}


def _without_actor(lifecycle: Lifecycle) -> Iterator[Finding]:
    by_itself = _made_by_itself(lifecycle)
    for name, move in lifecycle.moves.items():
        if not _somebody(move.who) and name not in by_itself:
            yield Finding(
                "no_actor",
                f"moves.{name}.who",
                f"环节“{name}”没有人可以办理",
                f"nobody may make the move '{name}'",
                "在 who 中写明岗位、关系、单位或 platform，或写明触发它的 on_fact",
                "name posts, relations, units or platform in who, or the on_fact that causes it",
            )
    for name, approval in lifecycle.approvals.items():
        for side, who in (("asks", approval.asks), ("decides", approval.decides)):
            if not _somebody(who):
                yield Finding(
                    "no_actor",
                    f"approvals.{name}.{side}",
                    f"审批“{name}”没有人可以{'申请' if side == 'asks' else '决定'}",
                    f"nobody may {'ask for' if side == 'asks' else 'decide'} the approval '{name}'",
                    "写明岗位、关系或单位",
                    "name posts, relations or units",
                )


def _handles(move: Move) -> bool:
    return bool(move.who.relations & _HANDLING or move.who.roles & _HANDLERS)


def _closer_is_doer(lifecycle: Lifecycle) -> Iterator[Finding]:
    """A move that closes a case must be barred to whoever made the moves of handling that led to it."""
    if lifecycle.self_closing:
        return
    for name, move in lifecycle.moves.items():
        if not (move.to in lifecycle.states and lifecycle.states[move.to].final):
            continue
        if not (move.who.roles or move.who.units or move.who.relations - {"reporter"}):
            continue
        doing = [
            other
            for other, before in lifecycle.moves.items()
            if other != name
            and _handles(before)
            and before.to != SAME_STATE
            and move.starts_in(before.to, lifecycle)
            and other not in move.not_who
        ]
        if move.not_unit and not (move.who.roles & _HANDLERS or move.who.relations & _HANDLING):
            doing = []
        if doing or (_handles(move) and not move.not_who):
            listed = ", ".join(doing) or name
            yield Finding(
                "closer_may_be_doer",
                f"moves.{name}.not_who",
                f"办理过“{listed}”的人也可以用“{name}”结案",
                f"whoever made '{listed}' may also close the case by '{name}'",
                f"写上 not_who: [{listed}]，或 not_unit: true；确需允许时在 self_closing 写明理由",
                f"write not_who: [{listed}] or not_unit: true; where it is meant, say why in self_closing",
            )


# -- clocks ------------------------------------------------------------------------------------------------


def _happens(trigger: str, lifecycle: Lifecycle, reachable: set[str]) -> bool:
    kind, _, name = trigger.partition(":")
    if kind == "state":
        return name in reachable
    if kind == "move":
        return any(name in lifecycle.moves_from(state) for state in reachable)
    return True


def _clocks(lifecycle: Lifecycle) -> Iterator[Finding]:
    reachable = _reachable(lifecycle)
    for name, clock in lifecycle.clocks.items():
        where = f"clocks.{name}"
        if not any(_happens(trigger, lifecycle, reachable) for trigger in clock.starts):
            yield Finding(
                "clock_never_starts",
                where + ".starts",
                f"时限“{name}”永远不会开始",
                f"the clock '{name}' never starts",
                "写明会发生的触发：opened、state:、move: 或 fact:",
                "name a trigger that happens: opened, state:, move: or fact:",
            )
        if not any(_happens(trigger, lifecycle, reachable) for trigger in clock.stops):
            yield Finding(
                "clock_cannot_stop",
                where + ".stops",
                f"时限“{name}”停不下来（只有结案才停）",
                f"nothing stops the clock '{name}' but the end of the case",
                "写明使它停止的触发；一直走到结案的，写上终结状态 state:…",
                "name what stops it; one that runs to the end names the final states, state:...",
            )
        if clock.pauses_in and set(clock.pauses_in) >= reachable - _finals(lifecycle):
            yield Finding(
                "clock_always_stands",
                where + ".pauses_in",
                f"时限“{name}”在所有状态都暂停",
                f"the clock '{name}' stands still in every state",
                "至少留一个计时的状态",
                "leave a state in which it counts",
            )
        yield from _limits(where, clock)
        yield from _signals(where, clock)


def _finals(lifecycle: Lifecycle) -> set[str]:
    return {name for name, state in lifecycle.states.items() if state.final}


def _limits(where: str, clock: Clock) -> Iterator[Finding]:
    for place, limit in enumerate(clock.limits):
        if (limit.amount is None) == (not limit.from_value) or (limit.amount is not None and limit.amount <= 0):
            yield Finding(
                "limit_unclear",
                f"{where}.limits[{place}]",
                "时限要么是正整数 amount，要么是 from_value",
                "a limit is either a positive amount or a from_value",
                "只写其中之一",
                "write one of the two",
            )
        if limit.amount is not None and not limit.source:
            yield Finding(
                "limit_without_source",
                f"{where}.limits[{place}].source",
                "时限没有写明出处",
                "the limit does not say where it comes from",
                "在 source 写明标准、文件或合同条款",
                "name the standard, rule or contract in source",
                "warning",
            )


def _signals(where: str, clock: Clock) -> Iterator[Finding]:
    units = {limit.unit for limit in clock.limits if limit.amount is not None}
    office = {unit in ("work_hour", "work_day") for unit in units}
    for place, signal in enumerate(clock.signals):
        here = f"{where}.signals[{place}]"
        if not clock.limits or (signal.at is None) == (signal.at_percent is None):
            yield Finding(
                "signal_unclear",
                here,
                "信号要有时限，并写明 at_percent 或 at 之一",
                "a signal needs a limited clock and one of at_percent and at",
                "补上时限，只写其中之一",
                "give the clock a limit and write one of the two",
            )
        elif signal.at is not None and office and (signal.at.basis == "office") not in office:
            yield Finding(
                "signal_other_basis",
                here + ".at",
                "信号与时限的计时方式不同（自然时间与工作时间）",
                "the signal counts otherwise than the limit (natural and office time)",
                "改用与时限相同的计时单位",
                "use a unit that counts as the limit does",
            )


# -- approvals and facts -----------------------------------------------------------------------------------


def _approvals(lifecycle: Lifecycle) -> Iterator[Finding]:
    for name, approval in lifecycle.approvals.items():
        where = f"approvals.{name}"
        if not approval.clock and (approval.effect != "none" or approval.pending == "stands" or approval.before_breach):
            yield Finding(
                "approval_without_clock",
                where + ".clock",
                f"审批“{name}”要改变时限，却没有写明哪一个",
                f"the approval '{name}' changes a clock but does not say which",
                "写明 clock",
                "name the clock",
            )
        yield from _follow(where, approval, lifecycle)


def _follow(where: str, approval: Approval, lifecycle: Lifecycle) -> Iterator[Finding]:
    states = (
        [name for name, state in lifecycle.states.items() if not state.final]
        if ANY_STATE in approval.states
        else approval.states
    )
    for field in ("on_granted", "on_refused"):
        move = getattr(approval, field)
        stuck = [state for state in states if move and move not in lifecycle.moves_from(state)]
        if stuck:
            yield Finding(
                "approval_move_impossible",
                f"{where}.{field}",
                f"在“{'、'.join(stuck)}”申请的审批，不能接着“{move}”",
                f"asked for in {', '.join(stuck)}, it cannot go on with '{move}'",
                f"让“{move}”从这些状态出发，或收窄 states",
                f"let '{move}' start in these states, or narrow states",
            )


def _ambiguous_facts(lifecycle: Lifecycle) -> Iterator[Finding]:
    for state in lifecycle.states:
        seen: dict[str, str] = {}
        for name in lifecycle.moves_from(state):
            move = lifecycle.moves[name]
            for kind in move.on_fact:
                if kind in seen and not lifecycle.moves[seen[kind]].when:
                    yield Finding(
                        "fact_ambiguous",
                        f"moves.{name}.on_fact",
                        f"状态“{state}”中，{kind} 已触发“{seen[kind]}”，“{name}”轮不到",
                        f"in '{state}' {kind} causes '{seen[kind]}' already, so '{name}' has no turn",
                        "给前一个环节写上 when，或去掉一个",
                        "give the first a condition in when, or take one out",
                        "warning",
                    )
                seen.setdefault(kind, name)


def _texts(lifecycle: Lifecycle) -> Iterator[Finding]:
    groups: dict[str, Mapping[str, State | Move | Clock | Approval]] = {
        "states": lifecycle.states,
        "moves": lifecycle.moves,
        "clocks": lifecycle.clocks,
        "approvals": lifecycle.approvals,
    }
    for group, named in groups.items():
        for name, thing in named.items():
            if not thing.zh.strip() or not thing.en.strip():
                yield Finding(
                    "name_missing",
                    f"{group}.{name}",
                    f"“{name}”缺少中文或英文名称",
                    f"'{name}' lacks its name in Chinese or English",
                    "补上 zh 和 en",
                    "write both zh and en",
                )


_CHECKS: tuple[Callable[[Lifecycle], Iterator[Finding]], ...] = (
    _texts, _unreachable, _dead_ends, _without_actor, _closer_is_doer, _clocks, _approvals, _ambiguous_facts,
)  # fmt: skip
