"""What the field refuses. A conflict from a device out of reach is kept for the duty officer instead."""

from __future__ import annotations

from tidehub.kernel.errors import refusal_kind

NOT_YOUR_JOB = refusal_kind(
    "not_your_job",
    zh="派单 {job_id} 现在不由 {unit_id} 承担（{state}）",
    en="The job {job_id} is not with {unit_id} now ({state})",
    do_zh="请刷新任务列表；已做的工作请向值班员说明。",
    do_en="Reload your list; tell the duty officer what you have done already.",
    category="conflict",
)
JOB_OF_OTHER_CASE = refusal_kind(
    "job_of_other_case",
    zh="派单 {job_id} 属于案件 {case_id}",
    en="The job {job_id} belongs to the case {case_id}",
    do_zh="请核对案件编号。",
    do_en="Check the number of the case.",
)
JOB_NOT_ACCEPTED = refusal_kind(
    "job_not_accepted",
    zh="派单 {job_id} 尚未接单",
    en="The job {job_id} has not been accepted",
    do_zh="请先接单。",
    do_en="Accept it first.",
    category="conflict",
)
JOB_ACCEPTED_ALREADY = refusal_kind(
    "job_accepted_already",
    zh="派单 {job_id} 已接单，不能再拒绝",
    en="The job {job_id} has been accepted and can no longer be declined",
    do_zh="如无法完成，请用“中止”并说明原因。",
    do_en="If it cannot be done, abort it and say why.",
    category="conflict",
)
JOB_DONE = refusal_kind(
    "job_done",
    zh="派单 {job_id} 已完成",
    en="The job {job_id} is done",
    do_zh="如记录有误，请联系值班员更正。",
    do_en="If a record is wrong, ask the duty officer for a correction.",
    category="conflict",
)
REASON_MISSING = refusal_kind(
    "reason_missing",
    zh="需要说明原因",
    en="A reason is needed",
    do_zh="请填写原因。",
    do_en="Say why.",
)
NOT_ARRIVED = refusal_kind(
    "not_arrived",
    zh="尚未到达现场，不能称重或签字",
    en="Nothing can be measured or signed before the arrival",
    do_zh="请先到达，或点“已到达”。",
    do_en="Arrive first, or say that you are there.",
    category="conflict",
)
KIND_UNKNOWN = refusal_kind(
    "kind_unknown",
    zh="此任务没有类别“{kind}”",
    en="This job knows no kind '{kind}'",
    do_zh="请从任务单列出的类别中选择。",
    do_en="Choose one of the kinds on the job sheet.",
)
LINE_OF_OTHER_KIND = refusal_kind(
    "line_of_other_kind",
    zh="明细 {line_id} 申报的是“{declared}”，不是“{kind}”",
    en="The line {line_id} was declared as '{declared}', not '{kind}'",
    do_zh="请另记一条明细，或拒收原明细。",
    do_en="Record a line of its own, or refuse the declared one.",
)
AMOUNT_NOT_POSITIVE = refusal_kind(
    "amount_not_positive",
    zh="数量必须大于零",
    en="The amount must be above zero",
    do_zh="没有收到的，请记为拒收并说明原因。",
    do_en="What was not taken is recorded as refused, with the reason.",
)
UNIT_NOT_TAKEN = refusal_kind(
    "unit_not_taken",
    zh="“{kind}”不能用单位 {unit} 计量",
    en="'{kind}' cannot be measured in {unit}",
    do_zh="可用单位：{allowed}。",
    do_en="Units that can be used: {allowed}.",
)
BASIS_NOT_TAKEN = refusal_kind(
    "basis_not_taken",
    zh="“{kind}”的计量方式 {basis} 不被接受",
    en="'{kind}' is not taken on the basis {basis}",
    do_zh="可用方式：{allowed}。",
    do_en="Bases that can be used: {allowed}.",
)
INSTRUMENT_MISSING = refusal_kind(
    "instrument_missing",
    zh="称重或计量需要注明仪器和检定日期",
    en="A weighed or metered amount needs its instrument and the day of its calibration",
    do_zh="请扫描秤或流量计上的编号。",
    do_en="Scan the number on the scale or meter.",
)
CALIBRATION_TOO_OLD = refusal_kind(
    "calibration_too_old",
    zh="仪器 {instrument} 的检定已过 {age} 天，超过 {limit} 天",
    en="The instrument {instrument} was calibrated {age} days ago, the limit is {limit}",
    do_zh="请换用检定有效的仪器。",
    do_en="Use an instrument whose calibration is valid.",
)
TARE_MISMATCH = refusal_kind(
    "tare_mismatch",
    zh="毛重 {gross_g} 克减皮重 {tare_g} 克不等于净重 {net_g} 克",
    en="Gross {gross_g} g less tare {tare_g} g is not the net {net_g} g",
    do_zh="请重新读数。",
    do_en="Read the scale again.",
)
PHOTOS_MISSING = refusal_kind(
    "photos_missing",
    zh="需要 {needed} 张照片，现有 {given} 张",
    en="{needed} photos are needed, there are {given}",
    do_zh="请拍照后重试。",
    do_en="Take them and try again.",
)
HASH_INVALID = refusal_kind(
    "hash_invalid",
    zh="“{value}”不是 SHA-256",
    en="'{value}' is no SHA-256",
    do_zh="应为 64 位小写十六进制。",
    do_en="It has 64 lower-case hexadecimal digits.",
)
MEDIA_NOT_TAKEN = refusal_kind(
    "media_not_taken",
    zh="不接受 {media_type} 类型的证据",
    en="Evidence of the type {media_type} is not taken",
    do_zh="请提交照片或视频。",
    do_en="Send a photo or a video.",
    category="unsupported",
)
MEASURED_ALREADY = refusal_kind(
    "measured_already",
    zh="明细 {line_id} 已有第 {version} 版计量",
    en="The line {line_id} has a measure already, version {version}",
    do_zh="如需更改，请作为第 {version} 版的更正提交并说明原因。",
    do_en="To change it, send a correction of version {version} with the reason.",
    category="conflict",
)
MEASURE_CHANGED = refusal_kind(
    "measure_changed",
    zh="明细 {line_id} 的计量现为第 {version} 版，不是第 {corrects} 版",
    en="The measure of line {line_id} is at version {version}, not {corrects}",
    do_zh="请查看最新版本后重新更正。",
    do_en="Look at the latest version and correct that.",
    category="conflict",
)
LINE_REFUSED = refusal_kind(
    "line_refused",
    zh="明细 {line_id} 已拒收",
    en="The line {line_id} was refused",
    do_zh="请另记一条明细。",
    do_en="Record a line of its own.",
    category="conflict",
)
SIGNED_ALREADY = refusal_kind(
    "signed_already",
    zh="双方已签字，计量不能再改",
    en="Both sides have signed; the measures stand",
    do_zh="有异议请联系值班员，按争议办理。",
    do_en="If it is wrong, ask the duty officer to open a dispute.",
    category="conflict",
)
PARTY_UNKNOWN = refusal_kind(
    "party_unknown",
    zh="此任务没有签字方“{party}”",
    en="This job has no party '{party}' to sign",
    do_zh="签字方为：{allowed}。",
    do_en="Those who sign are: {allowed}.",
)
NOTHING_TO_SIGN = refusal_kind(
    "nothing_to_sign",
    zh="还没有可签字的计量",
    en="There is nothing measured to sign for",
    do_zh="请先计量或登记拒收。",
    do_en="Measure, or record the refusal, first.",
    category="conflict",
)
SIGNATURES_MISSING = refusal_kind(
    "signatures_missing",
    zh="还缺签字：{missing}",
    en="Signatures are missing: {missing}",
    do_zh="请双方在最新的计量上签字。",
    do_en="Have both sides sign for the latest measures.",
    category="conflict",
)
MEASURES_MISSING = refusal_kind(
    "measures_missing",
    zh="至少需要 {needed} 项计量或拒收，现有 {given} 项",
    en="At least {needed} measures or refusals are needed, there are {given}",
    do_zh="请计量，或登记拒收。",
    do_en="Measure, or record a refusal.",
    category="conflict",
)
EVIDENCE_MISSING = refusal_kind(
    "evidence_missing",
    zh="还缺证据“{label}”：需要 {needed} 份，现有 {given} 份",
    en="Evidence '{label}' is missing: {needed} needed, {given} there",
    do_zh="请补拍后再完成。",
    do_en="Take it, then complete the job.",
    category="conflict",
)
LINES_REMAIN = refusal_kind(
    "lines_remain",
    zh="还有明细未计量也未拒收：{lines}",
    en="Lines are neither measured nor refused: {lines}",
    do_zh="请处理这些明细，或选择“部分完成”并说明原因。",
    do_en="Deal with them, or complete the job in part and say why.",
    category="conflict",
)
DEVICE_SEQ_REUSED = refusal_kind(
    "device_seq_reused",
    zh="设备 {device_id} 的序号 {device_seq} 已用于另一条记录",
    en="The number {device_seq} of device {device_id} was used for another record",
    do_zh="请更新终端程序；该记录未保存，请用新序号重发。",
    do_en="Update the terminal; this record was not kept, send it again under a new number.",
    category="conflict",
)
NOTHING_LANDED = refusal_kind(
    "nothing_landed",
    zh="卸载单没有明细",
    en="The landing has no lines",
    do_zh="请按类别填写岸上称重。",
    do_en="Give the quay weighing by kind.",
)
