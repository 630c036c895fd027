import type { Text } from '../../forms/model'

export type Unit = 'g' | 'ml' | 'piece'
export interface Quantity { amount: number; unit: Unit; basis: string; density_kg_m3?: number | null; instrument_id?: string | null; calibrated_on?: string | null }
export interface Line { line_id: string; kind: string; group: string; amount: number; unit: Unit; density_kg_m3: number | null }
export interface Route { points: [number, number][]; length_m: number; eta_s: number; degraded: boolean }
export interface KindDemand { group: string; units: Unit[]; bases: string[]; photos_min: number; calibration_age_max_days: number | null }
export interface Demands {
  kinds: Record<string, KindDemand>
  evidence: { label: string; media: string; min: number }[]
  signatures: string[]
  measures_min: number
}

export type JobState = 'offered' | 'accepted' | 'under_way' | 'on_scene' | 'done' | 'declined' | 'expired' | 'aborted' | 'withdrawn'

export interface CrewJob {
  job_id: string
  case_id: string
  unit_id: string
  state: JobState
  position: { lon: number; lat: number }
  place_id: string | null
  lines: Line[]
  demands: Demands
  offered_at: string
  expires_at: string
  eta_at: string
  accepted_at: string | null
  set_out_at: string | null
  claimed_at: string | null
  arrived_at: string | null
  done_at: string | null
  route: Route | null
  partial: boolean
  reason: string
}

export interface Measure { line_id: string; container_id: string; version: number; counts: boolean; kind: string; quantity: Quantity; tare_g: number | null; gross_g: number | null }

export interface Sheet {
  job: CrewJob
  measures: Measure[]
  refused: { line_id: string; kind: string; reason: string }[]
  evidence: { sha256: string; label: string }[]
  signatures: { party: string; name: string }[]
}

export interface Place { id: string; name: string; name_en: string; position: { lon: number; lat: number } }
export type Names = (code: string) => Text
