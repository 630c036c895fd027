"""The citizen's pages: filed on a phone, offline and back, in large letters, without scripts, together, judged."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import grave_violations, violations_of_html

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)

PHONE, SMALL = (390, 844), (360, 740)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PHOTO = {"name": "deck.png", "mimeType": "image/png", "buffer": PIXEL}
SIZES = """() => {
  const shown = (one) => one.getClientRects().length && getComputedStyle(one).visibility !== 'hidden'
    && !one.closest('.map')
  const texts = [...document.querySelectorAll('body *')].filter((one) => shown(one)
    && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 17.99).map((one) => one.outerHTML.slice(0, 90))
  const targets = [...document.querySelectorAll('button, input, select, textarea, a, summary')].filter(shown)
    .filter((one) => !['file', 'hidden', 'checkbox', 'radio'].includes(one.type))
    .filter((one) => one.getBoundingClientRect().height < 59.5)
    .map((one) => one.outerHTML.slice(0, 90))
  return { texts, targets }
}"""

SignedIn = Callable[..., Any]
Shot = Callable[[Any, str], None]


def looked_at(page: Any, shot: Shot, name: str) -> None:
    """Keep a picture, and let axe look at the screen."""
    page.wait_for_timeout(300)
    shot(page, name)
    assert grave_violations(page, without=(".maplibregl-map",)) == [], name


def fill_a_pickup(page: Any, vessel: str) -> None:
    """Fill the form of a pickup, with the place by its name."""
    page.get_by_role("link", name=re.compile("上门收集")).first.click()
    page.get_by_label("船名").fill(vessel)
    page.get_by_label("种类").first.select_option("bottles")
    page.get_by_label("数量").first.fill("35")
    page.get_by_label("按名称找地点").fill("海门")
    page.get_by_role("button", name=re.compile("椒江海门渔港码头")).click()


def test_a_report_is_filed_on_a_phone_with_place_by_words_photo_and_privacy(signed_in: SignedIn, shot: Shot) -> None:
    """A fisherman finds the service, the place by its name, adds a photo, sees who will see it, and follows it."""
    page = signed_in("fisher2", *PHONE, touch=True)
    expect(page.get_by_role("heading", name="林大陈，您好")).to_be_visible()
    looked_at(page, shot, "citizen-home")
    fill_a_pickup(page, "浙椒渔80031")
    page.locator("#photo").set_input_files(PHOTO)
    expect(page.get_by_text(re.compile("校验码 [0-9a-f]{8}"))).to_be_visible()
    expect(page.get_by_text("其他人看不到这份申请的任何内容")).to_be_visible()
    looked_at(page, shot, "citizen-ask")
    page.reload()  # nothing of it is lost
    expect(page.get_by_label("船名")).to_have_value("浙椒渔80031")
    expect(page.get_by_text(re.compile("校验码 [0-9a-f]{8}"))).to_have_count(1)
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/report/**")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("下一步").first).to_be_visible()
    page.get_by_text("您提交的内容").click()
    expect(page.get_by_text("塑料瓶 35 千克")).to_be_visible()
    expect(page.locator(".photos img")).to_have_count(1)
    looked_at(page, shot, "citizen-report")
    page.get_by_role("link", name="我的").click()
    expect(page.get_by_role("link", name=re.compile("上门收集")).first).to_be_visible()
    looked_at(page, shot, "citizen-mine")


def test_without_network_a_closed_tab_loses_nothing_and_sends_nothing_twice(
    signed_in: SignedIn, town: Any, shot: Shot
) -> None:
    """Written and sent offline, the tab closed; opened again with network it goes by itself, once."""
    page = signed_in("fisher", *SMALL, touch=True)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready")
    page.get_by_role("link", name=re.compile("上门收集")).first.click()  # what the form needs has been read once
    expect(page.get_by_label("选择泊位").locator("option")).not_to_have_count(1)
    page.wait_for_timeout(1000)
    page.goto(town.url)
    before = len(_mine(town))
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="陈阿海，您好")).to_be_visible()
    fill_a_pickup(page, "浙椒渔62187")
    looked_at(page, shot, "citizen-offline")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="已保存，等待发送")).to_be_visible()
    looked_at(page, shot, "citizen-waiting")
    assert len(_mine(town)) == before
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(town.url)
    expect(again.get_by_text("正在办理")).to_be_visible()
    expect(again.get_by_text("已保存，等待发送")).to_have_count(0)
    again.reload()
    assert len(_mine(town)) == before + 1


def _mine(town: Any) -> list[Any]:
    with town.client("fisher") as client:
        return list(client.get("/api/v1/reports?mine=true&limit=100").json()["items"])


def test_large_letters_meet_their_sizes_on_every_screen_and_are_read_aloud(signed_in: SignedIn, shot: Shot) -> None:
    """大字版: text of 18 px, targets of 60 px, contrast by axe, fewer choices, and a voice."""
    page = signed_in("fisher2", *SMALL, touch=True)
    page.evaluate(
        """() => { window.said = []; speechSynthesis.speak = (one) => window.said.push([one.lang, one.text]) }"""
    )
    page.get_by_role("button", name="大字版").click()
    expect(page.get_by_role("button", name="读给我听")).to_be_visible()
    assert page.evaluate(SIZES) == {"texts": [], "targets": []}
    looked_at(page, shot, "elder-home")
    page.get_by_role("button", name="读给我听").click()
    ((language, said),) = page.evaluate("() => window.said")
    assert language == "zh-CN"
    assert "渔船废弃物上门收集" in said
    page.get_by_role("link", name=re.compile("上门收集")).first.click()
    page.get_by_role("button", name="提交申请").wait_for()
    expect(page.get_by_label("MMSI")).to_be_hidden()  # what need not be answered is put away
    expect(page.locator(".map")).to_have_count(0)
    page.get_by_role("button", name="提交申请").click()
    assert page.evaluate(SIZES) == {"texts": [], "targets": []}
    looked_at(page, shot, "elder-ask")
    page.get_by_role("link", name="潮汇").click()
    page.get_by_role("link", name="我的").click()
    page.get_by_role("heading", name="我的申请").wait_for()
    assert page.evaluate(SIZES) == {"texts": [], "targets": []}
    looked_at(page, shot, "elder-mine")
    page.get_by_role("link", name=re.compile("上门收集")).first.click()
    page.get_by_text("办理进度").wait_for()
    assert page.evaluate(SIZES) == {"texts": [], "targets": []}
    looked_at(page, shot, "elder-report")


@pytest.fixture
def plain(browser: Any, town: Any) -> Iterator[Any]:
    """A browser in which nothing runs."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN", java_script_enabled=False
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(town.url)
    yield page
    context.close()


