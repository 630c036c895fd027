// Where craft are, as the live stream tells it: a whole picture first, then whom it shows anew, and who only moved.
export type Freshness = 'fresh' | 'stale' | 'timed_out'

export interface Craft {
  id: string
  lon: number
  lat: number
  at: string
  state: Freshness
  title?: string
  sog_mps?: number
  cog_deg?: number
  heading_deg?: number
}

/** id, lon, lat, milliseconds since 1970, state, speed, course, heading: everything else of the craft is as it was. */
export type Step = [string, number, number, number, Freshness, number | null, number | null, number | null]

export interface Frame {
  frame: number
  at: string
  whole: boolean
  moved: Craft[]
  steps?: Step[]
  gone: string[]
}

export type Fleet = ReadonlyMap<string, Craft>

export function after(fleet: Fleet, frame: Frame): Fleet {
  const next = new Map(frame.whole ? [] : fleet)
  for (const craft of frame.moved) next.set(craft.id, craft)
  for (const [id, lon, lat, at_ms, state, sog, cog, heading] of frame.steps ?? []) {
    const known = next.get(id)
    if (known) next.set(id, { ...known, lon, lat, at: new Date(at_ms).toISOString(), state, sog_mps: sog ?? undefined, cog_deg: cog ?? undefined, heading_deg: heading ?? undefined })
  }
  for (const id of frame.gone) next.delete(id)
  return next
}
