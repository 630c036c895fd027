// The hall by keyboard alone. A key does something only where nobody types and nothing else is open.
import { useEffect, useRef } from 'react'

import type { Action } from '../../actions/action'
import type { CaseRow } from './model'
import { FILTERS, type Filter } from './order'

interface Keyboard {
  rows: readonly CaseRow[]
  chosen: string | null
  actions: readonly Action[]
  busy: boolean
  replaying: boolean
  choose: (id: string | null) => void
  select: (id: string) => void
  all: () => void
  act: (action: Action) => void
  search: () => void
  filter: (filter: Filter) => void
  palette: () => void
  keys: () => void
  sound: () => void
  dock: () => void
  replay: () => void
  escape: () => void
}

const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }

function typing(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && (['INPUT', 'TEXTAREA', 'SELECT'].includes(event.target.tagName) || event.target.isContentEditable || event.target.closest('[role="slider"], [role="listbox"], .ant-modal') !== null)
}

/** What a key does now; nothing when it is nobody's. */
function meaning(key: string, board: Keyboard): (() => void) | undefined {
  const step = STEPS[key]
  if (step !== undefined) {
    const at = board.rows.findIndex((row) => row.case_id === board.chosen)
    const row = board.rows[Math.min(board.rows.length - 1, Math.max(0, at < 0 ? 0 : at + step))]
    return row && (() => board.choose(row.case_id))
  }
  const plain: Record<string, (() => void) | undefined> = {
    '/': board.search, '?': board.keys, s: board.sound, h: board.dock, b: board.replay, a: board.all, Escape: board.escape,
    x: board.chosen ? () => board.select(board.chosen as string) : undefined,
  }
  if (key in plain) return plain[key]
  const filter = /^[1-9]$/.test(key) ? FILTERS[Number(key) - 1] : undefined
  if (filter) return () => board.filter(filter)
  const action = board.actions.find((one) => one.key === key)
  return action && (() => board.act(action))
}

export function useKeys(board: Keyboard): void {
  const latest = useRef(board)
  useEffect(() => {
    latest.current = board
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const held = latest.current
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        if (!held.busy) held.palette()
        return
      }
      if (held.busy || event.ctrlKey || event.metaKey || event.altKey) return
      if (typing(event)) {
        if (event.key === 'Escape') (event.target as HTMLElement).blur()
        return
      }
      const run = meaning(event.key.length === 1 ? event.key.toLowerCase() : event.key, held)
      if (!run) return
      event.preventDefault()
      run()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
}
