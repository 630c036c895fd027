// Every text that people see, in both languages. A key that is missing in one of them does not compile.
import { CITIZEN_WORDS, type CitizenWord } from './words_citizen'
import { CREW_WORDS, type CrewWord } from './words_crew'
import { HALL_WORDS, type HallWord } from './words_hall'

const zh = {
  brand: '潮汇', sign_in: '登录', sign_out: '退出', login: '账号', password: '密码', other_language: 'English',
  large_text: '大字版', normal_text: '标准版', services: '办事', my_reports: '我的申请', none_yet: '还没有申请',
  send: '提交申请', sending: '正在提交…', place: '位置', use_position: '用我的位置', pick_on_map: '在地图上点选位置',
  choose_berth: '选择泊位', add_line: '添加一项', remove: '删除', photo: '照片', add_photo: '拍照或选择照片', optional: '选填',
  contact: '联系电话', required: '请填写', offline: '没有网络，已保存在本机，联网后自动发送', try_again: '重试',
  loading: '正在加载…', status: '办理进度',
  minutes: '分钟', open_pdf: '打开 PDF', yuan: '元',
  fixed_yes: '已办好', fixed_no: '没有办好', job: '任务',
  save: '保存', gross: '毛重', tare: '皮重', volume: '体积', sign: '签名',
  name: '姓名', clear: '重写',
  overdue: '超时', units: '船只车辆',

  indicators: '指标', cancel: '取消', back: '返回',
  filter: '筛选',
  verify: '单证核验', kg: '千克',
  received: '已收到', new_password: '请设置新密码', password_now: '现在的密码（启动时打印的）', password_new: '新密码', change_password: '修改密码',
  position_old: '位置已过时',
  instrument: '秤或流量计编号', calibrated: '校准日期', map_missing: '此设备不能显示地图，文字内容不受影响',
}

type CommonWord = keyof typeof zh
export type Word = CommonWord | CitizenWord | CrewWord | HallWord

const en: Record<CommonWord, string> = {
  brand: 'Tidehub', sign_in: 'Sign in', sign_out: 'Sign out', login: 'Account', password: 'Password', other_language: '中文',
  large_text: 'Large text', normal_text: 'Normal text', services: 'Services', my_reports: 'My requests', none_yet: 'No requests yet',
  send: 'Send the request', sending: 'Sending…', place: 'Place', use_position: 'Use my position', pick_on_map: 'Tap the place on the map',
  choose_berth: 'Choose a berth', add_line: 'Add another kind', remove: 'Remove', photo: 'Photo', add_photo: 'Take or choose a photo', optional: 'optional',
  contact: 'Phone', required: 'Please fill this in', offline: 'No network: kept on this device and sent as soon as there is one', try_again: 'Try again',
  loading: 'Loading…', status: 'Progress',
  minutes: 'min', open_pdf: 'Open PDF', yuan: 'yuan',
  fixed_yes: 'Done well', fixed_no: 'Not done', job: 'Job',
  save: 'Save', gross: 'Gross', tare: 'Tare', volume: 'Volume', sign: 'Sign',
  name: 'Name', clear: 'Clear',
  overdue: 'Overdue', units: 'Units',

  indicators: 'Indicators', cancel: 'Cancel', back: 'Back',
  filter: 'Filter',
  verify: 'Verify a document', kg: 'kg',
  received: 'Received', new_password: 'Please set a new password', password_now: 'Present password (printed at the start)', password_new: 'New password', change_password: 'Change password',
  position_old: 'Position is old',
  instrument: 'Scale or meter number', calibrated: 'Calibrated on', map_missing: 'This device cannot draw the map; the words say the same',
}

export type Language = 'zh' | 'en'
export const WORDS: Record<Language, Record<Word, string>> = {
  zh: { ...zh, ...CITIZEN_WORDS.zh, ...CREW_WORDS.zh, ...HALL_WORDS.zh },
  en: { ...en, ...CITIZEN_WORDS.en, ...CREW_WORDS.en, ...HALL_WORDS.en },
}
