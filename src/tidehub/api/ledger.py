"""Money (补贴/账务): claims with their working, batches for the bank, balances and entries.

Mounted where ``services.more["ledger"]`` is given (any value: the queries need nothing but the store).
"""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from tidehub.api.commanding import Done, Instant, body_of, carry_out, command_route, operation_of
from tidehub.api.exchange import AnyRequest, Page, answer, page_of, read_json, read_query
from tidehub.api.services import Services, actor_in, services_of
from tidehub.capabilities import ledger
from tidehub.capabilities.ledger.commands import ClaimCommand
from tidehub.kernel.access import demand, permits, scope
from tidehub.kernel.errors import MALFORMED, NOT_FOUND
from tidehub.kernel.facts import Command

_FAMILY = "ledger"
_OF_CLAIM = "/api/v1/claims/{claim_id:str}"


class ClaimsQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which claims: in a ``state``."""

    state: str | None = None


class AtQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As of when; now if nothing is said."""

    at: Instant | None = None


class LinesQuery(Page, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose sub-account."""

    party: str = ""


class ClaimList(msgspec.Struct, frozen=True):
    """Claims, newest first."""

    items: list[ledger.ClaimRow]
    next: str | None


class CaseMoney(msgspec.Struct, frozen=True):
    """What money a case has moved: its claims with their working, and every entry in its order."""

    claims: list[ledger.Claim]
    entries: list[ledger.EntryTold]


class PayoutList(msgspec.Struct, frozen=True):
    """Batches, newest first."""

    items: list[ledger.PayoutRow]
    next: str | None


class PayoutView(msgspec.Struct, frozen=True):
    """A batch with its payments."""

    payout: ledger.PayoutRow
    lines: list[ledger.PayoutLine]


class BalanceList(msgspec.Struct, frozen=True):
    """Every account that is not zero."""

    items: list[ledger.Balance]
    next: str | None


class LineList(msgspec.Struct, frozen=True):
    """Postings of an account in their order."""

    items: list[ledger.AccountLine]
    next: str | None


@get("/api/v1/claims", opt={"rule": ledger.VIEW, "family": _FAMILY, "query": ClaimsQuery, "answer": ClaimList})
async def list_claims(request: AnyRequest) -> Response[bytes]:
    """List the claims one may see, newest first."""
    query = read_query(request, ClaimsQuery)
    page = await ledger.list_claims(
        services_of(request).hub,
        scope(ledger.VIEW, actor_in(request)),
        state=query.state,
        limit=query.limit,
        after=query.cursor,
    )
    return answer(page_of(list(page.rows), page.after), headers={"cache-control": "no-store"})


@get(_OF_CLAIM, opt={"rule": ledger.VIEW, "family": _FAMILY, "answer": ledger.Claim})
async def get_claim(request: AnyRequest, claim_id: FromPath[str]) -> Response[bytes]:
    """Get a claim with its working, line by line."""
    claim = await _claim(services_of(request), claim_id)
    demand(ledger.VIEW, actor_in(request), ledger.claim_subject(claim))
    return answer(claim, headers={"cache-control": "no-store"})


@get("/api/v1/cases/{case_id:str}/money", opt={"rule": ledger.VIEW, "family": _FAMILY, "answer": CaseMoney})
async def get_case_money(request: AnyRequest, case_id: FromPath[str]) -> Response[bytes]:
    """Get the claims of a case that one may see; and its entries, for those who keep the books."""
    services, actor = services_of(request), actor_in(request)
    claims = [
        claim
        for claim in await ledger.claims_of_case(services.hub, case_id)
        if permits(ledger.VIEW, actor, ledger.claim_subject(claim))
    ]
    entries = await ledger.entries_of_case(services.hub, case_id, scope(ledger.BOOKS, actor))
    return answer(CaseMoney(claims, entries), headers={"cache-control": "no-store"})


@get("/api/v1/payouts", opt={"rule": ledger.BOOKS, "family": _FAMILY, "query": Page, "answer": PayoutList})
async def list_payouts(request: AnyRequest) -> Response[bytes]:
    """List the batches for the bank, newest first."""
    query = read_query(request, Page)
    after = query.cursor
    if after is not None and not after.partition("~")[0].isdecimal():
        raise MALFORMED("cursor", problem="not one of ours")
    rows = await ledger.list_payouts(services_of(request).hub, limit=query.limit, after=after)
    last = rows[-1] if len(rows) == query.limit else None
    return answer(page_of(list(rows), None if last is None else ledger.payout_cursor(last)))


@get("/api/v1/payouts/{payout_id:str}", opt={"rule": ledger.BOOKS, "family": _FAMILY, "answer": PayoutView})
async def get_payout(request: AnyRequest, payout_id: FromPath[str]) -> Response[bytes]:
    """Get a batch with its payments."""
    found = await ledger.payout_by_id(services_of(request).hub, payout_id)
    if found is None:
        raise NOT_FOUND("payout_id", what="支付批次 payout", id=payout_id[:80])
    return answer(PayoutView(found[0], list(found[1])))


@get(
    "/api/v1/payouts/{payout_id:str}/file",
    opt={"rule": ledger.BOOKS, "family": _FAMILY, "answer": "text/csv"},
)
async def get_payout_file(request: AnyRequest, payout_id: FromPath[str]) -> Response[bytes]:
    """Get the file for the bank (CSV with control totals); the same batch always gives the same bytes."""
    raw = await ledger.payout_csv(services_of(request).hub, payout_id)
    if raw is None:
        raise NOT_FOUND("payout_id", what="支付批次 payout", id=payout_id[:80])
    headers = {"content-disposition": 'attachment; filename="payout.csv"', "cache-control": "no-store"}
    return Response(raw, media_type="text/csv; charset=utf-8", headers=headers)


@get(
    "/api/v1/ledger/trial-balance",
    opt={"rule": ledger.BOOKS, "family": _FAMILY, "query": AtQuery, "answer": ledger.TrialBalance},
)
async def get_trial_balance(request: AnyRequest) -> Response[bytes]:
    """Sum up all debits and credits; their difference is 0, or the books are broken."""
    query = read_query(request, AtQuery)
    return answer(await ledger.trial_balance(services_of(request).hub, query.at))


@get(
    "/api/v1/ledger/balances",
    opt={"rule": ledger.BOOKS, "family": _FAMILY, "query": AtQuery, "answer": BalanceList},
)
async def list_balances(request: AnyRequest) -> Response[bytes]:
    """List every account and sub-account that is not zero, now or as of an instant."""
    query = read_query(request, AtQuery)
    return answer(page_of(list(await ledger.balances(services_of(request).hub, query.at)), None))


@get(
    "/api/v1/ledger/accounts/{account:str}/lines",
    opt={"rule": ledger.BOOKS, "family": _FAMILY, "query": LinesQuery, "answer": LineList},
)
async def list_account_lines(request: AnyRequest, account: FromPath[str]) -> Response[bytes]:
    """List the postings of an account in their order."""
    query = read_query(request, LinesQuery)
    if query.cursor is not None:
        parts = query.cursor.split("~")
        if len(parts) != 3 or not (parts[0].isdecimal() and parts[2].isdecimal()):
            raise MALFORMED("cursor", problem="not one of ours")
    lines, after = await ledger.account_lines(
        services_of(request).hub, account, query.party, limit=query.limit, after=query.cursor
    )
    return answer(page_of(list(lines), after))


async def _claim(services: Services, claim_id: str) -> ledger.Claim:
    claim = await ledger.claim_by_id(services.hub, claim_id)
    if claim is None:
        raise NOT_FOUND("claim_id", what="补贴申请 claim", id=claim_id[:80])
    return claim


def _of_claim(verb: str, command: type[ClaimCommand]) -> Any:
    """Make the route of a claim's command; the case follows from the claim."""
    body = body_of(command, ("claim_id", "case_id"))

    async def route(request: AnyRequest) -> Response[bytes]:
        told = await read_json(request, body)
        claim = await _claim(services_of(request), request.path_params["claim_id"])
        fields = {name: getattr(told, name) for name in body.__struct_fields__}
        return await carry_out(request, command(claim_id=claim.claim_id, case_id=claim.case_id, **fields))

    return _made(route, f"{_OF_CLAIM}/{verb}", command, body)


def _asking(path: str, command: type[Command]) -> Any:
    """Make the route of a command whose body says everything."""
    body = body_of(command, ())

    async def route(request: AnyRequest) -> Response[bytes]:
        told = await read_json(request, body)
        return await carry_out(request, command(**{name: getattr(told, name) for name in body.__struct_fields__}))

    return _made(route, path, command, body)


def _made(route: Any, path: str, command: type[Command], body: type[msgspec.Struct]) -> Any:
    route.__name__ = operation_of(command)
    route.__doc__ = inspect.getdoc(command)
    opt = {"rule": command.rule, "family": _FAMILY, "body": body, "answer": Done}
    return post(path, status_code=200, opt=opt)(route)


ROUTES: list[Any] = [
    list_claims,
    get_claim,
    get_case_money,
    list_payouts,
    get_payout,
    get_payout_file,
    get_trial_balance,
    list_balances,
    list_account_lines,
    _asking("/api/v1/claims", ledger.ComputeClaim),
    _of_claim("check", ledger.CheckClaim),
    _of_claim("approve", ledger.ApproveClaim),
    _of_claim("hold", ledger.HoldClaim),
    _of_claim("release", ledger.ReleaseClaim),
    _of_claim("reject", ledger.RejectClaim),
    _of_claim("reverse", ledger.ReverseClaim),
    _of_claim("pay", ledger.PayClaim),
    _asking("/api/v1/payouts", ledger.MakePayout),
    command_route(
        "/api/v1/payouts/{payout_id:str}/reconcile", ledger.ReconcilePayout, family=_FAMILY, named="payout_id"
    ),
    _asking("/api/v1/ledger/entries", ledger.PostEntry),
    command_route(
        "/api/v1/ledger/entries/{entry_id:str}/reverse", ledger.ReverseEntry, family=_FAMILY, named="entry_id"
    ),
]
