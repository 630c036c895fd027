// The command hall: what is open by urgency, where everything is, and one case in full.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { Trouble } from '../../components/Trouble'
import { useSettings } from '../../core/settings'
import { ring } from '../../core/sound'
import { useNow, useRead } from '../../core/use'
import { partsOf } from '../../live/reactions'
import { useFacts, useFleet } from '../../live/use'
import { BayMap, type Mark } from '../../map/BayMap'
import { CaseList } from './CaseList'
import { CasePanel } from './CasePanel'
import './hall.css'
import type { CaseRow, UnitView } from './model'
import { byUrgency, passes, urgencyOf, type Filter } from './order'
import { Strip } from './Strip'
import { useHallNames } from './useHallNames'

const PAGE = 500
const LOUD = new Set(['NoUnitFound', 'ClockBreached', 'JobAborted', 'CaseOpened'])

export function Hall() {
  const { t, language } = useSettings()
  const now = useNow(1000)
  const [filter, setFilter] = useState<Filter>('all')
  const [words, setWords] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const [figuresTurn, setFiguresTurn] = useState(0)
  const [fileTurn, setFileTurn] = useState(0)
  const [routes, setRoutes] = useState<[number, number][][]>([])
  const search = useRef<HTMLInputElement>(null)
  const open = useRead<{ items: CaseRow[]; next: string | null }>(`/api/v1/cases?open_only=true&limit=${PAGE}`, 60_000)
  const closed = useRead<{ items: CaseRow[]; next: string | null }>(filter === 'closed' ? '/api/v1/cases?stage=closed&limit=100' : null)
  const units = useRead<{ items: UnitView[] }>('/api/v1/units?limit=500', 30_000)
  const fleet = useFleet()
  const names = useHallNames(units.data?.items)
  const [openAgain, closedAgain, unitsAgain] = [open.again, closed.again, units.again]
  const line = useFacts((facts) => {
    const parts = partsOf(facts, chosen)
    if (parts.has('cases')) {
      openAgain()
      closedAgain()
    }
    if (parts.has('units')) unitsAgain()
    if (parts.has('file')) setFileTurn((value) => value + 1)
    if (parts.has('figures')) setFiguresTurn((value) => value + 1)
    if (facts.some((fact) => LOUD.has(fact.kind))) ring()
  })
  // What was missed while the line was down is read when it is back.
  useEffect(() => {
    if (line !== 'open') return
    openAgain()
    unitsAgain()
    setFileTurn((value) => value + 1)
  }, [line, openAgain, unitsAgain])

  const source = filter === 'closed' ? closed : open
  const minute = Math.floor(now / 5000)
  const rows = useMemo(
    () => (source.data?.items ?? []).filter((row) => passes(row, filter, words, minute * 5000)).sort(filter === 'closed' ? (a, b) => ((a.closed_at ?? '') < (b.closed_at ?? '') ? 1 : -1) : byUrgency),
    [source.data, filter, words, minute],
  )
  const choose = useCallback((id: string | null) => {
    setChosen(id)
    setRoutes([])
  }, [])
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && ['INPUT', 'TEXTAREA', 'SELECT'].includes(event.target.tagName)
      if (event.key === 'Escape') {
        if (typing) (event.target as HTMLElement).blur()
        else choose(null)
      }
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key]
      if (event.key === '/') search.current?.focus()
      else if (step && rows.length) {
        const at = rows.findIndex((row) => row.case_id === chosen)
        choose(rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))]?.case_id ?? null)
      } else return
      event.preventDefault()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [rows, chosen, choose])

  const marks = useMemo<Mark[]>(() => {
    const shown: Mark[] = names.places.map((place) => ({ id: `place/${place.id}`, lon: place.position.lon, lat: place.position.lat, kind: 'berth' as const, label: language === 'zh' ? place.name : place.name_en || place.name }))
    for (const row of rows) {
      if (row.lon === null || row.lat === null) continue
      const tone = urgencyOf(row, minute * 5000)
      shown.push({ id: `case/${row.case_id}`, lon: row.lon, lat: row.lat, kind: tone === 'bad' ? 'late' : tone === 'warn' ? 'soon' : 'case', chosen: row.case_id === chosen })
    }
    const seen = new Set<string>()
    for (const craft of fleet.values()) {
      seen.add(craft.id)
      shown.push({ id: `unit/${craft.id}`, lon: craft.lon, lat: craft.lat, kind: craft.state === 'fresh' ? 'unit' : craft.state === 'stale' ? 'stale' : 'lost', heading: craft.heading_deg ?? craft.cog_deg ?? 0, label: names.words.unit(craft.id) === craft.id ? craft.title : names.words.unit(craft.id) })
    }
    for (const unit of units.data?.items ?? []) {
      const at = unit.position
      if (!at || seen.has(unit.id)) continue
      shown.push({ id: `unit/${unit.id}`, lon: at.lon, lat: at.lat, kind: at.state === 'fresh' ? 'unit' : at.state === 'stale' ? 'stale' : 'lost', heading: at.cog_deg ?? 0, label: names.words.unit(unit.id) })
    }
    return shown
  }, [rows, fleet, units.data, names, chosen, language, minute])

  return (
    <main className={`hall ${chosen ? 'with-case' : ''}`} aria-label={t('hall_title')}>
      <Strip turn={figuresTurn} open={open.data ? { count: open.data.items.length, more: open.data.next !== null, late: open.data.items.filter((row) => urgencyOf(row, now) === 'bad').length } : undefined} kinds={names.words.kind} line={line} />
      <CaseList rows={rows} cut={source.data?.next !== null && source.data !== undefined} loading={!source.data && !source.error} chosen={chosen} filter={filter} words={words} now={now} names={names.words} search={search}
        onChoose={choose} onFilter={setFilter} onWords={setWords} trouble={source.error && <Trouble error={source.error} again={source.again} />} />
      <section className="hall-map" aria-label={t('hall_map')}>
        <BayMap label={t('hall_map')} marks={marks} routes={routes} height="100%" zoom={9.9} centre={[121.68, 28.57]} onMark={(id) => id.startsWith('case/') && choose(id.slice(5))} />
        <UnitLegend units={units.data?.items ?? []} fleet={fleet} />
      </section>
      {chosen && <CasePanel key={chosen} id={chosen} turn={fileTurn} now={now} names={names} units={units.data?.items ?? []} onRoutes={setRoutes} onClose={() => choose(null)} />}
    </main>
  )
}

function UnitLegend({ units, fleet }: { units: UnitView[]; fleet: ReturnType<typeof useFleet> }) {
  const { t, language } = useSettings()
  const craft = units.filter((unit) => unit.position || unit.room.length > 0)
  if (craft.length === 0) return null
  return (
    <ul className="legend" aria-label={t('hall_units')}>
      {craft.slice(0, 12).map((unit) => {
        const fresh = fleet.get(unit.id)?.state ?? unit.position?.state ?? 'none'
        return (
          <li key={unit.id} title={t(`fresh_${fresh}` as 'fresh_fresh')}>
            <span className={`dot ${fresh}`} aria-label={t(`fresh_${fresh}` as 'fresh_fresh')} />
            <strong>{language === 'zh' ? unit.name : unit.name_en || unit.name}</strong>
            <span>{t(`unit_${unit.state}` as 'unit_free')}</span>
          </li>
        )
      })}
    </ul>
  )
}
