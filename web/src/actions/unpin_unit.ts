import { DESK, jobOf, type Action } from './action'

export const unpinUnit: Action = {
  id: 'unpin_unit', words: { zh: '解除锁定', en: 'Unlock the unit' }, key: 'l', who: DESK, asks: { words: 'required' },
  when: (matter) => matter.job?.pinned === true,
  command: (matter, { words }) => ({ path: `${jobOf(matter)}/pin`, body: { unit_id: null, reason: words } }),
}
