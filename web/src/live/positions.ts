// Where craft are, as the live stream tells it: a whole picture first, then what changes.
export interface Craft {
  id: string
  lon: number
  lat: number
  at: string
  state: 'fresh' | 'stale' | 'timed_out'
  title?: string
  sog_mps?: number
  cog_deg?: number
  heading_deg?: number
}

export interface Frame {
  frame: number
  at: string
  whole: boolean
  moved: Craft[]
  gone: string[]
}

export type Fleet = ReadonlyMap<string, Craft>

export function after(fleet: Fleet, frame: Frame): Fleet {
  const next = new Map(frame.whole ? [] : fleet)
  for (const craft of frame.moved) next.set(craft.id, craft)
  for (const id of frame.gone) next.delete(id)
  return next
}
