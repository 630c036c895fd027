// The crew's terminal: the next job, and one big action at a time.
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'

import { Trouble } from '../../components/Trouble'
import { queue } from '../../core/queue'
import { useSession } from '../../core/session'
import { useSettings } from '../../core/settings'
import { ring } from '../../core/sound'
import { useKept } from '../../core/use'
import type { Form } from '../../forms/model'
import './crew.css'
import { JobView } from './JobView'
import type { CrewJob, Place, Sheet } from './model'
import { QueueBar } from './QueueBar'

const ORDER = ['on_scene', 'under_way', 'accepted', 'offered']
const urgency = (job: CrewJob) => ORDER.indexOf(job.state)

export function Crew() {
  const { t, pick } = useSettings()
  const { me } = useSession()
  const { items: waiting } = useSyncExternalStore(queue.subscribe, queue.current)
  const mine = useKept<{ items: CrewJob[] }>('/api/v1/jobs/mine', 4000)
  const services = useKept<{ items: { form: Form }[] }>('/api/v1/services')
  const places = useKept<{ items: Place[] }>('/api/v1/map/places')
  // The job one works on stays on the screen when it leaves the list, until one goes on to the next.
  const [held, setHeld] = useState<string>()
  useEffect(() => {
    if (me) void queue.start(me.id)
  }, [me])
  const jobs = useMemo(() => [...(mine.data?.items ?? [])].sort((a, b) => urgency(a) - urgency(b)), [mine.data])
  const current = held ?? jobs[0]?.job_id
  const sheet = useKept<Sheet>(current ? `/api/v1/jobs/${current}` : null, 4000)
  const again = mine.again
  const sheetAgain = sheet.again
  const sent = useRef(0)
  useEffect(() => {
    // Something has reached the platform: what it knows now is read at once.
    if (waiting.length < sent.current) {
      again()
      sheetAgain()
    }
    sent.current = waiting.length
  }, [waiting.length, again, sheetAgain])
  const offered = jobs.filter((job) => job.state === 'offered').length
  useEffect(() => {
    if (offered > 0) ring()
  }, [offered])
  const kinds = useMemo(() => {
    const choices = (services.data?.items ?? []).flatMap((service) => service.form.fields.flatMap((field) => [field, ...(field.fields ?? [])])).flatMap((field) => field.choices ?? [])
    return new Map(choices.map((choice) => [choice.code, choice.label]))
  }, [services.data])
  const place = places.data?.items.find((one) => one.id === sheet.data?.job.place_id)

  return (
    <main className="crew">
      <QueueBar waiting={waiting} kinds={(code) => pick(kinds.get(code)) || code} />
      {mine.old && <div className="note" role="status">{t('crew_shown_old')}</div>}
      {mine.error && <Trouble error={mine.error} again={mine.again} />}
      {jobs.length > 1 && (
        <nav className="row" aria-label={t('crew_other_jobs')}>
          {jobs.map((job, number) => (
            <button key={job.job_id} className={`pill ${job.job_id === current ? 'on' : ''}`} aria-pressed={job.job_id === current} onClick={() => setHeld(job.job_id)}>
              {number + 1} · {job.state === 'offered' ? t('crew_new_job') : t('job')}
            </button>
          ))}
        </nav>
      )}
      {current && sheet.data ? (
        <JobView key={current} sheet={sheet.data} waiting={waiting} place={place} kinds={kinds} hold={() => setHeld(current)}
          next={() => { setHeld(undefined); mine.again() }} />
      ) : current && sheet.error ? (
        <Trouble error={sheet.error} again={() => { setHeld(undefined); sheet.again() }} />
      ) : (
        !mine.error && (
          <section className="standing-by" aria-live="polite">
            <svg viewBox="0 0 120 60" width="180" aria-hidden="true"><path d="M24 30h72l-10 16H34z" fill="#0b5c86" /><path d="M52 12h18v18H52z" fill="#8fd3f4" /><path d="M0 52c15 0 15-5 30-5s15 5 30 5 15-5 30-5 15 5 30 5" fill="none" stroke="#0b5c86" strokeWidth="4" strokeLinecap="round" /></svg>
            <h1>{mine.data ? t('crew_waiting') : t('loading')}</h1>
            {mine.data && <p>{t('crew_waiting_help')}</p>}
          </section>
        )
      )}
    </main>
  )
}
