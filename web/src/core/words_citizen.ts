// What citizens read.
const zh = {
  hello: '{}，您好', home_lead: '有事，说一声就有人来', home_search: '想办什么事？', home_none: '没有找到，换个说法试试', home_now: '正在办理', home_empty: '现在没有可办的事项', home_call: '打 12345', home_drafts: '未提交的草稿', draft_go_on: '继续填写', draft_drop: '删除草稿',
  tab_services: '办事', tab_mine: '我的', not_public_short: '不公开',
  offline_bar: '没有网络。可以照常填写，联网后自动发送', old_bar: '没有网络，显示的是上次读到的内容', saved_here: '草稿已存本机',
  place_words: '按名称找地点', place_words_help: '输入码头、泊位或地名', place_none: '没有找到“{}”', place_use_words: '就用这几个字作为地点', place_here: '您的位置', place_point: '地图上的点', place_denied: '无法取得您的位置，请按名称或在地图上选', place_locating: '正在定位…', place_map_show: '在地图上选',
  near_title: '附近已有人反映', near_help: '如果是同一件事，点“我也是”，不用再填一遍，进展同样告诉您。', near_same: '我也是', near_away: '{} 米外', near_voices: '{} 人反映', near_other: '不是同一件事，继续填写',
  photo_more: '再拍一张', photo_remove: '删除照片', photo_help: '照片会自动压缩，不带拍摄位置；校验码保证没有被改动', photo_code: '校验码', photo_shrinking: '正在处理照片…',
  contact_help: '只给承办人员联系您用', detail: '具体情况', more_fields: '更多可填内容',
  privacy: '谁能看到这份申请', privacy_everyone: '所有人看得到', privacy_staff: '只有承办人员看得到', privacy_nobody: '其他人看不到这份申请的任何内容', privacy_what: '事项和进度', privacy_where: '地点', privacy_answers: '您填的内容', privacy_photos: '照片', privacy_name: '您的姓名', privacy_phone: '您的电话', privacy_personal: '标为“不公开”的内容',
  wrong_title: '有 {} 处需要填写或改正', send_again: '修改后重新提交', sent_waiting: '已保存，等待发送', sent_waiting_help: '现在没有网络。可以关掉这个页面，再次打开时会自动发送，不会丢失，也不会重复。', sent_sending: '正在发送…', sent_refused: '没有被受理', sent_home: '回首页',
  eta_between: '预计到达', eta_soon: '就要到了', coming_unit: '{} 正在前来', asking_unit: '正在询问 {}', asking_help: '对方不接单时，会自动询问下一家', next_step: '下一步', distance_left: '还有约 {}', promise: '承诺时限', promise_at: '{} 前', promise_late: '已超过承诺时限', voices: '{} 人反映了这件事',
  said_title: '您提交的内容', papers: '单证', subsidy_title: '本次补贴', subsidy_help: '核查后发放',
  rate_title: '办得怎么样？', rate_score: '打分', rate_stars: '{} 分', rate_no_help: '{} 前退回承办单位重办', rate_no_late: '退回重办的期限已过，意见仍会转给承办单位', rate_why: '哪里没有办好？', rate_why_help: '承办单位据此重办', rate_thanks: '谢谢，已收到您的评价', rate_sent_back: '已退回承办单位重办', rate_send: '提交评价', rate_send_back: '退回重办', rate_comment: '想说的话',
  why_nobody: '没有人来', why_part: '只办了一部分', why_wrong: '数量或内容不对', why_bad: '服务态度不好',
  cancel_ask: '确定要取消吗？', cancel_yes: '确定取消', cancel_no: '不取消', cancel_note: '申请人取消', report_number: '报件编号', mine_open: '正在办理', mine_done: '已办结', mine_waiting: '等待发送', mine_empty_help: '办过的事会出现在这里，可以随时查看进度。',
  read_aloud: '读给我听', read_stop: '停止朗读', install: '安装到手机', install_help: '像 App 一样打开，没有网络也能填写', step_done: '已完成', step_now: '现在', plain_link: '简易版页面（不需要脚本，可不登录）',
}

export type CitizenWord = keyof typeof zh

