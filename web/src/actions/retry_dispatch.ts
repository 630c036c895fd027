import { DESK, jobIs, jobOf, type Action } from './action'

export const retryDispatch: Action = {
  id: 'retry_dispatch', words: { zh: '立即重派', en: 'Look again now' }, key: 't', who: DESK, bulk: true,
  when: jobIs('waiting', 'no_unit'),
  command: (matter) => ({ path: `${jobOf(matter)}/retry`, body: {} }),
}
