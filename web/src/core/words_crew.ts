// What the crew's terminal says.
const zh = {
  crew_new_job: '新任务', crew_waiting: '待命中', crew_waiting_help: '有新任务时会在这里显示，并响铃提示。', crew_accept_left: '请在此时间内答复',
  crew_expired: '答复时间已过', crew_route: '航程', crew_eta: '预计用时', crew_declared: '申报内容', crew_accept: '接单', crew_decline: '不接',
  crew_set_out: '出发', crew_set_out_help: '解缆离泊时按下', crew_left: '剩余航程', crew_arrives: '预计到达', crew_alongside: '我已靠泊',
  crew_arrival_by_itself: '船位进入泊位范围后自动确认到达。没有定位时再按下面的按钮。', crew_arrived: '到达已由船位证实', crew_claimed: '到达为船员自报，等待船位证实',
  crew_photo: '拍摄收集照片', crew_photo_help: '拍清废弃物和船名', crew_weigh: '称重登记', crew_weigh_line: '称重',
  crew_add_line: '添加未申报的种类', crew_refuse: '拒收', crew_refuse_title: '为什么拒收', crew_refused: '已拒收', crew_correct: '更正', crew_correct_why: '更正原因',
  crew_rest: '其余留待下次（部分完成）', crew_sign: '双方签字', crew_sign_help: '请核对数量后签字', crew_complete: '完成交接', crew_complete_partial: '部分完成交接',
  crew_why_partial: '为什么只完成一部分', crew_done: '交接完成', crew_done_help: '交接单会自动开具并送达双方。', crew_over: '任务已结束', crew_next: '下一个任务',
  crew_abort: '无法继续', crew_abort_title: '为什么无法继续', crew_decline_title: '为什么不接', crew_note: '补充说明',
  crew_by_scale: '过秤（千克）', crew_by_meter: '流量计（升）', crew_container: '容器编号', crew_kg: '千克', crew_l: '升', crew_net: '净重', crew_declared_is: '申报',
  crew_instrument_help: '秤或流量计上的编号，下次自动填写', crew_reading_wrong: '请检查：毛重要大于皮重，并填写仪器编号和校准日期',
  queue_empty: '全部已送达', queue_waiting: '条待发送', queue_offline: '没有网络，已存本机', queue_refused: '被拒绝，未丢失', queue_conflict: '已迟到，转值班员处理',
  queue_again: '重新发送', queue_let_go: '知道了', queue_title: '发送记录', crew_other_jobs: '其他任务', crew_step: '步骤',
  verb_accept: '接单', 'verb_decline': '不接', 'verb_set-out': '出发', verb_arrive: '靠泊', verb_evidence: '照片', verb_collections: '称重', verb_refusals: '拒收',
  verb_signatures: '签字', verb_complete: '完成交接', verb_abort: '无法继续',
  reason_breakdown: '设备故障', reason_weather: '风浪过大', reason_accident: '事故或人员不适', reason_busy: '正在作业', reason_too_far: '距离太远', reason_no_room: '舱容不足', reason_other: '其他',
  refuse_dangerous: '危险品', refuse_mixed: '混装', refuse_not_declared: '与申报不符', refuse_not_packed: '包装不合格', refuse_absent: '现场没有', refuse_other: '其他',
  party_giver: '交付方（渔民）', party_receiver: '接收方（船员）', party_officer: '执法人员', step_offer: '接单', step_set_out: '出发', step_way: '途中', step_photo: '拍照',
  step_weigh: '称重', step_sign: '签字', step_finish: '完成', label_collected: '收集照片', crew_shown_old: '没有网络，显示的是上次读到的内容',
}

export type CrewWord = keyof typeof zh

const en: Record<CrewWord, string> = {
  crew_new_job: 'New job', crew_waiting: 'Standing by', crew_waiting_help: 'A new job appears here, with a sound.', crew_accept_left: 'Please answer within',
  crew_expired: 'The time to answer has passed', crew_route: 'Way', crew_eta: 'Takes about', crew_declared: 'Declared', crew_accept: 'Accept', crew_decline: 'Decline',
  crew_set_out: 'Set out', crew_set_out_help: 'Press when you cast off', crew_left: 'Way left', crew_arrives: 'Expected', crew_alongside: 'I am alongside',
  crew_arrival_by_itself: 'Your position confirms the arrival by itself. Press the button only without a position.', crew_arrived: 'Arrival confirmed by position', crew_claimed: 'Arrival claimed by the crew, position to follow',
  crew_photo: 'Photograph what is collected', crew_photo_help: 'Show the waste and the name of the boat', crew_weigh: 'Weigh', crew_weigh_line: 'Weigh',
  crew_add_line: 'Add a kind that was not declared', crew_refuse: 'Refuse', crew_refuse_title: 'Why is it refused', crew_refused: 'Refused', crew_correct: 'Correct', crew_correct_why: 'Why it is corrected',
  crew_rest: 'Leave the rest for another time (partial)', crew_sign: 'Both parties sign', crew_sign_help: 'Check the amounts, then sign', crew_complete: 'Complete the handover', crew_complete_partial: 'Complete in part',
  crew_why_partial: 'Why only in part', crew_done: 'Handed over', crew_done_help: 'The receipt is issued by itself and sent to both parties.', crew_over: 'This job is over', crew_next: 'Next job',
  crew_abort: 'Cannot go on', crew_abort_title: 'Why can you not go on', crew_decline_title: 'Why do you decline', crew_note: 'Note',
  crew_by_scale: 'Scale (kg)', crew_by_meter: 'Meter (litres)', crew_container: 'Container number', crew_kg: 'kg', crew_l: 'L', crew_net: 'Net', crew_declared_is: 'Declared',
  crew_instrument_help: 'The number on the scale or meter; filled in next time', crew_reading_wrong: 'Please check: gross above tare, instrument number and calibration date',
  queue_empty: 'Everything has been sent', queue_waiting: 'waiting to be sent', queue_offline: 'No network, kept on this device', queue_refused: 'Refused, not lost', queue_conflict: 'Came late, with the duty officer',
  queue_again: 'Send again', queue_let_go: 'Understood', queue_title: 'What was sent', crew_other_jobs: 'Other jobs', crew_step: 'Step',
  verb_accept: 'Accept', 'verb_decline': 'Decline', 'verb_set-out': 'Set out', verb_arrive: 'Alongside', verb_evidence: 'Photo', verb_collections: 'Measure', verb_refusals: 'Refuse',
  verb_signatures: 'Signature', verb_complete: 'Complete', verb_abort: 'Cannot go on',
  reason_breakdown: 'Breakdown', reason_weather: 'Weather', reason_accident: 'Accident or illness', reason_busy: 'At work', reason_too_far: 'Too far', reason_no_room: 'No room', reason_other: 'Other',
  refuse_dangerous: 'Dangerous', refuse_mixed: 'Mixed', refuse_not_declared: 'Not what was declared', refuse_not_packed: 'Not packed', refuse_absent: 'Not there', refuse_other: 'Other',
  party_giver: 'Giver (fisherman)', party_receiver: 'Receiver (crew)', party_officer: 'Officer', step_offer: 'Accept', step_set_out: 'Set out', step_way: 'Way', step_photo: 'Photo',
  step_weigh: 'Weigh', step_sign: 'Sign', step_finish: 'Finish', label_collected: 'Photo of what was collected', crew_shown_old: 'No network: this is what was read last',
}

export const CREW_WORDS = { zh, en }
