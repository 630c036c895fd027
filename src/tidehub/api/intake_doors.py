"""What the doors of intake share: the catalogue, the secret of tracking tokens, the native report as JSON."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, cast

import msgspec

from tidehub.adapters.open311 import Open311Settings
from tidehub.api.exchange import KEY_INVALID
from tidehub.api.raw import once_more
from tidehub.api.services import Services
from tidehub.capabilities.intake import (
    Catalogue,
    Contact,
    GivenPosition,
    ReceiveReport,
    Text,
    tracking_token,
)
from tidehub.capabilities.intake.model import Channel, Sha256
from tidehub.kernel.access import ANONYMOUS, Actor, demand, rule
from tidehub.kernel.errors import refusal_kind
from tidehub.kernel.geometry import position
from tidehub.registers.personal import MASK

ON_BEHALF = rule("duty_officer", "shift_leader", "administrator", "unit_staff", "quay_operator")
KEYS_DIFFER = refusal_kind(
    "keys_differ",
    zh="请求头 Idempotency-Key 与内容中的 key 不一致",
    en="Idempotency-Key and the body's key differ",
    do_zh="请只用其中一个，或保持一致。",
    do_en="Use one of them, or the same in both.",
)
CONTACT_MASKED = refusal_kind(
    "contact_masked",
    zh="联系方式带有掩码",
    en="The contact is masked",
    do_zh="请填写真实的联系方式，或留空。",
    do_en="Write the real one, or leave it out.",
)
_KEY = re.compile(r"[\x21-\x7e]{8,128}")


@dataclass(frozen=True)
class IntakeDoors:
    """Given to the endpoints as ``services.more["intake"]``.

    Parameters
    ----------
    catalogue
        Every service that is mounted.
    secret
        Key of the tracking tokens.
    public_url
        Address under which the platform is reached, without a slash at its end; empty takes the request's.
    agency_name, agency_ids
        Name of a unit by its id, in a language; and ids of units by their names or ids.
    open311
        How that door is set.
    """

    catalogue: Catalogue
    secret: bytes
    public_url: str = ""
    agency_name: Callable[[str, str], str] = lambda unit_id, _language: unit_id
    agency_ids: Callable[[Sequence[str]], tuple[str, ...]] = tuple
    open311: Open311Settings = field(default_factory=Open311Settings)


def doors_of(services: Services) -> IntakeDoors:
    """Return what the composition root gave."""
    return cast(IntakeDoors, services.more["intake"])


class NewReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A report as the platform's own interface takes it.

    Parameters
    ----------
    key
        The sender's own number of this report, 8 to 128 visible characters: the same again is the same
        report. The header ``Idempotency-Key`` does the same.
    position
        Degrees with the datum they are meant in: WGS84, CGCS2000, GCJ02 or BD09.
    answers
        Answers to the service's form.
    media
        SHA-256 of files that were stored before.
    anonymous
        Whether who is signed in wants not to be named.
    on_behalf_of
        ``person/...`` whom staff write it down for.
    same_as
        An open public report nearby about the same matter, which this one joins.
    """

    service_code: str
    key: str | None = None
    channel: Channel = "api"
    description: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    position: GivenPosition | None = None
    place_id: Annotated[str, msgspec.Meta(max_length=500)] = ""
    address: Annotated[str, msgspec.Meta(max_length=500)] = ""
    answers: dict[str, Any] = msgspec.field(default_factory=dict)
    media: Annotated[tuple[Sha256, ...], msgspec.Meta(max_length=20)] = ()
    contact: Contact | None = None
    happened_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    anonymous: bool = False
    on_behalf_of: Annotated[str, msgspec.Meta(pattern=r"^person/[A-Za-z0-9._-]{1,100}$")] | None = None
    public: bool | None = None
    same_as: Annotated[str, msgspec.Meta(max_length=100)] = ""


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a report.

    Parameters
    ----------
    status
        ``received``, or ``repeated`` when this very report was here before.
    tracking_token
        Follows this report without signing in; who has it speaks for its reporter.
    notice
        What the service tells its reporters.
    """

    report_id: str
    status: Literal["received", "repeated"]
    tracking_token: str
    notice: Text | None = None


def report_command(
    told: NewReport, actor: Actor, header_key: str | None, *, source: str | None = None
) -> ReceiveReport:
    """Turn the JSON into the command: who reports, under which key, where in WGS 84.

    Parameters
    ----------
    source
        Where the key counts, when the protocol says it (CloudEvents); else it is the actor's own.

    Raises
    ------
    Refusal
        The datum, the key, or somebody who may not report for others.
    """
    at = told.position
    reporter, taken_by = "" if told.anonymous or actor.id == ANONYMOUS.id else actor.id, ""
    if told.on_behalf_of is not None:
        demand(ON_BEHALF, actor)
        reporter, taken_by = told.on_behalf_of, actor.id
    if told.contact is not None and MASK in f"{told.contact.phone}{told.contact.email}":
        raise CONTACT_MASKED("contact")
    return ReceiveReport(
        service_code=told.service_code,
        channel=told.channel,
        source=source or ("api:anonymous" if told.anonymous else f"api:{actor.id}"),
        source_key=_key(told.key, header_key, source is not None),
        description=told.description,
        position=None if at is None else position(at.lon, at.lat, at.datum, "position"),
        position_given=at,
        place_id=told.place_id,
        address=told.address,
        answers=told.answers,
        media=told.media,
        reporter=reporter,
        taken_by=taken_by,
        contact=told.contact or None,
        happened_at=told.happened_at,
        public=told.public,
        same_as=told.same_as,
    )


def _key(told: str | None, header: str | None, is_checked: bool) -> str:
    if told is not None and header is not None and told != header:
        raise KEYS_DIFFER("key")
    key = header if told is None else told
    if key is None:
        return secrets.token_hex(16)  # nothing to know a repeated send by
    if not is_checked and not _KEY.fullmatch(key):
        raise KEY_INVALID("key" if told is not None else "Idempotency-Key")
    return key


async def take_report(services: Services, command: ReceiveReport, actor: Actor) -> ReportAnswer:
    """Hand a report in; the answer comes when it is on disk."""
    recorded = await once_more(lambda: services.hub.handle(command, by=actor))
    return answer_for(services, command, is_new=bool(recorded))


def answer_for(services: Services, command: ReceiveReport, *, is_new: bool) -> ReportAnswer:
    """Make the answer to a report that is on disk."""
    doors = doors_of(services)
    offer = doors.catalogue.find(command.service_code, services.clock.now())
    return ReportAnswer(
        report_id=command.report_id,
        status="received" if is_new else "repeated",
        tracking_token=tracking_token(command.report_id, doors.secret),
        notice=None if offer is None else offer.service.notice,
    )


def by_of(told: NewReport, actor: Actor) -> Actor:
    """Return who stands on the facts: nobody, where the reporter wants not to be named."""
    return ANONYMOUS if told.anonymous and told.on_behalf_of is None else actor
