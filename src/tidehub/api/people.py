"""People's accounts, posts and tokens, their data unmasked for a purpose, and who has seen them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath

from tidehub.api.exchange import (
    AnyRequest,
    Page,
    answer,
    expected_version,
    no_content,
    page_of,
    read_cursor,
    read_json,
    read_query,
    write_cursor,
)
from tidehub.api.registers import STAFF
from tidehub.api.services import actor_in, services_of
from tidehub.kernel.access import Subject, demand, platform_actor, rule
from tidehub.kernel.errors import NOT_FOUND
from tidehub.kernel.instants import from_us, to_us
from tidehub.registers import GrantRoles, NotePersonalDataRead, Person, RevokeRoles, queries
from tidehub.registers.first_start import new_password
from tidehub.registers.personal import PEOPLE_FIELDS

ADMINISTRATOR = rule("administrator")
_FAMILY = "people"
_READERS = rule("auditor", relations=["self"])


class Unmask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which fields, what for, and for which case."""

    fields: tuple[Literal["name", "name_en", "phone", "id_number"], ...]
    purpose: str
    case_id: str | None = None


class GrantBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Posts within regions, for units, until an instant if wished."""

    roles: tuple[str, ...]
    regions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    reason: str = ""


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class AccountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Account name; the password is drawn and shown once."""

    login: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{1,39}$")]


class AccountMade(msgspec.Struct, frozen=True):
    """The new account with its first password, which has to be changed at the first sign-in."""

    login: str
    password: str


class TokenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose token, what it may and until when; devices and machines have the roles given here."""

    holder: Annotated[str, msgspec.Meta(pattern=r"^(device|machine)/[A-Za-z0-9._:-]{1,80}$")]
    label: str = ""
    roles: tuple[Literal["device", "citizen", "crew", "quay_operator"], ...] = ("device",)
    regions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    ends_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class TokenMade(msgspec.Struct, frozen=True):
    """The token's text, shown this once."""

    token_id: str
    token: str


def _opt(**more: Any) -> dict[str, Any]:
    return {"family": _FAMILY, **more}


@post(
    "/api/v1/people/{id_:str}/unmask",
    status_code=200,
    opt=_opt(rule=STAFF, body=Unmask, answer=dict[str, str]),
)
async def unmask(request: AnyRequest, id_: FromPath[str]) -> Response[bytes]:
    """Read personal data unmasked. The purpose is on disk before anything is shown; the person can see it."""
    services, actor = services_of(request), actor_in(request)
    told = await read_json(request, Unmask)
    person = services.registers.people.get(id_)
    if person is None:
        raise NOT_FOUND("id", what="person", id=id_[:80])
    demand(STAFF, actor, Subject(person.region))
    await services.hub.handle(
        NotePersonalDataRead(
            who=actor.id,
            whose=f"person/{id_}",
            fields=tuple(told.fields),
            purpose=told.purpose,
            case_id=told.case_id,
        ),
        by=platform_actor(actor.id),
    )
    return answer(
        {name: getattr(person, name) for name in PEOPLE_FIELDS if name in told.fields},
        headers={"cache-control": "no-store"},
    )


@get("/api/v1/people/{id_:str}/reads", opt=_opt(rule=rule(signed_in=True), query=Page, answer=dict[str, Any]))
async def list_reads(request: AnyRequest, id_: FromPath[str]) -> Response[bytes]:
    """List who has seen a person's data and what for: open to that person and to auditors."""
    demand(_READERS, actor_in(request), Subject(related=(("self", f"person/{id_}"),)))
    query = read_query(request, Page)
    cursor = read_cursor(query.cursor, tuple[int])
    services = services_of(request)
    before_us = cursor[0] if cursor else to_us(services.clock.now()) + 1
    rows = await queries.reads_of(services.hub, f"person/{id_}", before_us=before_us, limit=query.limit)
    after = write_cursor(to_us(rows[-1]["at"])) if len(rows) == query.limit else None
    return answer(page_of(rows, after))


@get(
    "/api/v1/people/{id_:str}/grants",
    opt=_opt(rule=rule("administrator", "auditor"), answer=list[dict[str, Any]]),
)
async def list_grants(request: AnyRequest, id_: FromPath[str]) -> Response[bytes]:
    """List the posts a person holds, with the ETag that a change needs."""
    hub = services_of(request).hub
    version = await queries.grants_version(hub, id_)
    return answer(await queries.grants_of(hub, id_), version=version)