def test_without_scripts_a_report_with_a_photo_is_filed_corrected_and_followed(
    plain: Any, browser: Any, shot: Shot
) -> None:
    """No script at all, nobody signed in: what is wrong is told at its field, what was typed and sent is kept."""

    def look(name: str) -> None:
        shot(plain, name)
        assert violations_of_html(browser, plain.content(), plain.url) == [], name

    expect(plain.get_by_role("heading", name="办事")).to_be_visible()  # the full pages send here by themselves
    look("plain-services")
    plain.get_by_role("link", name=re.compile("上门收集")).click()
    plain.get_by_label("船名").fill("浙椒渔<80031>")
    plain.get_by_label("MMSI").fill("123")
    plain.get_by_label("种类").first.select_option("bottles")
    plain.get_by_label("数量").first.fill("40")
    plain.get_by_label("单位").first.select_option("kg")
    plain.get_by_label("照片").set_input_files(PHOTO)
    plain.get_by_role("button", name="提交").click()
    expect(plain.get_by_role("alert")).to_contain_text("3 处")
    expect(plain.locator("#vessel_mmsi-wrong")).to_be_visible()
    expect(plain.locator("#our-place-wrong")).to_be_visible()
    expect(plain.locator("#our-phone-wrong")).to_be_visible()
    expect(plain.get_by_label("船名")).to_have_value("浙椒渔<80031>")
    expect(plain.get_by_text("已收到照片 1 张")).to_be_visible()
    look("plain-wrong")
    plain.get_by_label("MMSI").fill("412999031")
    plain.get_by_label("从名单中选择").select_option(label="椒江海门渔港码头")
    plain.get_by_label("联系电话").fill("13900000031")
    plain.get_by_role("button", name="提交").click()
    plain.wait_for_url("**/plain/follow/**")
    expect(plain.get_by_text("浙椒渔<80031>")).to_be_visible()
    expect(plain.get_by_text("塑料瓶 40 千克")).to_be_visible()
    look("plain-follow")


