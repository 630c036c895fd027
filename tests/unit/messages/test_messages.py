"""Messages: written once in both languages, carried at most once by each channel, readable in the outbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tidehub.adapters.outbox import Outbox
from tidehub.capabilities.messages import (
    VIEW,
    ChooseChannels,
    Contact,
    Letter,
    MarkRead,
    MessageTemplate,
    NotDeliverable,
    PushAddress,
    SendMessage,
    SubscribePush,
    Taken,
    capability,
    list_messages,
    message_id_of,
    read_messages,
    unread,
    with_choice,
)
from tidehub.flows.deliver_a_message import deliver_a_message
from tidehub.hub.handle import Job
from tidehub.hub.log import Recorded
from tidehub.hub.verify import problems_of, verify
from tidehub.kernel.access import Actor, platform_actor, scope
from tidehub.kernel.errors import Refusal, Unavailable
from tidehub.kernel.facts import Command

FLOW = platform_actor("flow/test")
ZH = {"boat": {"subject": "船来了", "body": "{unit} 将在 {minutes} 分钟内到达", "sms": "【潮汇】{unit}{minutes}分钟到"}}
EN = {"boat": {"subject": "Boat coming", "body": "{unit} is {minutes} min away", "sms": ""}}
PUSH = PushAddress(
    endpoint="https://push.example/1",
    p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth="BTBZMqHH6r4Tts7J_aSIgg",
)
OpenStore = Callable[..., Awaitable[Any]]


@pytest.fixture
def templates() -> dict[str, MessageTemplate]:
    en = {"boat": EN["boat"] | {"sms": "{unit} {minutes} min"}}
    return read_messages(ZH, en, "messages")


@pytest.fixture
async def store(open_store: OpenStore, templates: dict[str, MessageTemplate]) -> AsyncIterator[Any]:
    """A store; after each test every table is computed again from the facts and must be the same."""
    opened = await open_store([capability(templates)])
    yield opened
    assert list(problems_of(await verify(opened))) == []


async def ask(store: Any, *commands: Command, by: Actor = FLOW) -> list[Recorded]:
    return await store.submit(Job(commands, by))


def send(**changed: Any) -> SendMessage:
    values: dict[str, Any] = {
        "to": "person/fisher",
        "template": "boat",
        "params": {"unit": "浙椒环接03", "minutes": "14"},
        "case_id": "C1",
        "dedupe_key": "JobAccepted/J1",
    }
    return SendMessage(**values | changed)


@dataclass
class Gateway:
    """A carrier that does what a test tells it, and remembers what it carried."""

    troubles: list[Exception] = field(default_factory=list)
    carried: list[Letter] = field(default_factory=list)

    async def carry(self, letter: Letter, contact: Contact) -> Taken:
        if self.troubles:
            raise self.troubles.pop(0)
        self.carried.append(letter)
        return Taken("138****2222", f"r{len(self.carried)}")


class Directory:
    """Knows one fisherman."""

    def __init__(self, reader: Any, contact: Contact | None) -> None:
        self._reader, self._contact = reader, contact

    async def contact(self, to: str) -> Contact | None:
        return (
            await with_choice(self._reader, self._contact) if self._contact and to == self._contact.person_id else None
        )


FISHER = Contact("person/fisher", phone="13811112222", mail="fisher@example.org")


def context(store: Any, carriers: dict[str, Any], contact: Contact | None = FISHER) -> Any:
    every = {channel: Outbox() for channel in ("push", "sms", "mail", "inbox")}
    return SimpleNamespace(reader=store, contacts=Directory(store, contact), carriers=every | carriers)


async def deliver(store: Any, recorded: Recorded, context: Any) -> list[Recorded]:
    """Run the flow as the worker does."""
    commands = await deliver_a_message(recorded, context)
    return await ask(store, *commands) if commands else []


async def state_of(store: Any) -> str:
    page = await list_messages(store, scope(VIEW, FLOW))
    return page.rows[0].state


async def test_a_message_is_written_out_in_both_languages(store: Any) -> None:
    """The words are fixed when it is queued, whatever the template becomes later."""
    [queued] = await ask(store, send())
    assert queued.fact.texts["zh"].short == "【潮汇】浙椒环接0314分钟到"
    assert queued.fact.texts["en"].body == "浙椒环接03 is 14 min away"
    assert await ask(store, send()) == []
    assert queued.stream == f"message/{message_id_of('JobAccepted/J1')}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"template": "ship"}, "message_template_unknown"),
        ({"params": {"unit": "x"}}, "message_param_missing"),
        ({"channels": ("pigeon",)}, "message_channel_unknown"),
        ({"dedupe_key": ""}, "message_dedupe_key_missing"),
    ],
)
async def test_a_message_that_cannot_be_written_is_refused(store: Any, change: dict[str, Any], code: str) -> None:
    """Before anybody gets half of it."""
    with pytest.raises(Refusal, match=code):
        await ask(store, send(**change))


async def test_braces_in_a_value_mean_nothing(store: Any) -> None:
    """What people type is never taken for a placeholder."""
    [queued] = await ask(store, send(params={"unit": "{minutes}{0}", "minutes": "5"}))
    assert queued.fact.texts["en"].body == "{minutes}{0} is 5 min away"


async def test_without_gateways_people_read_the_outbox(store: Any) -> None:
    """The embedded default: delivered by the outbox, unread until its reader has read it."""
    [queued] = await ask(store, send())
    [delivered] = await deliver(store, queued, context(store, {}))
    assert (delivered.fact.by_outbox, delivered.fact.complete) == (True, True)
    assert await unread(store, ["person/fisher"]) == 1
    inbox = await list_messages(store, scope(VIEW, Actor(id="person/fisher")))
    assert [row.texts["zh"].subject for row in inbox.rows] == ["船来了"]
    assert (await list_messages(store, scope(VIEW, Actor(id="person/other")))).rows == ()
    read = MarkRead(message_id=queued.fact.message_id)
    with pytest.raises(Refusal, match="forbidden"):
        await ask(store, read, by=Actor(id="person/other"))
    await ask(store, read, by=Actor(id="person/fisher"))
    assert await unread(store, ["person/fisher"]) == 0


async def test_the_first_channel_that_takes_it_is_enough(store: Any) -> None:
    """No browser is subscribed, so the SMS goes, and no mail after it."""
    push, sms, mail = Gateway([NotDeliverable("no browser")]), Gateway(), Gateway()
    [queued] = await ask(store, send())
    facts = await deliver(store, queued, context(store, {"push": push, "sms": sms, "mail": mail}))
    assert [recorded.kind for recorded in facts] == ["MessageFailed", "MessageDelivered"]
    assert (len(sms.carried), len(mail.carried), await state_of(store)) == (1, 0, "delivered")
    assert await deliver(store, queued, context(store, {"sms": sms})) == []
    assert len(sms.carried) == 1


async def test_a_gateway_that_is_down_is_tried_again(store: Any) -> None:
    """The flow says that the outside is down; nothing is recorded, and the next attempt has the same key."""
    sms = Gateway([Unavailable("sms gateway")])
    [queued] = await ask(store, send(channels=("sms",)))
    with pytest.raises(Unavailable):
        await deliver(store, queued, context(store, {"sms": sms}))
    assert await state_of(store) == "queued"
    await deliver(store, queued, context(store, {"sms": sms}))
    assert (await state_of(store), sms.carried[0].key) == ("delivered", f"{queued.fact.message_id}/sms")


async def test_what_one_channel_took_is_not_sent_again_for_another(store: Any) -> None:
    """By SMS and mail, the mail server down: the SMS is recorded, the mail put off and sent later, alone."""
    sms, mail = Gateway(), Gateway([Unavailable("mail server")])
    setting = context(store, {"sms": sms, "mail": mail})
    [queued] = await ask(store, send(channels=("sms", "mail"), every_channel=True))
    facts = await deliver(store, queued, setting)
    assert [recorded.kind for recorded in facts] == ["MessageDelivered", "MessagePostponed"]
    assert await state_of(store) == "queued"
    [delivered] = await deliver(store, facts[-1], setting)
    assert delivered.fact.complete
    assert (len(sms.carried), len(mail.carried), await state_of(store)) == (1, 1, "delivered")


async def test_a_message_that_reaches_nobody_has_failed(store: Any) -> None:
    """Each channel's reason is kept; the last one makes it final."""
    gateways = {"sms": Gateway([NotDeliverable("no phone number")]), "mail": Gateway([NotDeliverable("550")])}
    [queued] = await ask(store, send(channels=("sms", "mail")))
    facts = await deliver(store, queued, context(store, gateways))
    assert [recorded.fact.final for recorded in facts] == [False, True]
    assert await state_of(store) == "failed"


