// Every text that people see, in both languages. A key that is missing in one of them does not compile.
const zh = {
  brand: '潮汇', sign_in: '登录', sign_out: '退出', login: '账号', password: '密码', other_language: 'English',
  large_text: '大字版', normal_text: '标准版', services: '办事', my_reports: '我的申请', none_yet: '还没有申请',
  send: '提交申请', sending: '正在提交…', place: '位置', use_position: '用我的位置', pick_on_map: '在地图上点选位置',
  choose_berth: '选择泊位', add_line: '添加一项', remove: '删除', photo: '照片', add_photo: '拍照或选择照片', optional: '选填',
  contact: '联系电话', required: '请填写', offline: '没有网络，已保存在本机，联网后自动发送', try_again: '重试',
  something_wrong: '出错了', loading: '正在加载…', status: '办理进度', coming: '正在前来', arrives_in: '预计到达',
  minutes: '分钟', at_time: '时刻', receipt: '交接单', open_pdf: '打开 PDF', subsidy: '补贴', yuan: '元', rate: '评价',
  fixed_yes: '已办好', fixed_no: '没有办好', thanks: '谢谢您的评价', job: '任务', no_job: '暂时没有任务', accept: '接单',
  decline: '拒单', reason: '原因', set_out: '出发', arrive: '我已到达', waiting_position: '定位显示进入泊位后自动确认到达',
  weigh: '称重登记', save: '保存', gross: '毛重', tare: '皮重', net: '净重', volume: '体积', sign: '签名',
  giver: '交付方（渔民）', receiver: '接收方（船员）', name: '姓名', clear: '重写', complete: '完成交接', partial: '部分完成',
  abort: '无法继续', route_length: '航程', duty_list: '值班列表', all_open: '未结', overdue: '超时', units: '船只车辆',
  why: '为什么派它', ranked: '可派', rejected: '不可派', eta: '预计', timeline: '经过', documents: '单证',
  indicators: '指标', close: '核查结案', note: '说明', moves: '可办操作', cancel: '取消', back: '返回', queued: '待发送',
  evidence: '收集照片', weighed: '已登记', clock: '时限', left: '剩余', late: '超时', done_by: '办理人', filter: '筛选',
  search: '搜索', verify: '单证核验', home: '首页', crew: '船员', hall: '指挥大厅', hours_ago: '小时前', kg: '千克',
  received: '已收到', wrong_password: '账号或密码不对', new_password: '请设置新密码', change_password: '修改密码',
  position_old: '位置已过时', speed: '航速', knots: '节', no_case: '没有符合条件的案件', explanation: '派单说明',
  instrument: '秤或流量计编号', calibrated: '校准日期',
}

export type Word = keyof typeof zh

const en: Record<Word, string> = {
  brand: 'Tidehub', sign_in: 'Sign in', sign_out: 'Sign out', login: 'Account', password: 'Password', other_language: '中文',
  large_text: 'Large text', normal_text: 'Normal text', services: 'Services', my_reports: 'My requests', none_yet: 'No requests yet',
  send: 'Send the request', sending: 'Sending…', place: 'Place', use_position: 'Use my position', pick_on_map: 'Tap the place on the map',
  choose_berth: 'Choose a berth', add_line: 'Add another kind', remove: 'Remove', photo: 'Photo', add_photo: 'Take or choose a photo', optional: 'optional',
  contact: 'Phone', required: 'Please fill this in', offline: 'No network: kept on this device and sent as soon as there is one', try_again: 'Try again',
  something_wrong: 'Something went wrong', loading: 'Loading…', status: 'Progress', coming: 'On its way', arrives_in: 'Expected in',
  minutes: 'min', at_time: 'at', receipt: 'Handover receipt', open_pdf: 'Open PDF', subsidy: 'Subsidy', yuan: 'yuan', rate: 'Rate it',
  fixed_yes: 'Done well', fixed_no: 'Not done', thanks: 'Thank you', job: 'Job', no_job: 'No job at the moment', accept: 'Accept',
  decline: 'Decline', reason: 'Reason', set_out: 'Set out', arrive: 'I am alongside', waiting_position: 'Confirmed by itself once your position is inside the berth',
  weigh: 'Weigh', save: 'Save', gross: 'Gross', tare: 'Tare', net: 'Net', volume: 'Volume', sign: 'Sign',
  giver: 'Giver (fisherman)', receiver: 'Receiver (crew)', name: 'Name', clear: 'Clear', complete: 'Complete the handover', partial: 'Partly done',
  abort: 'Cannot go on', route_length: 'Distance', duty_list: 'Duty list', all_open: 'Open', overdue: 'Overdue', units: 'Units',
  why: 'Why this one', ranked: 'Could go', rejected: 'Could not', eta: 'ETA', timeline: 'What happened', documents: 'Documents',
  indicators: 'Indicators', close: 'Check and close', note: 'Note', moves: 'Actions', cancel: 'Cancel', back: 'Back', queued: 'Waiting to be sent',
  evidence: 'Photo of what was collected', weighed: 'Recorded', clock: 'Clock', left: 'left', late: 'late', done_by: 'By', filter: 'Filter',
  search: 'Search', verify: 'Verify a document', home: 'Home', crew: 'Crew', hall: 'Command hall', hours_ago: 'h ago', kg: 'kg',
  received: 'Received', wrong_password: 'Wrong account or password', new_password: 'Please set a new password', change_password: 'Change password',
  position_old: 'Position is old', speed: 'Speed', knots: 'kn', no_case: 'No case matches', explanation: 'Why it was sent',
  instrument: 'Scale or meter number', calibrated: 'Calibrated on',
}

export type Language = 'zh' | 'en'
export const WORDS: Record<Language, Record<Word, string>> = { zh, en }
