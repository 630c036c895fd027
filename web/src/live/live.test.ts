import { describe, expect, it } from 'vitest'

import { after, type Craft, type Frame } from './positions'
import { partsOf, REACTIONS } from './reactions'
import { SENTENCES, told, type Names } from './told'

const craft = (id: string, lon: number): Craft => ({ id, lon, lat: 28.6, at: '2026-06-01T00:00:00Z', state: 'fresh' })
const frame = (more: Partial<Frame>): Frame => ({ frame: 1, at: '', whole: false, moved: [], gone: [], ...more })
const same = (code: string) => code
const names: Names = { unit: same, kind: same, state: same, move: same, clock: same, document: same }

describe('live positions', () => {
  it('begin with the whole picture, and changes then give what a fresh picture would', () => {
    let fleet = after(new Map(), frame({ whole: true, moved: [craft('k1', 121), craft('k2', 122)] }))
    fleet = after(fleet, frame({ moved: [craft('k1', 121.5), craft('k3', 123)], gone: ['k2'] }))
    const fresh = after(new Map(), frame({ whole: true, moved: [craft('k1', 121.5), craft('k3', 123)] }))
    expect([...fleet]).toEqual([...fresh])
  })
})

describe('live facts', () => {
  it('read the list again for every case, but a file only when it is open', () => {
    const moved = [{ kind: 'CaseMoved', stream: 'case/c1' }]
    expect([...partsOf(moved, 'c1')].sort()).toEqual(['cases', 'file'])
    expect([...partsOf(moved, 'c2')]).toEqual(['cases'])
  })
  it('leave the screen alone when nobody sees the difference', () => {
    expect(partsOf([{ kind: 'SessionBegun', stream: 'access/x' }], 'c1').size).toBe(0)
  })
  it('are told in words wherever they change a case on screen', () => {
    const silent = ['CaseDueChanged', 'CaseJoinUndone', 'CaseSplit', 'ValuesRecorded', 'ClockStarted', 'ClockReckoned', 'ClockPassed', 'UnitHeld', 'UnitReleased', 'LoadLanded', 'DocumentRendered', 'EntryPosted', 'EntryReversed', 'ReportRated', 'ReportUpdateAdded']
    expect(Object.keys(REACTIONS).filter((kind) => !SENTENCES[kind]).sort()).toEqual(silent.sort())
  })
  it('say what was weighed, and that it was corrected', () => {
    const entry = { id: 'f', kind: 'CollectionWeighed', at: '', by: '', body: { kind: 'bottles', version: 2, quantity: { amount: 177_000, unit: 'g' } } }
    expect(told(entry, names, 'zh')?.text).toBe('bottles 177 千克（更正）')
    expect(told(entry, names, 'en')?.text).toBe('bottles 177 kg (corrected)')
  })
  it('never fail on a fact with nothing in it', () => {
    for (const kind of Object.keys(SENTENCES).filter((one) => one !== 'CollectionWeighed')) {
      for (const language of ['zh', 'en'] as const) expect(told({ id: '', kind, at: '', by: '', body: {} }, names, language)?.text).toBeTypeOf('string')
    }
  })
})
