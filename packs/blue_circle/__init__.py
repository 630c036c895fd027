"""渔省心 · 蓝色循环: a fisherman asks for pickup of marine waste; the nearest fit boat by water comes."""

from packs.blue_circle import balance, settle, telling
from packs.blue_circle.custody import capability
from tidehub.sdk import Flow, PackCode

CODE = PackCode(
    capabilities=(capability(),),
    flows=(
        Flow("check_the_job", ("JobCompleted",), balance.check_the_job),
        Flow("issue_the_receipt", ("JobCompleted",), settle.issue_the_receipt),
        Flow("ask_for_the_rest", ("JobCompleted",), settle.ask_for_the_rest),
        Flow("settle_a_handover", ("DocumentIssued",), settle.settle_a_handover),
        Flow("take_back_the_claim", ("DocumentWithdrawn",), settle.take_back_the_claim),
        Flow("issue_the_voucher", ("ClaimApproved",), settle.issue_the_voucher),
        Flow("open_the_land_leg", ("LoadLanded",), settle.open_the_land_leg),
        Flow("check_the_trip", ("LoadLanded",), balance.check_the_trip),
        Flow("check_the_run", ("RunRecorded",), balance.check_the_run),
        Flow("record_a_told_run", ("RunFinished",), balance.record_a_told_run),
    ),
    hooks={
        "story_treats": telling.treats,
        "expect_balanced": telling.balanced,
        "expect_ticket": telling.ticket,
    },
)
