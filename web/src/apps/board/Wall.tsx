// The wall: four figures at a time, large enough to be read from the other end of a hall, and it turns calmly.
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'

import { Trouble } from '../../components/Trouble'
import { filled, useWords } from '../../core/dictionary'
import { clockTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import { useNow, useRead } from '../../core/use'
import { Moved, Target } from './Card'
import { daysOf, midnight, parts, series, spanOf, text, unitOf, type Board, type Figure, type Period } from './model'
import { queryOf } from './Detail'
import { Spark } from './Spark'
import { BOARD_WORDS } from './words'

const Chart = lazy(() => import('./Chart'))
const TURN_MS = 20_000
const EVERY_MS = 30_000
const ON_PAGE = 4

export function Wall() {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  const go = useNavigate()
  const [asked] = useSearchParams()
  const told = asked.get('span')
  const period: Exclude<Period, 'other'> = told === 'today' || told === 'month' || told === 'quarter' ? told : 'week'
  const now = useNow(1000)
  const today = midnight(now)
  const span = useMemo(() => spanOf(period, today), [period, today])
  const base = useMemo(() => Object.fromEntries(['region', 'unit'].flatMap((key) => (asked.get(key) ? [[key, asked.get(key)!]] : []))) as Record<string, string>, [asked])
  const scene = asked.get('scene')
  const board = useRead<Board>(`/api/v1/board?${queryOf(span, base, scene ? { pack: scene } : {})}`, EVERY_MS)
  const figures = useMemo(() => (board.data?.figures ?? []).filter((one) => one.count > 0 || one.value !== null), [board.data])
  const pages = Math.max(1, Math.ceil(figures.length / ON_PAGE))
  const [page, setPage] = useState(0)
  const [still, setStill] = useState(false)
  useEffect(() => {
    if (still || pages < 2) return
    const timer = window.setInterval(() => setPage((value) => value + 1), TURN_MS)
    return () => window.clearInterval(timer)
  }, [still, pages])
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Escape') void go(`/board?${asked.toString()}`)
      else if (event.key === 'ArrowRight') setPage((value) => value + 1)
      else if (event.key === 'ArrowLeft') setPage((value) => value - 1)
      else if (event.key === ' ') setStill((value) => !value)
    }
    window.addEventListener('keydown', key)
    return () => window.removeEventListener('keydown', key)
  }, [go, asked])
  const shown = ((page % pages) + pages) % pages
  const days = useMemo(() => daysOf(span), [span])
  const packs = board.data?.packs ?? []
  const town = useMemo(() => new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { month: 'long', day: 'numeric', weekday: 'long', timeZone: 'Asia/Shanghai' }), [language])
  return (
    <main className="wall" data-pages={pages}>
      <header>
        <h1>{packs.length === 1 ? packs[0]![language] : words.title}</h1>
        <span className="wall-span">{words[period]}</span>
        <span className="grow" />
        <time>{town.format(now)} <b>{clockTime(new Date(now).toISOString(), language)}</b></time>
      </header>
      {board.error && <Trouble error={board.error} again={board.again} />}
      {board.data && figures.length === 0 && <div className="calm"><strong>{words.nothing}</strong><span>{words.nothing_help}</span></div>}
      <div className="wall-grid" key={shown} aria-live="off">
        {figures.slice(shown * ON_PAGE, shown * ON_PAGE + ON_PAGE).map((figure) => <Tile key={figure.id} figure={figure} days={days} />)}
      </div>
      <footer>
        <span className={board.error ? 'bad' : 'good'}>● {words.live}</span>
        <span className="dots" role="img" aria-label={filled(words.page_of, shown + 1, pages)}>{Array.from({ length: pages }, (_, place) => <i key={place} className={place === shown ? 'now' : ''} />)}</span>
        <span className="grow" />
        <button onClick={() => setStill(!still)}>{still ? words.resume : words.pause}</button>
        <button onClick={() => void go(`/board?${asked.toString()}`)}>{words.leave_wall}</button>
      </footer>
    </main>
  )
}

function Tile({ figure, days }: { figure: Figure; days: string[] }) {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  const unit = unitOf(figure.unit, figure.aggregate)
  const [number, name] = parts(figure.value, unit, language)
  const values = useMemo(() => series(days, figure.days, figure.aggregate), [days, figure])
  const show = useCallback((value: number) => text(value, unit, language), [unit, language])
  const labels = useMemo(() => days.map((day) => day.slice(5)), [days])
  const lines = useMemo(() => [{ name: figure.title_zh, values }], [figure.title_zh, values])
  const target = useMemo(() => (figure.target === null || figure.target === undefined ? null : { name: words.target, value: figure.target }), [figure.target, words.target])
  const text_px = Math.round(window.innerWidth * 0.0125)
  return (
    <section className={`tile ${figure.met === true ? 'met' : figure.met === false ? 'missed' : ''}`} aria-label={language === 'zh' ? figure.title_zh : figure.title_en} data-indicator={figure.id}>
      <div className="tile-top"><h2>{language === 'zh' ? figure.title_zh : figure.title_en}</h2><Target figure={figure} /></div>
      <p className="tile-value"><b>{number}</b><small>{name}</small></p>
      <p className="tile-moved"><Moved figure={figure} /></p>
      <div className="tile-trend">
        {days.length < 2 ? <Spark values={values} target={figure.target} tall={60} /> : <Suspense fallback={null}><Chart labels={labels} lines={lines} target={target} bars={figure.aggregate === 'count' || figure.aggregate === 'sum'} label={`${language === 'zh' ? figure.title_zh : figure.title_en} ${words.trend}`} height="100%" show={show} size={text_px} /></Suspense>}
      </div>
    </section>
  )
}
