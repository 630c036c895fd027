// What a fact changes on a hall's screen: one table. The screen is read once, whole, and facts are laid over it; every
// change sets what its fact carries and counts nothing, so a fact told twice does no harm. The platform's half of the
// table is capabilities/cases/screen.py and capabilities/dispatch/screen.py; a played day proves them equal.
import type { Shape } from '../core/shapes'

export type CaseOnScreen = Shape<'CaseOnScreen'>
export type JobOnScreen = Shape<'JobOnScreen'>
export interface LiveFact { seq: number; kind: string; stream: string; at: string; by: string; body: Record<string, unknown> }

/** Cases, jobs and alerts as they stand after fact `seq`. Replaced where it changes, never edited. */
export interface Screen {
  seq: number
  cases: ReadonlyMap<string, CaseOnScreen>
  jobs: ReadonlyMap<string, JobOnScreen>
  alerts: readonly LiveFact[]
}

const ALERTS_MAX = 200
export const ALERTS: ReadonlySet<string> = new Set(['DeviceFellSilent', 'DeviceHeardAgain', 'ReadingOutOfLimits', 'ReadingWithinLimits', 'NoUnitFound', 'ClockBreached', 'ClockEscalated', 'JobAborted', 'FieldConflictReported'])

type Body = Record<string, unknown>
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const word = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)

function opened(fact: LiveFact): CaseOnScreen {
  const { body } = fact
  const position = body['position'] as { lon: number; lat: number } | null | undefined
  return {
    case_id: word(body['case_id']), lifecycle: word(body['lifecycle']), state: word(body['state']), stage: word(body['stage']), is_open: true, category: word(body['category']), title: word(body['title']),
    priority: number(body['priority']) ?? 0, region_code: word(body['region_code']), lon: position?.lon ?? null, lat: position?.lat ?? null, place_id: text(body['place_id']),
    responsible_unit: text(body['responsible_unit']), assignee: text(body['assignee']), parent_id: text(body['parent_id']), original_id: null, opened_at: fact.at, closed_at: null, due_at: text(body['due_at']), breached: false, reopened: false,
  }
}

const held = (body: Body) => ({ responsible_unit: text(body['responsible_unit']), assignee: text(body['assignee']) })
type OfCase = (body: Body, at: string) => Partial<CaseOnScreen>
const CASES: Record<string, OfCase> = {
  CaseMoved: (body) => ({ state: word(body['to_state']), stage: word(body['stage']), due_at: text(body['due_at']), ...held(body) }),
  CaseClosed: (_, at) => ({ is_open: false, closed_at: at }),
  CaseReopened: () => ({ is_open: true, closed_at: null, reopened: true }),
  CaseAssigned: held,
  PriorityChanged: (body) => ({ priority: number(body['priority']) ?? 0 }),
  CaseDueChanged: (body) => ({ due_at: text(body['due_at']) }),
  CaseJoined: (body) => ({ original_id: text(body['original_id']) }),
  CaseJoinUndone: () => ({ original_id: null }),
  ClockBreached: () => ({ breached: true }),
}

type OfJob = (body: Body) => Partial<JobOnScreen>
const asked = (state: string): OfJob => (body) => ({ state, unit_id: text(body['unit_id']), eta_at: text(body['eta_at']) })
const nobody = (state: string): OfJob => () => ({ state, unit_id: null, eta_at: null })
const JOBS: Record<string, OfJob> = {
  JobProposed: asked('proposed'), JobOffered: asked('offered'),
  JobAccepted: (body) => ({ state: 'accepted', unit_id: text(body['unit_id']) }),
  JobDeclined: nobody('waiting'), JobAborted: nobody('waiting'), OfferExpired: nobody('waiting'), DispatchRetried: nobody('waiting'), NoUnitFound: nobody('no_unit'),
  JobWithdrawn: (body) => ({ ...nobody('')(body), state: body['reassigned'] ? 'waiting' : 'withdrawn' }),
  JobCompleted: () => ({ state: 'done' }),
  UnitPinned: (body) => ({ pinned: text(body['unit_id']) !== null }),
}
const OVER = new Set(['done', 'withdrawn'])

export const SHOWN: ReadonlySet<string> = new Set(['CaseOpened', ...Object.keys(CASES), ...Object.keys(JOBS), ...ALERTS])

/** The screen after these facts; the same object when none of them shows. */
export function after(screen: Screen, facts: readonly LiveFact[]): Screen {
  let cases: Map<string, CaseOnScreen> | undefined
  let jobs: Map<string, JobOnScreen> | undefined
  let alerts: LiveFact[] | undefined
  let seq = screen.seq
  for (const fact of facts) {
    if (fact.seq <= screen.seq) continue
    seq = Math.max(seq, fact.seq)
    const id = fact.stream.startsWith('case/') ? fact.stream.slice(5) : ''
    if (fact.kind === 'CaseOpened') (cases ??= new Map(screen.cases)).set(id, opened(fact))
    const ofCase = CASES[fact.kind]
    const known = (cases ?? screen.cases).get(id)
    if (ofCase && known) (cases ??= new Map(screen.cases)).set(id, { ...known, ...ofCase(fact.body, fact.at) })
    const ofJob = JOBS[fact.kind]
    if (ofJob) {
      const job_id = word(fact.body['job_id'])
      const before = (jobs ?? screen.jobs).get(job_id) ?? { job_id, case_id: id, state: 'waiting', unit_id: null, eta_at: null, pinned: false }
      const now = { ...before, ...ofJob(fact.body) }
      jobs ??= new Map(screen.jobs)
      if (OVER.has(now.state)) jobs.delete(job_id)
      else jobs.set(job_id, now)
    }
    if (ALERTS.has(fact.kind)) alerts = [...(alerts ?? screen.alerts), fact].slice(-ALERTS_MAX)
  }
  if (seq === screen.seq) return screen
  return { seq, cases: cases ?? screen.cases, jobs: jobs ?? screen.jobs, alerts: alerts ?? screen.alerts }
}

/** Jobs of the cases that are open: a job may outlive its case, and is shown again if that is opened again. */
export function openJobs(screen: Screen): JobOnScreen[] {
  return [...screen.jobs.values()].filter((job) => screen.cases.get(job.case_id)?.is_open)
}

/** The screen that the platform gave. */
export function begin(given: Shape<'Screen'>): Screen {
  return {
    seq: given.seq, alerts: given.alerts as LiveFact[],
    cases: new Map(given.cases.map((one) => [one.case_id, one])), jobs: new Map(given.jobs.map((one) => [one.job_id, one])),
  }
}
