import { caseOf, type Action, type Matter } from './action'

const waiting = (matter: Matter) => matter.file.approvals.find((one) => one.granted === null)
const decide = (granted: boolean): Action['command'] => (matter, { words }) => ({ path: `${caseOf(matter)}/decisions`, body: { approval_id: waiting(matter)?.approval_id, granted, reason: words } })

export const grantApproval: Action = {
  id: 'grant_approval', words: { zh: '同意审批', en: 'Grant the approval' }, key: 'y', who: ['shift_leader'], asks: { words: 'optional' }, bulk: true,
  when: (matter) => waiting(matter) !== undefined, command: decide(true),
}

export const refuseApproval: Action = {
  id: 'refuse_approval', words: { zh: '不同意审批', en: 'Refuse the approval' }, key: 'u', who: ['shift_leader'], asks: { words: 'required' }, danger: true, bulk: true,
  when: (matter) => waiting(matter) !== undefined, command: decide(false),
}
