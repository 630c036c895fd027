// What the hall's map shows: places, cases by urgency, craft with their freshness and what they do.
import type { Craft, Fleet } from '../../live/positions'
import type { Mark } from '../../map/layers'
import type { CaseRow, JobOnScreen, Place, UnitView } from './model'
import { urgencyOf } from './order'

interface Shown { cases: readonly CaseRow[]; places: readonly Place[]; fleet: Fleet; units: readonly UnitView[]; jobs: readonly JobOnScreen[]; chosen: string | null; now: number; language: 'zh' | 'en'; unit: (id: string) => string }

const MARKS = { fresh: 'unit', stale: 'stale', timed_out: 'lost' } as const

export function marksOf({ cases, places, fleet, units, jobs, chosen, now, language, unit }: Shown): Mark[] {
  const shown: Mark[] = places.map((place) => ({ id: `place/${place.id}`, lon: place.position.lon, lat: place.position.lat, kind: 'berth', label: language === 'zh' ? place.name : place.name_en || place.name }))
  for (const row of cases) {
    if (row.lon === null || row.lat === null) continue
    const tone = urgencyOf(row, now)
    shown.push({ id: `case/${row.case_id}`, lon: row.lon, lat: row.lat, kind: tone === 'bad' ? 'late' : tone === 'warn' ? 'soon' : 'case', chosen: row.case_id === chosen })
  }
  const busy = new Set(jobs.filter((job) => job.state === 'accepted').map((job) => job.unit_id))
  const sign = (id: string, state: Craft['state']): Mark['kind'] => (state === 'fresh' && busy.has(id) ? 'busy' : MARKS[state])
  for (const craft of fleet.values()) {
    const name = unit(craft.id)
    shown.push({ id: `unit/${craft.id}`, lon: craft.lon, lat: craft.lat, kind: sign(craft.id, craft.state), heading: craft.heading_deg ?? craft.cog_deg ?? 0, label: name === craft.id ? (craft.title ?? '') : name })
  }
  for (const one of units) {
    const at = one.position
    if (at && !fleet.has(one.id)) shown.push({ id: `unit/${one.id}`, lon: at.lon, lat: at.lat, kind: sign(one.id, at.state as Craft['state']), heading: at.cog_deg ?? 0, label: unit(one.id) })
  }
  return shown
}
