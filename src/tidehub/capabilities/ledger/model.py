"""Accounts, postings, claims: the ledger's words, and the form of its data in a pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from tidehub.kernel.errors import refusal_kind
from tidehub.methods.subsidy import Cap, CapTotal, Rate, Tariff, Working

AccountKind = Literal["asset", "liability", "income", "expense", "equity"]
ClaimState = Literal["computed", "checked", "approved", "paid", "held", "rejected", "reversed"]

LEDGER_DATA_WRONG = refusal_kind(
    "ledger_data_wrong",
    zh="账务数据 {where} 的 {name} 不正确：{problem}",
    en="{name} of the ledger data {where} is wrong: {problem}",
    do_zh="请按 ledger/README.md 的格式改正。",
    do_en="Correct it as ledger/README.md describes.",
)
TARIFF_NOT_IN_EFFECT = refusal_kind(
    "tariff_not_in_effect",
    zh="{on} 没有生效的“{tariff}”补贴标准",
    en="No tariff '{tariff}' is in effect on {on}",
    do_zh="请核对发生日期，或先公布该日期的补贴标准。",
    do_en="Check the day it happened, or publish the tariff for that day first.",
)


class Posting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of an entry: debit positive, credit negative, in fen. ``party`` is a sub-account."""

    account: str
    amount_fen: int
    party: str = ""


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account of the plan; ``parties`` says whether each party has a sub-account of its own."""

    code: str
    zh: str
    en: str
    kind: AccountKind
    parties: bool = False


class Roles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which account plays which part in a claim.

    Parameters
    ----------
    expense
        What subsidies cost.
    pending, payable
        Owed to claimants: computed, and approved for payment.
    fund
        The common fund's share.
    bank
        Where payouts leave from.
    """

    expense: str
    pending: str
    payable: str
    fund: str
    bank: str


class AccountPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The accounts that may be posted to, as data."""

    accounts: tuple[Account, ...]
    roles: Roles
    source: str

    def account(self, code: str) -> Account | None:
        """One account by its code."""
        return next((account for account in self.accounts if account.code == code), None)


class Tariffs:
    """Every tariff in every version; the day it happened picks the version."""

    def __init__(self, tariffs: Iterable[Tariff]) -> None:
        self._by_name: dict[str, list[Tariff]] = {}
        for tariff in tariffs:
            self._by_name.setdefault(tariff.tariff, []).append(tariff)
        for versions in self._by_name.values():
            versions.sort(key=lambda tariff: tariff.version, reverse=True)

    def on(self, name: str, day: date) -> Tariff:
        """The highest version in effect on a day; refuses ``tariff_not_in_effect``."""
        for tariff in self._by_name.get(name, ()):
            if tariff.holds_on(day):
                return tariff
        raise TARIFF_NOT_IN_EFFECT("happened_at", tariff=name, on=day.isoformat())

    def zone(self, name: str) -> str:
        """Local time by which the tariff counts days; all versions of a tariff share it."""
        versions = self._by_name.get(name)
        return versions[0].zone if versions else "Asia/Shanghai"

    def names(self) -> tuple[str, ...]:
        """Every tariff there is, sorted."""
        return tuple(sorted(self._by_name))


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim as the tables keep it."""

    claim_id: str
    case_id: str
    state: ClaimState
    before_hold: str
    version: int
    family: str
    claim_key: str
    evidence: tuple[str, ...]
    payee: str
    vessel_id: str
    unit_id: str | None
    reporter: str | None
    region_code: str
    document_id: str
    tariff: str
    tariff_version: int
    working: Working
    takes: tuple[CapTotal, ...]
    gross_fen: int
    cut_fen: int
    fund_fen: int
    payable_fen: int
    happened_at: datetime
    computed_by: str
    checked_by: str | None
    approved_by: str | None
    payout_id: str | None


class PayoutLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One payment of a batch. How the payee is paid (an account at a bank) is the bank's own register."""

    claim_id: str
    case_id: str
    payee: str
    amount_fen: int


class BankLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the bank says of one payment."""

    claim_id: str
    amount_fen: int
    paid: bool
    reference: str = ""
    problem: str = ""


def read_plan(raw: Mapping[str, Any], where: str) -> AccountPlan:
    """Read an account plan; every part must be played by an account that exists.

    Raises
    ------
    Refusal
        ``ledger_data_wrong``, naming the field.
    """
    plan: AccountPlan = _convert(raw, AccountPlan, where)
    codes = [account.code for account in plan.accounts]
    if len(set(codes)) != len(codes):
        raise LEDGER_DATA_WRONG("accounts", where=where, name="accounts", problem="a code stands twice")
    for role in Roles.__struct_fields__:
        if getattr(plan.roles, role) not in codes:
            raise LEDGER_DATA_WRONG(f"roles.{role}", where=where, name=f"roles.{role}", problem="no such account")
    return plan


def read_tariff(raw: Mapping[str, Any], where: str) -> Tariff:
    """Read one version of a tariff; ids are unique, dates in order, every number has its source.

    Raises
    ------
    Refusal
        ``ledger_data_wrong``, naming the field.
    """
    tariff: Tariff = _convert(raw, Tariff, where)
    seen: set[str] = set()
    sourced: tuple[tuple[str, tuple[Rate | Cap, ...]], ...] = (("rates", tariff.rates), ("caps", tariff.caps))
    for name, items in sourced:
        for place, item in enumerate(items):
            at = f"{name}[{place}]"
            if item.id in seen:
                raise LEDGER_DATA_WRONG(f"{at}.id", where=where, name=f"{at}.id", problem="stands twice")
            seen.add(item.id)
            if not item.source:
                raise LEDGER_DATA_WRONG(f"{at}.source", where=where, name=f"{at}.source", problem="empty")
    for place, rate in enumerate(tariff.rates):
        if rate.rate_fen < 0 or not 0 <= rate.fund_permille <= 1000:
            at = f"rates[{place}]"
            raise LEDGER_DATA_WRONG(at, where=where, name=at, problem="rate_fen >= 0, fund_permille 0..1000")
    for place, cap in enumerate(tariff.caps):
        if cap.limit_fen < 0:
            at = f"caps[{place}].limit_fen"
            raise LEDGER_DATA_WRONG(at, where=where, name=at, problem=">= 0")
    if tariff.valid_to is not None and tariff.valid_to < tariff.valid_from:
        raise LEDGER_DATA_WRONG("valid_to", where=where, name="valid_to", problem="before valid_from")
    return tariff


def _convert(raw: Mapping[str, Any], shape: Any, where: str) -> Any:
    try:
        return msgspec.convert(raw, shape, strict=True)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        name = path.rstrip("`")
        raise LEDGER_DATA_WRONG(name or None, where=where, name=name or "-", problem=problem) from None
