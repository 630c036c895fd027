"""Carriers against real sockets: a mail server, an SMS gateway and a push service made for the test."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece
import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from tidehub.adapters.mail import MailCarrier, MailSettings
from tidehub.adapters.sms import SmsCarrier, SmsSettings, signature
from tidehub.adapters.webpush import WebPushCarrier, WebPushSettings
from tidehub.capabilities.messages import Contact, Letter, MessageText, NotDeliverable, PushAddress
from tidehub.kernel.codec import decode
from tidehub.kernel.errors import Unavailable
from tidehub.testkit import FixedClock

TEXT = MessageText("船已接单", "浙椒环接03 预计 14 分钟后到达。", "【潮汇】浙椒环接03 14分钟到")
LETTER = Letter(key="m1/x", to="person/fisher", text=TEXT, language="zh", link="/cases/C1")
FISHER = Contact("person/fisher", phone="+86 138-1111-2222", mail="fisher@example.org")


@dataclass
class Post:
    """What a server took: lines of the conversation, or requests with headers and body."""

    port: int = 0
    lines: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@asynccontextmanager
async def mail_server(answers: dict[str, str] | None = None) -> AsyncIterator[Post]:
    """A server that speaks as much SMTP as a client needs; ``answers`` by verb are said instead."""
    post = Post()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test ESMTP\r\n")
        while line := (await reader.readline()).decode().strip():
            post.lines.append(line)
            verb = line.split()[0].upper().partition(":")[0]
            said = (answers or {}).get(verb)
            if said is None and verb == "DATA":
                writer.write(b"354 go on\r\n")
                post.mails.append((await reader.readuntil(b"\r\n.\r\n"))[:-5])
                said = "250 taken"
            writer.write((said or ("221 bye" if verb == "QUIT" else "250 ok")).encode() + b"\r\n")
            await writer.drain()
            if verb == "QUIT":
                break
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    post.port = server.sockets[0].getsockname()[1]
    async with server:
        yield post


@asynccontextmanager
async def http_server(status: int = 200, body: bytes = b"{}", headers: str = "") -> AsyncIterator[Post]:
    """A server that keeps what it is sent and always says the same."""
    post = Post()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *rest = head.strip().split("\r\n")
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
        content = await reader.readexactly(int(fields.get("content-length", "0")))
        post.requests.append((first, fields, content))
        lines = f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
        writer.write(lines.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    post.port = server.sockets[0].getsockname()[1]
    async with server:
        yield post


def mail_to(port: int) -> MailCarrier:
    settings = MailSettings("127.0.0.1", port, "no-reply@tidehub.example", security="none", timeout_s=5)
    return MailCarrier(settings, FixedClock(), "https://tidehub.example")


async def test_a_mail_arrives_as_it_was_written() -> None:
    """Chinese subject and body over a real socket; the key is the Message-ID; the answer masks the address."""
    async with mail_server() as post:
        taken = await mail_to(post.port).carry(LETTER, FISHER)
    assert (taken.address, taken.by_outbox) == ("f*****@example.org", False)
    assert "RCPT TO:<fisher@example.org>" in post.lines
    mail = email.message_from_bytes(post.mails[0], policy=email.policy.default)
    assert (mail["Subject"], mail["Message-ID"]) == ("船已接单", "<m1.x@tidehub.example>")
    body = mail.get_content()
    assert body.splitlines() == ["浙椒环接03 预计 14 分钟后到达。", "", "https://tidehub.example/cases/C1"]
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"RCPT": "550 no such user"}, NotDeliverable),
        ({"RCPT": "450 busy"}, Unavailable),  # greylisting: later it will do
        ({"DATA": "554 refused"}, NotDeliverable),
        ({"MAIL": "421 going down"}, Unavailable),
    ],
)
async def test_the_mail_servers_refusals_are_told_apart(answers: dict[str, str], error: type[Exception]) -> None:
    """For good, or for now."""
    async with mail_server(answers) as post:
        with pytest.raises(error):
            await mail_to(post.port).carry(LETTER, FISHER)


@pytest.mark.parametrize("address", ["", "no address", "a@b\r\nBcc: all@example.org"])
async def test_what_is_no_address_is_never_sent(address: str) -> None:
    """A line break in an address would write headers of its own."""
    with pytest.raises(NotDeliverable):
        await mail_to(9).carry(LETTER, Contact("person/x", mail=address))


async def test_a_mail_server_that_is_not_there_is_unavailable() -> None:
    """Nobody listens: the hub tries again."""
    with pytest.raises(Unavailable):
        await mail_to(9).carry(LETTER, FISHER)


@asynccontextmanager
async def sms_to(port: int) -> AsyncIterator[SmsCarrier]:
    settings = SmsSettings(f"http://127.0.0.1:{port}/send", "tidehub", "secret", "潮汇", timeout_s=5)
    async with httpx.AsyncClient(trust_env=False) as client:
        yield SmsCarrier(settings, FixedClock(), client)


async def test_an_sms_order_is_signed_and_keyed() -> None:
    """The gateway can tell that it is ours, and that a second attempt is the same order."""
    async with http_server(200, b'{"id": "G7"}') as post, sms_to(post.port) as carrier:
        taken = await carrier.carry(LETTER, FISHER)
    assert (taken.address, taken.reference) == ("+86*******2222", "G7")
    [(first, headers, body)] = post.requests
    assert first == "POST /send HTTP/1.1"
    assert headers["idempotency-key"] == "m1/x"
    assert headers["x-tidehub-signature"] == "sha256=" + signature("secret", headers["x-tidehub-timestamp"], body)
    said = decode(body, dict[str, Any])
    assert (said["phone"], said["text"], said["sign_name"]) == ("+8613811112222", TEXT.sms, "潮汇")


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, NotDeliverable), (422, NotDeliverable), (401, Unavailable), (429, Unavailable), (503, Unavailable)],
)
async def test_the_gateways_refusals_are_told_apart(status: int, error: type[Exception]) -> None:
    """A wrong number is for good; our own key or its rest is for now, and it may say how long."""
    async with http_server(status, b"no", "Retry-After: 30\r\n") as post, sms_to(post.port) as carrier:
        with pytest.raises(error) as raised:
            await carrier.carry(LETTER, FISHER)
    if isinstance(raised.value, Unavailable):
        assert raised.value.retry_after_s == 30


async def test_without_a_phone_number_no_order_is_made() -> None:
    """Nothing is sent to a gateway that cannot go anywhere."""
    async with sms_to(9) as carrier:
        with pytest.raises(NotDeliverable):
            await carrier.carry(LETTER, Contact("person/x", phone="unknown"))
        with pytest.raises(Unavailable):
            await carrier.carry(LETTER, FISHER)


def plain(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Browser:
    """A browser with the keys of RFC 8291."""

    def __init__(self, port: int) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen bytes :)"
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.address = PushAddress(f"http://127.0.0.1:{port}/push/1", plain(point), plain(self.auth))

    def decrypt(self, body: bytes) -> dict[str, Any]:
        return decode(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"), dict)


def vapid_key() -> str:
    vapid = Vapid02()
    vapid.generate_keys()
    return str(vapid.private_pem().decode())


@asynccontextmanager
async def push_by(key: str) -> AsyncIterator[WebPushCarrier]:
    async with httpx.AsyncClient(trust_env=False) as client:
        settings = WebPushSettings(key, "mailto:ops@tidehub.example", timeout_s=5)
        yield WebPushCarrier(settings, FixedClock(), client)


async def test_a_browser_can_read_what_was_pushed_and_nobody_else() -> None:
    """Encrypted over the wire, decrypted with the browser's key; the sender signs with VAPID."""
    key = vapid_key()
    async with http_server(201) as post, push_by(key) as carrier:
        browser = Browser(post.port)
        taken = await carrier.carry(LETTER, Contact("person/fisher", push=(browser.address,)))
    assert taken.address == f"127.0.0.1:{post.port}"
    [(_first, headers, body)] = post.requests
    assert "船已接单".encode() not in body
    assert browser.decrypt(body) == {"title": TEXT.subject, "body": TEXT.sms, "link": "/cases/C1", "tag": "m1/x"}
    assert (headers["content-encoding"], headers["ttl"], headers["topic"]) == ("aes128gcm", "14400", "m1-x")
    assert Vapid02.verify(headers["authorization"])


