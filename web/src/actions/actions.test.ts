import { describe, expect, it } from 'vitest'

import { ACTIONS, actionsFor, actionsForAll } from '.'
import type { Matter } from './action'

const RESERVED = new Set(['j', 'k', 'x', 's', 'b', 'h', '/', '?', 'a'])
const file = (id: string, moves: string[] = []): Matter['file'] => ({
  case: { case_id: id, is_open: true, original_id: null }, approvals: [], moves: moves.map((move) => ({ move, zh: move, en: move, to_state: '', needs_note: false, needs_values: [], assigns: [] })),
}) as unknown as Matter['file']
const job = (state: string, pinned = false) => ({ job_id: 'j1', state, unit_id: 'k1', pinned })

describe('actions', () => {
  it('have keys of their own: two that share one are never offered together', () => {
    const shared = ACTIONS.filter((one) => one.key && ACTIONS.some((other) => other !== one && other.key === one.key)).map((one) => one.id)
    expect(shared).toEqual(['pin_unit', 'unpin_unit'])
    expect(ACTIONS.filter((one) => one.key && (RESERVED.has(one.key) || 'fdz'.includes(one.key)))).toEqual([])
    for (const pinned of [true, false]) expect(actionsFor({ file: file('c'), job: job('accepted', pinned) }, ['duty_officer']).filter((one) => one.key === 'l')).toHaveLength(1)
  })
  it('are offered to who may, in the state where they make sense', () => {
    const ids = (matter: Matter, roles: string[]) => actionsFor(matter, roles).map((one) => one.id)
    expect(ids({ file: file('c'), job: job('no_unit') }, ['duty_officer'])).toContain('retry_dispatch')
    expect(ids({ file: file('c'), job: job('no_unit') }, ['checker'])).toEqual(['note_on_case'])
    expect(ids({ file: file('c'), job: job('accepted') }, ['shift_leader'])).toEqual(expect.arrayContaining(['reassign', 'pin_unit', 'withdraw_job']))
  })
  it('name the command with what was given', () => {
    const matter = { file: file('c'), job: job('accepted') }
    const given = { words: '近', unit: 'k2', level: 3, other: '' }
    expect(ACTIONS.find((one) => one.id === 'reassign')?.command(matter, given)).toEqual({ path: '/api/v1/jobs/j1/reassign', body: { unit_id: 'k2', reason: '近' } })
    expect(ACTIONS.find((one) => one.id === 'set_priority')?.command(matter, given)).toEqual({ path: '/api/v1/cases/c/priority', body: { priority: 3, reason: '近' } })
  })
  it('are offered for many cases only where every one of them takes them', () => {
    const both = actionsForAll([{ file: file('a', ['close', 'cancel']), job: job('no_unit') }, { file: file('b', ['cancel']), job: job('accepted') }], ['duty_officer'])
    expect(both.map((one) => one.id)).toEqual(['set_priority', 'note_on_case', 'join_cases', 'move_cancel'])
  })
})
