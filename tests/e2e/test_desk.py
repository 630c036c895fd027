"""The board and the administration in a real browser: figures that add up, and screens everybody can use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe import grave_violations

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)

DESK = (1440, 900)
SECTIONS = (
    "overview", "packs", "categories", "units", "people", "places", "calendars", "connectors", "outbox", "waiting",
    "log",
)  # fmt: skip
OWN_PASSWORD = "Jiao-jiang-2026-harbour"

SignedIn = Callable[..., Any]
Shot = Callable[[Any, str], None]


@pytest.fixture
def admin(signed_in: SignedIn, town: Any) -> Any:
    """The administrator, with a password of his own instead of the printed one."""
    page = signed_in("admin", *DESK)
    if page.get_by_role("heading", name="请设置新密码").is_visible():
        page.get_by_label("现在的密码").fill(town.passwords["admin"])
        page.get_by_label("新密码", exact=True).fill(OWN_PASSWORD)
        page.get_by_role("button", name="修改密码").click()
        page.get_by_label("账号").fill("admin")
        page.get_by_label("密码").fill(OWN_PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.get_by_role("button", name="退出").wait_for()
        town.passwords["admin"] = OWN_PASSWORD
    return page


def test_every_screen_of_the_administration_is_for_everybody(admin: Any, town: Any, shot: Shot) -> None:
    """Each section says something, and axe finds nothing grave on it; the lifecycle shows all its states."""
    for section in SECTIONS:
        admin.goto(f"{town.url}/admin/{section}")
        expect(admin.locator("main h1")).to_be_visible()
        expect(admin.get_by_text("正在读取…")).to_have_count(0)
        if section == "packs":
            states = admin.request.get(f"{town.url}/api/v1/lifecycles/marine_pickup").json()["states"]
            expect(admin.locator("[data-state]")).to_have_count(len(states))
        assert grave_violations(admin) == [], section
        shot(admin, f"admin-{section}")


def test_the_board_adds_up(signed_in: SignedIn, admin: Any, town: Any, shot: Shot) -> None:
    """What the card shows is what the facts give when they are counted again, and the very cases that it counts."""
    for number in (1, 2):
        answer = signed_in("fisher", 390, 844).request.post(
            f"{town.url}/api/v1/reports",
            headers={"x-tidehub": "1"},
            data={
                "service_code": "marine_pickup",
                "key": f"board-adds-up-{number}",
                "place_id": "jiaojiang-haimen",
                "answers": {
                    "vessel_name": f"浙椒渔8003{number}",
                    "lines": [{"kind": "bottles", "amount": 35, "unit": "kg"}],
                },
            },
        )
        assert answer.status == 201, answer.text()
    admin.goto(f"{town.url}/board")
    card = admin.locator("[data-indicator=cases_opened]").first
    expect(card).to_contain_text(re.compile(r"\b2\b"))
    assert grave_violations(admin) == []
    shot(admin, "board")
    admin.get_by_role("button", name="由事实重算").click()
    expect(admin.get_by_text(re.compile("全部一致"))).to_be_visible()
    admin.keyboard.press("Escape")
    admin.goto(f"{town.url}/board")
    admin.get_by_role("button", name="查看所计案件").click()
    expect(admin.locator("[data-case]")).to_have_count(2)
    shot(admin, "board-cases")
    admin.goto(f"{town.url}/board/wall")
    expect(admin.get_by_text("受理件数")).to_be_visible()
    assert grave_violations(admin) == []
    shot(admin, "board-wall")
