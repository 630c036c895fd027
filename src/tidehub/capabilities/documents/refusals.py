"""What documents refuse, and what to do about it."""

from __future__ import annotations

from tidehub.kernel.errors import refusal_kind

FIELD_MISSING = refusal_kind(
    "document_field_missing",
    zh="文书缺少“{zh}”",
    en="The document lacks '{en}'",
    do_zh="请补填该栏目后重新开具。",
    do_en="Fill this field in, then issue it again.",
)
FIELD_WRONG = refusal_kind(
    "document_field_wrong",
    zh="文书的“{zh}”不正确，应为 {expected}",
    en="'{en}' of the document is wrong: {expected} is expected",
    do_zh="请改正该栏目后重新开具。",
    do_en="Correct this field, then issue it again.",
)
FIELD_UNKNOWN = refusal_kind(
    "document_field_unknown",
    zh="文书没有“{name}”这一栏目",
    en="The document has no field '{name}'",
    do_zh="请删去该栏目，或改用有此栏目的模板。",
    do_en="Leave this field out, or use a template that has it.",
)
DOCUMENT_ID_TAKEN = refusal_kind(
    "document_id_taken",
    zh="文书 {document_id} 已以不同内容开具",
    en="The document {document_id} was issued with another content",
    do_zh="请用更正功能开具新版本。",
    do_en="Correct it by a new version.",
)
DOCUMENT_EXISTS = refusal_kind(
    "document_exists",
    zh="此事项已有有效文书 {number}",
    en="A valid document exists for this already: {number}",
    do_zh="请核对该文书；内容有误时请更正或作废后重开。",
    do_en="Look at it; where it is wrong, correct or withdraw it first.",
)
DOCUMENT_NOT_VALID = refusal_kind(
    "document_not_valid",
    zh="文书 {number} 已{status}，不能再改",
    en="The document {number} is {status} and changes no more",
    do_zh="请对现行版本办理。",
    do_en="Work on the version that holds.",
)
NUMBER_NOT_RESERVED = refusal_kind(
    "document_number_not_reserved",
    zh="编号 {number} 未预留给设备 {device_id}",
    en="The number {number} is not reserved for the device {device_id}",
    do_zh="离线文书只能使用该设备预留的编号，请核对。",
    do_en="A paper made out of reach bears a number reserved for its device; check it.",
)
NUMBER_USED = refusal_kind(
    "document_number_used",
    zh="编号 {number} 已用于内容不同的文书",
    en="The number {number} stands on a paper with another content",
    do_zh="请保留两份纸质文书并报告值班员。",
    do_en="Keep both papers and report to the duty officer.",
)
NUMBER_VOID = refusal_kind(
    "document_number_void",
    zh="编号 {number} 已交回作废",
    en="The number {number} was given back and is void",
    do_zh="请报告值班员，由其重新开具。",
    do_en="Report to the duty officer, who issues it anew.",
)
RANGE_TAKEN = refusal_kind(
    "document_range_taken",
    zh="号段 {range_id} 已按其他条件预留",
    en="The range {range_id} was reserved on other terms",
    do_zh="请为新的预留使用新的号段标识。",
    do_en="Give a new reservation a new id.",
)
RANGE_COUNT_WRONG = refusal_kind(
    "document_range_count_wrong",
    zh="一次可预留 1 至 {most} 个编号",
    en="Between 1 and {most} numbers can be reserved at once",
    do_zh="请减少数量。",
    do_en="Ask for fewer.",
)
RENDERING_DIFFERS = refusal_kind(
    "document_rendering_differs",
    zh="文书 {number} 重新生成的文件与首次不一致",
    en="The file of the document {number} came out different from the first time",
    do_zh="请检查模板与字体版本是否被改动。",
    do_en="Check whether template or fonts were changed.",
)
REGION_MISSING = refusal_kind(
    "document_region_missing",
    zh="开具文书需要行政区划代码",
    en="A document needs the code of the region",
    do_zh="请填写至少 {digits} 位的行政区划代码。",
    do_en="Give the code with at least {digits} digits.",
)
