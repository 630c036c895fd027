"""``accounts.yaml``: each part of a claim is played by an account that can play it."""

from __future__ import annotations

from collections.abc import Iterator

from tidehub.packing.check.finding import Finding, House
from tidehub.packing.model import Pack

_PARTS = {
    "expense": "expense",
    "pending": "liability",
    "payable": "liability",
    "fund": "liability",
    "bank": "asset",
}


def check(pack: Pack, _house: House) -> Iterator[Finding]:
    """Kinds of the accounts that play a part, and their names."""
    if pack.plan is None:
        return
    for part, kind in _PARTS.items():
        account = pack.plan.account(getattr(pack.plan.roles, part))
        assert account is not None, "the reader lets no part without an account through"
        if account.kind != kind:
            yield Finding(
                "accounts",
                f"accounts.yaml: roles.{part}",
                f"“{account.code}”是 {account.kind}，应为 {kind}",
                f"'{account.code}' is of kind {account.kind}, but should be {kind}",
                "换一个账户，或改正其 kind",
                "take another account, or correct its kind",
            )
        if part in ("pending", "payable") and not account.parties:
            yield Finding(
                "accounts",
                f"accounts.yaml: {account.code}.parties",
                f"“{account.code}”不分户，看不出欠谁",
                f"'{account.code}' has no sub-accounts, so nobody sees to whom it is owed",
                "写上 parties: true",
                "write parties: true",
            )
    for account in pack.plan.accounts:
        if not account.zh.strip() or not account.en.strip():
            yield Finding(
                "accounts",
                f"accounts.yaml: {account.code}",
                "账户缺少中文或英文名称",
                "the account lacks its name in one language",
                "补上 zh 和 en",
                "write both zh and en",
            )
