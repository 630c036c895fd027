// What the command hall says.
const zh = {
  hall_title: '指挥大厅', hall_live: '实时', hall_reconnecting: '正在重连…', filter_all: '全部', filter_dispatch: '待派', filter_handling: '办理中', filter_check: '待核查', filter_late: '超时', filter_closed: '已结案',
  hall_search: '搜索标题、编号、船只（/）', hall_none: '没有符合条件的案件', hall_none_help: '海上平静。新的申请会立刻出现在这里。', hall_priority: '加急',
  hall_clocks: '时限', hall_paused: '已暂停', hall_used: '用时', hall_over: '超时', hall_story: '经过', hall_evidence: '照片与签字', hall_documents: '单证',
  hall_no_evidence: '还没有照片', hall_no_documents: '还没有单证', hall_pdf: 'PDF', hall_drawing: '正在生成', hall_verify: '核验', hall_decision: '派单依据', hall_no_decision: '还没有派单',
  hall_rejected: '不可派', hall_turnout: '准备', hall_travel: '航行', hall_approach: '靠泊', hall_wait: '等候空闲', hall_water_way: '水路', hall_straight: '直线', hall_estimate: '航程为估算', hall_chosen: '已派',
  hall_attempt: '第 {} 次派单', hall_honest: '如实告知', hall_next_try: '下次重试', hall_would_help: '可改善', hall_actions: '可办操作',
  hall_reassign_to: '改派给', hall_candidates: '正在计算可派船只…',
  hall_claim: '补贴', hall_units: '队伍',
  unit_free: '空闲', unit_working: '作业中', unit_asked: '已派单', unit_held: '备勤', unit_out_of_service: '停用', fresh_fresh: '船位新', fresh_stale: '船位旧', fresh_timed_out: '失联', fresh_none: '无船位',
  offer_offered: '等待答复', offer_proposed: '待确认', offer_accepted: '接单', offer_declined: '拒单', offer_expired: '未答复', offer_withdrawn: '收回', offer_aborted: '中止', offer_done: '完成',
  board_open: '未结案', board_today: '今日', board_p50: '中位', board_within: '按时', board_no_data: '暂无', hall_close_panel: '关闭案件', hall_map: '海图', hall_list: '案件',
  doc_handover_receipt: '交接单', doc_waste_delivery_receipt: '废弃物交付收据', doc_transfer_manifest: '转移联单', doc_record_book_lines: '记录簿条目', doc_subsidy_voucher: '补贴凭证', doc_job_sheet: '作业单', hall_more: '全部经过', hall_less: '收起',
 
}

export type HallWord = keyof typeof zh

const en: Record<HallWord, string> = {
  hall_title: 'Command hall', hall_live: 'Live', hall_reconnecting: 'Reconnecting…', filter_all: 'All', filter_dispatch: 'To send', filter_handling: 'In hand', filter_check: 'To check', filter_late: 'Late', filter_closed: 'Closed',
  hall_search: 'Search title, number, boat (/)', hall_none: 'No case matches', hall_none_help: 'All is calm. New requests appear here at once.', hall_priority: 'Urgent',
  hall_clocks: 'Clocks', hall_paused: 'paused', hall_used: 'took', hall_over: 'late', hall_story: 'What happened', hall_evidence: 'Photos and signatures', hall_documents: 'Documents',
  hall_no_evidence: 'No photos yet', hall_no_documents: 'No documents yet', hall_pdf: 'PDF', hall_drawing: 'being drawn', hall_verify: 'Verify', hall_decision: 'Why this one', hall_no_decision: 'Nobody was asked yet',
  hall_rejected: 'Could not', hall_turnout: 'ready', hall_travel: 'way', hall_approach: 'alongside', hall_wait: 'until free', hall_water_way: 'by water', hall_straight: 'straight', hall_estimate: 'the way is an estimate', hall_chosen: 'asked',
  hall_attempt: 'Offer {}', hall_honest: 'What people are told', hall_next_try: 'Next try', hall_would_help: 'Would help', hall_actions: 'Actions',
  hall_reassign_to: 'Give to', hall_candidates: 'Working out who could go…',
  hall_claim: 'Subsidy', hall_units: 'Units',
  unit_free: 'free', unit_working: 'at work', unit_asked: 'asked', unit_held: 'in reserve', unit_out_of_service: 'out of service', fresh_fresh: 'fresh position', fresh_stale: 'old position', fresh_timed_out: 'lost', fresh_none: 'no position',
  offer_offered: 'waiting', offer_proposed: 'to approve', offer_accepted: 'accepted', offer_declined: 'declined', offer_expired: 'no answer', offer_withdrawn: 'withdrawn', offer_aborted: 'given back', offer_done: 'done',
  board_open: 'Open', board_today: 'today', board_p50: 'median', board_within: 'in time', board_no_data: 'none yet', hall_close_panel: 'Close the case', hall_map: 'Chart', hall_list: 'Cases',
  doc_handover_receipt: 'handover receipt', doc_waste_delivery_receipt: 'waste delivery receipt', doc_transfer_manifest: 'transfer manifest', doc_record_book_lines: 'record book lines', doc_subsidy_voucher: 'subsidy voucher', doc_job_sheet: 'job sheet', hall_more: 'Everything', hall_less: 'Less',
 
}

export const HALL_WORDS = { zh, en }
