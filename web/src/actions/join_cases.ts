import { caseOf, DESK, type Action } from './action'

export const joinCases: Action = {
  id: 'join_cases', words: { zh: '并入另一案件', en: 'Join to another case' }, key: 'm', who: DESK, asks: { words: 'required', other: true }, bulk: true,
  when: (matter) => matter.file.case.is_open && matter.file.case.original_id === null,
  command: (matter, { other, words }) => ({ path: `${caseOf(matter)}/join`, body: { original_id: other, reason: words } }),
}
