import { caseOf, DESK, type Action } from './action'

export const setPriority: Action = {
  id: 'set_priority', words: { zh: '调整紧急程度', en: 'Set the urgency' }, key: 'p', who: DESK, asks: { words: 'required', level: true }, bulk: true,
  when: (matter) => matter.file.case.is_open,
  command: (matter, { level, words }) => ({ path: `${caseOf(matter)}/priority`, body: { priority: level, reason: words } }),
}
