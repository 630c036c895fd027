import { span } from '../../core/format'
import { useSettings } from '../../core/settings'
import type { ClockView } from './model'
import { clockText } from './order'

export function Clocks({ clocks, now }: { clocks: ClockView[]; now: number }) {
  const { t, language } = useSettings()
  if (clocks.length === 0) return null
  return (
    <section aria-label={t('hall_clocks')} className="clocks">
      {clocks.map((clock) => {
        const running = clock.status === 'running' && clock.due_at !== null
        const left_s = running && clock.due_at ? (Date.parse(clock.due_at) - now) / 1000 : clock.remaining_s
        const whole_s = clock.due_at ? (Date.parse(clock.due_at) - Date.parse(clock.started_at)) / 1000 : clock.counted_s + Math.max(0, clock.remaining_s ?? 0)
        const used = left_s === null || whole_s <= 0 ? 0 : Math.min(1, Math.max(0, 1 - left_s / whole_s))
        const tone = (left_s !== null && left_s < 0) || clock.breached ? 'bad' : running && used > 0.8 ? 'warn' : 'good'
        return (
          <div key={`${clock.clock}-${clock.run}`} className={`clock-row ${tone} ${running ? '' : 'still'}`} title={clock.source}>
            <span>{clock[language]}</span>
            <strong>{running && clock.due_at ? clockText(clock.due_at, now, language) : `${t(clock.status === 'paused' ? 'hall_paused' : 'hall_used')} ${span(clock.counted_s, language)}${left_s !== null && left_s < 0 ? ` · ${t('hall_over')} ${span(left_s, language)}` : ''}`}</strong>
            <span className="track" aria-hidden="true"><span style={{ width: `${used * 100}%` }} /></span>
          </div>
        )
      })}
    </section>
  )
}