def test_a_report_nearby_is_joined_judged_and_sent_back(browser: Any, shot: Shot, village: Any) -> None:
    """A second villager presses "me too" instead of filing; what is not put right goes back to the unit."""
    first = _report(village, "villager")
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(village.url)
    page.get_by_label("账号").fill("neighbour")
    page.get_by_label("密码").fill(village.passwords["neighbour"])
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name=re.compile("村里帮办")).first.click()
    page.get_by_label("哪类事").select_option("repair")
    page.get_by_label("按名称找地点").fill(PLACE)
    page.get_by_role("button", name="老街 12 号").click()
    expect(page.get_by_role("heading", name="附近已有人反映")).to_be_visible()
    expect(page.get_by_text("所有人看得到")).to_be_visible()  # this service is public, and says so
    looked_at(page, shot, "citizen-near")
    page.get_by_role("button", name="我也是").click()
    page.wait_for_url("**/report/**")
    expect(page.get_by_text("2 人反映了这件事")).to_be_visible(timeout=30_000)
    case_id = _following(village, "villager", first)["case_id"]
    for login, move in (("officer", "take"), ("officer", "finish"), ("checker", "close")):
        with village.client(login) as client:
            client.post(f"/api/v1/cases/{case_id}/moves", json={"move": move, "note": "已修好"}).raise_for_status()
    expect(page.get_by_role("heading", name="办得怎么样？")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="没有办好").click()
    page.get_by_role("button", name="退回重办").click()
    expect(page.get_by_text("请填写")).to_be_visible()
    page.get_by_role("button", name="只办了一部分").click()
    looked_at(page, shot, "citizen-rate")
    page.get_by_role("button", name="退回重办").click()
    expect(page.get_by_text("已退回承办单位重办")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="正在办理")).to_be_visible(timeout=30_000)
    with village.client("officer") as client:
        facts = client.get(f"/api/v1/cases/{case_id}/timeline").text
    assert "只办了一部分" in facts
    context.close()


PLACE = "老街"


def _report(village: Any, login: str) -> str:
    with village.client(login) as client:
        place = client.get("/api/v1/map/search", params={"q": PLACE}).json()["items"][0]
        body = {
            "service_code": "village_help",
            "answers": {"what": "repair"},
            "description": "路灯不亮",
            "position": {**{key: place["position"][key] for key in ("lon", "lat")}, "datum": "WGS84"},
            "place_id": place["id"],
        }
        answer = client.post("/api/v1/reports", json=body, headers={"idempotency-key": "street-light-1"})
        answer.raise_for_status()
        report_id = str(answer.json()["report_id"])
        for _ in range(100):
            if client.get(f"/api/v1/reports/{report_id}/following").json()["case_id"]:
                break
        return report_id


def _following(village: Any, login: str, report_id: str) -> Any:
    with village.client(login) as client:
        return client.get(f"/api/v1/reports/{report_id}/following").json()


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory, run_town: Any) -> Iterator[Any]:
    """A village run by a pack that ``tidehub new-pack`` has just made, its service made public."""
    folder = tmp_path_factory.mktemp("village")
    made = [sys.executable, "-m", "tidehub.cli.main", "new-pack", "village_help"]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    pack = next(path.parent for path in folder.rglob("manifest.toml"))
    _change(
        pack / "categories.yaml", "public: false", "public: true\n    duplicates: {radius_m: 200, within_s: 604800}"
    )
    neighbour = "  - {login: neighbour, person_id: zhou, name: 周大伯, roles: [citizen], regions: ['331002']}"
    _change(pack / "demo/world.yaml", "accounts:", f"accounts:\n{neighbour}")
    with run_town(folder, "--pack", str(pack)) as town:
        yield town


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
