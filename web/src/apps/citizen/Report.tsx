// One request: who is coming, where they are, when, why it takes as long as it does, the receipt, the subsidy.
import { useMemo, useState } from 'react'
import { useParams } from 'react-router'

import { Trouble } from '../../components/Trouble'
import { post } from '../../core/api'
import { clockTime, dateTime, minutesUntil, yuan } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import { BayMap, type Mark } from '../../map/BayMap'
import type { Following } from './model'

export function Report() {
  const { id = '' } = useParams()
  const { t, pick, language } = useSettings()
  const { data, error, again } = useRead<Following>(`/api/v1/reports/${id}/following`, 4000)
  const [trouble, setTrouble] = useState<Error>()
  const marks = useMemo<Mark[]>(() => {
    const shown: Mark[] = []
    if (data?.position) shown.push({ id: 'place', ...data.position, kind: 'picked' })
    if (data?.unit_position) shown.push({ id: 'unit', lon: data.unit_position.lon, lat: data.unit_position.lat, kind: data.unit_position.stale ? 'stale' : 'unit' })
    return shown
  }, [data])
  if (!data) return <main className="page">{error ? <Trouble error={error} again={again} /> : <p className="soft">{t('loading')}</p>}</main>
  const minutes = minutesUntil(data.eta_at)
  const reached = data.steps.map((step) => step.at !== null).lastIndexOf(true)
  const ask = (path: string, body: unknown) => post(path, body).then(again, (problem: Error) => setTrouble(problem))
  return (
    <main className="page">
      <section className="card" aria-live="polite">
        <span className="soft">{pick(data.title)} · {dateTime(data.received_at, language)}</span>
        <h1>{pick(data.status_text) || t('received')}</h1>
        {data.unit_name && data.eta_at && data.state !== 'arrived' && reached < 3 && (
          <div className="row">
            <div className="grow">
              <div className="soft">{data.unit_name} {t('coming')}</div>
              <div className="big">{minutes !== null && minutes > 0 ? minutes : '<1'} <span style={{ fontSize: '1rem' }}>{t('minutes')}</span></div>
            </div>
            <div className="chip">{t('at_time')} {clockTime(data.eta_at, language)}</div>
          </div>
        )}
        {data.honest && <div className="note">{pick(data.honest)}</div>}
        {marks.length > 0 && <BayMap label={t('place')} marks={marks} routes={data.route ? [data.route] : []} fit />}
        {data.unit_position?.stale && <span className="chip warn">{t('position_old')}</span>}
      </section>
      <section className="card">
        <h2>{t('status')}</h2>
        <ol className="steps">
          {data.steps.map((step, place) => (
            <li key={step.state} className={place === reached ? 'now' : step.at ? 'done' : ''} aria-current={place === reached ? 'step' : undefined}>
              <strong>{pick(step.text)}</strong> {step.at && <span className="soft">{clockTime(step.at, language)}</span>}
            </li>
          ))}
        </ol>
        {data.clocks.filter((clock) => clock.status === 'running').map((clock) => (
          <div key={clock.clock} className={`chip ${clock.light === 'red' ? 'bad' : clock.light === 'yellow' ? 'warn' : 'good'}`}>
            {clock[language]} · {clockTime(clock.due_at, language)}
          </div>
        ))}
      </section>
      {data.documents.length > 0 && (
        <section className="card">
          <h2>{t('documents')}</h2>
          {data.documents.map((document) => (
            <div className="row" key={document.document_id}>
              <div className="grow"><strong>{pick(document.title)}</strong><div className="soft">{document.number}</div></div>
              <a href={`/api/v1/documents/${document.document_id}/pdf`} target="_blank" rel="noreferrer">{t('open_pdf')}</a>
              <a href={`/v/${document.verify_code}`}>{t('verify')}</a>
            </div>
          ))}
        </section>
      )}
      {data.subsidy_fen !== null && <section className="card"><div className="row"><h2 className="grow">{t('subsidy')}</h2><div className="big">{yuan(data.subsidy_fen)} <span style={{ fontSize: '1rem' }}>{t('yuan')}</span></div></div></section>}
      {trouble && <Trouble error={trouble} />}
      {data.can_rate && (
        <section className="card">
          <h2>{t('rate')}</h2>
          <div className="row">
            <button className="primary grow" onClick={() => void ask(`/api/v1/reports/${id}/rating`, { score: 5, fixed: true })}>{t('fixed_yes')}</button>
            <button className="plain danger grow" onClick={() => void ask(`/api/v1/reports/${id}/rating`, { score: 1, fixed: false })}>{t('fixed_no')}</button>
          </div>
        </section>
      )}
      {data.can_cancel && data.case_id && <button className="plain danger" onClick={() => void ask(`/api/v1/cases/${data.case_id}/moves`, { move: 'cancel', note: language === 'zh' ? '申请人取消' : 'Cancelled by the reporter' })}>{t('cancel')}</button>}
    </main>
  )
}
