import type { Action, Matter } from './action'

const of = (matter: Matter, verb: string) => `/api/v1/claims/${matter.claim?.claim_id ?? ''}/${verb}`
const is = (...states: string[]) => (matter: Matter) => matter.claim !== undefined && states.includes(matter.claim.state)

export const checkClaim: Action = {
  id: 'check_claim', words: { zh: '核对补贴', en: 'Check the subsidy' }, key: 'c', who: ['checker'], asks: { words: 'optional' }, bulk: true, when: is('computed'),
  command: (matter, { words }) => ({ path: of(matter, 'check'), body: { note: words } }),
}

export const approveClaim: Action = {
  id: 'approve_claim', words: { zh: '批准补贴', en: 'Approve the subsidy' }, key: 'v', who: ['shift_leader', 'cashier'], asks: { words: 'optional' }, bulk: true, when: is('checked'),
  command: (matter, { words }) => ({ path: of(matter, 'approve'), body: { note: words } }),
}

export const holdClaim: Action = {
  id: 'hold_claim', words: { zh: '暂缓补贴', en: 'Hold the subsidy' }, who: ['checker', 'shift_leader'], asks: { words: 'required' }, danger: true, when: is('computed', 'checked'),
  command: (matter, { words }) => ({ path: of(matter, 'hold'), body: { reason: words } }),
}