async def test_one_channel_of_two_failing_leaves_it_delivered(store: Any) -> None:
    """By SMS and mail, the mail refused for good: it reached the person."""
    gateways = {"sms": Gateway(), "mail": Gateway([NotDeliverable("550")])}
    [queued] = await ask(store, send(channels=("sms", "mail"), every_channel=True))
    await deliver(store, queued, context(store, gateways))
    assert await state_of(store) == "delivered"


async def test_nobody_by_that_id_is_a_failure_and_not_a_retry(store: Any) -> None:
    """A message to an unknown person is seen by the operator, not tried for ever."""
    [queued] = await ask(store, send(to="person/nobody", channels=("sms",)))
    [failed] = await deliver(store, queued, context(store, {}))
    assert failed.fact.final


async def test_people_choose_channels_and_language(store: Any) -> None:
    """Mail only, in English: no SMS goes out."""
    fisher = Actor(id="person/fisher")
    await ask(store, ChooseChannels(person_id="person/fisher", channels=("mail",), language="en"), by=fisher)
    with pytest.raises(Refusal, match="forbidden"):
        await ask(store, ChooseChannels(person_id="person/other", channels=()), by=fisher)
    sms, mail = Gateway(), Gateway()
    [queued] = await ask(store, send())
    await deliver(store, queued, context(store, {"sms": sms, "mail": mail}))
    assert (len(sms.carried), [letter.language for letter in mail.carried]) == (0, ["en"])


