"""Signing in and out; who am I."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, delete, get, post
from litestar.datastructures import Cookie

from tidehub.api.auth import cookie_name, session_of
from tidehub.api.exchange import AnyRequest, answer, no_content, read_json
from tidehub.api.services import ApiSettings, Services, actor_in, services_of
from tidehub.kernel.access import Actor, rule

_EVERYONE = rule(everyone=True)
_SIGNED_IN = rule(signed_in=True)


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Account name and password."""

    login: str
    password: str


class ChangePassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The present password and the one that shall follow it."""

    old: str
    new: str


class Me(msgspec.Struct, frozen=True):
    """Who is signed in: posts, in which regions, for which units; ``must_change`` asks for a new password."""

    id: str
    name: str
    roles: list[str]
    regions: list[str]
    units: list[str]
    must_change: bool = False
    language: str = "zh"


@post(
    "/api/v1/session",
    status_code=200,
    opt={"rule": _EVERYONE, "body": SignIn, "answer": Me, "family": "session"},
)
async def sign_in(request: AnyRequest) -> Response[bytes]:
    """Sign in: begins a session and sets its cookie.

    Several failures lock the account for a while (429 with Retry-After).
    """
    services = services_of(request)
    told = await read_json(request, SignIn)
    signed_in = await services.access.sign_in(told.login, told.password, request.headers.get("user-agent", ""))
    holder = await services.access.holders.of_session(signed_in.token)
    assert holder is not None
    response = answer(_me(request, holder.actor, signed_in.must_change), headers={"cache-control": "no-store"})
    response.set_cookie(signed_in_cookie(services, signed_in.token))
    return response


@delete(
    "/api/v1/session",
    status_code=204,
    opt={"rule": _EVERYONE, "answer": None, "status": 204, "family": "session", "while_must_change": True},
)
async def sign_out(request: AnyRequest) -> Response[None]:
    """Sign out: ends this session. Without one there is nothing to do."""
    services = services_of(request)
    response = no_content()
    response.set_cookie(await signed_out_cookie(request, services))
    return response


@get(
    "/api/v1/session",
    opt={"rule": _SIGNED_IN, "answer": Me, "family": "session", "while_must_change": True},
)
async def me(request: AnyRequest) -> Response[bytes]:
    """Say who is signed in; 401 when nobody is."""
    must_change = bool(request.scope["state"].get("must_change"))
    return answer(_me(request, actor_in(request), must_change), headers={"cache-control": "no-store"})


@post(
    "/api/v1/session/password",
    status_code=204,
    opt={
        "rule": _SIGNED_IN,
        "body": ChangePassword,
        "answer": None,
        "status": 204,
        "family": "session",
        "while_must_change": True,
    },
)
async def change_password(request: AnyRequest) -> Response[None]:
    """Change one's own password; every session ends, this one too."""
    services = services_of(request)
    told = await read_json(request, ChangePassword)
    person_id = actor_in(request).id.removeprefix("person/")
    await services.access.change_password(person_id, told.old, told.new)
    response = no_content()
    response.set_cookie(_cookie(services.settings, "", 0))
    return response


def _me(request: AnyRequest, actor: Actor, must_change: bool) -> Me:
    person = services_of(request).registers.people.get(actor.id.removeprefix("person/"))
    return Me(
        id=actor.id,
        name=person.name if person is not None else actor.id,
        roles=sorted(actor.roles),
        regions=list(actor.regions),
        units=list(actor.units),
        must_change=must_change,
        language=person.language if person is not None else "zh",
    )


def _cookie(settings: ApiSettings, value: str, max_age_s: int) -> Cookie:
    return Cookie(
        key=cookie_name(settings),
        value=value,
        max_age=max_age_s,
        path="/",
        httponly=True,
        secure=settings.secure_cookies,
        samesite="lax",
    )


def signed_in_cookie(services: Services, token: str) -> Cookie:
    """Make the cookie of a session that has begun."""
    return _cookie(services.settings, token, services.access.settings.session_s)


async def signed_out_cookie(request: AnyRequest, services: Services) -> Cookie:
    """End the session of a request, and make the cookie that forgets it."""
    session = session_of(request.headers, services.settings)
    if session is not None:
        await services.access.sign_out(session)
    return _cookie(services.settings, "", 0)


ROUTES: list[Any] = [sign_in, sign_out, me, change_password]
