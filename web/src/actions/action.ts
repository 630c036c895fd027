// What an operator can do: the command, who may, the words, the key. One action a file; the palette, the keyboard and the
// buttons of a case file all read the same list, so whatever can be done can be done by keyboard alone.
import type { Shape } from '../core/shapes'
import type { Language } from '../core/words'

export interface Matter {
  file: Shape<'CaseFile'>
  job?: { job_id: string; state: string; unit_id: string | null; pinned: boolean }
  claim?: Shape<'Claim'>
}

/** What the operator gave with it. */
export interface Given { words: string; unit: string; level: number; other: string }
export interface Command { path: string; body: Record<string, unknown> }
type Both = Record<Language, string>

export interface Action {
  id: string
  words: Both
  /** One key, pressed while a case is chosen and nothing is typed. */
  key?: string
  /** Posts that may ask for it; the platform decides, this only spares useless buttons. */
  who: readonly string[]
  asks?: { words?: 'optional' | 'required'; reasons?: boolean; unit?: boolean; level?: boolean; other?: boolean }
  danger?: boolean
  /** Whether it makes sense for many cases at once. */
  bulk?: boolean
  when: (matter: Matter) => boolean
  command: (matter: Matter, given: Given) => Command
}

export const caseOf = (matter: Matter) => `/api/v1/cases/${matter.file.case.case_id}`
export const jobOf = (matter: Matter) => `/api/v1/jobs/${matter.job?.job_id ?? ''}`
export const jobIs = (...states: string[]) => (matter: Matter) => matter.job !== undefined && states.includes(matter.job.state)
export const DESK = ['duty_officer', 'shift_leader'] as const