@pytest.mark.parametrize(("status", "error"), [(410, NotDeliverable), (404, NotDeliverable), (503, Unavailable)])
async def test_a_browser_that_is_gone_is_told_from_a_service_that_is_down(status: int, error: type[Exception]) -> None:
    """Gone is named, so that it can be forgotten; down is tried again."""
    async with http_server(status) as post, push_by(vapid_key()) as carrier:
        browser = Browser(post.port)
        with pytest.raises(error) as raised:
            await carrier.carry(LETTER, Contact("person/fisher", push=(browser.address,)))
    if isinstance(raised.value, NotDeliverable):
        assert raised.value.gone == browser.address.endpoint


async def test_one_browser_of_two_is_enough() -> None:
    """The phone is gone, the tablet takes it."""
    async with http_server(410) as gone, http_server(201) as there, push_by(vapid_key()) as carrier:
        contact = Contact("person/fisher", push=(Browser(gone.port).address, Browser(there.port).address))
        taken = await carrier.carry(LETTER, contact)
    assert taken.address == f"127.0.0.1:{there.port}"


async def test_a_long_text_is_cut_to_what_a_push_service_takes() -> None:
    """Four kilobytes are the most; the rest is read in the app."""
    async with http_server(201) as post, push_by(vapid_key()) as carrier:
        browser = Browser(post.port)
        long = Letter(key="m2/push", to="x", text=MessageText("长", "潮" * 5000), language="zh")
        await carrier.carry(long, Contact("person/fisher", push=(browser.address,)))
    assert len(post.requests[0][2]) <= 4096
    assert set(browser.decrypt(post.requests[0][2])["body"]) == {"潮"}
