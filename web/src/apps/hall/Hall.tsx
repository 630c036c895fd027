// The command hall: what is open by urgency, where everything is, one case in full; live, or a past hour played again.
import { Button, Dropdown } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { actionsFor, actionsForAll } from '../../actions'
import type { Action, Matter } from '../../actions/action'
import { Trouble } from '../../components/Trouble'
import { get } from '../../core/api'
import { filled, useWords } from '../../core/dictionary'
import { useSession } from '../../core/session'
import { useSettings } from '../../core/settings'
import { useNow, useRead, useReadAll } from '../../core/use'
import { DeskFrame, useDesk } from '../../desk/DeskFrame'
import { PALETTES } from '../../desk/theme'
import { partsOf } from '../../live/reactions'
import { fleetAt, screenAt, tracksAt, type Span } from '../../live/replay'
import { openJobs, type LiveFact } from '../../live/screen'
import { useFleet, useScreen } from '../../live/use'
import { BayMap, type MapLayer } from '../../map/BayMap'
import { ActionDialog } from './ActionDialog'
import { CaseList } from './CaseList'
import { CasePanel } from './CasePanel'
import { Dock } from './Dock'
import './hall.css'
import { Keys } from './Keys'
import { marksOf } from './marks'
import type { CaseRow, JobOnScreen, UnitView } from './model'
import { byUrgency, FILTERS, passes, urgencyOf, type Filter } from './order'
import { Palette, type Entry } from './Palette'
import { Replay } from './Replay'
import { soundFor } from './sounds'
import { Strip } from './Strip'
import { Legend } from './Legend'
import { useCaseFile } from './useCaseFile'
import { useHallNames } from './useHallNames'
import { useKeys } from './useKeys'
import { HALL } from './words'

const NO_ROUTES: [number, number][][] = []
const BULK_MAX = 50

export function Hall() {
  return <DeskFrame><HallDesk /></DeskFrame>
}

