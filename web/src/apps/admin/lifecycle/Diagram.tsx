// The picture of a lifecycle. Everything in it can be reached by the keyboard and read without colour.
import { useId, useMemo, type KeyboardEvent } from 'react'

import { filled, useWords } from '../../../core/dictionary'
import { useSettings } from '../../../core/settings'
import { ADMIN_WORDS } from '../words'
import { layout, type Edge, type Lane, type Lifecycle } from './layout'

export type Chosen = { kind: 'move' | 'clock'; name: string } | undefined

const NODE = { wide: 118, tall: 58 }
const GAP = 88
const LANE = 34
const BAR = 40
const EDGE = 18
const STEP = NODE.wide + GAP

type Way = 'person' | 'fact' | 'clock' | 'approval'
export const wayOf = (edge: Edge): Way => (edge.by_clocks.length ? 'clock' : edge.by_approvals.length ? 'approval' : edge.by_facts.length ? 'fact' : 'person')
const SIGN: Record<Way, string> = { person: '', fact: '⚙ ', clock: '◔ ', approval: '✔ ' }

/** What must hold, in a few signs; the words stand beside the picture. */
export function signs(edge: Edge): string {
  const guards = edge.guards
  if (!guards) return ''
  const said = [guards.needs_note && '✎', (guards.not_who?.length || guards.not_unit) && '≠', guards.needs_approvals?.length && '✔', guards.needs_values?.length && '…', guards.max_times && `≤${guards.max_times}`, guards.within && '◔', Object.keys(guards.when ?? {}).length && '?']
  return said.filter(Boolean).join(' ')
}

const wide = (text: string) => [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 255 ? 13 : 7.4), 0) + 18

interface Props { lifecycle: Lifecycle; chosen: Chosen; onChoose: (chosen: Chosen) => void; limit: (clock: Lifecycle['clocks'][number]) => string }

