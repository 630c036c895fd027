import { DESK, jobIs, jobOf, type Action } from './action'

export const approveOffer: Action = {
  id: 'approve_offer', words: { zh: '同意派出', en: 'Approve the offer' }, key: 'g', who: DESK, asks: { reasons: true, words: 'optional' },
  when: (matter) => jobIs('proposed')(matter) && matter.job?.unit_id != null,
  command: (matter, { words }) => ({ path: `${jobOf(matter)}/approve`, body: { unit_id: matter.job?.unit_id, reason: words } }),
}
