import type { Form, Text } from '../../forms/model'

export interface ServiceView {
  code: string
  name: Text
  description: Text
  group: Text | null
  notice: Text | null
  place: 'required' | 'optional' | 'none'
  form: Form
}

export interface Berth { id: string; name: string; name_en: string; kind: string; position: { lon: number; lat: number } }

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
  unit_position: { lon: number; lat: number; at: string; stale: boolean } | null
  position: { lon: number; lat: number } | null
  route: [number, number][] | null
  clocks: { clock: string; zh: string; en: string; due_at: string | null; light: string; status: string }[]
  steps: { state: string; text: Text; at: string | null }[]
  honest: Text | null
  documents: { document_id: string; kind: string; title: Text; number: string; verify_code: string }[]
  subsidy_fen: number | null
  can_rate: boolean
  can_cancel: boolean
}
