"""Tariffs: versions follow each other without a gap or an overlap, and pay for kinds that exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from tidehub.capabilities.ledger import Tariff
from tidehub.packing.check.finding import Finding, House
from tidehub.packing.model import Pack


def check(pack: Pack, _house: House) -> Iterator[Finding]:
    """Dates, sources and kinds."""
    by_name: dict[str, list[Tariff]] = {}
    for tariff in pack.tariffs:
        by_name.setdefault(tariff.tariff, []).append(tariff)
    for name, versions in sorted(by_name.items()):
        yield from _dates(name, sorted(versions, key=lambda tariff: tariff.version))
        for tariff in versions:
            where = f"tariffs: {name} v{tariff.version}"
            yield from _sources(tariff, where)
            yield from _kinds(pack, tariff, where)
    if pack.tariffs and pack.plan is None:
        yield Finding(
            "tariffs",
            "accounts.yaml",
            "有补贴标准，却没有账户表",
            "there is a tariff but no plan of accounts",
            "写上 accounts.yaml",
            "write accounts.yaml",
        )


def _dates(name: str, versions: list[Tariff]) -> Iterator[Finding]:
    for before, after in pairwise(versions):
        where = f"tariffs: {name} v{after.version}"
        if before.version == after.version:
            yield Finding(
                "tariffs",
                where,
                "同一版本有两份",
                "one version stands twice",
                "改变内容就提高版本号",
                "raise the version with the content",
            )
        elif before.valid_to is not None and after.valid_from > before.valid_to + timedelta(days=1):
            yield Finding(
                "tariffs",
                where,
                f"{before.valid_to} 之后、{after.valid_from} 之前没有标准",
                f"between {before.valid_to} and {after.valid_from} no tariff holds",
                "使生效日期相接",
                "let the dates follow each other",
            )


def _sources(tariff: Tariff, where: str) -> Iterator[Finding]:
    if not tariff.source.strip():
        yield Finding(
            "tariffs",
            where,
            "没有写明出处",
            "it does not say where it comes from",
            "写上 source",
            "write source",
        )
    unconfirmed = [one.id for one in tariff.rates if one.tbc] + [one.id for one in tariff.caps if one.tbc]
    if unconfirmed:
        yield Finding(
            "tariffs",
            where,
            f"待核实的标准：{'、'.join(unconfirmed)}",
            f"to be confirmed: {', '.join(unconfirmed)}",
            "取得正式文件后核对，去掉 tbc",
            "compare with the official text, then take tbc away",
            "info",
        )


def _kinds(pack: Pack, tariff: Tariff, where: str) -> Iterator[Finding]:
    if pack.policies is None:
        return
    known = {kind for service in pack.policies.services.values() for kind in service.needs.kinds}
    if not known:
        return
    paid = [(rate.id, rate.kinds) for rate in tariff.rates] + [(cap.id, cap.kinds) for cap in tariff.caps]
    for id_, kinds in paid:
        for kind in kinds:
            if kind not in known:
                yield Finding(
                    "tariffs",
                    f"{where}: {id_}",
                    f"没有种类“{kind}”，永远不会支付",
                    f"there is no kind '{kind}', so it is never paid",
                    "改为 dispatch.yaml 的 needs.kinds 中的名称",
                    "use a name of needs.kinds in dispatch.yaml",
                )
