// A past span played again: the screen at its beginning with the facts up to an instant laid over it, and where everything was.
import type { Shape } from '../core/shapes'
import { after, begin, type LiveFact, type Screen } from './screen'
import type { Craft, Fleet } from './positions'

export type Span = Shape<'Replay'>
type Stand = [number, number, number, number | null, number | null]

const KEPT_MS = 3_600_000
const STALE_MS = 120_000
const LOST_MS = 600_000

/** The screen at an instant of the span. */
export function screenAt(span: Span, at_ms: number): Screen {
  return after(begin(span.screen), (span.facts as LiveFact[]).filter((fact) => Date.parse(fact.at) <= at_ms))
}

/** Where everything was at an instant: between two stands on the line between them, after the last one there, ageing. */
export function fleetAt(span: Span, at_ms: number): Fleet {
  const fleet = new Map<string, Craft>()
  for (const craft of span.craft) {
    const stands = craft.stands as unknown as Stand[]
    let low = 0
    let high = stands.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (stands[middle]![0] <= at_ms) low = middle + 1
      else high = middle
    }
    const here = stands[low - 1]
    if (!here || at_ms - here[0] > KEPT_MS) continue
    const next = stands[low]
    const share = next && next[0] - here[0] <= LOST_MS ? (at_ms - here[0]) / (next[0] - here[0]) : 0
    const age = next && share > 0 ? 0 : at_ms - here[0]
    fleet.set(craft.id, {
      id: craft.id, title: craft.title, at: new Date(here[0]).toISOString(), state: age > LOST_MS ? 'timed_out' : age > STALE_MS ? 'stale' : 'fresh', cog_deg: here[4] ?? undefined, sog_mps: here[3] ?? undefined,
      lon: here[1] + share * ((next?.[1] ?? here[1]) - here[1]), lat: here[2] + share * ((next?.[2] ?? here[2]) - here[2]),
    })
  }
  return fleet
}

/** The last minutes of every way up to an instant. */
export function tracksAt(span: Span, at_ms: number, tail_ms = 1_200_000): [number, number][][] {
  return span.craft.flatMap((craft) => {
    const line = (craft.stands as unknown as Stand[]).filter((stand) => stand[0] <= at_ms && stand[0] >= at_ms - tail_ms).map((stand): [number, number] => [stand[1], stand[2]])
    return line.length > 1 ? [line] : []
  })
}