async def test_a_browser_that_is_gone_is_forgotten(store: Any) -> None:
    """The push service says 410: the subscription goes, the next channel takes the message."""
    fisher = Actor(id="person/fisher")
    await ask(store, SubscribePush(person_id="person/fisher", address=PUSH), by=fisher)
    assert await ask(store, SubscribePush(person_id="person/fisher", address=PUSH), by=fisher) == []
    assert (await with_choice(store, FISHER)).push == (PUSH,)
    [queued] = await ask(store, send())
    gone = Gateway([NotDeliverable("410", gone=PUSH.endpoint)])
    await deliver(store, queued, context(store, {"push": gone}))
    assert (await with_choice(store, FISHER)).push == ()


@pytest.mark.parametrize(
    "address",
    [
        PushAddress("http://push.example/1", PUSH.p256dh, PUSH.auth),
        PushAddress(PUSH.endpoint, "AAAA", PUSH.auth),
        PushAddress(PUSH.endpoint, PUSH.p256dh, "***"),
    ],
)
async def test_a_broken_subscription_is_refused(store: Any, address: PushAddress) -> None:
    """Only https, and keys of the length that RFC 8291 asks for."""
    with pytest.raises(Refusal, match="push_address_wrong"):
        await ask(store, SubscribePush(person_id="person/fisher", address=address), by=Actor(id="person/fisher"))


@pytest.mark.parametrize(
    ("zh", "en", "key"),
    [
        (ZH, {}, "boat"),  # a language lacks the key
        (ZH, {"boat": EN["boat"] | {"body": "{unit} comes"}}, "boat"),  # a placeholder is lost
        (ZH, {"boat": EN["boat"] | {"body": " "}}, "boat"),
        ({"boat": ZH["boat"] | {"colour": "red"}}, EN, "boat"),
        ({"Boat": ZH["boat"]}, {"Boat": EN["boat"]}, "Boat"),
    ],
)
def test_templates_agree_in_both_languages(zh: dict[str, Any], en: dict[str, Any], key: str) -> None:
    """A pack's mistake is found when it is mounted, by its key."""
    with pytest.raises(Refusal, match="message_template_wrong") as refusal:
        read_messages(zh, en, "messages")
    assert refusal.value.field == key
