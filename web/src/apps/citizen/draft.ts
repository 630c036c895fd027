// What is being written. Every change is on the device's disk at once: a closed tab, an empty battery lose nothing.
import { useCallback, useEffect, useRef, useState } from 'react'

import type { Photo } from '../../core/photo'
import { drop, newId, put, read, readAll } from '../../core/store'
import { cleaned, type Answers, type Form } from '../../forms/model'
import type { Order } from '../../core/queue'

export interface Draft {
  code: string
  by: string
  key: string
  answers: Answers
  description: string
  lon?: number
  lat?: number
  place?: string
  place_name?: string
  address?: string
  phone: string
  photos: Photo[]
  touched: boolean
  changed_at: string
}

export const draftKey = (by: string, code: string) => `${by}/${code}`
const fresh = (by: string, code: string): Draft => ({ code, by, key: newId(), answers: {}, description: '', phone: '', photos: [], touched: false, changed_at: new Date().toISOString() })

export interface Drafting {
  draft: Draft | undefined
  change: (changed: Partial<Draft>) => void
  /** Forget what was written; a new one begins with a new key. */
  drop: () => Promise<void>
}

export function useDraft(by: string, code: string): Drafting {
  const [draft, setDraft] = useState<Draft>()
  const latest = useRef<Draft>(undefined)
  useEffect(() => {
    let live = true
    const begin = (kept: Draft | undefined) => {
      if (!live) return
      latest.current = kept ?? fresh(by, code)
      setDraft(latest.current)
    }
    read<Draft>('drafts', draftKey(by, code)).then(begin, () => begin(undefined))
    return () => {
      live = false
    }
  }, [by, code])
  const change = useCallback((changed: Partial<Draft>) => {
    if (!latest.current) return
    latest.current = { ...latest.current, touched: true, ...changed, changed_at: new Date().toISOString() }
    setDraft(latest.current)
    if (latest.current.touched) void put('drafts', latest.current, draftKey(by, code)).catch(() => undefined)
  }, [by, code])
  const forget = useCallback(async () => {
    await drop('drafts', draftKey(by, code))
    latest.current = fresh(by, code)
    setDraft(latest.current)
  }, [by, code])
  return { draft, change, drop: forget }
}

export const myDrafts = async (by: string) => (await readAll<Draft>('drafts')).filter((one) => one.by === by && one.touched)

const shared = (draft: Draft) => ({
  service_code: draft.code,
  channel: 'app',
  ...(draft.description.trim() ? { description: draft.description.trim() } : {}),
  ...(draft.lon !== undefined && draft.lat !== undefined ? { position: { lon: draft.lon, lat: draft.lat, datum: 'WGS84' } } : {}),
  ...(draft.place ? { place_id: draft.place } : {}),
  ...(draft.address ? { address: draft.address } : {}),
  ...(draft.phone.trim() ? { contact: { phone: draft.phone.trim() } } : {}),
})
const attached = (draft: Draft) => draft.photos.map((photo) => ({ blob: photo.blob, into: 'media[]', sha256: photo.sha256 }))

/** The draft as what is handed in. */
export const orderOf = (draft: Draft, form: Form): Order => ({
  about: draft.key, verb: 'report', path: '/api/v1/reports', key: draft.key, files: attached(draft),
  body: { ...shared(draft), answers: cleaned(form.fields, draft.answers) },
})

/** The draft as a voice for a report that lies nearby: the form may stay empty. */
export const joiningOf = (draft: Draft, report_id: string): Order => ({
  about: draft.key, verb: 'report', path: '/api/v1/reports', key: draft.key, files: attached(draft),
  body: { ...shared(draft), answers: {}, same_as: report_id },
})
