"""The command hall in a real browser: run by the keyboard alone, at a desk and on a wall."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from axe import grave_violations

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)

DESK, WALL, LARGE_WALL = (1440, 900), (1920, 1080), (3840, 2160)
BOATS = {"412999001": (121.48333, 28.67039), "412999002": (121.44941, 28.684299), "412999005": (121.455, 28.6928)}
QUAY = {"lon": 121.4745, "lat": 28.6753, "datum": "WGS84"}

SignedIn = Callable[..., Any]
Shot = Callable[[Any, str], None]


def land_drawn(page: Any) -> None:
    """Wait until the map has drawn vector land, not only its background."""
    expect(page.locator(".map").first).to_have_attribute("data-land", re.compile(r"^[1-9]"), timeout=60_000)


def pick_up(town: Any, login: str, vessel: str) -> None:
    """Ask for a pickup over the interface, as a telephone does."""
    for mmsi, place in BOATS.items():
        town.hear(mmsi, *place)
    with town.client(login) as fisher:
        report = {
            "service_code": "marine_pickup", "key": f"hall-story-{time.time_ns()}", "position": QUAY,
            "answers": {"vessel_name": vessel, "lines": [{"kind": "bottles", "amount": 40, "unit": "kg"}]},
        }  # fmt: skip
        answer = fisher.post("/api/v1/reports", json=report)
        assert answer.status_code in (201, 202), answer.text


def by_palette(page: Any, words: str) -> None:
    """Do something by its name, with the keyboard alone."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name=re.compile("输入命令"))).to_be_focused()
    page.keyboard.type(words)
    expect(page.get_by_role("option").first).to_contain_text(words)
    page.keyboard.press("Enter")


def test_the_hall_is_run_by_the_keyboard_alone(signed_in: SignedIn, town: Any, shot: Shot) -> None:
    """Override a dispatch, note many cases at once, play the hour again: no pointer is touched; axe finds nothing."""
    pick_up(town, "fisher", "浙椒渔62187")
    pick_up(town, "fisher2", "浙椒渔80031")
    page = signed_in("duty", *DESK)
    land_drawn(page)
    expect(page.locator("button.case").nth(1)).to_be_visible()
    assert grave_violations(page) == []
    shot(page, "hall-desk")

    # The first case in the list: why whom, and another choice than the reckoning's.
    page.keyboard.press("/")
    page.keyboard.type("62187")
    expect(page.locator("button.case")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    panel = page.get_by_role("complementary")
    expect(panel.get_by_text("等待答复")).to_be_visible(timeout=150_000)
    assert grave_violations(page) == []
    shot(page, "hall-case")
    by_palette(page, "改派")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Space")
    expect(dialog.get_by_role("radio").first).to_be_checked()
    page.keyboard.press("Tab")
    for _ in range(20):  # past the reasons that are offered, to the words
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("该船熟悉泊位")
    assert grave_violations(page) == []
    shot(page, "hall-reassign")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(panel.get_by_text("第 2 次派单")).to_be_visible()
    expect(panel.get_by_text("该船熟悉泊位").first).to_be_visible()
    shot(page, "hall-overridden")

    # Many at once.
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    count = page.locator("button.case").count()
    assert count >= 2
    page.keyboard.press("a")
    expect(page.get_by_role("region", name="批量办理")).to_contain_text(f"已选 {count} 件")
    expect(page.get_by_role("button", name="调整紧急程度")).to_be_visible()
    shot(page, "hall-bulk")
    by_palette(page, "写备注")
    page.keyboard.type("台风前统一核对")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(f"完成 {count} 件")).to_be_visible()

    # The hour again: at its beginning nothing was open, at its end everything is.
    page.keyboard.press("b")
    slider = page.get_by_role("slider", name="回放时间")
    expect(page.get_by_role("button", name="播放")).to_be_enabled()
    slider.focus()
    page.keyboard.press("Home")
    at_first = page.locator("button.case").count()
    page.keyboard.press("End")
    expect(page.locator("button.case")).to_have_count(count)
    assert at_first < count
    expect(page.locator(".replay-facts .fact").first).to_be_visible()
    assert grave_violations(page) == []
    shot(page, "hall-replay")
    slider.blur()
    page.keyboard.press("b")
    expect(page.get_by_text("实时")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_text("键盘操作").first).to_be_visible()
    shot(page, "hall-keys")


def test_the_hall_fills_a_wall(signed_in: SignedIn, shot: Shot) -> None:
    """On a wall, dark and in English too: nothing is cut at the sides, the land is drawn, axe finds nothing."""
    page = signed_in("duty", *WALL)
    page.get_by_role("button", name="深色").click()
    land_drawn(page)
    page.keyboard.press("j")
    expect(page.get_by_role("complementary").get_by_role("heading").first).to_be_visible()
    assert grave_violations(page) == []
    shot(page, "hall-wall")
    page.set_viewport_size({"width": LARGE_WALL[0], "height": LARGE_WALL[1]})
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Replay")).to_be_visible()
    land_drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= LARGE_WALL[0]
    shot(page, "hall-wall-large")
