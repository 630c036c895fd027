"""Decisions about messages. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime

from tidehub.capabilities.messages.commands import (
    ChooseChannels,
    MarkRead,
    PostponeChannels,
    RecordDelivery,
    RecordFailure,
    ResendMessage,
    SendMessage,
    SubscribePush,
    UnsubscribePush,
)
from tidehub.capabilities.messages.facts import (
    ChannelsChosen,
    MessageDelivered,
    MessageFailed,
    MessagePostponed,
    MessageQueued,
    MessageRead,
    MessageResent,
    PushSubscribed,
    PushUnsubscribed,
)
from tidehub.capabilities.messages.model import (
    CHANNELS,
    Message,
    MessageTemplate,
    PushAddress,
    fill,
)
from tidehub.capabilities.messages.refusals import (
    CHANNEL_UNKNOWN,
    DEDUPE_KEY_MISSING,
    MESSAGE_ON_ITS_WAY,
    PARAM_MISSING,
    PUSH_ADDRESS_WRONG,
    RESEND_REASON_MISSING,
    TEMPLATE_UNKNOWN,
)
from tidehub.kernel.facts import Fact


class DecideMessages:
    """Decisions with the mounted templates."""

    def __init__(self, templates: Mapping[str, MessageTemplate]) -> None:
        self._templates = templates

    def send(self, known: Message | None, command: SendMessage, _now: datetime) -> list[Fact]:
        """Write a message out in both languages and queue it; the same key again has no effect."""
        if not command.dedupe_key:
            raise DEDUPE_KEY_MISSING("dedupe_key")
        if known is not None:
            return []
        template = self._templates.get(command.template)
        if template is None:
            raise TEMPLATE_UNKNOWN("template", template=command.template)
        missing = sorted(template.placeholders - set(command.params))
        if missing:
            raise PARAM_MISSING("params", template=command.template, names=", ".join(missing))
        _check_channels(command.channels)
        return [
            MessageQueued(
                message_id=command.message_id,
                to=command.to,
                template=command.template,
                params=command.params,
                channels=tuple(dict.fromkeys(command.channels)),
                every_channel=command.every_channel,
                texts={
                    "zh": fill(template.zh, command.params),
                    "en": fill(template.en, command.params),
                },
                case_id=command.case_id,
                region_code=command.region_code,
            )
        ]


def record_delivery(message: Message, command: RecordDelivery, _now: datetime) -> list[Fact]:
    """Note that a channel took it, once."""
    if command.channel in message.done:
        return []
    done = {*message.done, command.channel}
    complete = not message.every_channel or done >= set(message.channels)
    return [
        MessageDelivered(
            message_id=message.message_id,
            channel=command.channel,
            address=command.address,
            reference=command.reference,
            by_outbox=command.by_outbox,
            complete=complete,
        )
    ]


def record_failure(message: Message, command: RecordFailure, _now: datetime) -> list[Fact]:
    """Note that a channel refused it for good; final when no channel is left and none took it."""
    if command.channel in message.done:
        return []
    left = set(message.channels) - set(message.done) - {command.channel}
    return [
        MessageFailed(
            message_id=message.message_id,
            channel=command.channel,
            problem=command.problem,
            final=not left and not message.reached,
            complete=not left and bool(message.reached),
        )
    ]


def postpone(message: Message, command: PostponeChannels, _now: datetime) -> list[Fact]:
    """Put off channels that are still to be tried."""
    left = tuple(channel for channel in command.channels if channel not in message.done)
    return [MessagePostponed(message_id=message.message_id, channels=left)] if left else []


def resend(message: Message, command: ResendMessage, _now: datetime) -> list[Fact]:
    """Queue a message anew; one that is still on its way is refused, for it goes out by itself."""
    reason = command.reason.strip()
    if not reason:
        raise RESEND_REASON_MISSING("reason")
    if message.state == "queued":
        raise MESSAGE_ON_ITS_WAY("message_id")
    channels = tuple(dict.fromkeys(command.channels)) or message.channels
    for place, channel in enumerate(channels):
        if channel not in message.channels:
            raise CHANNEL_UNKNOWN(f"channels[{place}]", channel=channel)
    return [
        MessageResent(
            message_id=message.message_id, channels=channels, reason=reason[:500], attempt=message.attempt + 1
        )
    ]


def mark_read(message: Message, _command: MarkRead, _now: datetime) -> list[Fact]:
    """Note the first reading."""
    return [MessageRead(message_id=message.message_id)] if message.read_at is None else []


def choose(_state: None, command: ChooseChannels, _now: datetime) -> list[Fact]:
    """Note how a person wants to be told."""
    _check_channels(command.channels)
    return [
        ChannelsChosen(
            person_id=command.person_id,
            channels=tuple(dict.fromkeys(command.channels)),
            language=command.language,
        )
    ]


def subscribe(known: Sequence[PushAddress], command: SubscribePush, _now: datetime) -> list[Fact]:
    """Note a browser; the keys must be what RFC 8291 asks for."""
    address = command.address
    if not address.endpoint.startswith("https://") and not address.endpoint.startswith("http://127.0.0.1"):
        raise PUSH_ADDRESS_WRONG("address.endpoint", problem="https")
    for name, text, size in (("p256dh", address.p256dh, 65), ("auth", address.auth, 16)):
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (ValueError, binascii.Error):
            raw = b""
        if len(raw) != size:
            raise PUSH_ADDRESS_WRONG(f"address.{name}", problem=f"{size} bytes, base64url")
    if address in known:
        return []
    return [PushSubscribed(person_id=command.person_id, address=address)]


def unsubscribe(known: Sequence[PushAddress], command: UnsubscribePush, _now: datetime) -> list[Fact]:
    """Forget a browser."""
    if all(address.endpoint != command.endpoint for address in known):
        return []
    return [PushUnsubscribed(person_id=command.person_id, endpoint=command.endpoint)]


def _check_channels(channels: Sequence[str]) -> None:
    for place, channel in enumerate(channels):
        if channel not in CHANNELS:
            raise CHANNEL_UNKNOWN(f"channels[{place}]", channel=channel)
