import type { IconName } from '../../components/Icon'
import type { Form, Text } from '../../forms/model'

export interface ServiceView {
  code: string
  name: Text
  description: Text
  group: Text | null
  notice: Text | null
  category: string
  keywords: string[]
  place: 'required' | 'optional' | 'none'
  anonymous: boolean
  public: boolean
  form: Form
}

export interface Berth { id: string; name: string; name_en: string; kind: string; address?: string; position: { lon: number; lat: number } }

export interface Row { report_id: string; title: Text; status: string; status_text: Text | null; received_at: string }

export interface Near { distance_m: number; title: Text; status_text: Text | null; voices: number; report: { report_id: string; description: string } }

export interface Following {
  report_id: string
  service_code: string
  title: Text
  status: string
  status_text: Text | null
  received_at: string
  case_id: string | null
  state: string | null
  unit: string | null
  unit_name: string | null
  eta_at: string | null
  eta_from: string | null
  eta_to: string | null
  eta_why: Text | null
  asking: string | null
  next_step: Text | null
  remaining_m: number | null
  unit_position: { lon: number; lat: number; at: string; stale: boolean } | null
  position: { lon: number; lat: number } | null
  route: [number, number][] | null
  clocks: { clock: string; zh: string; en: string; due_at: string | null; light: string; status: string }[]
  steps: { state: string; text: Text; at: string | null }[]
  honest: Text | null
  documents: { document_id: string; kind: string; title: Text; number: string; verify_code: string }[]
  subsidy_fen: number | null
  said: { label: Text; value: Text }[]
  description: string
  address: string
  media: string[]
  voices: number
  can_rate: boolean
  can_reopen: boolean
  reopen_until: string | null
  can_cancel: boolean
}

const SIGNS: [RegExp, IconName][] = [
  [/marine|boat|pickup|port/, 'boat'],
  [/enforce|law|safety|inspect/, 'shield'],
  [/clinic|health|medic/, 'health'],
  [/court|document|bond|paper/, 'paper'],
]
/** The sign of a service, by the class of its matters. */
export const iconOf = (service: { category: string; code: string }): IconName => SIGNS.find(([like]) => like.test(`${service.category} ${service.code}`))?.[1] ?? 'hand'
