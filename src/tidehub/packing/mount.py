"""Mounting packs: what several scenes bring, put together for the capabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tidehub.capabilities.cases import Lifecycles
from tidehub.capabilities.dispatch import DispatchPolicies, ServicePolicy, Words
from tidehub.capabilities.documents import Templates
from tidehub.capabilities.evaluation import Definitions
from tidehub.capabilities.intake import Catalogue
from tidehub.capabilities.ledger import AccountPlan, Roles, Tariffs
from tidehub.capabilities.messages import MessageTemplate
from tidehub.packing.model import Flow, Notice, Pack
from tidehub.packing.read import PACK_INVALID

_NO_PLAN = AccountPlan((), Roles("", "", "", "", ""), "no pack keeps books")


@dataclass(frozen=True)
class Mounted:
    """Everything that the mounted packs bring."""

    packs: tuple[Pack, ...]
    lifecycles: Lifecycles
    catalogue: Catalogue
    policies: DispatchPolicies
    indicators: Definitions
    messages: Mapping[str, MessageTemplate]
    notices: tuple[Notice, ...]
    templates: Templates
    tariffs: Tariffs
    plan: AccountPlan
    flows: tuple[Flow, ...]


def mount(packs: Sequence[Pack]) -> Mounted:
    """Put packs together. What two of them call by one name must be the same.

    Raises
    ------
    Refusal
        ``pack_invalid`` for two different things of one name.
    """
    services: dict[str, ServicePolicy] = {}
    messages: dict[str, MessageTemplate] = {}
    reasons: dict[str, Words] = {}
    plan: AccountPlan | None = None
    indicators = Definitions()
    for pack in packs:
        for name, service in (pack.policies.services if pack.policies else {}).items():
            if services.setdefault(name, service) != service:
                raise PACK_INVALID(f"services.{name}", where=pack.manifest.id, problem="another pack has this name")
        for code, words in (pack.policies.override_reasons if pack.policies else {}).items():
            if reasons.setdefault(code, words) != words:
                raise PACK_INVALID(f"override_reasons.{code}", where=pack.manifest.id, problem="it has other words")
        for key, message in pack.messages.items():
            if messages.setdefault(key, message) != message:
                raise PACK_INVALID(key, where=pack.manifest.id, problem="another pack has this message key")
        if pack.plan is not None:
            if plan is not None and plan != pack.plan:
                raise PACK_INVALID("accounts", where=pack.manifest.id, problem="another pack has another plan")
            plan = pack.plan
        indicators = Definitions(
            indicators.indicators + pack.indicators.indicators, indicators.ratios + pack.indicators.ratios
        )
    return Mounted(
        packs=tuple(packs),
        lifecycles=Lifecycles(lifecycle for pack in packs for lifecycle in pack.lifecycles),
        catalogue=Catalogue(pack.catalogue for pack in packs if pack.catalogue is not None),
        policies=DispatchPolicies(services=services, override_reasons=reasons),
        indicators=indicators,
        messages=messages,
        notices=tuple(notice for pack in packs for notice in pack.notices),
        templates=Templates(template for pack in packs for template in pack.templates),
        tariffs=Tariffs(tariff for pack in packs for tariff in pack.tariffs),
        plan=plan or _NO_PLAN,
        flows=tuple(flow for pack in packs for flow in pack.code.flows),
    )
