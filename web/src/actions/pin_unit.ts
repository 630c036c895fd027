import { DESK, jobIs, jobOf, type Action } from './action'

export const pinUnit: Action = {
  id: 'pin_unit', words: { zh: '锁定承办', en: 'Lock the unit' }, key: 'l', who: DESK, asks: { reasons: true, words: 'required' },
  when: (matter) => jobIs('offered', 'accepted')(matter) && matter.job?.pinned === false,
  command: (matter, { words }) => ({ path: `${jobOf(matter)}/pin`, body: { unit_id: matter.job?.unit_id, reason: words } }),
}
