import { describe, expect, it } from 'vitest'

import type { Waiting } from '../../core/queue'
import { measured, metresLeft, stepOf, unitsFor, workOf, type Reading } from './course'
import type { CrewJob, Line, Sheet } from './model'

const oil: Line = { line_id: 'L1', kind: 'oily_water', group: 'oily', amount: 800_000, unit: 'ml', density_kg_m3: 1000 }
const bottles: Line = { line_id: 'L2', kind: 'bottles', group: 'dry', amount: 120_000, unit: 'g', density_kg_m3: null }
const job: CrewJob = {
  job_id: 'j1', case_id: 'c1', unit_id: 'k1', state: 'offered', position: { lon: 121.48, lat: 28.67 }, place_id: null, lines: [oil, bottles],
  demands: { kinds: { oily_water: { group: 'oily', units: ['ml', 'g'], bases: [], photos_min: 0, calibration_age_max_days: 400 } }, evidence: [{ label: 'collected', media: 'photo', min: 1 }], signatures: ['giver', 'receiver'], measures_min: 1, arrival_needed: true, measures_after_signing: false },
  offered_at: '', expires_at: '', eta_at: '', accepted_at: null, received_at: null, set_out_at: null, claimed_at: null, arrived_at: null, done_at: null, route: null, partial: false, remaining: [], reason: '', service: 'pickup', task: 'collect', attempt: 1, region_code: '331002', priority: 0, queued_after: null,
}
const sheet = (more: Partial<CrewJob> = {}): Sheet => ({ job: { ...job, ...more }, measures: [], refused: [], evidence: [], signatures: [] })
let count = 0
const order = (verb: string, body: Record<string, unknown> = {}, state: Waiting['state'] = 'waiting'): Waiting => ({ seq: (count += 1), by: 'p', about: 'j1', verb, path: '', body, device_at: '', state })
const weighed = (line_id: string, kind: string) => order('collections', { line_id, kind, quantity: { amount: 1000, unit: 'g', basis: 'weighed' } })

describe('the course of a job', () => {
  it('goes on without network, step by step, by what waits on the device', () => {
    const done: Waiting[] = []
    const next = () => stepOf(workOf(sheet(), done))
    expect(next()).toBe('offer')
    const story: [Waiting, string][] = [
      [order('accept'), 'set_out'], [order('set-out'), 'way'], [order('arrive'), 'photo'], [order('evidence', { label: 'collected' }), 'weigh'],
      [weighed('L1', 'oily_water'), 'weigh'], [order('refusals', { line_id: 'L2', kind: 'bottles', reason: 'mixed' }), 'sign'],
      [order('signatures', { party: 'giver' }), 'sign'], [order('signatures', { party: 'receiver' }), 'finish'], [order('complete'), 'done'],
    ]
    for (const [one, step] of story) {
      done.push(one)
      expect(next()).toBe(step)
    }
  })
  it('goes back where the platform refused', () => {
    expect(stepOf(workOf(sheet(), [order('accept', {}, 'refused')]))).toBe('offer')
  })
  it('takes an arrival by positions for an arrival, whoever pressed what', () => {
    expect(stepOf(workOf(sheet({ state: 'on_scene', arrived_at: '2026-06-01T00:00:00Z' }), []))).toBe('photo')
  })
  it('leaves the open lines when the crew say so, but never all of them', () => {
    const begun = [order('accept'), order('arrive'), order('evidence', { label: 'collected' })]
    expect(stepOf(workOf(sheet(), begun), true)).toBe('weigh')
    expect(stepOf(workOf(sheet(), [...begun, weighed('L1', 'oily_water')]), true)).toBe('sign')
  })
  it('keeps a line that was added at the quay', () => {
    const lines = workOf(sheet(), [weighed('x1', 'metal')]).lines
    expect(lines.map((one) => [one.line.line_id, one.declared])).toEqual([['L1', true], ['L2', true], ['x1', false]])
  })
  it('replaces a measure by its correction', () => {
    const again = order('collections', { line_id: 'L2', kind: 'bottles', corrects: 1, quantity: { amount: 900, unit: 'g', basis: 'weighed' } })
    const line = workOf(sheet(), [weighed('L2', 'bottles'), again]).lines[1]
    expect(line?.measures.map((one) => [one.version, one.quantity.amount])).toEqual([[2, 900]])
  })
})

describe('a reading', () => {
  const scale: Reading = { unit: 'g', gross: '178.5', tare: '1.5', volume: '', instrument: 'S-0101', calibrated: '2026-03-02' }
  it('is net = gross - tare, in grams', () => {
    expect(measured(scale, bottles)).toEqual({ quantity: { amount: 177_000, unit: 'g', basis: 'weighed', density_kg_m3: null, instrument_id: 'S-0101', calibrated_on: '2026-03-02' }, gross_g: 178_500, tare_g: 1500 })
  })
  it('of a meter is a volume with its density', () => {
    expect(measured({ ...scale, unit: 'ml', volume: '820' }, oil)?.quantity).toMatchObject({ amount: 820_000, unit: 'ml', basis: 'metered', density_kg_m3: 1000 })
  })
  it('is nothing while it cannot be right', () => {
    for (const wrong of [{ gross: '' }, { gross: '1.2.3' }, { tare: '200' }, { instrument: '' }, { calibrated: '' }]) expect(measured({ ...scale, ...wrong }, bottles)).toBeNull()
  })
  it('is taken in the units that fit the kind', () => {
    expect(unitsFor('oily_water', workOf(sheet(), []), oil)).toEqual(['ml', 'g'])
    expect(unitsFor('bottles', workOf(sheet(), []), bottles)).toEqual(['g'])
  })
})

describe('the way left', () => {
  const way: [number, number][] = [[121.0, 28.0], [121.1, 28.0], [121.1, 28.1]]
  it('is the rest of the route, not the straight line', () => {
    expect(metresLeft(way, 121.0, 28.0) / 1000).toBeCloseTo(9.83 + 11.06, 1)
    expect(metresLeft(way, 121.1, 28.05) / 1000).toBeCloseTo(5.53, 1)
    expect(metresLeft(way, 121.1, 28.1)).toBeCloseTo(0)
  })
})
