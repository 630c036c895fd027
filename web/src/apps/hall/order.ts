// The list by urgency: what is late first, then what is due next; and its clocks, which live.
import type { Language } from '../../core/words'
import type { CaseRow } from './model'

export type Tone = 'good' | 'warn' | 'bad' | 'plain'
export const FILTERS = ['all', 'dispatch', 'handling', 'check', 'late', 'closed'] as const
export type Filter = (typeof FILTERS)[number]

const SOON_S = 300

export function urgencyOf(row: CaseRow, now: number): Tone {
  if (!row.is_open || !row.due_at) return 'plain'
  const left_s = (Date.parse(row.due_at) - now) / 1000
  return left_s < 0 ? 'bad' : left_s < SOON_S ? 'warn' : 'good'
}

export function byUrgency(a: CaseRow, b: CaseRow): number {
  const due = (row: CaseRow) => (row.is_open && row.due_at ? Date.parse(row.due_at) : Infinity)
  const first = due(a) - due(b)
  if (Number.isFinite(first) && first !== 0) return first
  if (due(a) !== due(b)) return due(a) < due(b) ? -1 : 1
  return b.priority - a.priority || (a.opened_at < b.opened_at ? 1 : -1)
}

export function passes(row: CaseRow, filter: Filter, words: string, now: number): boolean {
  const stage = filter === 'dispatch' ? ['dispatch'] : filter === 'handling' ? ['handling'] : filter === 'check' ? ['settlement', 'check'] : null
  if (stage && !stage.includes(row.stage)) return false
  if (filter === 'late' && urgencyOf(row, now) !== 'bad' && !row.breached) return false
  const wanted = words.trim().toLowerCase()
  return !wanted || `${row.title} ${row.case_id} ${row.assignee ?? ''} ${row.place_id ?? ''}`.toLowerCase().includes(wanted)
}

/** Minutes and seconds that are left, or by how much it is late. */
export function clockText(due_at: string, now: number, language: Language): string {
  const left_s = Math.round((Date.parse(due_at) - now) / 1000)
  const size = Math.abs(left_s)
  const [hours, minutes, seconds] = [Math.floor(size / 3600), Math.floor((size % 3600) / 60), size % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  const shown = hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
  if (left_s >= 0) return language === 'zh' ? `剩 ${shown}` : `${shown} left`
  return language === 'zh' ? `超 ${shown}` : `${shown} late`
}
