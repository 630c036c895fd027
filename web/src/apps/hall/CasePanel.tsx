// One case in full: its clocks, what may be done, why whom, what happened, what it hangs together with, evidence, documents.
import { Button, Tooltip } from 'antd'

import type { Action } from '../../actions/action'
import { Trouble } from '../../components/Trouble'
import { filled, useWords } from '../../core/dictionary'
import { clockTime, dateTime, yuan } from '../../core/format'
import { useSettings } from '../../core/settings'
import { Clocks } from './Clocks'
import { Decision } from './Decision'
import { Documents, Evidence } from './Papers'
import { Related } from './Related'
import { Timeline } from './Timeline'
import type { Opened } from './useCaseFile'
import type { HallNames } from './useHallNames'
import { HALL } from './words'

interface Props {
  opened: Opened
  now: number
  names: HallNames
  actions: Action[]
  onAct: (action: Action) => void
  onChoose: (id: string) => void
  onClose: () => void
}

export function CasePanel({ opened, now, names, actions, onAct, onChoose, onClose }: Props) {
  const { t, language } = useSettings()
  const words = useWords(HALL)
  const found = opened.file.data
  const job = opened.matter?.job
  const eta = opened.history?.offers.at(-1)?.eta_at
  const waiting = found?.approvals.filter((one) => one.granted === null) ?? []
  return (
    <aside className="panel" aria-label={found?.case.title ?? t('loading')}>
      <header>
        <div>
          <h1>{found?.case.title ?? t('loading')}</h1>
          {found && <span className="soft">{names.place(found.case.place_id)}{found.case.place_id ? ' · ' : ''}{dateTime(found.case.opened_at, language)} · <code>{found.case.case_id}</code></span>}
        </div>
        <button className="close" aria-label={t('hall_close_panel')} onClick={onClose}>×</button>
      </header>
      {opened.file.error && <Trouble error={opened.file.error} again={opened.file.again} />}
      {!found && !opened.file.error && <div role="status" className="calm"><span className="skeleton" /><span className="skeleton" /><span className="skeleton" /></div>}
      {found && (
        <>
          <div className="row">
            <span className={`chip ${found.case.is_open ? '' : 'good'}`}>{language === 'zh' ? found.state_zh : found.state_en}</span>
            {found.case.priority > 0 && <span className="chip bad">{words[`level_${Math.min(3, found.case.priority) as 1 | 2 | 3}`]}</span>}
            {job?.unit_id && <span className="chip">{names.words.unit(job.unit_id)}{job.state === 'accepted' && eta ? ` · ${filled(words.coming, clockTime(eta, language))}` : ''}</span>}
            {job?.pinned && <span className="chip warn">{words.pinned}</span>}
            {opened.claims.at(-1) && <span className="chip good">{t('hall_claim')} {yuan(opened.claims.at(-1)?.payable_fen ?? 0)} {t('yuan')}</span>}
          </div>
          {waiting.map((one) => <div key={one.approval_id} className="note"><strong>{one[language]}</strong> {one.reason}</div>)}
          <Clocks clocks={found.clocks} now={now} />
          {actions.length > 0 && (
            <section aria-label={t('hall_actions')} className="actions">
              <div className="row" role="group" aria-label={t('hall_actions')}>
                {actions.map((action, place) => (
                  <Tooltip key={action.id} title={action.key?.toUpperCase()}>
                    <Button size="small" type={place === 0 && !action.danger ? 'primary' : 'default'} danger={action.danger} aria-keyshortcuts={action.key} onClick={() => onAct(action)}>{action.words[language]}</Button>
                  </Tooltip>
                ))}
              </div>
            </section>
          )}
          <Decision history={opened.history} names={names.words} />
          <Related relations={found.relations} onChoose={onChoose} />
          <Timeline entries={opened.entries} names={names.words} />
          <Evidence entries={opened.entries} />
          <Documents documents={opened.documents} />
        </>
      )}
    </aside>
  )
}
