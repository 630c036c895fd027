// One case in full: its clocks, what may be done, why whom, what happened, evidence and documents.
import { useEffect, useMemo, useState } from 'react'

import { Trouble } from '../../components/Trouble'
import { dateTime, yuan } from '../../core/format'
import { useSession } from '../../core/session'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import type { Entry } from '../../live/told'
import { CaseActions } from './CaseActions'
import { Clocks } from './Clocks'
import { Decision } from './Decision'
import { Documents, Evidence } from './Papers'
import type { CaseFile, Claim, DocumentView, History, Sheet, UnitView } from './model'
import { Timeline } from './Timeline'
import type { HallNames } from './useHallNames'

interface Props {
  id: string
  turn: number
  now: number
  names: HallNames
  units: UnitView[]
  onRoutes: (routes: [number, number][][]) => void
  onClose: () => void
}

const MONEY_ROLES = ['checker', 'cashier', 'shift_leader', 'auditor', 'administrator', 'duty_officer']

export function CasePanel({ id, turn, now, names, units, onRoutes, onClose }: Props) {
  const { t, language } = useSettings()
  const { me } = useSession()
  const [own, setOwn] = useState(0)
  const moved = turn + own
  const file = useRead<CaseFile>(`/api/v1/cases/${id}`, 0, moved)
  const timeline = useRead<{ items: Entry[] }>(`/api/v1/cases/${id}/timeline`, 0, moved)
  const documents = useRead<{ items: DocumentView[] }>(`/api/v1/cases/${id}/documents`, 0, moved)
  const money = useRead<{ claims: Claim[] }>(me?.roles.some((role) => MONEY_ROLES.includes(role)) ? `/api/v1/cases/${id}/money` : null, 0, moved)
  const jobId = useMemo(() => [...(timeline.data?.items ?? [])].reverse().map((entry) => entry.body['job_id']).find((value): value is string => typeof value === 'string'), [timeline.data])
  const history = useRead<History>(jobId ? `/api/v1/jobs/${jobId}/history` : null, 0, moved)
  const withUnit = history.data && ['accepted', 'done', 'offered'].includes(history.data.job.state)
  const sheet = useRead<Sheet>(jobId && withUnit ? `/api/v1/jobs/${jobId}` : null, 0, moved)
  const points = sheet.data?.job.route?.points
  useEffect(() => {
    onRoutes(points && points.length > 1 ? [points] : [])
  }, [points, onRoutes])
  const done = () => setOwn((value) => value + 1)
  const found = file.data
  return (
    <aside className="panel" aria-label={found?.case.title ?? t('loading')}>
      <header>
        <div>
          <h1>{found?.case.title ?? t('loading')}</h1>
          {found && <span className="soft">{names.place(found.case.place_id)}{found.case.place_id ? ' · ' : ''}{dateTime(found.case.opened_at, language)} · <code>{found.case.case_id}</code></span>}
        </div>
        <button className="close" aria-label={t('hall_close_panel')} onClick={onClose}>×</button>
      </header>
      {file.error && <Trouble error={file.error} again={file.again} />}
      {found && (
        <>
          <div className="row">
            <span className={`chip ${found.case.is_open ? '' : 'good'}`}>{language === 'zh' ? found.state_zh : found.state_en}</span>
            {found.case.assignee && <span className="chip">{names.words.unit(found.case.assignee)}</span>}
            {money.data?.claims.at(-1) && <span className="chip good">{t('hall_claim')} {yuan(money.data.claims.at(-1)?.payable_fen ?? 0)} {t('yuan')}</span>}
          </div>
          <Clocks clocks={found.clocks} now={now} />
          <CaseActions file={found} history={history.data} claims={money.data?.claims ?? []} units={units} roles={me?.roles ?? []} names={names.words} onDone={done} />
          <Decision history={history.data} names={names.words} />
          <Timeline entries={timeline.data?.items ?? []} names={names.words} />
          <Evidence entries={timeline.data?.items ?? []} />
          <Documents documents={documents.data?.items ?? []} />
        </>
      )}
    </aside>
  )
}
