"""The stories of the harbour, played through the pages in a real browser."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)

PHONE, TERMINAL, DESK = (390, 844), (820, 1180), (1600, 900)
STORE = (121.48333, 28.67039)
"""The quay of 海洋云仓, where 椒环01 lies."""
BOAT = "412999001"
# A picture of one pixel, as a camera would give.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

SignedIn = Callable[..., Any]
Shot = Callable[[Any, str], None]


def land_drawn(page: Any) -> None:
    """Wait until the map has drawn vector land, not only its background."""
    expect(page.locator(".map").first).to_have_attribute("data-land", re.compile(r"^[1-9]"), timeout=60_000)


def file_a_pickup(page: Any, vessel: str) -> None:
    """File a pickup at the quay of the store."""
    page.get_by_role("link", name=re.compile("上门收集")).first.click()
    page.get_by_label("船名").fill(vessel)
    page.get_by_label("种类").first.select_option("bottles")
    page.get_by_label("数量").first.fill("120")
    page.get_by_label("选择泊位").select_option(label="海洋云仓椒江收储点")
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url("**/report/**")


def sign(page: Any, name: str | None) -> None:
    """Sign with a finger."""
    if name is not None:
        page.get_by_placeholder("姓名").fill(name)
    box = page.locator("canvas[aria-label^='签名']").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 60 + 16 * step, box["y"] + 60 + (18 if step % 2 else -12))
    page.mouse.up()
    page.get_by_role("button", name="签名").click()


def test_a_form_with_a_gap_is_not_sent_and_says_where(signed_in: SignedIn, shot: Shot) -> None:
    """A form with a gap is not sent; the gap is named beside the field, and the map shows real land."""
    page = signed_in("fisher2", *PHONE, touch=True)
    expect(page.get_by_role("heading", name="办事")).to_be_visible()
    shot(page, "citizen-services")
    page.get_by_role("link", name=re.compile("上门收集")).first.click()
    land_drawn(page)
    shot(page, "citizen-form")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("请填写").first).to_be_visible()
    expect(page.get_by_label("船名")).to_be_focused()
    page.get_by_label("数量").first.fill("-5")
    shot(page, "citizen-form-gaps")


def test_what_the_platform_refuses_is_told_in_chinese(signed_in: SignedIn, shot: Shot) -> None:
    """What the platform refuses is told in Chinese, with what to do about it."""
    page = signed_in("fisher2", *PHONE, touch=True)
    page.get_by_role("link", name=re.compile("上门收集")).first.click()
    page.get_by_label("船名").fill("浙椒渔80031")
    page.get_by_label("MMSI").fill("12345")
    page.get_by_label("数量").first.fill("30")
    page.get_by_label("选择泊位").select_option(label="椒江海门渔港码头")
    page.get_by_role("button", name="提交申请").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text(re.compile("[一-鿿]{4}"))
    refusal.scroll_into_view_if_needed()
    shot(page, "citizen-refused")


def test_large_text_meets_its_sizes(signed_in: SignedIn, shot: Shot) -> None:
    """大字版: text of 18 px and more, targets of 60 px and more."""
    page = signed_in("fisher2", *PHONE, touch=True)
    page.get_by_role("button", name="大字版").click()
    page.get_by_role("link", name=re.compile("上门收集")).first.click()
    page.get_by_role("button", name="提交申请").wait_for()
    small = page.evaluate(
        """() => {
          const shown = (one) => one.getClientRects().length && getComputedStyle(one).visibility !== 'hidden'
            && !one.closest('.map')
          const texts = [...document.querySelectorAll('body *')].filter((one) => shown(one)
            && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
            .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 17.99)
            .map((one) => one.outerHTML.slice(0, 90))
          const targets = [...document.querySelectorAll('button, input, select, textarea, a')].filter(shown)
            .filter((one) => one.getBoundingClientRect().height < 60 && one.type !== 'file')
            .map((one) => one.outerHTML.slice(0, 90))
          return { texts, targets }
        }"""
    )
    assert small == {"texts": [], "targets": []}
    shot(page, "citizen-large")


def test_from_the_quay_to_the_closed_case(signed_in: SignedIn, town: Any, shot: Shot) -> None:
    """A fisherman files on a phone, the crew take the job and weigh, the hall sees it live and closes it."""
    town.hear(BOAT, *STORE)
    hall = signed_in("checker", *DESK)
    land_drawn(hall)
    expect(hall.get_by_text("实时")).to_be_visible()
    shot(hall, "hall-calm")

    citizen = signed_in("fisher", *PHONE, touch=True)
    file_a_pickup(citizen, "浙椒渔62187")
    expect(citizen.get_by_role("heading", level=1)).to_be_visible()

    row = hall.locator("button.case").first
    expect(row).to_be_visible(timeout=30_000)
    hall.keyboard.press("j")
    expect(hall.get_by_role("complementary")).to_be_visible()

    crew = signed_in("crew1", *TERMINAL, touch=True)
    expect(crew.get_by_role("button", name="接单")).to_be_visible(timeout=60_000)
    land_drawn(crew)
    shot(crew, "crew-offer")
    crew.get_by_role("button", name="接单").click()
    crew.get_by_role("button", name="出发").click()
    expect(crew.get_by_role("button", name="我已靠泊")).to_be_visible()
    expect(citizen.get_by_text("椒环01").first).to_be_visible(timeout=30_000)
    land_drawn(crew)
    shot(crew, "crew-way")
    shot(citizen, "citizen-coming")
    # The transponder says it: the arrival confirms itself, nobody presses anything.
    camera = crew.locator("input[type=file]")
    for second in range(60):
        town.hear(BOAT, STORE[0] + 0.00001 * (second % 3), STORE[1])
        crew.wait_for_timeout(2_000)
        if camera.count():
            break
    expect(camera).to_be_attached()
    expect(crew.get_by_text("到达已由船位证实")).to_be_visible()
    shot(crew, "crew-photo")
    camera.set_input_files({"name": "before.png", "mimeType": "image/png", "buffer": PIXEL})

    crew.get_by_role("button", name="称重", exact=True).click()
    crew.get_by_label("毛重").fill("121.5")
    crew.get_by_label("皮重").fill("1.5")
    crew.get_by_label("秤或流量计编号").fill("S-0101")
    crew.get_by_label("校准日期").fill("2026-03-02")
    shot(crew, "crew-weigh")
    # Out of reach: what is done now waits on the device, survives a reload, and arrives in order.
    crew.context.set_offline(True)
    crew.get_by_role("button", name="保存").click()
    sign(crew, "陈阿海")
    expect(crew.get_by_text("条待发送")).to_be_visible()
    shot(crew, "crew-offline")
    crew.reload()
    expect(crew.get_by_text("条待发送")).to_be_visible()
    sign(crew, None)
    shot(crew, "crew-finish")
    crew.get_by_role("button", name="完成交接").click()
    expect(crew.get_by_text("交接完成")).to_be_visible()
    crew.context.set_offline(False)
    expect(crew.get_by_text("全部已送达")).to_be_visible(timeout=60_000)
    shot(crew, "crew-done")

    panel = hall.get_by_role("complementary")
    expect(panel.get_by_role("link", name="PDF").first).to_be_visible(timeout=60_000)
    panel.get_by_role("button", name=re.compile("全部经过")).click()
    expect(panel.get_by_text("完成交接")).to_be_visible()
    expect(panel.get_by_text("塑料瓶 120 千克")).to_be_visible()
    expect(panel.get_by_role("button", name="核查结案")).to_be_visible(timeout=60_000)
    shot(hall, "hall-case")
    panel.get_by_role("button", name="核查结案").click()
    dialog = hall.get_by_role("dialog")
    dialog.get_by_label("说明（必填）").fill("数量与照片相符")
    dialog.get_by_role("button", name="核查结案").click()
    expect(panel.get_by_text("已结案").first).to_be_visible(timeout=30_000)
    expect(hall.locator("button.case")).to_have_count(0, timeout=30_000)
    shot(hall, "hall-closed")

    expect(citizen.get_by_role("heading", name=re.compile("结案"))).to_be_visible(timeout=30_000)
    shot(citizen, "citizen-closed")
    citizen.get_by_role("link", name=re.compile("核验")).first.click()
    expect(citizen.locator("body")).to_contain_text("有效")
    shot(citizen, "verify")


def test_the_hall_can_be_run_by_the_keyboard_and_explains_its_decision(
    signed_in: SignedIn, town: Any, shot: Shot
) -> None:
    """The duty officer moves by keys, reads why whom, and withdraws a job with a reason."""
    town.hear(BOAT, *STORE)
    citizen = signed_in("fisher2", *PHONE, touch=True)
    file_a_pickup(citizen, "浙椒渔80031")
    duty = signed_in("duty", *DESK)
    expect(duty.locator("button.case").first).to_be_visible(timeout=30_000)
    panel = duty.get_by_role("complementary")
    for _ in range(30):  # the list may be drawn anew while the key is pressed
        duty.keyboard.press("j")
        if panel.count():
            break
        duty.wait_for_timeout(500)
    # A boat whose position came a moment too late is asked at the next look, two minutes later.
    expect(panel.get_by_text("不可派").first).to_be_visible(timeout=180_000)
    panel.get_by_text("不可派").first.click()
    shot(duty, "hall-decision")
    duty.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    duty.keyboard.press("/")
    expect(duty.get_by_role("searchbox")).to_be_focused()
