"""What cases refuse, why, and what to do."""

from __future__ import annotations

from tidehub.kernel.errors import refusal_kind

CASE_EXISTS = refusal_kind(
    "case_exists",
    zh="案件 {case_id} 已经立案",
    en="The case {case_id} has been opened already",
    do_zh="请打开该案件继续办理。",
    do_en="Open that case and go on with it.",
)
MOVE_IMPOSSIBLE = refusal_kind(
    "move_impossible",
    zh="案件处于“{state_zh}”，不能“{move_zh}”。现在可以：{possible_zh}",
    en="The case is in '{state_en}' and cannot make '{move_en}'. Possible now: {possible_en}",
    do_zh="请选择现在可以办理的环节，或请有权限的岗位办理。",
    do_en="Choose one of the moves possible now, or ask a post that may make it.",
)
MOVE_NOT_YOURS = refusal_kind(
    "move_not_yours",
    zh="“{move_zh}”应由{who_zh}办理。您现在可以：{possible_zh}",
    en="'{move_en}' is for {who_en}. You may now: {possible_en}",
    do_zh="请由所列岗位或单位办理。",
    do_en="Let one of those named do it.",
    category="forbidden",
)
SAME_HAND = refusal_kind(
    "same_hand",
    zh="您办理过“{before_zh}”，不能再由您“{move_zh}”",
    en="You made '{before_en}' in this case, so '{move_en}' is for somebody else",
    do_zh="核查、结案须由他人办理。",
    do_en="Let somebody else check or close it.",
    category="forbidden",
)
SAME_UNIT = refusal_kind(
    "same_unit",
    zh="处置单位 {unit} 不能“{move_zh}”自己办理的案件",
    en="The unit {unit} handles this case and may not make '{move_en}'",
    do_zh="请由监督一方办理。",
    do_en="Let the supervising side do it.",
    category="forbidden",
)
MOVE_NEEDS = refusal_kind(
    "move_needs",
    zh="“{move_zh}”还缺：{missing}",
    en="'{move_en}' still needs: {missing}",
    do_zh="请补齐后再提交。",
    do_en="Add it and try again.",
)
MOVE_CONDITION = refusal_kind(
    "move_condition",
    zh="案件不满足“{move_zh}”的条件：{condition}",
    en="The case does not meet the condition of '{move_en}': {condition}",
    do_zh="请核对案件内容。",
    do_en="Check what the case says.",
)
MOVE_TOO_OFTEN = refusal_kind(
    "move_too_often",
    zh="“{move_zh}”最多 {max_times} 次，已用完",
    en="'{move_en}' may be made {max_times} times at most, and was",
    do_zh="请报值班长裁定。",
    do_en="Ask the shift leader for a ruling.",
)
WINDOW_OVER = refusal_kind(
    "window_over",
    zh="“{move_zh}”的期限已于 {until} 届满",
    en="The time for '{move_en}' was over at {until}",
    do_zh="请作为新的诉求上报。",
    do_en="Report it anew.",
)
CHILDREN_OPEN = refusal_kind(
    "children_open",
    zh="还有 {count} 件子案件没有办结",
    en="{count} parts of it are not closed",
    do_zh="请先办结子案件。",
    do_en="Close them first.",
)
CASE_MOVED_ON = refusal_kind(
    "case_moved_on",
    zh="案件已不在“{expected}”，而在“{state_zh}”",
    en="The case is no longer in '{expected}' but in '{state_en}'",
    do_zh="请刷新后重试。",
    do_en="Reload and try again.",
    category="conflict",
)
CASE_IS_JOINED = refusal_kind(
    "case_is_joined",
    zh="案件已并入 {original_id}",
    en="The case is joined to {original_id}",
    do_zh="请到该案件办理，或先撤销并案。",
    do_en="Go on with that case, or undo the joining first.",
)
CASE_IS_CLOSED = refusal_kind(
    "case_is_closed",
    zh="案件已结案",
    en="The case is closed",
    do_zh="如需继续办理，请先重开。",
    do_en="Reopen it first if there is more to do.",
)
EVIDENCE_BY_PLATFORM = refusal_kind(
    "evidence_by_platform",
    zh="事发时间只能由现场证据给出",
    en="Only evidence from the field can say when it happened",
    do_zh="请去掉该时间；时限按证据自动计算。",
    do_en="Leave that instant out; clocks count by the evidence.",
    category="forbidden",
)
APPROVAL_UNKNOWN = refusal_kind(
    "approval_unknown",
    zh="本流程没有“{approval}”这一审批",
    en="The lifecycle has no approval '{approval}'",
    do_zh="可以申请：{possible}",
    do_en="There are: {possible}",
)
APPROVAL_NOT_YOURS = refusal_kind(
    "approval_not_yours",
    zh="“{approval_zh}”应由{who_zh}办理",
    en="'{approval_en}' is for {who_en}",
    do_zh="请由所列岗位或单位办理。",
    do_en="Let one of those named do it.",
    category="forbidden",
)
APPROVAL_NOT_NOW = refusal_kind(
    "approval_not_now",
    zh="现在不能申请“{approval_zh}”：{problem_zh}",
    en="'{approval_en}' cannot be asked for now: {problem_en}",
    do_zh="请核对案件状态和时限。",
    do_en="Check the state and the clocks of the case.",
)
APPROVAL_LIMIT = refusal_kind(
    "approval_limit",
    zh="“{approval_zh}”最多 {limit} 次，已用完",
    en="'{approval_en}' may be had {limit} times at most, and was",
    do_zh="请继续办理，或报值班长裁定。",
    do_en="Go on with the case, or ask the shift leader for a ruling.",
)
APPROVAL_OVER_ASKED = refusal_kind(
    "approval_over_asked",
    zh="“{approval_zh}”超过一次可批的最大时长",
    en="'{approval_en}' is more than one grant may give",
    do_zh="请缩短后再提交。",
    do_en="Shorten it and try again.",
)
APPROVAL_NOT_OPEN = refusal_kind(
    "approval_not_open",
    zh="该审批 {approval_id} 不存在或已办结",
    en="The approval {approval_id} does not exist or is decided",
    do_zh="请刷新后查看结果。",
    do_en="Reload to see what was decided.",
)
JOIN_IMPOSSIBLE = refusal_kind(
    "join_impossible",
    zh="不能并案：{problem_zh}",
    en="The cases cannot be joined: {problem_en}",
    do_zh="请核对两件案件。",
    do_en="Check both cases.",
)
SPLIT_EMPTY = refusal_kind(
    "split_empty",
    zh="拆分至少要有两个部分，编号各不相同",
    en="A split has two parts at least, with ids of their own",
    do_zh="请补充部分。",
    do_en="Name the parts.",
)
DURATION_MISSING = refusal_kind(
    "duration_missing",
    zh="没有写明延长多久",
    en="It does not say by how much",
    do_zh="请填写正整数的数量和单位（minute、hour、day、emergency_hour、work_hour、work_day）。",
    do_en="Give a positive amount and a unit: minute, hour, day, emergency_hour, work_hour or work_day.",
)
