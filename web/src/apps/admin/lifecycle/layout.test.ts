import { describe, expect, it } from 'vitest'

import { layout, orderOf, type Edge, type Lifecycle } from './layout'

const edge = (move: string, from: string, to: string): Edge => ({ move, zh: move, en: move, from_state: from, to_state: to, roles: [], relations: [], by_facts: [] }) as unknown as Edge
const state = (name: string, more = {}) => ({ state: name, zh: name, en: name, stage: '', start: false, final: false, outcome: '', ...more })
const LIFE = {
  lifecycle: 'x', version: 1, zh: '', en: '', source: '', approvals: [],
  states: [state('closed', { final: true }), state('check'), state('new', { start: true }), state('work'), state('void', { final: true })],
  moves: [edge('take', 'new', 'work'), edge('hand', 'work', 'check'), edge('close', 'check', 'closed'), edge('again', 'check', 'new'), edge('drop', 'new', 'void'), edge('drop', 'work', 'void'), edge('nudge', 'work', 'work'), edge('reopen', 'closed', 'new')],
  clocks: [{ clock: 'c', zh: '', en: '', starts: ['opened'], stops: ['state:check', 'state:void'], pauses_in: [], owner: '', calendar: '', limits: [], signals: [] }],
} as unknown as Lifecycle

describe('a lifecycle as a diagram', () => {
  it('has every state once, the start first, final ones last, whatever the order of the file', () => {
    expect(orderOf(LIFE)).toEqual(['new', 'work', 'check', 'void', 'closed'])
  })
  it('has every move, one lane for all states it starts in', () => {
    const made = layout(LIFE)
    expect(new Set(made.lanes.map((lane) => lane.move))).toEqual(new Set(LIFE.moves.map((move) => move.move)))
    expect(made.lanes.find((lane) => lane.move === 'drop')).toMatchObject({ sources: [0, 1], target: 3, way: 'over' })
    expect(made.lanes.find((lane) => lane.move === 'take')).toMatchObject({ way: 'straight' })
    expect(made.lanes.find((lane) => lane.move === 'reopen')).toMatchObject({ way: 'under' })
    expect(made.lanes.find((lane) => lane.move === 'nudge')).toMatchObject({ way: 'stay', target: 1 })
  })
  it('lets no two moves share a stretch of a lane', () => {
    const { lanes } = layout(LIFE)
    const under = lanes.filter((lane) => lane.way === 'under' || lane.way === 'stay')
    for (const a of under) for (const b of under) {
      if (a === b || a.lane !== b.lane) continue
      const [lowA, highA, lowB, highB] = [Math.min(a.target, ...a.sources), Math.max(a.target, ...a.sources), Math.min(b.target, ...b.sources), Math.max(b.target, ...b.sources)]
      expect(highA < lowB || highB < lowA).toBe(true)
    }
  })
  it('shows a clock from the state it starts in to the one it stops in', () => {
    expect(layout(LIFE).bars[0]).toMatchObject({ from: 0, to: 2 })
  })
})
