// The replay's controls: which span, where in it, how fast. The hall around it shows the instant.
import { Button, Input, Select, Slider } from 'antd'
import { useEffect, useMemo, useState } from 'react'

import { Trouble } from '../../components/Trouble'
import { useWords } from '../../core/dictionary'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import type { LiveFact } from '../../live/screen'
import { told, type Names } from '../../live/told'
import type { Span } from '../../live/replay'
import { HALL } from './words'

// The town's own time (UTC+8, no summer time), as the field of the browser writes it.
const townInput = (at_ms: number) => new Date(at_ms + 28_800_000).toISOString().slice(0, 16)

interface Props { names: Names; onInstant: (span: Span | undefined, at_ms: number) => void; onClose: () => void }

const SPEEDS = [1, 10, 30, 60, 120]
const HOURS = [1, 2, 4, 6]
const STEP_MS = 200
const HOUR_MS = 3_600_000
const town = (at_ms: number, language: 'zh' | 'en') => new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' }).format(at_ms)

export function Replay({ names, onInstant, onClose }: Props) {
  const { language } = useSettings()
  const words = useWords(HALL)
  const [hours, setHours] = useState(1)
  const [since, setSince] = useState(() => Math.floor((Date.now() - HOUR_MS) / 1000) * 1000)
  const [opened] = useState(() => Date.now())
  const until = Math.min(since + hours * HOUR_MS, opened - 1000)
  const [at, setAt] = useState(since)
  const [speed, setSpeed] = useState(60)
  const [playing, setPlaying] = useState(false)
  const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString())
  const span = useRead<Span>(`/api/v1/hall/replay?since=${iso(since)}&until=${iso(until)}`)
  const here = Math.min(Math.max(at, since), until)
  useEffect(() => onInstant(span.data, here), [span.data, here, onInstant])
  useEffect(() => {
    if (!playing || !span.data) return
    const timer = window.setInterval(() => setAt((was) => {
      const next = Math.max(was, since) + STEP_MS * speed
      if (next >= until) setPlaying(false)
      return Math.min(next, until)
    }), STEP_MS)
    return () => window.clearInterval(timer)
  }, [playing, speed, span.data, since, until])
  const facts = useMemo(() => (span.data?.facts as LiveFact[] | undefined)?.flatMap((fact) => {
    const line = told({ id: String(fact.seq), ...fact }, names, language)
    return line ? [{ fact, line, at_ms: Date.parse(fact.at) }] : []
  }) ?? [], [span.data, names, language])
  const recent = facts.filter((one) => one.at_ms <= here).slice(-3).reverse()
  const marks = useMemo(() => Object.fromEntries(facts.filter((one) => one.line.tone === 'bad').slice(0, 40).map((one) => [one.at_ms, { label: '' }])), [facts])
  const jump = (way: 1 | -1) => {
    const next = way > 0 ? facts.find((one) => one.at_ms > here) : [...facts].reverse().find((one) => one.at_ms < here)
    if (next) setAt(next.at_ms)
  }
  return (
    <section className="replay" aria-label={words.replay_title}>
      <div className="replay-row">
        <Button type="primary" autoFocus onClick={() => { if (here >= until) setAt(since); setPlaying(!playing) }} disabled={!span.data}>{playing ? words.replay_pause : words.replay_play}</Button>
        <Button onClick={() => jump(-1)} aria-label="−1" disabled={!span.data}>‹</Button>
        <Button onClick={() => jump(1)} aria-label="+1" disabled={!span.data}>›</Button>
        <strong className="replay-at" role="timer" aria-label={words.replay_at}>{town(here, language)}</strong>
        <Slider className="replay-slider" min={since} max={until} step={1000} value={here} onChange={(value: number) => setAt(value)} marks={marks} tooltip={{ formatter: (value) => town(value ?? here, language) }} ariaLabelForHandle={words.replay_slider} />
        <Select aria-label={words.replay_speed} value={speed} onChange={setSpeed} options={SPEEDS.map((value) => ({ value, label: `×${value}` }))} />
        <Input className="replay-from" type="datetime-local" aria-label={words.replay_from} value={townInput(since)} max={townInput(opened - 120_000)} onChange={(event) => { const next = Math.min(Date.parse(`${event.target.value}:00+08:00`), opened - 120_000); if (Number.isFinite(next)) { setSince(next); setAt(next); setPlaying(false) } }} />
        <Select aria-label={words.replay_span} value={hours} onChange={(value: number) => { setHours(value); setPlaying(false) }} options={HOURS.map((value) => ({ value, label: `${value} ${words.replay_hour}` }))} />
        <Button onClick={onClose}>{words.replay_back}</Button>
      </div>
      <div className="replay-row replay-facts" aria-live="off">
        {span.error ? <Trouble error={span.error} again={span.again} /> : !span.data ? <span className="soft" role="status">{words.replay_loading}</span> : recent.length === 0 ? <span className="soft">{facts.length === 0 ? words.replay_none : ' '}</span> : recent.map(({ fact, line }) => <span key={fact.seq} className={`fact tone-${line.tone}`}><time>{town(Date.parse(fact.at), language).slice(-8)}</time> {line.text}</span>)}
        {span.data?.cut && <span className="chip warn">{words.replay_cut}</span>}
      </div>
    </section>
  )
}
