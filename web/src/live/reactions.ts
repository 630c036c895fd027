// What a fact changes on screen: the one table by which live pages know what to read again. Reading again, instead of
// patching, makes the screen equal to a fresh one by construction; facts that come together are read for once.
export type Part = 'cases' | 'file' | 'units' | 'figures'

const CASE: Part[] = ['cases', 'file']
const JOB: Part[] = ['file', 'units']
const WORK: Part[] = ['file', 'figures']

export const REACTIONS: Record<string, Part[]> = {
  CaseOpened: [...CASE, 'figures'], CaseMoved: CASE, CaseClosed: [...CASE, 'figures'], CaseReopened: CASE, CaseAssigned: CASE, PriorityChanged: CASE,
  CaseDueChanged: CASE, CaseJoined: CASE, CaseJoinUndone: CASE, CaseSplit: CASE, ValuesRecorded: ['file'], CaseNoted: ['file'], ReportLinked: ['file'],
  ClockStarted: CASE, ClockPaused: CASE, ClockResumed: CASE, ClockExtended: CASE, ClockReckoned: CASE, ClockPassed: ['file'], ClockStopped: [...CASE, 'figures'],
  ClockWarned: CASE, ClockBreached: [...CASE, 'figures'], ClockEscalated: CASE, ApprovalAsked: CASE, ApprovalDecided: CASE,
  JobProposed: JOB, JobOffered: [...JOB, 'figures'], OfferExpired: JOB, JobWithdrawn: JOB, NoUnitFound: JOB, DispatchRetried: JOB, UnitPinned: JOB, UnitHeld: ['units'], UnitReleased: ['units'],
  JobAccepted: [...CASE, 'units'], JobDeclined: [...JOB, 'figures'], JobAborted: [...CASE, 'units'], UnitSetOut: [...CASE, 'units'], ArrivalClaimed: ['file'],
  UnitArrived: [...CASE, 'units', 'figures'], CollectionWeighed: [...WORK, 'units'], ContentRefused: ['file'], EvidenceAttached: ['file'], HandoverSigned: ['file'],
  JobCompleted: [...CASE, 'units', 'figures'], FieldConflictReported: ['file'], LoadLanded: ['units'],
  DocumentIssued: ['file'], DocumentRendered: ['file'], DocumentWithdrawn: ['file'], DocumentReplaced: ['file'],
  ClaimComputed: WORK, ClaimChecked: ['file'], ClaimApproved: ['file'], ClaimPaid: ['file'], ClaimHeld: ['file'], ClaimReleased: ['file'], ClaimRejected: WORK, ClaimReversed: WORK,
  EntryPosted: ['file'], EntryReversed: ['file'], ReportRated: ['file'], ReportUpdateAdded: ['file'],
}

/** What is read again after these facts; a case's file only if it is the one on screen. */
export function partsOf(facts: { kind: string; stream: string }[], shownCase: string | null): Set<Part> {
  const parts = new Set<Part>()
  for (const fact of facts) {
    for (const part of REACTIONS[fact.kind] ?? []) {
      if (part !== 'file' || fact.stream === `case/${shownCase}`) parts.add(part)
    }
  }
  return parts
}
