"""What dispatch refuses. Whatever another was quicker at is a conflict, after which the flow looks again."""

from __future__ import annotations

from tidehub.kernel.errors import refusal_kind

JOB_TAKEN = refusal_kind(
    "job_taken",
    zh="派单 {job_id} 已不在等待（{state}）",
    en="The job {job_id} no longer waits ({state})",
    do_zh="请刷新后查看由谁承担；要换人请用改派。",
    do_en="Reload to see who has it; to change that, reassign it.",
    category="conflict",
)
JOB_OVER = refusal_kind(
    "job_over",
    zh="此派单已结束（{state}）",
    en="This job is over ({state})",
    do_zh="如仍需派人，请在案件中新建派单。",
    do_en="If somebody is still needed, call out anew in the case.",
    category="conflict",
)
JOB_WITH_OTHER_CASE = refusal_kind(
    "job_with_other_case",
    zh="派单 {job_id} 属于案件 {case_id}",
    en="The job {job_id} belongs to the case {case_id}",
    do_zh="请核对案件编号。",
    do_en="Check the number of the case.",
)
UNIT_HAS_OFFER = refusal_kind(
    "unit_has_offer",
    zh="{unit_id} 正在被询问派单 {job_id}",
    en="{unit_id} is being asked about the job {job_id}",
    do_zh="请等它答复，或另选一支队伍。",
    do_en="Wait for its answer or choose another unit.",
    category="conflict",
)
UNIT_BUSY = refusal_kind(
    "unit_busy",
    zh="{unit_id} 正在执行派单 {job_id}",
    en="{unit_id} is busy with the job {job_id}",
    do_zh="请等它完成，作为下一单排队，或另选一支队伍。",
    do_en="Wait until it is free, queue the job after it, or choose another unit.",
    category="conflict",
)
UNIT_HELD = refusal_kind(
    "unit_held",
    zh="{unit_id} 留作备勤：{why}",
    en="{unit_id} is held in reserve: {why}",
    do_zh="请先解除备勤，或另选一支队伍。",
    do_en="Release it first or choose another unit.",
    category="conflict",
)
UNIT_REFUSED_BEFORE = refusal_kind(
    "unit_refused_before",
    zh="{unit_id} 已拒绝过此单：{why}",
    en="{unit_id} has refused this job before: {why}",
    do_zh="同一派单不会再次派给拒绝过的队伍，请另选。",
    do_en="A job is never given to a unit that has refused it; choose another.",
    category="conflict",
)
UNIT_FORBIDDEN = refusal_kind(
    "unit_forbidden",
    zh="值班员已排除由 {unit_id} 承担此单：{why}",
    en="The duty officer has ruled {unit_id} out for this job: {why}",
    do_zh="请先解除排除，或另选一支队伍。",
    do_en="Allow it again first or choose another unit.",
    category="conflict",
)
UNIT_NEAR_SCENE = refusal_kind(
    "unit_near_scene",
    zh="{unit_id} 再过 {near_s} 秒即可到场，此时不宜改派",
    en="{unit_id} will be there in {near_s} s: it is not redirected so close to the scene",
    do_zh="如确需改派，请再次确认（despite_near）。",
    do_en="If it must be, confirm it once more (despite_near).",
    category="conflict",
)
UNIT_ON_SCENE = refusal_kind(
    "unit_on_scene",
    zh="{unit_id} 已到现场，不能改派",
    en="{unit_id} is on the scene; the job cannot be given to another now",
    do_zh="请让该队伍退回此单，或为案件另派一单。",
    do_en="Let the unit give the job back, or call out another for the case.",
    category="conflict",
)
UNIT_NOT_PINNED = refusal_kind(
    "unit_not_pinned",
    zh="此单已指定由 {pinned} 承担，不能派给 {unit_id}",
    en="This job is fixed to {pinned} and cannot be given to {unit_id}",
    do_zh="请先解除指定。",
    do_en="Take the pin out first.",
    category="conflict",
)
UNIT_NOT_RANKED = refusal_kind(
    "unit_not_ranked",
    zh="{unit_id} 不在可派的队伍中",
    en="{unit_id} is not among the units that could go",
    do_zh="请从列出的队伍中选择，或用改派并说明理由。",
    do_en="Choose one of those listed, or reassign the job and say why.",
)
OVERRIDE_NEEDS_REASON = refusal_kind(
    "override_needs_reason",
    zh="不采用排在第一的 {first}，需要说明理由",
    en="Not taking {first}, the first of the ranking, needs a reason",
    do_zh="请填写理由，例如“桥已封”或“船员熟悉该泊位”。",
    do_en="Say why, for instance 'bridge closed' or 'the crew know this berth'.",
)
NOT_PROPOSED = refusal_kind(
    "not_proposed",
    zh="此派单没有待批的建议（{state}）",
    en="This job has no proposal to approve ({state})",
    do_zh="请刷新后重试。",
    do_en="Reload and try again.",
    category="conflict",
)
