"""What the plain pages say, in both languages, and how they look: large letters, large targets, no script."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]

WORDS: dict[str, tuple[str, str]] = {
    "brand": ("潮汇", "Tidehub"),
    "services": ("办事", "Services"),
    "mine": ("我的申请", "My reports"),
    "sign_in": ("登录", "Sign in"),
    "sign_out": ("退出", "Sign out"),
    "login": ("账号", "Account"),
    "password": ("密码", "Password"),
    "full_page": ("打开完整版页面", "Open the full pages"),
    "optional": ("选填", "optional"),
    "line": ("第 {} 项", "Item {}"),
    "more_lines": ("再加一项", "Add another item"),
    "place": ("地点", "Place"),
    "choose_place": ("从名单中选择", "Choose from the list"),
    "address": ("或者写明地址", "Or write the address"),
    "place_help": ("两项填一项即可", "One of the two is enough"),
    "detail": ("具体情况", "What is it about"),
    "photos": ("照片", "Photos"),
    "photos_help": ("最多 5 张", "At most five"),
    "photos_kept": ("已收到照片 {} 张", "{} photos have been received"),
    "phone": ("联系电话", "Telephone"),
    "phone_help": ("只给承办人员联系您用", "Only for those who deal with it"),
    "phone_needed": ("未登录时必须填写", "Needed while you are not signed in"),
    "send": ("提交", "Send"),
    "wrong": ("有 {} 处需要改正，其他内容都已保留", "{} places need a correction; everything else was kept"),
    "nobody_sees": (
        "这份申请不公开：只有您和承办人员看得到。",
        "This report is not public: only you and those who deal with it see it.",
    ),
    "others_see": (
        "办事过程公开：别人看得到事项、地点、描述和照片，看不到您的姓名、电话和标有“不公开”的内容。",
        "This report is public: others see all but your name, your telephone and what is marked as not public.",
    ),
    "not_public": ("不公开", "not public"),
    "near": ("附近已有人反映，是同一件事吗？", "Somebody nearby has reported something alike. Is it the same?"),
    "near_help": (
        "加入后不用另行办理，进展会一样告诉您。",
        "Joining spares a second report; you are told how it goes on just the same.",
    ),
    "near_one": (
        "是这件：{title}，{away} 米外，{voices} 人反映，{status}",
        "This one: {title}, {away} m away, {voices} reported, {status}",
    ),
    "near_none": ("都不是，我要另行提交", "None of them, send mine"),
    "status": ("办理进度", "Progress"),
    "number": ("报件编号", "Report"),
    "keep_link": ("请收藏本页地址，凭它随时查看进度。", "Keep this page's address: with it you can look at any time."),
    "coming": ("{unit} 正在前来", "{unit} is on its way"),
    "eta": ("预计 {a} 至 {b} 到达", "Expected between {a} and {b}"),
    "left": ("还有约 {} 公里", "About {} km to go"),
    "asking": ("正在询问 {}，不接会自动询问下一家", "{} is being asked; if they cannot, the next one is"),
    "next": ("下一步：{}", "Next: {}"),
    "due": ("{clock}：最迟 {at}", "{clock}: {at} at the latest"),
    "papers": ("单证", "Papers"),
    "verify": ("核验", "Verify"),
    "subsidy": ("补贴 {} 元", "Subsidy {} yuan"),
    "said": ("您提交的内容", "What you sent"),
    "voices": ("{} 人反映了这件事", "{} people have reported this"),
    "rate": ("办得怎么样？", "How was it done?"),
    "fixed": ("办好了", "It is put right"),
    "not_fixed": ("没有办好", "It is not put right"),
    "not_fixed_help": ("{} 前选“没有办好”会退回承办单位重办", "Until {} this sends it back to the unit"),
    "late_help": (
        "退回重办的期限已过，您的意见仍会转给承办单位",
        "The time for sending it back is over; the unit is told all the same",
    ),
    "score": ("打分", "Score"),
    "comment": ("说一句（没有办好时必填）", "In a sentence (needed where it is not put right)"),
    "rated": ("谢谢，已收到您的评价。", "Thank you, your judgement has been received."),
    "withdraw": ("撤回申请", "Withdraw"),
    "none_yet": ("还没有申请", "Nothing yet"),
    "empty": ("现在没有可办的事项", "No service is offered at present"),
    "received": ("已收到", "Received"),
    "refresh": ("本页每 30 秒自动更新", "This page renews itself every 30 seconds"),
    "choose": ("请选择", "Please choose"),
    "yes": ("是", "Yes"),
    "call": ("也可以打 12345", "You may also call 12345"),
}  # fmt: skip


def say(word: str, language: Language, *values: object, **named: object) -> str:
    """Give a text in a language, filled in."""
    return WORDS[word][0 if language == "zh" else 1].format(*values, **named)


STYLE = (Path(__file__).parent / "plain.css").read_text("utf-8")
