import type { Text } from '../../forms/model'

export interface CaseRow {
  case_id: string
  lifecycle: string
  state: string
  stage: string
  is_open: boolean
  outcome: string | null
  category: string
  title: string
  priority: number
  region_code: string
  lon: number | null
  lat: number | null
  place_id: string | null
  responsible_unit: string | null
  assignee: string | null
  opened_at: string
  closed_at: string | null
  due_at: string | null
  breaches: number
}

export interface ClockView { clock: string; run: number; zh: string; en: string; status: string; light: string; counted_s: number; remaining_s: number | null; started_at: string; due_at: string | null; stopped_at: string | null; breached: boolean; source: string; provisional: boolean }
export interface MoveView { move: string; zh: string; en: string; to_state: string; needs_note: boolean; needs_values: string[]; assigns: string[] }
export interface ApprovalView { approval_id: string; approval: string; zh: string; en: string; asked_at: string; reason: string; granted: boolean | null }

export interface CaseFile {
  case: CaseRow
  state_zh: string
  state_en: string
  clocks: ClockView[]
  approvals: ApprovalView[]
  moves: MoveView[]
}

export interface UnitView {
  id: string
  name: string
  name_en: string
  kind: string
  state: string
  current_job_id: string | null
  stage: string | null
  free_at: string | null
  load: { group: string; unit: string; amount: number }[]
  room: { group: string; unit: string; capacity: number }[]
  position: { lon: number; lat: number; at: string; state: string; sog_mps: number | null; cog_deg: number | null } | null
}

export interface Parts { until_free_s: number; turnout_s: number; travel_s: number; approach_s: number }
export interface Ranked { unit_id: string; eta_s: number; eta_at: string; parts: Parts; length_m: number; straight_m: number; degraded: boolean; fullness: number; queued_after: string | null }
export interface Rejected { unit_id: string; reasons: { code: string; zh: string; en: string }[]; straight_m: number | null }
export interface Offer { attempt: number; unit_id: string; state: string; mode: string; offered_at: string; expires_at: string; answered_at: string | null; eta_at: string; reason: string; overrides: string | null; ranked: Ranked[]; rejected: Rejected[] }
export interface Shortfall { honest_zh: string; honest_en: string; honest_eta_at: string | null; next_try_at: string | null; reasons: { code: string; zh: string; en: string }[]; smallest_change: { zh: string; en: string } | null; rejected: Rejected[] }
export interface History { job: { job_id: string; case_id: string; state: string; unit_id: string | null; position: { lon: number; lat: number } }; offers: Offer[]; shortfall: Shortfall | null }

export interface DocumentView { document_id: string; kind: string; title_zh: string; title_en: string; number: string; status: string; verify_code: string; pdf_sha256: string | null; issued_at: string }
export interface Place { id: string; name: string; name_en: string; position: { lon: number; lat: number } }
export interface Diagram { lifecycle: string; states: { state: string; zh: string; en: string; stage: string }[]; moves: { move: string; zh: string; en: string }[]; clocks: { clock: string; zh: string; en: string }[] }
export interface Reading { id: string; title_zh: string; title_en: string; unit: string; direction: string; target: number | null; values: { group: string; count: number; figures: Record<string, number | null> }[] }
export type KindNames = Map<string, Text>
