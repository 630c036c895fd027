import { useState } from 'react'

import { useSettings } from '../../../core/settings'
import { isOpen } from '../course'
import type { StepProps } from './OfferStep'
import { Summary } from './SignStep'

export function FinishStep({ work, name, act }: StepProps) {
  const { t } = useSettings()
  const [reason, setReason] = useState('')
  const partial = work.lines.some(isOpen)
  return (
    <section className="card">
      <h1>{t(partial ? 'crew_complete_partial' : 'crew_complete')}</h1>
      <Summary work={work} name={name} />
      {partial && <div className="field"><label htmlFor="partly">{t('crew_why_partial')}</label><input id="partly" value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} /></div>}
      <button className="primary huge go" disabled={partial && !reason.trim()} onClick={() => void act('complete', partial ? { partial: true, reason: reason.trim() } : {})}>{t(partial ? 'crew_complete_partial' : 'crew_complete')}</button>
    </section>
  )
}