function HallDesk() {
  const { t, language } = useSettings()
  const words = useWords(HALL)
  const { me } = useSession()
  const { look, setLook, size } = useDesk()
  const roles = useMemo(() => me?.roles ?? [], [me])
  const wall_now = useNow(1000)
  const [filter, setFilter] = useState<Filter>('all')
  const [asked, setAsked] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [turns, setTurns] = useState({ file: 0, figures: 0, reports: 0 })
  const [acting, setActing] = useState<{ action: Action; matters: Matter[] }>()
  const [open, setOpen] = useState<'palette' | 'keys' | 'replay' | null>(null)
  const [dock, setDock] = useState(() => localStorage.getItem('hall-dock') !== 'shut' && window.innerHeight >= 760)
  const [sound, setSound] = useState(() => localStorage.getItem('hall-sound') !== 'off')
  const [ground, setGround] = useState('land')
  const [focus, setFocus] = useState<[number, number] | null>(null)
  const [past, setPast] = useState<{ span: Span | undefined; at_ms: number }>()
  const search = useRef<HTMLInputElement>(null)
  const units = useReadAll<UnitView>('/api/v1/units?limit=500', 30_000)
  const layers = useRead<{ items: MapLayer[]; review_number: string }>('/api/v1/map')
  const closed = useRead<{ items: { case_id: string }[] }>(filter === 'closed' && !past ? '/api/v1/cases?stage=closed&limit=100' : null, 60_000)
  const live = useScreen((facts: LiveFact[]) => {
    const parts = partsOf(facts, chosen)
    if (parts.has('units')) units.again()
    setTurns((was) => ({ file: was.file + Number(parts.has('file')), figures: was.figures + Number(parts.has('figures')), reports: was.reports + Number(facts.some((fact) => fact.kind === 'CaseOpened' || fact.kind === 'ReportReceived')) }))
    if (sound && !past) soundFor(facts)
  })
  const fleet_live = useFleet()
  const names = useHallNames(units.data?.items)
  // What was missed while the line was down is read when it is back.
  const [unitsAgain] = [units.again]
  useEffect(() => {
    if (live.line === 'open') unitsAgain()
  }, [live.line, unitsAgain])

  const now = past ? past.at_ms : wall_now
  const screen = useMemo(() => (past ? past.span && screenAt(past.span, past.at_ms) : live.screen), [past, live.screen])
  const fleet = useMemo(() => (past ? (past.span ? fleetAt(past.span, past.at_ms) : new Map()) : fleet_live), [past, fleet_live])
  const tracks = useMemo(() => (past?.span ? tracksAt(past.span, past.at_ms) : NO_ROUTES), [past])
  const jobs = useMemo(() => (screen ? openJobs(screen) : []), [screen])
  const tick = Math.floor(now / 5000) * 5000
  const everyone = useMemo(() => [...(screen?.cases.values() ?? [])], [screen?.cases])
  const opened_rows = useMemo(() => everyone.filter((row) => row.is_open), [everyone])
  const rows = useMemo<CaseRow[]>(() => {
    if (filter === 'closed' && !past) return ((closed.data?.items ?? []) as unknown as CaseRow[]).filter((row) => passes(row, 'all', asked, tick)).sort((a, b) => ((a.closed_at ?? '') < (b.closed_at ?? '') ? 1 : -1))
    const source = filter === 'closed' ? everyone.filter((row) => !row.is_open) : opened_rows
    return source.filter((row) => passes(row, filter === 'closed' ? 'all' : filter, asked, tick)).sort(byUrgency)
  }, [everyone, opened_rows, closed.data, filter, asked, tick, past])
  const counts = useMemo(() => Object.fromEntries(FILTERS.map((one) => [one, one === 'closed' || !screen ? undefined : opened_rows.filter((row) => passes(row, one, '', tick)).length])) as Record<Filter, number | undefined>, [opened_rows, screen, tick])
  const late = useMemo(() => opened_rows.filter((row) => urgencyOf(row, tick) === 'bad').length, [opened_rows, tick])

  const opened = useCaseFile(chosen, turns.file, live.screen?.jobs)
  const actions = useMemo(() => (opened.matter && !past ? actionsFor(opened.matter, roles) : []), [opened.matter, roles, past])
  const choose = useCallback((id: string | null) => {
    setChosen(id)
    const row = id === null ? undefined : screen?.cases.get(id)
    if (row?.lon != null && row.lat != null) setFocus([row.lon, row.lat])
  }, [screen])
  const select = useCallback((id: string) => setSelected((was) => {
    const next = new Set(was)
    if (!next.delete(id)) next.add(id)
    return next
  }), [])
  const act = useCallback((action: Action) => opened.matter && setActing({ action, matters: [opened.matter] }), [opened.matter])
  const bulk = useBulk(selected, jobs, roles, past !== undefined, turns.file)
  const toggle = useMemo(() => ({
    sound: () => setSound((was) => { localStorage.setItem('hall-sound', was ? 'off' : 'on'); return !was }),
    dock: () => setDock((was) => { localStorage.setItem('hall-dock', was ? 'shut' : 'open'); return !was }),
    replay: () => { setOpen((was) => (was === 'replay' ? null : 'replay')); setPast(undefined) },
  }), [])
  const onInstant = useCallback((span: Span | undefined, at_ms: number) => setPast({ span, at_ms }), [])

  useKeys({
    rows, chosen, actions, busy: acting !== undefined || open === 'palette' || open === 'keys', replaying: open === 'replay',
    choose, select, act, search: () => search.current?.focus(), filter: setFilter, palette: () => setOpen('palette'), keys: () => setOpen('keys'),
    all: () => setSelected((was) => (was.size > 0 ? new Set() : new Set(rows.slice(0, BULK_MAX).map((row) => row.case_id)))), ...toggle,
    escape: () => { if (chosen) choose(null); else if (selected.size) setSelected(new Set()); else if (open === 'replay') toggle.replay() },
  })

  const marks = useMemo(() => marksOf({ cases: filter === 'closed' ? [] : rows, places: names.places, fleet, units: past ? [] : (units.data?.items ?? []), jobs, chosen, now: tick, language, unit: names.words.unit }), [rows, names, fleet, units.data, jobs, chosen, language, tick, filter, past])
  const routes = useMemo(() => (opened.route && !past ? [opened.route] : NO_ROUTES), [opened.route, past])
  const entries = useMemo<Entry[]>(() => {
    if (open !== 'palette') return []
    const of = (id: string, title: string, run: () => void, keys?: string): Entry => ({ id: `view/${id}`, group: words.palette_view, title, run, keys })
    return [
      ...actions.map((action): Entry => ({ id: `do/${action.id}`, group: words.palette_case, title: action.words[language], hint: opened.file.data?.case.title, also: `${action.words.zh} ${action.words.en}`, keys: action.key?.toUpperCase(), run: () => act(action) })),
      ...bulk.actions.map((action): Entry => ({ id: `all/${action.id}`, group: words.bulk, title: action.words[language], hint: filled(words.selected, selected.size), also: `${action.words.zh} ${action.words.en}`, run: () => setActing({ action, matters: bulk.matters }) })),
      ...FILTERS.map((one, place) => of(one, `${t('filter')}：${t(`filter_${one}`)}`, () => setFilter(one), String(place + 1))),
      of('replay', words.replay, toggle.replay, 'B'), of('dock', dock ? words.hide_dock : words.show_dock, toggle.dock, 'H'), of('sound', sound ? words.sound_off : words.sound_on, toggle.sound, 'S'), of('keys', words.keys_title, () => setOpen('keys'), '?'),
      of('look', look === 'dark' ? words.look_light : words.look_dark, () => setLook(look === 'dark' ? 'light' : 'dark')),
      ...[...fleet.values()].map((craft): Entry => ({ id: `unit/${craft.id}`, group: words.palette_go, title: names.words.unit(craft.id) === craft.id ? craft.title || craft.id : names.words.unit(craft.id), hint: craft.id, run: () => setFocus([craft.lon, craft.lat]) })),
      ...names.places.map((place): Entry => ({ id: `place/${place.id}`, group: words.palette_go, title: language === 'zh' ? place.name : place.name_en || place.name, hint: place.id, also: `${place.name} ${place.name_en}`, run: () => setFocus([place.position.lon, place.position.lat]) })),
      ...opened_rows.map((row): Entry => ({ id: `case/${row.case_id}`, group: t('hall_list'), title: row.title, hint: `${names.words.state(row.state)} · ${row.case_id}`, also: `${row.assignee ?? ''} ${names.place(row.place_id)}`, run: () => choose(row.case_id) })),
    ]
  }, [open, actions, bulk, selected, fleet, names, opened_rows, language, words, t, act, choose, toggle, sound, dock, look, setLook, opened.file.data])
  const grounds = (layers.data?.items ?? []).filter((layer) => layer.base)
  const loading = past ? !past.span : !live.screen && !live.error

  return (
    <main className={`hall ${chosen ? 'with-case' : ''} ${dock ? 'with-dock' : ''} ${open === 'replay' ? 'in-past' : ''}`} aria-label={t('hall_title')}>
      <Strip turn={turns.figures} open={screen ? { count: opened_rows.length, more: live.cut, late } : undefined} kinds={names.words.kind} line={live.line} past={past !== undefined}
        tools={
          <div className="hall-tools">
            <Button size="small" onClick={() => setOpen('palette')} title={words.palette_open} aria-keyshortcuts="Control+K">{words.palette} <kbd>Ctrl K</kbd></Button>
            <Button size="small" type={open === 'replay' ? 'primary' : 'default'} onClick={toggle.replay} aria-keyshortcuts="b">{words.replay}</Button>
            <Button size="small" aria-pressed={sound} onClick={toggle.sound} aria-keyshortcuts="s">{sound ? words.sound_on : words.sound_off}</Button>
            <Button size="small" aria-pressed={dock} onClick={toggle.dock} aria-keyshortcuts="h">{words.alerts}{(screen?.alerts.length ?? 0) > 0 && <span className="count">{screen?.alerts.length}</span>}</Button>
            <Button size="small" onClick={() => setOpen('keys')} aria-label={words.keys_title}>?</Button>
          </div>
        } />
      <CaseList rows={rows} counts={counts} cut={live.cut && !past} loading={loading} chosen={chosen} selected={selected} filter={filter} words={asked} now={now} size={size} names={names.words} search={search}
        onChoose={choose} onSelect={select} onFilter={setFilter} onWords={setAsked} trouble={!past && live.error && !live.screen ? <Trouble error={live.error} again={live.again} /> : undefined} />
      <section className="hall-map" aria-label={t('hall_map')}>
        <BayMap label={words.map_help} marks={marks} routes={routes} tracks={tracks} height="100%" zoom={size > 20 ? 11 : 10} centre={[121.68, 28.57]} palette={PALETTES[look]} clusters scale={size > 20 ? 1.8 : size > 15 ? 1.2 : 1} layers={layers.data?.items} ground={ground} focus={focus}
          onMark={(id) => { if (id.startsWith('case/')) choose(id.slice(5)) }} />
        <Legend units={units.data?.items ?? []} fleet={fleet} jobs={jobs} past={past !== undefined} onFocus={setFocus} />
        {grounds.length > 1 && <div className="grounds" role="group" aria-label={words.ground}>{grounds.map((layer) => <button key={layer.id} aria-pressed={ground === layer.id} title={layer.datum} onClick={() => setGround(layer.id)}>{layer[language]} <small>{layer.datum}</small></button>)}</div>}
        {layers.data?.review_number && <span className="review">{layers.data.review_number}</span>}
        {selected.size > 0 && !past && (
          <div className="bulk" role="region" aria-label={words.bulk}>
            <strong>{filled(words.selected, selected.size)}</strong>
            {bulk.reading ? <span className="soft" role="status">{words.bulk_reading}</span> : bulk.actions.length === 0 ? <span className="soft">{words.bulk_none}</span> : bulk.actions.slice(0, 3).map((action) => <Button key={action.id} size="small" danger={action.danger} onClick={() => setActing({ action, matters: bulk.matters })}>{action.words[language]}</Button>)}
            {bulk.actions.length > 3 && <Dropdown menu={{ items: bulk.actions.slice(3).map((action) => ({ key: action.id, label: action.words[language], danger: action.danger, onClick: () => setActing({ action, matters: bulk.matters }) })) }}><Button size="small">…</Button></Dropdown>}
            <Button size="small" type="text" onClick={() => setSelected(new Set())}>{words.clear}</Button>
          </div>
        )}
      </section>
      {dock && <Dock screen={screen} names={names.words} turn={turns.reports} replay={past !== undefined} onChoose={choose} onClose={toggle.dock} />}
      {open === 'replay' && <Replay names={names.words} onInstant={onInstant} onClose={toggle.replay} />}
      {chosen && <CasePanel key={chosen} opened={opened} now={now} names={names} actions={actions} onAct={act} onChoose={choose} onClose={() => choose(null)} />}
      {open === 'palette' && <Palette entries={entries} onClose={() => setOpen(null)} />}
      {open === 'keys' && <Keys actions={actions} onClose={() => setOpen(null)} />}
      {acting && <ActionDialog key={acting.action.id} action={acting.action} matters={acting.matters} rows={opened_rows} names={names.words} onClose={(done) => { setActing(undefined); if (done) { setTurns((was) => ({ ...was, file: was.file + 1 })); if (acting.matters.length > 1) setSelected(new Set()) } }} />}
    </main>
  )
}

