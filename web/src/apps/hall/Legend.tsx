// Boats and cars at a glance: how fresh their place is, what they do; a press goes there.
import { filled, useWords } from '../../core/dictionary'
import { useSettings } from '../../core/settings'
import type { Fleet } from '../../live/positions'
import type { JobOnScreen, UnitView } from './model'
import { HALL } from './words'

const SHOWN_MAX = 8

export function Legend({ units, fleet, jobs, past, onFocus }: { units: UnitView[]; fleet: Fleet; jobs: readonly JobOnScreen[]; past: boolean; onFocus: (at: [number, number]) => void }) {
  const { t, language } = useSettings()
  const words = useWords(HALL)
  const craft = units.filter((unit) => unit.position || unit.room.length > 0)
  if (craft.length === 0) return null
  const work = new Map(jobs.filter((job) => job.unit_id && (job.state === 'accepted' || job.state === 'offered')).map((job) => [job.unit_id, job.state]))
  const stateOf = (unit: UnitView) => (!past && (unit.state === 'out_of_service' || unit.state === 'held') ? unit.state : work.get(unit.id) === 'accepted' ? 'working' : work.get(unit.id) === 'offered' ? 'asked' : 'free')
  const free = craft.filter((unit) => stateOf(unit) === 'free').length
  return (
    <ul className="legend" aria-label={t('hall_units')}>
      <li className="legend-head">{filled(words.units_free, free, craft.length)}</li>
      {craft.slice(0, SHOWN_MAX).map((unit) => {
        const here = fleet.get(unit.id) ?? (past ? null : unit.position)
        const fresh = here?.state ?? 'none'
        return (
          <li key={unit.id}>
            <button disabled={!here} onClick={() => here && onFocus([here.lon, here.lat])} title={t(`fresh_${fresh}` as 'fresh_fresh')}>
              <span className={`dot ${fresh}`} role="img" aria-label={t(`fresh_${fresh}` as 'fresh_fresh')} />
              <strong>{language === 'zh' ? unit.name : unit.name_en || unit.name}</strong>
              <span>{t(`unit_${stateOf(unit)}` as 'unit_free')}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
