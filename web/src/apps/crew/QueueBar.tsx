// What was done here and has not reached the platform yet, and what came back.
import { useEffect, useState } from 'react'

import { clockTime } from '../../core/format'
import { queue, type Waiting } from '../../core/queue'
import { useSettings } from '../../core/settings'
import { problemText } from '../../core/use'
import { Refused } from '../../core/api'
import type { Word } from '../../core/words'

export function QueueBar({ waiting, kinds }: { waiting: Waiting[]; kinds: (code: string) => string }) {
  const { t, language } = useSettings()
  const [online, setOnline] = useState(navigator.onLine)
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const look = () => setOnline(navigator.onLine)
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    return () => {
      window.removeEventListener('online', look)
      window.removeEventListener('offline', look)
    }
  }, [])
  const unsent = waiting.filter((one) => one.state === 'waiting')
  const back = waiting.filter((one) => one.state !== 'waiting')
  const tone = back.length ? 'bad' : !online || unsent.length ? 'warn' : 'good'
  const said = back.length ? `${back.length} · ${t(back[0]?.state === 'conflict' ? 'queue_conflict' : 'queue_refused')}` : unsent.length ? `${unsent.length} ${t('queue_waiting')}` : t('queue_empty')
  return (
    <section className={`queue ${tone}`} aria-label={t('queue_title')}>
      <button className="queue-head" aria-expanded={open || back.length > 0} disabled={waiting.length === 0} onClick={() => setOpen(!open)}>
        <span className="dot" aria-hidden="true" />
        <span className="grow" role="status">{said}</span>
        {!online && <span>{t('queue_offline')}</span>}
      </button>
      {(open || back.length > 0) && waiting.length > 0 && (
        <ol>
          {(open ? waiting : back).map((one) => {
            const told = one.problem ? problemText(new Refused(one.problem), language) : null
            return (
              <li key={one.seq}>
                <strong>{t(`verb_${one.verb}` as Word)}</strong> {typeof one.body['kind'] === 'string' && kinds(one.body['kind'])}
                <span className="soft"> · {clockTime(one.device_at, language)}</span>
                {one.state === 'conflict' && <div>{t('queue_conflict')}</div>}
                {told && <div role="alert"><strong>{told.title}</strong> {told.detail}</div>}
                {one.state !== 'waiting' && (
                  <div className="row">
                    {one.state === 'refused' && <button className="plain" onClick={() => void queue.again(one.seq)}>{t('queue_again')}</button>}
                    <button className="plain" onClick={() => void queue.letGo(one.seq)}>{t('queue_let_go')}</button>
                  </div>
                )}
              </li>
            )
          })}
        </ol>
      )}
    </section>
  )
}
