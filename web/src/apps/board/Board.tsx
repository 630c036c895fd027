// 驾驶舱: figures of a span beside the span before; every one opens into the cases that it counts.
import { Button, DatePicker, Dropdown, Segmented, Select, Skeleton } from 'antd'
import { useMemo, useState } from 'react'
import { Route, Routes, useNavigate, useSearchParams } from 'react-router'

import { Trouble } from '../../components/Trouble'
import { filled, useWords } from '../../core/dictionary'
import { clockTime } from '../../core/format'
import { useSession } from '../../core/session'
import { useSettings } from '../../core/settings'
import { useNow, useRead } from '../../core/use'
import { DeskFrame } from '../../desk/DeskFrame'
import './board.css'
import { Card } from './Card'
import { Cases } from './Cases'
import { Detail, queryOf, type Narrow } from './Detail'
import { daysOf, midnight, spanOf, spanOfDays, type Board as BoardView, type Period } from './model'
import { Prove } from './Prove'
import { useNames } from './useNames'
import { Wall } from './Wall'
import { BOARD_WORDS } from './words'

const PERIODS = ['today', 'week', 'month', 'quarter', 'other'] as const
const AUDIT = ['auditor', 'administrator', 'shift_leader']
const EVERY_MS = 60_000

export function Board() {
  return (
    <Routes>
      <Route index element={<DeskFrame><Screen /></DeskFrame>} />
      <Route path="wall" element={<DeskFrame bare><Wall /></DeskFrame>} />
    </Routes>
  )
}

function Screen() {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  const { me } = useSession()
  const go = useNavigate()
  const names = useNames()
  const [asked, setAsked] = useSearchParams()
  const set = (changes: Record<string, string | null>) =>
    setAsked((was) => {
      for (const [key, value] of Object.entries(changes)) if (value) was.set(key, value); else was.delete(key)
      return was
    }, { replace: true })
  const period = (PERIODS as readonly string[]).includes(asked.get('span') ?? '') ? (asked.get('span') as Period) : 'week'
  const first = asked.get('from')
  const last = asked.get('to')
  const today = midnight(useNow(EVERY_MS))
  const span = useMemo(() => (period === 'other' && first && last ? spanOfDays(first, last) : spanOf(period === 'other' ? 'week' : period, today)), [period, first, last, today])
  const pack = asked.get('scene') ?? ''
  const region = asked.get('region') ?? ''
  const unit = asked.get('unit') ?? ''
  const base = useMemo(() => ({ ...(region ? { region } : {}), ...(unit ? { unit } : {}) }) as Record<string, string>, [region, unit])
  const query = queryOf(span, base, pack ? { pack } : {})
  const [turn, setTurn] = useState(0)
  const board = useRead<BoardView>(`/api/v1/board?${query}`, EVERY_MS, turn)
  const scenes = useRead<BoardView>('/api/v1/board?since=2000-01-01T00:00:00Z&until=2000-01-01T00:00:01Z')
  const [narrow, setNarrow] = useState<Narrow>()
  const [proving, setProving] = useState(false)
  const [readAt, setReadAt] = useState<{ data: BoardView; at: string }>()
  if (board.data && readAt?.data !== board.data) setReadAt({ data: board.data, at: new Date().toISOString() })
  const days = useMemo(() => daysOf(span), [span])
  const figures = board.data?.figures ?? []
  const figure = figures.find((one) => one.id === asked.get('figure')) ?? figures.find((one) => one.count > 0) ?? figures[0]
  const packs = board.data?.packs ?? []
  const file = (format: string) => `/api/v1/board-file?${queryOf(span, base, { ...(pack ? { pack } : {}), format, language })}`
  return (
    <main className="board">
      <h1 className="hidden">{words.title}</h1>
      <div className="board-bar" role="toolbar" aria-label={words.span}>
        <Segmented value={period} onChange={(value) => set({ span: value })} options={PERIODS.map((one) => ({ value: one, label: one === 'other' ? words.chosen_span : words[one] }))} />
        {period === 'other' && <DatePicker.RangePicker allowClear={false} onChange={(_, [from, to]) => set({ from, to })} />}
        <Select value={pack} onChange={(value) => set({ scene: value })} aria-label={words.scene} popupMatchSelectWidth={false} options={[{ value: '', label: words.all_scenes }, ...(scenes.data?.packs ?? []).map((one) => ({ value: one.id, label: one[language] }))]} />
        <Select value={region} onChange={(value) => set({ region: value })} aria-label={words.region} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={false} options={[{ value: '', label: words.all_regions }, ...names.regions.map((one) => ({ value: one.id, label: `${one.name} ${one.id}` }))]} />
        <Select value={unit} onChange={(value) => set({ unit: value })} aria-label={words.unit} showSearch={{ optionFilterProp: 'label' }} popupMatchSelectWidth={false} options={[{ value: '', label: words.all_units }, ...names.units.map((one) => ({ value: one.id, label: one.name }))]} />
        <span className="grow" />
        {readAt && <span className="soft">{filled(words.updated, clockTime(readAt.at, language))}</span>}
        {me?.roles.some((role) => AUDIT.includes(role)) && <Button onClick={() => setProving(true)}>{words.prove}</Button>}
        <Dropdown trigger={['click']} menu={{ items: [{ key: 'csv', label: <a href={file('csv')} download>{words.export_csv}</a> }, { key: 'pdf', label: <a href={file('pdf')} download>{words.export_pdf}</a> }] }}><Button>{words.export}</Button></Dropdown>
        <Button type="primary" onClick={() => void go(`/board/wall?${asked.toString()}`)}>{words.wall}</Button>
      </div>
      {board.error && <Trouble error={board.error} again={board.again} />}
      {!board.data && !board.error && <div className="figures" role="status" aria-label={words.loading}>{Array.from({ length: 8 }, (_, place) => <div className="figure" key={place}><Skeleton active paragraph={{ rows: 2 }} /></div>)}</div>}
      {board.data && figures.length === 0 && <div className="calm"><strong>{words.none}</strong><span>{words.none_help}</span></div>}
      <div className="board-body">
        <div>
          {packs.map((one) => (
            <section key={one.id} aria-label={one[language]}>
              <h2 className="scene">{one[language]} <span className="soft">{one.scene}</span></h2>
              <div className="figures">{figures.filter((known) => one.indicators.includes(known.id)).map((known) => <Card key={known.id} figure={known} days={days} chosen={known.id === figure?.id} onChoose={() => set({ figure: known.id })} />)}</div>
            </section>
          ))}
        </div>
        {figure && <Detail key={figure.id} figure={figure} span={span} base={base} names={names} turn={turn} onCases={setNarrow} />}
      </div>
      {figure && narrow && <Cases figure={figure} span={span} narrow={narrow} names={names} onClose={() => { setNarrow(undefined); setTurn(turn + 1) }} />}
      {proving && <Prove query={query} figures={figures} onClose={() => setProving(false)} />}
    </main>
  )
}
