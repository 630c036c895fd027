import { DESK, jobIs, jobOf, type Action } from './action'

export const withdrawJob: Action = {
  id: 'withdraw_job', words: { zh: '收回任务', en: 'Withdraw the job' }, key: 'w', who: DESK, asks: { words: 'required' }, danger: true, bulk: true,
  when: jobIs('offered', 'accepted', 'proposed'),
  command: (matter, { words }) => ({ path: `${jobOf(matter)}/withdraw`, body: { reason: words } }),
}
