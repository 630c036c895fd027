import { DESK, jobIs, jobOf, type Action } from './action'

export const reassign: Action = {
  id: 'reassign', words: { zh: '改派', en: 'Reassign' }, key: 'r', who: DESK, asks: { reasons: true, words: 'required', unit: true },
  when: jobIs('offered', 'accepted', 'proposed'),
  command: (matter, { unit, words }) => ({ path: `${jobOf(matter)}/reassign`, body: { unit_id: unit, reason: words } }),
}
