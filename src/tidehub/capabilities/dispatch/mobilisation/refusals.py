"""What is refused about a team case."""

from __future__ import annotations

from tidehub.kernel.errors import refusal_kind

NO_SLOTS = refusal_kind(
    "no_slots",
    zh="没有写明需要哪些队伍，或有两支同名",
    en="No team is wanted, or two have the same name",
    do_zh="请在 slots 中逐一写明队伍，slot_id 各不相同；或在 dispatch.yaml 的 teams 中配置。",
    do_en="Name each team in slots with a slot_id of its own, or set them in teams of dispatch.yaml.",
)
MOBILISATION_OVER = refusal_kind(
    "mobilisation_over",
    zh="此次联合调度已结束",
    en="This call-out of teams is over",
    do_zh="无需再办理；如仍需队伍，请重新发起。",
    do_en="Nothing is left to do; call out anew if teams are still needed.",
    category="conflict",
)
SLOT_TAKEN = refusal_kind(
    "slot_taken",
    zh="{slot_id} 已由 {unit_id} 承担，感谢支援",
    en="{slot_id} has been taken by {unit_id}; thank you",
    do_zh="无需再出队。",
    do_en="Your unit is not needed any more.",
    category="conflict",
)
UNIT_IN_OTHER_SLOT = refusal_kind(
    "unit_in_other_slot",
    zh="{unit_id} 已承担此次调度的另一任务",
    en="{unit_id} has another slot of this call-out",
    do_zh="请另派一支队伍。",
    do_en="Lend another unit.",
    category="conflict",
)
CONSENT_OVER = refusal_kind(
    "consent_over",
    zh="对 {unit_id} 的商请已有结果（{state}）",
    en="What was asked about {unit_id} has been answered ({state})",
    do_zh="请刷新后查看；如需改变，请联系发起方。",
    do_en="Reload to see; to change it, speak to whoever called.",
    category="conflict",
)
CONSENT_NEEDS_REASON = refusal_kind(
    "consent_needs_reason",
    zh="不同意出借需说明理由",
    en="Not lending a unit needs a reason",
    do_zh="请填写理由，例如“正在处置其他警情”。",
    do_en="Say why, for instance 'busy with another call'.",
)
