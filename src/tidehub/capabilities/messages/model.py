"""Message templates as data of a pack, and what the platform knows of a message and of who gets it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from tidehub.kernel.errors import Language, refusal_kind

Channel = Literal["push", "sms", "mail", "inbox"]
MessageState = Literal["queued", "delivered", "failed"]
CHANNELS: tuple[Channel, ...] = ("push", "sms", "mail", "inbox")
SMS_CHARACTERS_MAX = 500
"""Longer than this no Chinese gateway takes in one order (a common limit; gateways differ)."""

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_KEY = re.compile(r"[a-z][a-z0-9_.]*")

MESSAGE_TEMPLATE_WRONG = refusal_kind(
    "message_template_wrong",
    zh="消息模板“{key}”不正确：{problem}",
    en="The message template '{key}' is wrong: {problem}",
    do_zh="请使 messages/zh-CN.yaml 与 en.yaml 键名和占位符一致。",
    do_en="Give messages/zh-CN.yaml and en.yaml the same keys and placeholders.",
)


class MessageText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message in one language; ``sms`` is the short form, the body where there is none."""

    subject: str
    body: str
    sms: str = ""

    @property
    def short(self) -> str:
        """What goes by SMS."""
        return self.sms or self.body


class MessageTemplate(msgspec.Struct, frozen=True):
    """A message in both languages, with the placeholders it needs."""

    key: str
    zh: MessageText
    en: MessageText
    placeholders: frozenset[str]


class PushAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a browser takes web push (RFC 8030) and the keys it decrypts with (RFC 8291), base64url."""

    endpoint: str
    p256dh: str
    auth: str


class Contact(msgspec.Struct, frozen=True):
    """How somebody is reached.

    Parameters
    ----------
    channels
        In the person's own order; a channel left out is not wanted. ``inbox`` always works.
    """

    person_id: str
    language: Language = "zh"
    channels: tuple[str, ...] = CHANNELS
    phone: str = ""
    mail: str = ""
    push: tuple[PushAddress, ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message as the tables keep it."""

    message_id: str
    to: str
    template: str
    case_id: str
    channels: tuple[str, ...]
    every_channel: bool
    texts: dict[str, MessageText]
    state: MessageState
    done: tuple[str, ...]
    reached: int
    queued_at: datetime
    read_at: datetime | None = None
    region_code: str = ""
    attempt: int = 1


def read_messages(zh: Mapping[str, Any], en: Mapping[str, Any], where: str) -> dict[str, MessageTemplate]:
    """Read ``messages/zh-CN.yaml`` and ``messages/en.yaml``: same keys, same placeholders, nothing empty.

    Raises
    ------
    Refusal
        ``message_template_wrong``, naming the key.
    """
    templates = {}
    for key in sorted(set(zh) | set(en)):
        if key not in zh or key not in en:
            raise MESSAGE_TEMPLATE_WRONG(key, key=key, problem=f"{where}: {'en' if key in zh else 'zh-CN'} - missing")
        if not _KEY.fullmatch(key):
            raise MESSAGE_TEMPLATE_WRONG(key, key=key, problem=f"{where}: lower_snake")
        texts = {}
        for language, raw in (("zh", zh[key]), ("en", en[key])):
            try:
                text = msgspec.convert(raw, MessageText, strict=True)
            except msgspec.ValidationError as error:
                raise MESSAGE_TEMPLATE_WRONG(key, key=key, problem=f"{where}: {language}: {error}") from None
            if not text.subject.strip() or not text.body.strip():
                raise MESSAGE_TEMPLATE_WRONG(key, key=key, problem=f"{where}: {language}: empty")
            texts[language] = text
        names = {language: placeholders_of(text) for language, text in texts.items()}
        if names["zh"] != names["en"]:
            only = ", ".join(sorted(names["zh"] ^ names["en"]))
            raise MESSAGE_TEMPLATE_WRONG(key, key=key, problem=f"{where}: {{{only}}}")
        templates[key] = MessageTemplate(key, texts["zh"], texts["en"], frozenset(names["zh"]))
    return templates


def placeholders_of(text: MessageText) -> set[str]:
    """Names in braces over all parts of a text; any other brace is refused by :func:`fill` itself."""
    return {name for part in (text.subject, text.body, text.sms) for name in _PLACEHOLDER.findall(part)}


def fill(text: MessageText, params: Mapping[str, str]) -> MessageText:
    """Put the parameters in. A value is taken literally: braces in it mean nothing."""

    def put(part: str) -> str:
        return _PLACEHOLDER.sub(lambda found: params[found.group(1)], part)

    return MessageText(put(text.subject), put(text.body), put(text.sms))
