import { useState } from 'react'

import { amount, distance, span } from '../../../core/format'
import { useSettings } from '../../../core/settings'
import { useNow } from '../../../core/use'
import { BayMap, type Mark } from '../../../map/BayMap'
import type { Work } from '../course'
import type { Do } from '../JobView'
import { Reasons } from '../Reasons'

export interface StepProps { work: Work; where: string; name: (kind: string) => string; act: Do }

export function OfferStep({ work: { job }, where, name, act }: StepProps) {
  const { t, language } = useSettings()
  const now = useNow(500)
  const [declining, setDeclining] = useState(false)
  const total_s = Math.max(1, (Date.parse(job.expires_at) - Date.parse(job.offered_at)) / 1000)
  const left_s = Math.max(0, Math.ceil((Date.parse(job.expires_at) - now) / 1000))
  const marks: Mark[] = [{ id: 'place', ...job.position, kind: 'picked', label: where }]
  return (
    <section className="card offer">
      <div className="row">
        <div className="grow"><span className="soft">{t('crew_new_job')}</span><h1>{where}</h1></div>
        <div className={`countdown ${left_s <= 15 ? 'short' : ''}`} role="timer" aria-label={t('crew_accept_left')}
          style={{ background: `conic-gradient(currentColor ${Math.min(1, left_s / total_s) * 360}deg, var(--line) 0)` }}>
          <span>{left_s}</span>
        </div>
      </div>
      {left_s === 0 && <div className="note bad">{t('crew_expired')}</div>}
      <BayMap label={where} marks={marks} routes={job.route ? [job.route.points] : []} fit height={260} />
      <dl className="figures">
        {job.route && <div><dt>{t('crew_route')}</dt><dd>{distance(job.route.length_m)}</dd></div>}
        <div><dt>{t('crew_eta')}</dt><dd>{span((Date.parse(job.eta_at) - Date.parse(job.offered_at)) / 1000, language)}</dd></div>
      </dl>
      <div>
        <span className="soft">{t('crew_declared')}</span>
        <ul className="wares">{job.lines.map((line) => <li key={line.line_id}><span>{name(line.kind)}</span><strong>{amount(line, language)}</strong></li>)}</ul>
      </div>
      {declining ? (
        <Reasons title={t('crew_decline_title')} codes={['busy', 'weather', 'breakdown', 'too_far', 'no_room', 'other']} prefix="reason" note onCancel={() => setDeclining(false)}
          onChoose={(reason, note) => void act('decline', { reason, note })} />
      ) : (
        <div className="two">
          <button className="primary huge go" onClick={() => void act('accept')}>{t('crew_accept')}</button>
          <button className="plain danger huge" onClick={() => setDeclining(true)}>{t('crew_decline')}</button>
        </div>
      )}
    </section>
  )
}
