import { caseOf, type Action } from './action'

export const noteOnCase: Action = {
  id: 'note_on_case', words: { zh: '写备注', en: 'Write a note' }, key: 'n', who: ['duty_officer', 'shift_leader', 'checker'], asks: { words: 'required' }, bulk: true,
  when: () => true,
  command: (matter, { words }) => ({ path: `${caseOf(matter)}/notes`, body: { text: words } }),
}
