"""Who may make which move, ask and decide which approval.

The lifecycle against the case and the actor. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from tidehub.capabilities.cases.commands import AskApproval, DecideApproval, MoveCase, ResumeClock
from tidehub.capabilities.cases.model import Move, Who
from tidehub.capabilities.cases.refusals import (
    APPROVAL_NOT_YOURS,
    EVIDENCE_BY_PLATFORM,
    MOVE_IMPOSSIBLE,
    MOVE_NOT_YOURS,
    SAME_HAND,
    SAME_UNIT,
)
from tidehub.capabilities.cases.state import ApprovalState, CaseState
from tidehub.kernel.access import Actor, Rule, permits
from tidehub.kernel.errors import Refusal

_ROLES = {
    "citizen": ("群众", "citizen"),
    "crew": ("作业队伍", "crew"),
    "unit_staff": ("专业部门", "unit staff"),
    "duty_officer": ("值班员/派遣员", "duty officer"),
    "shift_leader": ("值班长", "shift leader"),
    "checker": ("监督员", "checker"),
    "quay_operator": ("码头操作员", "quay operator"),
    "cashier": ("出纳", "cashier"),
    "auditor": ("审计员", "auditor"),
    "administrator": ("管理员", "administrator"),
    "device": ("设备", "device"),
    "system": ("平台", "the platform"),
}
_RELATIONS = {
    "reporter": ("上报人", "the reporter"),
    "assignee": ("经办人", "the assignee"),
    "responsible_unit": ("责任单位", "the responsible unit"),
    "self": ("本人", "the person"),
}
_PLATFORM = ("平台自动", "the platform")


def may(who: Who, actor: Actor, case: CaseState) -> bool:
    """Whether an actor is among those who may, for this case. The platform only where it is named."""
    if actor.is_platform:
        return who.platform
    if who.units & actor.selves():
        return True
    return permits(Rule(who.roles, who.relations), actor, case.subject)


def may_move(move: Move, actor: Actor, case: CaseState) -> bool:
    """Whether an actor may make a move, leaving aside what the move needs."""
    if actor.is_platform:
        return move.who.platform or bool(move.on_fact)
    return (
        may(move.who, actor, case)
        and done_before(case, move, actor.selves()) is None
        and not _of_unit(case, move, actor)
    )


def done_before(case: CaseState, move: Move, selves: Iterable[str]) -> str | None:
    """The move of ``not_who`` that one of these has made in this case, if any."""
    selves = frozenset(selves)
    return next((step.move for step in case.trail if step.move in move.not_who and step.by in selves), None)


def _of_unit(case: CaseState, move: Move, actor: Actor) -> bool:
    return move.not_unit and case.responsible_unit is not None and case.responsible_unit in actor.selves()


def moves_now(case: CaseState) -> tuple[str, ...]:
    """Moves that start where the case stands; none while it is joined to another."""
    return () if case.original_id else case.lifecycle.moves_from(case.state)


def moves_for(case: CaseState, actor: Actor) -> tuple[str, ...]:
    """Moves that an actor may make now."""
    return tuple(name for name in moves_now(case) if may_move(case.lifecycle.moves[name], actor, case))


def admit_move(case: CaseState, command: MoveCase, actor: Actor) -> None:
    """Refuse a move that is not this actor's, and say which are."""
    move = case.lifecycle.moves.get(command.move)
    if move is None or command.move not in moves_now(case):
        return  # the decision says what is possible
    if actor.is_platform:
        if not may_move(move, actor, case):
            raise not_yours(case, command.move, actor)
        return
    if command.happened_at is not None or command.on_behalf_of is not None or command.evidence:
        raise EVIDENCE_BY_PLATFORM("happened_at")
    if not may(move.who, actor, case):
        raise not_yours(case, command.move, actor)
    if _of_unit(case, move, actor):
        raise SAME_UNIT("move", unit=case.responsible_unit, move_zh=move.zh, move_en=move.en)
    refuse_same_hand(case, move, actor.selves())


