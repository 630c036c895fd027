// Quiet sound for what matters: one tone for a new case, two for what calls; never more than one in three seconds.
import { ring } from '../../core/sound'
import type { LiveFact } from '../../live/screen'

const CALLING = new Set(['NoUnitFound', 'ClockBreached', 'ClockEscalated', 'JobAborted', 'FieldConflictReported', 'ReadingOutOfLimits', 'DeviceFellSilent'])
const QUIET_MS = 3000
let rung = 0

export const loudness = (facts: readonly { kind: string }[]): 0 | 1 | 2 => (facts.some((fact) => CALLING.has(fact.kind)) ? 2 : facts.some((fact) => fact.kind === 'CaseOpened') ? 1 : 0)

export function soundFor(facts: readonly LiveFact[]): void {
  const level = loudness(facts)
  if (level === 0 || Date.now() - rung < QUIET_MS) return
  rung = Date.now()
  ring(level)
}
