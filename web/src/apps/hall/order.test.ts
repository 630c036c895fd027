import { describe, expect, it } from 'vitest'

import type { CaseRow } from './model'
import { byUrgency, clockText, passes, urgencyOf } from './order'

const NOW = Date.parse('2026-06-01T00:00:00Z')
const row = (case_id: string, more: Partial<CaseRow> = {}): CaseRow => ({
  case_id, lifecycle: 'marine_pickup', state: 'accepted', stage: 'dispatch', is_open: true, category: 'marine/pickup', title: '海洋废弃物上门收集', priority: 0, region_code: '331002',
  lon: null, lat: null, place_id: null, responsible_unit: null, assignee: null, opened_at: '2026-05-31T23:50:00Z', closed_at: null, due_at: null, breached: false, reopened: false, parent_id: null, original_id: null, ...more,
})

describe('the duty list', () => {
  it('puts what is late first, then what is due next, then what has no clock by priority', () => {
    const rows = [row('none'), row('urgent', { priority: 2 }), row('later', { due_at: '2026-06-01T01:00:00Z' }), row('late', { due_at: '2026-05-31T23:59:00Z' }), row('soon', { due_at: '2026-06-01T00:02:00Z' })]
    expect(rows.sort(byUrgency).map((one) => one.case_id)).toEqual(['late', 'soon', 'later', 'urgent', 'none'])
  })
  it('turns yellow five minutes before, and red after', () => {
    expect(urgencyOf(row('a', { due_at: '2026-06-01T00:06:00Z' }), NOW)).toBe('good')
    expect(urgencyOf(row('a', { due_at: '2026-06-01T00:04:00Z' }), NOW)).toBe('warn')
    expect(urgencyOf(row('a', { due_at: '2026-05-31T23:59:59Z' }), NOW)).toBe('bad')
    expect(urgencyOf(row('a', { due_at: '2026-05-31T23:00:00Z', is_open: false }), NOW)).toBe('plain')
  })
  it('counts down and then says by how much it is late', () => {
    expect(clockText('2026-06-01T00:02:05Z', NOW, 'zh')).toBe('剩 2:05')
    expect(clockText('2026-05-31T22:58:00Z', NOW, 'en')).toBe('1:02:00 late')
  })
  it('is filtered by stage, by lateness and by words', () => {
    expect(passes(row('a', { stage: 'check' }), 'check', '', NOW)).toBe(true)
    expect(passes(row('a'), 'handling', '', NOW)).toBe(false)
    expect(passes(row('a', { breached: true }), 'late', '', NOW)).toBe(true)
    expect(passes(row('a'), 'all', '废弃物', NOW)).toBe(true)
    expect(passes(row('a'), 'all', '浮标', NOW)).toBe(false)
  })
})
