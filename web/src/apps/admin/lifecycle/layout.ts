// A lifecycle laid out: states in one row in the order of the work, every move a lane of its own above (onwards) or
// below (back), so that no two labels ever lie on each other, and clocks as bars under the states they run through.
import type { Shape } from '../../../core/shapes'

export type Lifecycle = Shape<'Diagram'>
export type Edge = Lifecycle['moves'][number]
export type Clock = Lifecycle['clocks'][number]

export interface Lane {
  move: string
  edge: Edge
  sources: number[]
  target: number
  /** `straight` joins neighbours; `over` and `under` have a lane, counted from the row of states outwards. */
  way: 'straight' | 'over' | 'under' | 'stay'
  lane: number
}
export interface Bar { clock: Clock; from: number; to: number; lane: number }
export interface Layout { order: string[]; lanes: Lane[]; over: number; under: number; bars: Bar[]; barLanes: number }

/** States in the order in which a case comes through them: as far along as any way without a return leads; final ones last. */
export function orderOf(lifecycle: Pick<Lifecycle, 'states' | 'moves'>): string[] {
  const names = lifecycle.states.map((state) => state.state)
  const place = new Map(names.map((name, at) => [name, at]))
  const next = new Map<string, string[]>()
  for (const move of lifecycle.moves) if (move.from_state !== move.to_state) next.set(move.from_state, [...(next.get(move.from_state) ?? []), move.to_state])
  const rank = new Map<string, number>(names.map((name) => [name, 0]))
  const onPath = new Set<string>()
  const done = new Set<string>()
  const sorted: string[] = []
  const back = new Set<string>()
  const visit = (name: string) => {
    onPath.add(name)
    for (const to of next.get(name) ?? []) {
      if (onPath.has(to)) back.add(`${name}>${to}`)
      else if (!done.has(to)) visit(to)
    }
    onPath.delete(name)
    done.add(name)
    sorted.unshift(name)
  }
  for (const name of [...lifecycle.states.filter((state) => state.start).map((state) => state.state), ...names]) if (!done.has(name)) visit(name)
  for (const name of sorted) for (const to of next.get(name) ?? []) if (!back.has(`${name}>${to}`)) rank.set(to, Math.max(rank.get(to)!, rank.get(name)! + 1))
  const final = new Map(lifecycle.states.map((state) => [state.state, state.final ? 1 : 0]))
  return [...names].sort((a, b) => final.get(a)! - final.get(b)! || rank.get(a)! - rank.get(b)! || place.get(a)! - place.get(b)!)
}

/** Give each span the lowest lane in which it meets no other; wide ones go outside. */
function assign(spans: { low: number; high: number; set: (lane: number) => void }[]): number {
  const lanes: [number, number][][] = []
  for (const span of [...spans].sort((a, b) => a.high - a.low - (b.high - b.low) || a.low - b.low)) {
    let lane = lanes.findIndex((taken) => taken.every(([low, high]) => span.high < low || span.low > high))
    if (lane < 0) lane = lanes.push([]) - 1
    lanes[lane]!.push([span.low, span.high])
    span.set(lane)
  }
  return lanes.length
}

export function layout(lifecycle: Lifecycle): Layout {
  const order = orderOf(lifecycle)
  const at = new Map(order.map((name, place) => [name, place]))
  const lanes: Lane[] = []
  const grouped = new Map<string, Edge[]>()
  for (const edge of lifecycle.moves) {
    const [from, to] = [at.get(edge.from_state), at.get(edge.to_state)]
    if (from === undefined || to === undefined) continue
    const key = `${edge.move}|${edge.from_state === edge.to_state ? '=' : edge.to_state}|${from === to ? '=' : from < to ? '+' : '-'}`
    grouped.set(key, [...(grouped.get(key) ?? []), edge])
  }
  for (const edges of grouped.values()) {
    const edge = edges[0]!
    const sources = edges.map((one) => at.get(one.from_state)!).sort((a, b) => a - b)
    const target = at.get(edge.to_state)!
    const stays = edge.from_state === edge.to_state
    const way = stays ? 'stay' : sources.length === 1 && sources[0]! + 1 === target ? 'straight' : sources[0]! < target ? 'over' : 'under'
    lanes.push({ move: edge.move, edge, sources, target: stays ? sources[0]! : target, way, lane: 0 })
  }
  // Of several straight moves between the same neighbours one stays between them; the others take a lane.
  const joined = new Set<number>()
  for (const lane of lanes) {
    if (lane.way !== 'straight') continue
    if (joined.has(lane.target)) lane.way = 'over'
    joined.add(lane.target)
  }
  const spanned = (way: Lane['way'][]) => lanes.filter((lane) => way.includes(lane.way)).map((lane) => ({ low: Math.min(lane.target, ...lane.sources), high: Math.max(lane.target, ...lane.sources), set: (number: number) => (lane.lane = number) }))
  const over = assign(spanned(['over']))
  const under = assign(spanned(['under', 'stay']))
  const bars = lifecycle.clocks.map((clock) => ({ clock, ...runOf(clock, lifecycle, at, order.length), lane: 0 }))
  const barLanes = assign(bars.map((bar) => ({ low: bar.from, high: bar.to, set: (lane: number) => (bar.lane = lane) })))
  return { order, lanes, over, under, bars, barLanes }
}

/** From the first state in which a clock starts to the first, not final, in which it stops; to the end without one. */
function runOf(clock: Clock, lifecycle: Lifecycle, at: Map<string, number>, count: number): { from: number; to: number } {
  const start = lifecycle.states.find((state) => state.start)?.state
  const final = new Set(lifecycle.states.filter((state) => state.final).map((state) => state.state))
  const reached = (triggers: readonly string[]) =>
    triggers.flatMap((trigger) => {
      const [kind, name] = trigger === 'opened' ? ['state', start ?? ''] : (trigger.split(':') as [string, string])
      if (kind === 'state') return [name]
      if (kind === 'move') return lifecycle.moves.filter((move) => move.move === name).map((move) => move.to_state)
      return lifecycle.moves.filter((move) => move.by_facts.includes(name)).map((move) => move.to_state)
    }).filter((name) => at.has(name))
  const from = Math.min(...reached(clock.starts).map((name) => at.get(name)!), count - 1)
  const stops = reached(clock.stops)
  const ends = (stops.some((name) => !final.has(name)) ? stops.filter((name) => !final.has(name)) : stops).map((name) => at.get(name)!).filter((place) => place > from)
  const to = ends.length ? Math.min(...ends) : stops.length ? Math.max(...stops.map((name) => at.get(name)!), from) : count - 1
  return { from, to: Math.max(from, to) }
}
