import { describe, expect, it } from 'vitest'

import { fleetAt, screenAt, tracksAt, type Span } from './replay'

const T = Date.parse('2026-06-01T00:00:00Z')
const span = {
  since: new Date(T).toISOString(), until: new Date(T + 3_600_000).toISOString(), cut: false,
  screen: { at: new Date(T).toISOString(), seq: 5, cases: [], jobs: [], alerts: [], cut: false },
  facts: [{ seq: 6, kind: 'CaseOpened', stream: 'case/c1', at: new Date(T + 60_000).toISOString(), by: '', body: { case_id: 'c1', title: '垃圾', state: 'accepted', priority: 0 } }, { seq: 7, kind: 'CaseClosed', stream: 'case/c1', at: new Date(T + 120_000).toISOString(), by: '', body: { case_id: 'c1', outcome: 'done' } }],
  craft: [{ id: 'k1', title: '椒环01', stands: [[T - 60_000, 121, 28, null, null], [T + 60_000, 121.1, 28.2, 3, 45]] }],
} as unknown as Span

describe('a replay', () => {
  it('shows at each instant what had happened by then', () => {
    expect(screenAt(span, T).cases.size).toBe(0)
    expect(screenAt(span, T + 60_000).cases.get('c1')?.is_open).toBe(true)
    expect(screenAt(span, T + 120_000).cases.get('c1')?.is_open).toBe(false)
  })
  it('draws a craft between its stands, then where it was last, ageing, then no more', () => {
    const midway = fleetAt(span, T).get('k1')
    expect([midway?.lon.toFixed(3), midway?.lat.toFixed(3), midway?.state]).toEqual(['121.050', '28.100', 'fresh'])
    expect(fleetAt(span, T + 60_000 + 180_000).get('k1')?.state).toBe('stale')
    expect(fleetAt(span, T + 60_000 + 900_000).get('k1')?.state).toBe('timed_out')
    expect(fleetAt(span, T + 2 * 3_600_000).size).toBe(0)
    expect(fleetAt(span, T - 120_000).size).toBe(0)
  })
  it('draws ways up to the instant only', () => {
    expect(tracksAt(span, T)).toEqual([])
    expect(tracksAt(span, T + 60_000)).toEqual([[[121, 28], [121.1, 28.2]]])
  })
})