/** The files of the selected cases, and what can be done with all of them. */
function useBulk(selected: ReadonlySet<string>, jobs: readonly JobOnScreen[], roles: readonly string[], off: boolean, turn: number): { matters: Matter[]; actions: Action[]; reading: boolean } {
  const ids = useMemo(() => [...selected].slice(0, BULK_MAX), [selected])
  const [held, setHeld] = useState<{ ids: string[]; files: Matter['file'][] }>({ ids: [], files: [] })
  useEffect(() => {
    if (off || ids.length === 0) return
    let current = true
    const read = (id: string) => get<Matter['file']>(`/api/v1/cases/${id}`)
    void Promise.allSettled(ids.map(read)).then((all) => {
      if (current) setHeld({ ids, files: all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])) })
    })
    return () => {
      current = false
    }
  }, [ids, off, turn])
  return useMemo(() => {
    const reading = held.ids !== ids
    const of = new Map(jobs.map((job) => [job.case_id, { job_id: job.job_id, state: job.state, unit_id: job.unit_id ?? null, pinned: job.pinned ?? false }]))
    const matters = reading || off ? [] : held.files.map((file): Matter => ({ file, job: of.get(file.case.case_id) }))
    return { matters, reading: reading && ids.length > 0 && !off, actions: actionsForAll(matters, roles) }
  }, [held, ids, jobs, off, roles])
}
