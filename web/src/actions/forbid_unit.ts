import { DESK, jobIs, jobOf, type Action } from './action'

export const forbidUnit: Action = {
  id: 'forbid_unit', words: { zh: '此件不派该队', en: 'Not this unit for this job' }, key: 'o', who: DESK, asks: { reasons: true, words: 'required' }, danger: true,
  when: (matter) => jobIs('offered', 'proposed')(matter) && matter.job?.unit_id != null,
  command: (matter, { words }) => ({ path: `${jobOf(matter)}/forbid`, body: { unit_id: matter.job?.unit_id, reason: words } }),
}
