"""Mail by SMTP (RFC 5321, 5322), with the key of the message as its Message-ID."""

from __future__ import annotations

import ssl
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
import msgspec

from tidehub.capabilities.messages import Contact, Letter, NotDeliverable, Taken
from tidehub.kernel.errors import Unavailable
from tidehub.kernel.instants import Clock
from tidehub.registers.personal import mask_mail


class MailSettings(msgspec.Struct, frozen=True):
    """How the mail server is reached.

    Parameters
    ----------
    security
        ``tls`` from the first byte, ``starttls``, or ``none`` for a server on this machine.
    sender
        Address mail comes from; its domain is that of the Message-ID too.
    timeout_s
        Longest wait for the server.
    """

    host: str
    port: int
    sender: str
    sender_name: str = "潮汇 Tidehub"
    user: str = ""
    password: str = ""
    security: str = "tls"
    timeout_s: float = 20.0


class MailCarrier:
    """Carries letters by mail; see :class:`tidehub.capabilities.messages.Carrier`."""

    def __init__(self, settings: MailSettings, clock: Clock, public_address: str = "") -> None:
        self._settings = settings
        self._clock = clock
        self._public_address = public_address.rstrip("/")

    async def carry(self, letter: Letter, contact: Contact) -> Taken:
        """Hand one letter to the server; returns when the server has taken it."""
        if not contact.mail:
            raise NotDeliverable("no mail address")
        try:
            message = compose(self._settings, letter, contact.mail, self._clock.now(), self._public_address)
        except ValueError as error:
            raise NotDeliverable(f"not a mail address: {error}") from None
        settings = self._settings
        try:
            await aiosmtplib.send(
                message,
                hostname=settings.host,
                port=settings.port,
                username=settings.user or None,
                password=settings.password or None,
                use_tls=settings.security == "tls",
                start_tls=settings.security == "starttls",
                timeout=settings.timeout_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            worst = refused.recipients[0]
            if 500 <= worst.code < 600:
                raise NotDeliverable(f"{worst.code} {worst.message}") from None
            raise Unavailable("mail server") from refused
        except aiosmtplib.SMTPAuthenticationError as error:
            raise Unavailable("mail server (sign-in refused)") from error
        except aiosmtplib.SMTPResponseException as error:
            if 550 <= error.code < 560:
                raise NotDeliverable(f"{error.code} {error.message}") from None
            raise Unavailable("mail server") from error
        except (TimeoutError, aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise Unavailable("mail server") from error
        return Taken(address=mask_mail(contact.mail), reference=str(message["Message-ID"]))


def compose(settings: MailSettings, letter: Letter, to: str, at: datetime, public_address: str = "") -> EmailMessage:
    """Write the mail. The same letter has the same Message-ID, so that a second copy can be told as one.

    Raises
    ------
    ValueError
        When an address is none, or holds a line break.
    """
    domain = settings.sender.rpartition("@")[2]
    message = EmailMessage()
    message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = " ".join(letter.text.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter.key.replace('/', '.')}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notes in answer
    message["Content-Language"] = "zh-CN" if letter.language == "zh" else "en"
    body = letter.text.body
    if letter.link and public_address:
        body += f"\n\n{public_address}{letter.link}"
    message.set_content(body + "\n")
    return message


__all__ = ["MailCarrier", "MailSettings", "compose"]
