// One report: who is coming, where they are, between when and when, why, the clock, what comes next, papers and money.
import { lazy, Suspense, useMemo, useState } from 'react'
import { useParams } from 'react-router'

import { Icon } from '../../components/Icon'
import { ReadAloud } from '../../components/ReadAloud'
import { Trouble } from '../../components/Trouble'
import { post } from '../../core/api'
import { clockTime, dateTime, distance, minutesUntil, yuan } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useKept } from '../../core/use'
import { filled } from '../../core/words_citizen'
import type { Mark } from '../../map/layers'
import './citizen.css'
import type { Following } from './model'
import { OfflineBar } from './OfflineBar'
import { Rate } from './Rate'
import { Tabs } from './Tabs'

const BayMap = lazy(() => import('../../map/BayMap').then((module) => ({ default: module.BayMap })))

export function Report() {
  const { id = '' } = useParams()
  const { t, pick, language, large } = useSettings()
  const { data, error, again, old } = useKept<Following>(`/api/v1/reports/${id}/following`, 4000)
  const [trouble, setTrouble] = useState<Error>()
  const [asking, setAsking] = useState(false)
  const [thanks, setThanks] = useState<'rate_thanks' | 'rate_sent_back'>()
  const marks = useMemo<Mark[]>(() => {
    const shown: Mark[] = []
    if (data?.position) shown.push({ id: 'place', ...data.position, kind: 'picked' })
    if (data?.unit_position) shown.push({ id: 'unit', lon: data.unit_position.lon, lat: data.unit_position.lat, kind: data.unit_position.stale ? 'stale' : 'unit', label: data.unit_name ?? '' })
    return shown
  }, [data?.position, data?.unit_position, data?.unit_name])
  const routes = useMemo(() => (data?.route ? [data.route] : []), [data?.route])
  if (!data) {
    return (
      <main className="page citizen">
        {error ? <Trouble error={error} again={again} /> : <div className="stack" role="status" aria-label={t('loading')}><div className="card ghost tall" /><div className="card ghost" /></div>}
        <Tabs />
      </main>
    )
  }
  const reached = data.steps.map((step) => step.at !== null).lastIndexOf(true)
  const cancel = () => post(`/api/v1/cases/${data.case_id}/moves`, { move: 'cancel', note: t('cancel_note') }).then(() => { setAsking(false); again() }, (problem: Error) => setTrouble(problem))
  const coming = data.unit_name && data.eta_from && data.eta_to
  const open = data.status === 'open'
  return (
    <main className="page citizen report">
      <OfflineBar old={old} />
      <section className={`card standing ${open ? '' : 'over'}`} aria-live="polite">
        <span className="soft">{pick(data.title)} · {dateTime(data.received_at, language)}</span>
        <h1>{pick(data.status_text) || t('received')}</h1>
        {coming && (
          <div className="eta">
            <span className="soft">{filled(t('coming_unit'), data.unit_name ?? '')} · {t('eta_between')}</span>
            <span className="big">{clockTime(data.eta_from, language)}<span className="dash">–</span>{clockTime(data.eta_to, language)}</span>
            <span className="row">
              <span className="chip">{between(data, t('minutes'), t('eta_soon'))}</span>
              {data.remaining_m !== null && <span className="chip">{filled(t('distance_left'), distance(data.remaining_m))}</span>}
            </span>
            <span className="soft">{pick(data.eta_why)}</span>
          </div>
        )}
        {data.asking && <div className="note"><strong>{filled(t('asking_unit'), data.asking)}</strong><div className="soft">{t('asking_help')}</div></div>}
        {data.honest && <div className="note">{pick(data.honest)}</div>}
        {data.next_step && open && <div className="next"><span className="soft">{t('next_step')}</span> <strong>{pick(data.next_step)}</strong></div>}
        {data.clocks.filter((clock) => clock.status === 'running' && clock.due_at).map((clock) => (
          <div key={clock.clock} className={`promise ${clock.light}`}><Icon name="clock" /> <span>{t('promise')} · {clock[language]}</span> <strong>{clock.light === 'red' ? t('promise_late') : filled(t('promise_at'), clockTime(clock.due_at, language))}</strong></div>
        ))}
        {data.voices > 1 && <div className="soft"><Icon name="people" /> {filled(t('voices'), data.voices)}</div>}
        {large && <ReadAloud />}
      </section>
      {thanks && <div className="note good" role="status">{t(thanks)}</div>}
      {data.can_rate && !thanks && <Rate report={data} onDone={(back) => { setThanks(back ? 'rate_sent_back' : 'rate_thanks'); again() }} />}
      {open && marks.length > 0 && (
        <section className="card flush">
          <Suspense fallback={<div className="map" />}><BayMap label={t('place')} marks={marks} routes={routes} fit height={260} /></Suspense>
          {data.unit_position?.stale && <span className="chip warn">{t('position_old')}</span>}
        </section>
      )}
      {data.steps.length > 0 && (
        <section className="card" aria-labelledby="steps-title">
          <h2 id="steps-title">{t('status')}</h2>
          <ol className="steps">
            {data.steps.map((step, place) => (
              <li key={step.state} className={place === reached ? 'now' : step.at ? 'done' : ''} aria-current={place === reached ? 'step' : undefined}>
                <strong>{pick(step.text)}</strong> {step.at && <span className="soft">{clockTime(step.at, language)}</span>}
              </li>
            ))}
          </ol>
        </section>
      )}
      {(data.documents.length > 0 || data.subsidy_fen !== null) && (
        <section className="card" aria-labelledby="papers-title">
          <h2 id="papers-title"><Icon name="paper" /> {t('papers')}</h2>
          {data.subsidy_fen !== null && <div className="money"><span>{t('subsidy_title')}<span className="soft block">{t('subsidy_help')}</span></span><strong className="big">{yuan(data.subsidy_fen)} <small>{t('yuan')}</small></strong></div>}
          {data.documents.map((one) => (
            <div key={one.document_id} className="paper">
              <span className="grow">{pick(one.title)}<span className="soft block">{one.number}</span></span>
              <a className="plain middle" href={`/api/v1/documents/${one.document_id}/pdf`} target="_blank" rel="noreferrer" aria-label={`${t('open_pdf')} ${one.number}`}>PDF</a>
              <a className="plain middle" href={`/v/${one.verify_code}`} aria-label={`${t('verify')} ${one.number}`}>{t('verify')}</a>
            </div>
          ))}
        </section>
      )}
      <details className="card more">
        <summary>{t('said_title')}</summary>
        <dl>
          {data.said.map((one, place) => <div key={place}><dt>{pick(one.label)}</dt><dd>{pick(one.value)}</dd></div>)}
          {data.description && <div><dt>{t('detail')}</dt><dd>{data.description}</dd></div>}
          {data.address && <div><dt>{t('place')}</dt><dd>{data.address}</dd></div>}
          <div><dt>{t('report_number')}</dt><dd className="code">{data.report_id}</dd></div>
        </dl>
        {data.media.length > 0 && <ul className="photos">{data.media.map((hash, place) => <li key={hash}><img src={`/api/v1/reports/${id}/media/${hash}`} alt={`${t('photo')} ${place + 1}`} loading="lazy" /></li>)}</ul>}
      </details>
      {trouble && <Trouble error={trouble} />}
      {data.can_cancel && data.case_id && (asking ? (
        <div className="card" role="group" aria-label={t('cancel_ask')}>
          <strong>{t('cancel_ask')}</strong>
          <div className="pair"><button className="plain" onClick={() => setAsking(false)}>{t('cancel_no')}</button><button className="plain danger" onClick={() => void cancel()}>{t('cancel_yes')}</button></div>
        </div>
      ) : <button className="plain danger quiet" onClick={() => setAsking(true)}>{t('cancel')}</button>)}
      <Tabs />
    </main>
  )
}

function between(data: Following, minutes: string, soon: string): string {
  const [low, high] = [Math.max(0, minutesUntil(data.eta_from) ?? 0), Math.max(0, minutesUntil(data.eta_to) ?? 0)]
  if (high <= 1) return soon
  return low === high ? `${high} ${minutes}` : `${low}–${high} ${minutes}`
}
