"""Everything that intake refuses, and why."""

from __future__ import annotations

from tidehub.kernel.errors import refusal_kind

CATALOGUE_INVALID = refusal_kind(
    "catalogue_invalid",
    zh="服务目录 {where} 有误：{problem}",
    en="The catalogue {where} is wrong: {problem}",
    do_zh="请改正场景包中的这一处。",
    do_en="Correct this place in the pack.",
)
SERVICE_UNKNOWN = refusal_kind(
    "service_unknown",
    zh="没有编号为“{service_code}”的服务",
    en="There is no service with the code '{service_code}'",
    do_zh="请从服务目录中选择。",
    do_en="Choose one from the catalogue.",
)
SERVICE_NOT_OFFERED = refusal_kind(
    "service_not_offered",
    zh="服务“{service_code}”目前不受理",
    en="The service '{service_code}' is not offered at present",
    do_zh="请查看服务的起止日期。",
    do_en="See from when to when it is offered.",
)
ANSWER_MISSING = refusal_kind(
    "answer_missing",
    zh="“{label_zh}”必须填写",
    en="'{label_en}' must be answered",
    do_zh="请填写后重新提交。",
    do_en="Answer it and send again.",
)
ANSWER_UNKNOWN = refusal_kind(
    "answer_unknown",
    zh="表单没有“{name}”这一项",
    en="The form has no field '{name}'",
    do_zh="请按服务的表单填写。",
    do_en="Answer the fields of the service's form.",
)
ANSWER_WRONG = refusal_kind(
    "answer_wrong",
    zh="“{label_zh}”应为{wanted_zh}",
    en="'{label_en}' must be {wanted_en}",
    do_zh="请改正后重新提交。",
    do_en="Correct it and send again.",
)
ANSWER_OUT_OF_RANGE = refusal_kind(
    "answer_out_of_range",
    zh="“{label_zh}”应在 {minimum} 到 {maximum} {unit} 之间",
    en="'{label_en}' must lie between {minimum} and {maximum} {unit}",
    do_zh="请核对数值和单位。",
    do_en="Check the number and its unit.",
)
ANSWER_NOT_OFFERED = refusal_kind(
    "answer_not_offered",
    zh="“{label_zh}”不能选“{given}”",
    en="'{given}' cannot be chosen for '{label_en}'",
    do_zh="可选：{offered}。",
    do_en="Choose one of: {offered}.",
)
ANSWER_TOO_LONG = refusal_kind(
    "answer_too_long",
    zh="“{label_zh}”最多 {max} 个字",
    en="'{label_en}' takes at most {max} characters",
    do_zh="请缩短后重新提交。",
    do_en="Shorten it and send again.",
)
LINES_COUNT = refusal_kind(
    "lines_count",
    zh="“{label_zh}”应有 {min} 到 {max} 行",
    en="'{label_en}' takes {min} to {max} lines",
    do_zh="请增减行数。",
    do_en="Add or remove lines.",
)
PLACE_MISSING = refusal_kind(
    "place_missing",
    zh="请说明地点",
    en="The place is missing",
    do_zh="请提供坐标、地点编号或地址之一。",
    do_en="Give a position, a place or an address.",
)
OUTSIDE_JURISDICTION = refusal_kind(
    "outside_jurisdiction",
    zh="该地点不在本平台的管辖范围内",
    en="The place lies outside the platform's jurisdictions",
    do_zh="请核对坐标，或向当地受理部门反映。",
    do_en="Check the position, or report it where the place belongs.",
)
REPORTER_MISSING = refusal_kind(
    "reporter_missing",
    zh="此项服务不受理匿名报件",
    en="This service takes no anonymous reports",
    do_zh="请登录，或留下电话或邮箱。",
    do_en="Sign in, or leave a telephone number or mail address.",
)
MEDIA_MISSING = refusal_kind(
    "media_missing",
    zh="没有收到文件 {sha256}",
    en="The file {sha256} has not been stored",
    do_zh="请先上传文件，再引用其 SHA-256。",
    do_en="Upload the file first, then refer to it by its SHA-256.",
)
SAME_UNKNOWN = refusal_kind(
    "same_unknown",
    zh="要加入的报件不存在、不公开或已办结",
    en="The report to join does not exist, is not public or is closed",
    do_zh="请另行提交报件。",
    do_en="Make a report of your own.",
    category="conflict",
)
SAME_TOO_FAR = refusal_kind(
    "same_too_far",
    zh="要加入的报件在 {away_m} 米外，或属于另一类事项",
    en="The report to join is {away_m} m away, or about another class of matter",
    do_zh="同一件事一般在 {radius_m} 米以内；请核对位置，或另行提交报件。",
    do_en="The same matter lies within {radius_m} m; check the place, or make a report of your own.",
)
COMMENT_MISSING = refusal_kind(
    "comment_missing",
    zh="请说明哪里没有办好",
    en="Say what is still wrong",
    do_zh="写一句话即可，承办单位据此重办。",
    do_en="One sentence is enough; the unit goes by it.",
)
KEY_REUSED = refusal_kind(
    "key_reused",
    zh="编号“{key}”已用于另一内容",
    en="The key '{key}' was used for another body",
    do_zh="新的内容请使用新的编号；重复发送请保持内容不变。",
    do_en="Use a new key for what is new; send the very same body to repeat.",
    category="conflict",
)
TEXT_UNFIT = refusal_kind(
    "text_unfit",
    zh="内容含有不允许的空字符（U+0000）",
    en="The content holds the character U+0000, which is not allowed",
    do_zh="请去掉该字符后重新发送。",
    do_en="Remove the character and send again.",
)
REPORT_WITHDRAWN = refusal_kind(
    "report_withdrawn",
    zh="报件 {report_id} 已撤回",
    en="The report {report_id} was withdrawn",
    do_zh="如仍需要，请重新提交。",
    do_en="Make a new report if it is still needed.",
    category="conflict",
)
REPORT_CLOSED = refusal_kind(
    "report_closed",
    zh="报件 {report_id} 已办结",
    en="The report {report_id} is closed",
    do_zh="如问题仍在，请评价为“未解决”。",
    do_en="If the matter is not put right, rate it so.",
    category="conflict",
)
REPORT_OPEN = refusal_kind(
    "report_open",
    zh="报件 {report_id} 尚未办结，不能评价",
    en="The report {report_id} is not closed yet and cannot be rated",
    do_zh="请在办结后评价。",
    do_en="Rate it when it is closed.",
    category="conflict",
)
ALREADY_RATED = refusal_kind(
    "already_rated",
    zh="报件 {report_id} 已评价",
    en="The report {report_id} is rated already",
    do_zh="再次办结后可再次评价。",
    do_en="It may be rated again when it is closed again.",
    category="conflict",
)
TOKEN_UNKNOWN = refusal_kind(
    "tracking_token_unknown",
    zh="查询码无效",
    en="The tracking token is not valid",
    do_zh="请核对受理时给出的查询码。",
    do_en="Check the token that was given on acceptance.",
    category="missing",
)