def refuse_same_hand(case: CaseState, move: Move, selves: Iterable[str]) -> None:
    """Refuse who has made one of the moves that rule this one out for him."""
    before = done_before(case, move, selves)
    if before is not None:
        known = case.lifecycle.moves[before]
        raise SAME_HAND("move", before_zh=known.zh, before_en=known.en, move_zh=move.zh, move_en=move.en)


def admit_asking(case: CaseState, command: AskApproval, actor: Actor) -> None:
    """Refuse one who may not ask for this approval."""
    approval = case.lifecycle.approvals.get(command.approval)
    if approval is not None and not may(approval.asks, actor, case):
        raise _approval_not_yours(case, command.approval, approval.asks)


def admit_deciding(case: CaseState, command: DecideApproval | ResumeClock, actor: Actor) -> None:
    """Refuse one who may not decide, above all the one who asked."""
    asked = approval_of(case, command.approval_id)
    if asked is None:
        return
    approval = case.lifecycle.approvals[asked.approval]
    if isinstance(command, ResumeClock) and (actor.is_platform or may(approval.asks, actor, case)):
        return
    if not may(approval.decides, actor, case) or asked.asked_by in actor.selves():
        raise _approval_not_yours(case, asked.approval, approval.decides)


def approval_of(case: CaseState, approval_id: str) -> ApprovalState | None:
    """One approval of the case."""
    return next((one for one in case.approvals if one.approval_id == approval_id), None)


def _approval_not_yours(case: CaseState, name: str, who: Who) -> Refusal:
    approval = case.lifecycle.approvals[name]
    return APPROVAL_NOT_YOURS(
        "approval",
        approval_zh=approval.zh,
        approval_en=approval.en,
        who_zh=who_text(who, "zh"),
        who_en=who_text(who, "en"),
    )


def impossible(case: CaseState, name: str) -> Refusal:
    """The refusal of a move that does not start here: what is possible now, and for whom."""
    move = case.lifecycle.moves.get(name)
    state = case.lifecycle.states[case.state]
    return MOVE_IMPOSSIBLE(
        "move",
        state_zh=state.zh,
        state_en=state.en,
        move_zh=move.zh if move else name,
        move_en=move.en if move else name,
        **_possible(case, moves_now(case)),
    )


def not_yours(case: CaseState, name: str, actor: Actor) -> Refusal:
    """The refusal of a move to an actor who may not make it: for whom it is, and what he may do."""
    move = case.lifecycle.moves[name]
    return MOVE_NOT_YOURS(
        "move",
        move_zh=move.zh,
        move_en=move.en,
        who_zh=mover_text(move, "zh"),
        who_en=mover_text(move, "en"),
        **_possible(case, moves_for(case, actor)),
    )


def _possible(case: CaseState, names: Iterable[str]) -> dict[str, Any]:
    moves = [(name, case.lifecycle.moves[name]) for name in names]
    return {
        "possible": tuple(name for name, _ in moves),
        "possible_zh": "；".join(f"{move.zh}（{mover_text(move, 'zh')}）" for _, move in moves) or "无",
        "possible_en": "; ".join(f"{move.en} ({mover_text(move, 'en')})" for _, move in moves) or "nothing",
    }


def who_text(who: Who, language: Literal["zh", "en"]) -> str:
    """Name those who may, for people."""
    place = 0 if language == "zh" else 1
    names = [_ROLES.get(role, (role, role))[place] for role in sorted(who.roles)]
    names += [_RELATIONS.get(relation, (relation, relation))[place] for relation in sorted(who.relations)]
    names += sorted(who.units)
    if who.platform:
        names.append(_PLATFORM[place])
    return ("、" if language == "zh" else ", ").join(names) or ("无人" if language == "zh" else "nobody")


def mover_text(move: Move, language: Literal["zh", "en"]) -> str:
    """Name those who may make a move, for people."""
    who = Who(move.who.roles, move.who.relations, move.who.units, move.who.platform or bool(move.on_fact))
    return who_text(who, language)
