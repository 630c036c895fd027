"""What the ledger refuses, and what to do about it."""

from __future__ import annotations

from tidehub.kernel.errors import refusal_kind

NOT_BALANCED = refusal_kind(
    "entry_not_balanced",
    zh="分录借贷不平，差额 {difference_fen} 分",
    en="The entry does not balance: it is {difference_fen} fen off",
    do_zh="请使借方合计等于贷方合计。",
    do_en="Make debits equal credits.",
)
ENTRY_TOO_SMALL = refusal_kind(
    "entry_too_small",
    zh="分录至少需要两行非零金额",
    en="An entry needs two lines that are not zero",
    do_zh="请补全分录。",
    do_en="Complete the entry.",
)
ACCOUNT_UNKNOWN = refusal_kind(
    "account_unknown",
    zh="没有科目 {account}",
    en="No account {account}",
    do_zh="请核对科目表。",
    do_en="Look it up in the account plan.",
)
PARTY_MISSING = refusal_kind(
    "account_party_missing",
    zh="科目 {account} 需要往来单位或个人",
    en="The account {account} needs a party",
    do_zh="请填写往来单位或个人。",
    do_en="Say whose sub-account it is.",
)
ENTRY_TAKEN = refusal_kind(
    "entry_id_taken",
    zh="分录 {entry_id} 已以不同内容入账",
    en="The entry {entry_id} was posted with another content",
    do_zh="请冲销原分录后另行入账。",
    do_en="Reverse it and post anew.",
)
ENTRY_REVERSED_ALREADY = refusal_kind(
    "entry_reversed_already",
    zh="分录 {entry_id} 已经冲销",
    en="The entry {entry_id} was reversed already",
    do_zh="一笔分录只能冲销一次。",
    do_en="An entry is reversed once.",
)
ENTRY_OF_CLAIM = refusal_kind(
    "entry_of_claim",
    zh="分录 {entry_id} 属于补贴申领 {claim_id}，不能单独冲销",
    en="The entry {entry_id} belongs to the claim {claim_id} and is not reversed alone",
    do_zh="请退回或撤销该申领。",
    do_en="Reject or reverse the claim.",
)
CLAIMED_ALREADY = refusal_kind(
    "claimed_already",
    zh="凭据 {key} 已由 {claim_id} 申领",
    en="{key} supports the claim {claim_id} already",
    do_zh="同一凭据不能重复申领；如原申领有误，请先撤销。",
    do_en="One piece of evidence supports one claim; reverse the first where it is wrong.",
)
CLAIM_TAKEN = refusal_kind(
    "claim_id_taken",
    zh="申领 {claim_id} 已以不同内容计算",
    en="The claim {claim_id} was computed from something else",
    do_zh="请撤销后重新计算。",
    do_en="Reverse it and compute anew.",
)
CLAIM_EMPTY = refusal_kind(
    "claim_empty",
    zh="申领没有计量明细或凭据",
    en="The claim has no lines or no evidence",
    do_zh="请附上称重明细和凭据编号。",
    do_en="Give the measured lines and what proves them.",
)
CLAIM_STATE = refusal_kind(
    "claim_in_wrong_state",
    zh="申领 {claim_id} 现为“{state}”，不能{act}",
    en="The claim {claim_id} is {state}; it cannot be {act} now",
    do_zh="请刷新后查看当前状态。",
    do_en="Reload and look at its state.",
)
SAME_PERSON = refusal_kind(
    "claim_same_person",
    zh="您已{did}此申领，须由他人办理下一步",
    en="You have {did} this claim; someone else must do the next step",
    do_zh="请交由另一名有权限的人员办理。",
    do_en="Hand it to another person whose post may do it.",
    category="forbidden",
)
OWN_WORK = refusal_kind(
    "claim_own_work",
    zh="您与此申领有利害关系，不能核查或批准",
    en="You have a part in this claim and may not check, approve or pay it",
    do_zh="请交由无利害关系的人员办理。",
    do_en="Hand it to someone who has no part in it.",
    category="forbidden",
)
PAYOUT_EMPTY = refusal_kind(
    "payout_empty",
    zh="没有可支付的申领",
    en="There is no claim to pay",
    do_zh="请选择已批准且未在其他批次中的申领。",
    do_en="Choose claims that are approved and in no other batch.",
)
PAYOUT_TAKEN = refusal_kind(
    "payout_id_taken",
    zh="支付批次 {payout_id} 已存在且内容不同",
    en="The batch {payout_id} exists with another content",
    do_zh="请使用新的批次编号。",
    do_en="Give the batch a new id.",
)
PAYOUT_LINE_WRONG = refusal_kind(
    "payout_line_wrong",
    zh="银行回单中 {claim_id} 的金额与批次不符：批次 {asked_fen} 分，回单 {said_fen} 分",
    en="The bank's line for {claim_id} does not match: asked {asked_fen} fen, bank says {said_fen} fen",
    do_zh="请与银行核对，勿强行对账。",
    do_en="Settle it with the bank; nothing was recorded.",
)
PAYOUT_LINE_UNKNOWN = refusal_kind(
    "payout_line_unknown",
    zh="银行回单中的 {claim_id} 不在此批次待对账之列",
    en="{claim_id} of the bank's lines waits for no answer in this batch",
    do_zh="请核对批次与回单。",
    do_en="Check which batch the lines belong to.",
)
