// Everything of one case, read again when a fact of its chain has come.
import { useMemo } from 'react'

import type { Matter } from '../../actions/action'
import { useSession } from '../../core/session'
import { useRead, type Read } from '../../core/use'
import type { Entry } from '../../live/told'
import type { CaseFile, Claim, DocumentView, History, JobOnScreen, Sheet } from './model'

const MONEY_ROLES = ['checker', 'cashier', 'shift_leader', 'auditor', 'administrator', 'duty_officer']

export interface Opened {
  file: Read<CaseFile>
  entries: Entry[]
  documents: DocumentView[]
  claims: Claim[]
  history: History | undefined
  route: [number, number][] | undefined
  matter: Matter | undefined
}

export function useCaseFile(id: string | null, turn: number, jobs: ReadonlyMap<string, JobOnScreen> | undefined): Opened {
  const { me } = useSession()
  const of = (more: string) => (id === null ? null : `/api/v1/cases/${id}${more}`)
  const file = useRead<CaseFile>(of(''), 0, turn)
  const timeline = useRead<{ items: Entry[] }>(of('/timeline'), 0, turn)
  const documents = useRead<{ items: DocumentView[] }>(of('/documents'), 0, turn)
  const money = useRead<{ claims: Claim[] }>(me?.roles.some((role) => MONEY_ROLES.includes(role)) ? of('/money') : null, 0, turn)
  const jobId = useMemo(() => [...(timeline.data?.items ?? [])].reverse().map((entry) => entry.body['job_id']).find((value): value is string => typeof value === 'string'), [timeline.data])
  const history = useRead<History>(jobId ? `/api/v1/jobs/${jobId}/history` : null, 0, turn)
  const withUnit = history.data && ['accepted', 'done', 'offered'].includes(history.data.job.state)
  const sheet = useRead<Sheet>(jobId && withUnit ? `/api/v1/jobs/${jobId}` : null, 0, turn)
  const live = jobId ? jobs?.get(jobId) : undefined
  const claims = money.data?.claims
  const matter = useMemo<Matter | undefined>(() => {
    if (!file.data) return undefined
    const job = live ?? (history.data ? { job_id: history.data.job.job_id, state: history.data.job.state, unit_id: history.data.job.unit_id, pinned: history.data.job.pinned_unit_id !== null } : undefined)
    return { file: file.data, job: job && { job_id: job.job_id, state: job.state, unit_id: job.unit_id ?? null, pinned: job.pinned ?? false }, claim: claims?.at(-1) }
  }, [file.data, live, history.data, claims])
  const points = sheet.data?.job.route?.points
  return { file, entries: timeline.data?.items ?? [], documents: documents.data?.items ?? [], claims: claims ?? [], history: history.data, route: points && points.length > 1 ? points : undefined, matter }
}
