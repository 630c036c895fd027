// Snapshot + facts = fresh snapshot: a day that the platform's own tests have played (tests/unit/api/test_hall.py).
import { describe, expect, it } from 'vitest'

import { after, begin, openJobs, type LiveFact, type Screen } from './screen'
import type { Shape } from '../core/shapes'

const where = (globalThis as unknown as { process: { env: Record<string, string | undefined> } }).process.env['TIDEHUB_DAY']

const open = (screen: Screen) => ({
  cases: [...screen.cases.values()].filter((one) => one.is_open).sort((a, b) => (a.case_id < b.case_id ? -1 : 1)),
  jobs: openJobs(screen).sort((a, b) => (a.job_id < b.job_id ? -1 : 1)),
  alerts: screen.alerts.map((one) => [one.seq, one.kind]),
})

describe.skipIf(!where)('a played day', () => {
  it('leaves the screen as a fresh one, from every beginning to every end', async () => {
    const { readFileSync } = (await import(/* @vite-ignore */ 'node:fs' as string)) as { readFileSync: (path: string, kind: string) => string }
    const day = JSON.parse(readFileSync(where!, 'utf8')) as { screens: Shape<'Screen'>[]; facts: LiveFact[] }
    expect(day.screens.length).toBeGreaterThan(5)
    for (const [from, first] of day.screens.entries()) {
      for (const last of day.screens.slice(from + 1)) {
        const facts = day.facts.filter((fact) => fact.seq <= last.seq)
        // Told in one piece, one by one, and twice.
        const whole = after(begin(first), facts)
        const single = facts.reduce((screen, fact) => after(after(screen, [fact]), [fact]), begin(first))
        expect(open(whole)).toEqual(open(begin(last)))
        expect(open(single)).toEqual(open(begin(last)))
      }
    }
  })
})
