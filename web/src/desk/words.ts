// What the frame of the desk faces says.
const zh = {
  hall: '指挥大厅', board: '驾驶舱', admin: '管理', dark: '深色', light: '浅色', skip: '跳到主要内容', faces: '工作台', offline: '没有网络，显示的是断网前的内容', empty: '没有内容', signed_in: '当前用户',
}
const en: Record<keyof typeof zh, string> = {
  hall: 'Hall', board: 'Board', admin: 'Admin', dark: 'Dark', light: 'Light', skip: 'Skip to the content', faces: 'Desks', offline: 'No network: what is shown is from before', empty: 'Nothing here', signed_in: 'Signed in',
}

export const DESK_WORDS = { zh, en }
