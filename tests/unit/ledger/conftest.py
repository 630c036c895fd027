"""An account plan and a tariff with round numbers, to be followed with a pencil."""

from __future__ import annotations

from typing import Any

import pytest

from tidehub.capabilities.ledger import AccountPlan, Tariff, Tariffs, read_plan, read_tariff

PLAN: dict[str, Any] = {
    "source": "example",
    "accounts": [
        {"code": "5301", "zh": "补贴支出", "en": "Subsidies", "kind": "expense"},
        {"code": "2301", "zh": "待核补贴", "en": "Computed", "kind": "liability", "parties": True},
        {"code": "2302", "zh": "应付补贴", "en": "Payable", "kind": "liability", "parties": True},
        {"code": "2303", "zh": "共富基金", "en": "Fund", "kind": "liability"},
        {"code": "1011", "zh": "额度", "en": "Treasury", "kind": "asset"},
    ],
    "roles": {"expense": "5301", "pending": "2301", "payable": "2302", "fund": "2303", "bank": "1011"},
}
TARIFF: dict[str, Any] = {
    "tariff": "fisher",
    "version": 1,
    "family": "subsidy",
    "zh": "补贴",
    "en": "Subsidy",
    "source": "example",
    "valid_from": "2026-01-01",
    "valid_to": "2026-06-30",
    "rates": [
        {"id": "bottles", "kinds": ["bottles"], "per": "kg", "rate_fen": 300, "fund_permille": 200, "source": "x"},
        {"id": "gear_small", "kinds": ["gear"], "per": "kg", "rate_fen": 150, "vessel_classes": ["small"],
         "source": "x"},
        {"id": "gear", "kinds": ["gear"], "per": "kg", "rate_fen": 100, "source": "x"},
        {"id": "oil", "kinds": ["oil"], "per": "m3", "rate_fen": 20000, "source": "x"},
        {"id": "battery", "kinds": ["battery"], "per": "piece", "rate_fen": 1000, "source": "x"},
    ],
    "caps": [
        {"id": "month", "per": "vessel", "period": "month", "limit_fen": 10000, "source": "x"},
        {"id": "gear_day", "per": "payee", "period": "day", "limit_fen": 5000, "kinds": ["gear"], "source": "x"},
    ],
}  # fmt: skip
LATER = TARIFF | {"version": 2, "valid_from": "2026-07-01", "valid_to": None, "caps": []}


@pytest.fixture
def plan() -> AccountPlan:
    """The plan."""
    return read_plan(PLAN, "accounts.yaml")


@pytest.fixture
def tariff() -> Tariff:
    """The tariff of the first half of the year."""
    return read_tariff(TARIFF, "fisher_1.yaml")


@pytest.fixture
def tariffs(tariff: Tariff) -> Tariffs:
    """Both versions."""
    return Tariffs([tariff, read_tariff(LATER, "fisher_2.yaml")])
