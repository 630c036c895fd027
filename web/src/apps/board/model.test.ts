import { describe, expect, it } from 'vitest'

import { addsUp, change, daysOf, digitsBelow, earlier, halfUp, midnight, parts, series, spanOf, spanOfDays } from './model'

const NOON = Date.parse('2026-06-01T04:00:00Z')

describe('spans of the board', () => {
  it('end with the town’s own day, also just before and after its midnight', () => {
    expect(new Date(midnight(Date.parse('2026-06-01T15:59:59Z'))).toISOString()).toBe('2026-05-31T16:00:00.000Z')
    expect(new Date(midnight(Date.parse('2026-06-01T16:00:00Z'))).toISOString()).toBe('2026-06-01T16:00:00.000Z')
    expect(spanOf('week', NOON)).toEqual({ since: '2026-05-25T16:00:00.000Z', until: '2026-06-01T16:00:00.000Z' })
  })
  it('are compared with the span of the same length before', () => {
    expect(earlier(spanOf('week', NOON))).toEqual({ since: '2026-05-18T16:00:00.000Z', until: '2026-05-25T16:00:00.000Z' })
  })
  it('have a place for every day', () => {
    expect(daysOf(spanOfDays('2026-02-27', '2026-03-02'))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02'])
    expect(series(['a', 'b'], [{ day: 'b', value: 3 }], 'count')).toEqual([0, 3])
    expect(series(['a', 'b'], [{ day: 'b', value: 3 }], 'mean')).toEqual([null, 3])
  })
})

describe('figures', () => {
  it('are read in the units of people', () => {
    expect(parts(754, 's', 'zh')).toEqual(['13', '分钟'])
    expect(parts(7200, 's', 'en')).toEqual(['2', 'h'])
    expect(parts(12_345, 'g', 'zh')).toEqual(['12.3', '千克'])
    expect(parts(894_900, 'fen', 'zh')).toEqual(['8,949.00', '元'])
    expect(parts(null, 's', 'zh')).toEqual(['—', ''])
  })
  it('are better or worse by their direction, and say nothing against nothing', () => {
    expect(change({ value: 90, before: 100, direction: 'down' })).toEqual({ permille: -100, tone: 'good' })
    expect(change({ value: 90, before: 100, direction: 'up' })).toEqual({ permille: -100, tone: 'bad' })
    expect(change({ value: 90, before: 100, direction: 'none' })).toEqual({ permille: -100, tone: 'flat' })
    expect(change({ value: 90, before: 0, direction: 'up' })).toBeUndefined()
  })
  it('equal what their cases add up to, to the second', () => {
    expect(halfUp(5, 2)).toBe(3)
    expect(halfUp(-5, 2)).toBe(-3)
    expect(addsUp({ aggregate: 'mean', value: 3, count: 2 }, [{ count: 1, total: 2 }, { count: 1, total: 3 }]).equal).toBe(true)
    expect(addsUp({ aggregate: 'sum', value: 6, count: 2 }, [{ count: 1, total: 2 }, { count: 1, total: 3 }]).equal).toBe(false)
  })
  it('are broken down one floor below', () => {
    expect(['', '33', '3310', '331002', '331002001'].map(digitsBelow)).toEqual([6, 4, 6, 9, 12])
  })
})