@put(
    "/api/v1/people/{id_:str}/grants/{grant_id:str}",
    status_code=204,
    opt=_opt(rule=ADMINISTRATOR, body=GrantBody, answer=None, status=204),
)
async def put_grant(request: AnyRequest, id_: FromPath[str], grant_id: FromPath[str]) -> Response[None]:
    """Grant posts. Nobody grants to himself, nor more than he holds; with If-Match nobody overwrites another."""
    services, actor = services_of(request), actor_in(request)
    told = await read_json(request, GrantBody)
    _known_person(services.registers.people.get(id_), id_)
    await services.hub.handle(
        GrantRoles(
            person_id=id_,
            grant_id=grant_id,
            roles=told.roles,
            regions=told.regions,
            units=told.units,
            until=told.until,
            reason=told.reason,
            asked_by=actor.id,
            expects=expected_version(request),
        ),
        by=actor,
    )
    return no_content()


@delete(
    "/api/v1/people/{id_:str}/grants/{grant_id:str}",
    status_code=204,
    opt=_opt(rule=ADMINISTRATOR, query=Reason, answer=None, status=204),
)
async def delete_grant(request: AnyRequest, id_: FromPath[str], grant_id: FromPath[str]) -> Response[None]:
    """End a grant, with the reason; it counts from the person's next call."""
    reason = read_query(request, Reason).reason
    command = RevokeRoles(person_id=id_, grant_id=grant_id, reason=reason, expects=expected_version(request))
    await services_of(request).hub.handle(command, by=actor_in(request))
    return no_content()


@put("/api/v1/people/{id_:str}/account", opt=_opt(rule=ADMINISTRATOR, body=AccountBody, answer=AccountMade))
async def put_account(request: AnyRequest, id_: FromPath[str]) -> Response[bytes]:
    """Make an account for a person, or give it a new first password; its sessions end."""
    services = services_of(request)
    told = await read_json(request, AccountBody)
    _known_person(services.registers.people.get(id_), id_)
    demand(ADMINISTRATOR, actor_in(request), Subject())
    password = new_password()
    await services.access.set_password(id_, told.login, password, must_change=True)
    return answer(AccountMade(told.login, password), headers={"cache-control": "no-store"})


@get("/api/v1/tokens", opt=_opt(rule=ADMINISTRATOR, answer=list[dict[str, Any]]))
async def list_tokens(request: AnyRequest) -> Response[bytes]:
    """List the tokens of machines and devices, newest first, without their secrets."""
    rows = await services_of(request).access.tokens()
    for row in rows:
        for name in ("roles", "regions", "units", "scopes"):
            row[name] = msgspec.json.decode(row[name])
        row["made_at"] = from_us(row.pop("made_us"))
        ends_us = row.pop("ends_us")
        row["ends_at"] = None if ends_us is None else from_us(ends_us)
    return answer(rows)


@post(
    "/api/v1/tokens",
    status_code=201,
    opt=_opt(rule=ADMINISTRATOR, body=TokenBody, answer=TokenMade, status=201),
)
async def post_token(request: AnyRequest) -> Response[bytes]:
    """Make a token for a device or machine; its text is shown this once."""
    services, actor = services_of(request), actor_in(request)
    told = await read_json(request, TokenBody)
    for region in told.regions or ("",):
        demand(ADMINISTRATOR, actor, Subject(region))
    token_id, text = await services.access.make_token(
        told.holder,
        label=told.label,
        by=actor.id,
        roles=told.roles,
        regions=told.regions,
        units=told.units,
        scopes=told.scopes,
        ends_at=told.ends_at,
    )
    return answer(TokenMade(token_id, text), status=201, headers={"cache-control": "no-store"})


@delete("/api/v1/tokens/{token_id:str}", status_code=204, opt=_opt(rule=ADMINISTRATOR, answer=None, status=204))
async def delete_token(request: AnyRequest, token_id: FromPath[str]) -> Response[None]:
    """End a token at once."""
    await services_of(request).access.revoke_token(token_id)
    return no_content()


def _known_person(person: Person | None, id_: str) -> None:
    if person is None:
        raise NOT_FOUND("id", what="person", id=id_[:80])


ROUTES: list[Any] = [
    unmask,
    list_reads,
    list_grants,
    put_grant,
    delete_grant,
    put_account,
    list_tokens,
    post_token,
    delete_token,
]
