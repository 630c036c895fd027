"""What messages refuse, and what to do about it."""

from __future__ import annotations

from tidehub.kernel.errors import refusal_kind

TEMPLATE_UNKNOWN = refusal_kind(
    "message_template_unknown",
    zh="没有消息模板“{template}”",
    en="No message template '{template}'",
    do_zh="请核对模板键名，或安装提供它的场景包。",
    do_en="Check the key, or install the pack that brings it.",
    category="missing",
)
PARAM_MISSING = refusal_kind(
    "message_param_missing",
    zh="消息“{template}”缺少参数：{names}",
    en="The message '{template}' lacks parameters: {names}",
    do_zh="请补齐参数。",
    do_en="Give a text for each placeholder.",
)
CHANNEL_UNKNOWN = refusal_kind(
    "message_channel_unknown",
    zh="没有消息渠道“{channel}”",
    en="No message channel '{channel}'",
    do_zh="可用渠道：push、sms、mail、inbox。",
    do_en="Channels are push, sms, mail, inbox.",
)
DEDUPE_KEY_MISSING = refusal_kind(
    "message_dedupe_key_missing",
    zh="消息没有去重键",
    en="The message has no key against repetition",
    do_zh="请给出一个能代表此事的键。",
    do_en="Give a key that stands for this one occasion.",
)
PUSH_ADDRESS_WRONG = refusal_kind(
    "push_address_wrong",
    zh="推送订阅不正确：{problem}",
    en="The push subscription is wrong: {problem}",
    do_zh="请在浏览器中重新订阅。",
    do_en="Subscribe again in the browser.",
)
MESSAGE_ON_ITS_WAY = refusal_kind(
    "message_on_its_way",
    zh="消息还在发送中",
    en="The message is still on its way",
    do_zh="请等它送达或失败后再重发。",
    do_en="Wait until it has arrived or failed, then send it again.",
    category="conflict",
)
RESEND_REASON_MISSING = refusal_kind(
    "message_resend_reason_missing",
    zh="重发消息需要写明原因",
    en="Sending a message again needs a reason",
    do_zh="请填写重发原因。",
    do_en="Say why it is sent again.",
)
