// One job on the crew's terminal: where it stands, what to do next, and the way out.
import { useRef, useState } from 'react'

import { queue, type Attached, type Waiting } from '../../core/queue'
import { useSettings } from '../../core/settings'
import type { Word } from '../../core/words'
import type { Text } from '../../forms/model'
import { stepOf, STEPS, workOf } from './course'
import type { Place, Sheet } from './model'
import { Reasons } from './Reasons'
import { FinishStep } from './steps/FinishStep'
import { OfferStep } from './steps/OfferStep'
import { PhotoStep } from './steps/PhotoStep'
import { SignStep } from './steps/SignStep'
import { WayStep } from './steps/WayStep'
import { WeighStep } from './steps/WeighStep'

export type Do = (verb: string, body?: Record<string, unknown>, files?: Attached[]) => Promise<void>

interface Props {
  sheet: Sheet
  waiting: Waiting[]
  place: Place | undefined
  kinds: Map<string, Text>
  hold: () => void
  next: () => void
}

const SETTLE_MS = 5000

/** A command that was sent leaves the queue a moment before the sheet is read again. The step does not fall back in
 *  that moment, so that a form that has just been opened stays open; after a refusal it does at once. */
function useSteady(step: ReturnType<typeof stepOf>, refused: boolean): ReturnType<typeof stepOf> {
  const held = useRef({ step, until: 0 })
  const place = (one: typeof step) => STEPS.indexOf(one as (typeof STEPS)[number])
  const fellBack = place(step) >= 0 && place(step) < place(held.current.step)
  if (!fellBack) held.current = { step, until: 0 }
  else if (held.current.until === 0) held.current.until = Date.now() + SETTLE_MS
  if (fellBack && !refused && Date.now() < held.current.until) return held.current.step
  held.current = { step, until: 0 }
  return step
}

export function JobView({ sheet, waiting, place, kinds, hold, next }: Props) {
  const { t, pick, language } = useSettings()
  const [rest, setRest] = useState(false)
  const [leaving, setLeaving] = useState(false)
  const work = workOf(sheet, waiting)
  const step = useSteady(stepOf(work, rest), waiting.some((one) => one.state !== 'waiting'))
  const { job } = work
  const name = (code: string) => pick(kinds.get(code)) || code
  const where = place ? (language === 'zh' ? place.name : place.name_en || place.name) : `${job.position.lat.toFixed(4)}, ${job.position.lon.toFixed(4)}`
  const act: Do = async (verb, body = {}, files) => {
    hold()
    await queue.put({ about: job.job_id, verb, path: `/api/v1/jobs/${job.job_id}/${verb}`, body: { unit_id: job.unit_id, ...body }, ...(files ? { files } : {}) })
  }
  const common = { work, where, name, act }
  const at = STEPS.indexOf(step as (typeof STEPS)[number])
  return (
    <>
      {at > 0 && (
        <ol className="course" aria-label={t('crew_step')}>
          {STEPS.map((one, number) => (
            <li key={one} className={number < at ? 'done' : number === at ? 'now' : ''} aria-current={number === at ? 'step' : undefined}>{t(`step_${one}` as Word)}</li>
          ))}
        </ol>
      )}
      {step === 'offer' && <OfferStep {...common} />}
      {(step === 'set_out' || step === 'way') && <WayStep {...common} step={step} />}
      {work.alongside !== 'no' && ['photo', 'weigh', 'sign', 'finish'].includes(step) && (
        <div className={`chip ${work.alongside === 'evidenced' ? 'good' : 'warn'}`}>{t(work.alongside === 'evidenced' ? 'crew_arrived' : 'crew_claimed')}</div>
      )}
      {step === 'photo' && <PhotoStep {...common} />}
      {step === 'weigh' && <WeighStep {...common} kinds={[...kinds.keys()]} leave={() => setRest(true)} />}
      {step === 'sign' && <SignStep {...common} />}
      {step === 'finish' && <FinishStep {...common} />}
      {(step === 'done' || step === 'over') && (
        <section className="standing-by">
          <h1>{step === 'done' ? `✓ ${t('crew_done')}` : t('crew_over')}</h1>
          {step === 'done' && <p>{t('crew_done_help')}</p>}
          <button className="primary huge" onClick={next}>{t('crew_next')}</button>
        </section>
      )}
      {at > 0 && (leaving ? (
        <Reasons title={t('crew_abort_title')} codes={['breakdown', 'weather', 'accident', 'no_room', 'other']} prefix="reason" note onCancel={() => setLeaving(false)}
          onChoose={(reason, note) => { setLeaving(false); void act('abort', { reason, note }) }} />
      ) : (
        <button className="plain danger quiet" onClick={() => setLeaving(true)}>{t('crew_abort')}</button>
      ))}
    </>
  )
}