const en: Record<CitizenWord, string> = {
  hello: 'Hello, {}', home_lead: 'Say it, and somebody comes', home_search: 'What do you need?', home_none: 'Nothing found, try other words', home_now: 'In hand', home_empty: 'No service is offered at present', home_call: 'Call 12345', home_drafts: 'Drafts not sent yet', draft_go_on: 'Go on', draft_drop: 'Delete the draft',
  tab_services: 'Services', tab_mine: 'Mine', not_public_short: 'not public',
  offline_bar: 'No network. Go on writing, it is sent as soon as there is one', old_bar: 'No network: this is what was read last', saved_here: 'Draft kept on this device',
  place_words: 'Find a place by name', place_words_help: 'A quay, a berth or a place', place_none: 'Nothing found for “{}”', place_use_words: 'Use these words as the place', place_here: 'Your position', place_point: 'A point on the map', place_denied: 'Your position is not available; choose by name or on the map', place_locating: 'Finding your position…', place_map_show: 'Choose on the map',
  near_title: 'Reported nearby already', near_help: 'If it is the same, press “Me too”: no second form, and you are told how it goes on.', near_same: 'Me too', near_away: '{} m away', near_voices: '{} reported it', near_other: 'It is something else, go on',
  photo_more: 'One more', photo_remove: 'Remove the photo', photo_help: 'Photos are made smaller and carry no place; the check code proves that nothing was changed', photo_code: 'Check code', photo_shrinking: 'Making the photo smaller…',
  contact_help: 'Only for those who deal with it', detail: 'What is it about', more_fields: 'More to fill in',
  privacy: 'Who will see this report', privacy_everyone: 'Everyone sees', privacy_staff: 'Only those who deal with it see', privacy_nobody: 'Nobody else sees anything of this report', privacy_what: 'what it is about, and progress', privacy_where: 'the place', privacy_answers: 'what you filled in', privacy_photos: 'the photos', privacy_name: 'your name', privacy_phone: 'your telephone', privacy_personal: 'what is marked as not public',
  wrong_title: '{} places need an answer or a correction', send_again: 'Correct and send again', sent_waiting: 'Kept, waiting to be sent', sent_waiting_help: 'There is no network now. You may close this page; it is sent when you open it again. Nothing is lost or sent twice.', sent_sending: 'Sending…', sent_refused: 'It was not taken', sent_home: 'Home',
  eta_between: 'Expected', eta_soon: 'Almost there', coming_unit: '{} is on its way', asking_unit: '{} is being asked', asking_help: 'If they cannot, the next one is asked by itself', next_step: 'Next', distance_left: 'about {} to go', promise: 'Promised', promise_at: 'by {}', promise_late: 'later than promised', voices: '{} people have reported this',
  said_title: 'What you sent', papers: 'Papers', subsidy_title: 'Subsidy', subsidy_help: 'paid after the check',
  rate_title: 'How was it done?', rate_score: 'Score', rate_stars: '{} of 5', rate_no_help: 'Goes back to the unit until {}', rate_no_late: 'The time for sending it back is over; the unit is told all the same', rate_why: 'What is still wrong?', rate_why_help: 'The unit goes by it', rate_thanks: 'Thank you, your judgement was received', rate_sent_back: 'Sent back to the unit', rate_send: 'Send', rate_send_back: 'Send it back', rate_comment: 'Anything to say',
  why_nobody: 'Nobody came', why_part: 'Only part was done', why_wrong: 'Amount or content is wrong', why_bad: 'Bad manners',
  cancel_ask: 'Do you want to cancel it?', cancel_yes: 'Yes, cancel', cancel_no: 'No', cancel_note: 'Cancelled by the reporter', report_number: 'Report', mine_open: 'In hand', mine_done: 'Closed', mine_waiting: 'Waiting to be sent', mine_empty_help: 'What you ask for appears here, and how it goes on.',
  read_aloud: 'Read aloud', read_stop: 'Stop reading', install: 'Install', install_help: 'Opens like an app, and works without network', step_done: 'done', step_now: 'now', plain_link: 'Plain pages (no scripts, no sign-in needed)',
}

export const CITIZEN_WORDS = { zh, en }

/** A text with what stands in its place. */
export const filled = (text: string, ...values: (string | number)[]): string => values.reduce<string>((said, value) => said.replace('{}', String(value)), text)