export function Diagram({ lifecycle, chosen, onChoose, limit }: Props) {
  const { language } = useSettings()
  const words = useWords(ADMIN_WORDS)
  const arrow = useId()
  const made = useMemo(() => layout(lifecycle), [lifecycle])
  const states = new Map(lifecycle.states.map((state) => [state.state, state]))
  const top = 14 + made.over * LANE + (made.over ? 16 : 0)
  const bottom = top + NODE.tall
  const below = bottom + (made.under ? 16 : 0) + made.under * LANE
  const width = EDGE * 2 + made.order.length * STEP - GAP
  const height = below + 26 + made.barLanes * BAR
  const left = (place: number) => EDGE + place * STEP
  const centre = (place: number) => left(place) + NODE.wide / 2
  const press = (choice: Chosen) => ({
    tabIndex: 0, role: 'button', onClick: () => onChoose(choice),
    onKeyDown: (event: KeyboardEvent) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); onChoose(choice) } },
  })
  const isChosen = (kind: 'move' | 'clock', name: string) => chosen?.kind === kind && chosen.name === name
  // Every lane meets a state at a place of its own, so that lines do not run into each other.
  const ports = (way: 'over' | 'under') => {
    const meets = new Map<number, { lane: Lane; end: 'from' | 'to' }[]>()
    for (const lane of made.lanes) if (lane.way === way) for (const [place, end] of [...lane.sources.map((source) => [source, 'from'] as const), [lane.target, 'to'] as const]) meets.set(place, [...(meets.get(place) ?? []), { lane, end }])
    const x = new Map<string, number>()
    for (const [place, all] of meets) {
      const far = (one: { lane: Lane; end: string }) => (one.end === 'from' ? one.lane.target : Math.min(...one.lane.sources))
      all.sort((a, b) => far(a) - far(b) || b.lane.lane - a.lane.lane)
      all.forEach((one, at) => x.set(`${one.lane.move}|${one.lane.target}|${one.end}|${place}`, left(place) + (NODE.wide * (at + 1)) / (all.length + 1)))
    }
    return x
  }
  const port = { over: ports('over'), under: ports('under') }
  const lane = (one: Lane) => {
    const name = one.edge[language]
    const way = wayOf(one.edge)
    const text = `${SIGN[way]}${name}`
    const extra = signs(one.edge)
    const label = (x: number, y: number) => {
      const size = wide(text + (extra ? ` ${extra}` : ''))
      return <g className="label"><rect x={x - size / 2} y={y - 11} width={size} height={22} rx={11} /><text x={x} y={y + 4.5}>{text}{extra && <tspan className="extra"> {extra}</tspan>}</text></g>
    }
    const props = { className: `lane ${way} ${isChosen('move', one.move) ? 'chosen' : ''}`, 'aria-pressed': isChosen('move', one.move), 'data-move': one.move, ...press({ kind: 'move', name: one.move }) }
    const key = `${one.move}|${one.target}|${one.way}`
    if (one.way === 'straight') {
      const [from, to, y] = [left(one.sources[0]!) + NODE.wide, left(one.target), top + NODE.tall / 2]
      return <g key={key} {...props}><path d={`M${from} ${y}H${to - 3}`} markerEnd={`url(#${arrow})`} />{label((from + to) / 2 - 3, y - 17)}</g>
    }
    if (one.way === 'stay') {
      const y = bottom + 22 + one.lane * LANE
      return <g key={key} {...props}>{one.sources.map((source) => <path key={source} d={`M${centre(source) - 16} ${bottom}V${y - 8}a8 8 0 0 0 8 8h16a8 8 0 0 0 8-8V${bottom + 4}`} markerEnd={`url(#${arrow})`} />)}{label(centre(one.sources[0]!), y)}</g>
    }
    const over = one.way === 'over'
    const y = over ? top - 22 - one.lane * LANE : bottom + 22 + one.lane * LANE
    const edge = over ? top : bottom
    const tip = over ? edge - 3 : edge + 3
    const at = (place: number, end: 'from' | 'to') => port[one.way as 'over' | 'under'].get(`${one.move}|${one.target}|${end}|${place}`)!
    const target = at(one.target, 'to')
    const far = over ? Math.min(...one.sources.map((source) => at(source, 'from'))) : Math.max(...one.sources.map((source) => at(source, 'from')))
    const turn = over ? -9 : 9
    const side = target > far ? 9 : -9
    return (
      <g key={key} {...props}>
        {one.sources.map((source) => { const x = at(source, 'from'); return x === far ? null : <path key={source} d={`M${x} ${edge}V${y}`} /> })}
        <path d={`M${far} ${edge}V${y - turn}q0 ${turn} ${side} ${turn}H${target - side}q${side} 0 ${side} ${-turn}V${tip}`} markerEnd={`url(#${arrow})`} />
        {one.sources.map((source) => <circle key={source} cx={at(source, 'from')} cy={edge} r={2.6} />)}
        {label(Math.abs(target - far) > 40 ? (target + far) / 2 : far, y)}
      </g>
    )
  }
  return (
    <div className="diagram" tabIndex={0} role="region" aria-label={filled(words.diagram_label, lifecycle[language])}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="group" aria-label={filled(words.diagram_label, lifecycle[language])}>
        <defs><marker id={arrow} viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0.6L7 4L0 7.4Z" /></marker></defs>
        {made.bars.map((bar) => <rect key={bar.clock.clock} className="guide" x={centre(bar.from)} y={bottom} width={Math.max(2, centre(bar.to) - centre(bar.from))} height={height - bottom} opacity={isChosen('clock', bar.clock.clock) ? 0.12 : 0} />)}
        {made.lanes.filter((one) => !isChosen('move', one.move)).map(lane)}
        {made.lanes.filter((one) => isChosen('move', one.move)).map(lane)}
        {made.order.map((name, place) => {
          const state = states.get(name)!
          return (
            <g key={name} className={`state ${state.start ? 'start' : ''} ${state.final ? 'final' : ''}`} data-state={name}>
              <rect x={left(place)} y={top} width={NODE.wide} height={NODE.tall} rx={state.final ? NODE.tall / 2 : 10} />
              {state.final && <rect className="inner" x={left(place) + 4} y={top + 4} width={NODE.wide - 8} height={NODE.tall - 8} rx={NODE.tall / 2 - 4} />}
              <text x={centre(place)} y={top + (state.stage ? 26 : 34)}>{state[language].length > 16 ? `${state[language].slice(0, 15)}…` : state[language]}<title>{state[language]}</title></text>
              <text className="code" x={centre(place)} y={top + 43}>{state.start ? `▶ ${words.start}` : state.final ? words.final : state.stage}</text>
            </g>
          )
        })}
        {made.bars.map((bar) => {
          const y = below + 22 + bar.lane * BAR
          const [from, to] = [centre(bar.from), Math.max(centre(bar.to), centre(bar.from) + 30)]
          const warns = bar.clock.signals.filter((signal) => signal.at_percent !== null && signal.at_percent! < 100)
          return (
            <g key={bar.clock.clock} className={`clockbar ${isChosen('clock', bar.clock.clock) ? 'chosen' : ''}`} data-clock={bar.clock.clock} aria-pressed={isChosen('clock', bar.clock.clock)} {...press({ kind: 'clock', name: bar.clock.clock })}>
              <rect x={from} y={y} width={to - from} height={8} rx={4} />
              {warns.map((signal) => <rect key={signal.at_percent} className="warning" x={from + ((to - from) * signal.at_percent!) / 100 - 1} y={y - 2} width={2.5} height={12} />)}
              <circle cx={from} cy={y + 4} r={6} /><path className="end" d={`M${to} ${y - 4}v16`} />
              <text x={from + 12} y={y - 5}>◔ {bar.clock[language]} · {limit(bar.clock)}</text>
            </g>
          )
        })}
      </svg>
    </div>
  )
}
