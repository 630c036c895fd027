import { beforeAll, describe, expect, it, vi } from 'vitest'

import type { Post, Waiting } from './queue'

vi.stubGlobal('window', { addEventListener: () => undefined, setTimeout, clearTimeout })
let queue: typeof import('./queue')
let api: typeof import('./api')
beforeAll(async () => {
  queue = await import('./queue')
  api = await import('./api')
})

const one = (more: Partial<Waiting> = {}): Waiting => ({ seq: 4, by: 'person/1', about: 'j1', verb: 'accept', path: '/api/v1/jobs/j1/accept', body: {}, device_at: '2026-06-01T00:00:00Z', state: 'waiting', ...more })
const postThat = (send: Post['send']): Post => ({ send, upload: () => Promise.resolve('ab'.repeat(32)) })

describe('the queue of a device', () => {
  it('stamps what it sends with the device, its count and its clock', async () => {
    let sent: unknown
    await queue.sendOne(one(), 'web-1', postThat((_, body) => { sent = body; return Promise.resolve({ version: 1, facts: [] }) }))
    expect(sent).toEqual({ device_id: 'web-1', device_seq: 4, device_at: '2026-06-01T00:00:00Z' })
  })
  it('puts the hashes of files where the command wants them', async () => {
    const files = [{ blob: new Blob(), into: 'photos[]' }, { blob: new Blob(), into: 'sha256' }]
    const body = await queue.bodyOf(one({ files }), 'web-1', postThat(() => Promise.reject(new Error())))
    expect(body['photos']).toEqual(['ab'.repeat(32)])
    expect(body['sha256']).toBe('ab'.repeat(32))
  })
  it('keeps what the platform refused, with the reason', async () => {
    const problem = { status: 422, code: 'tare_mismatch', title: '', detail: '' }
    const told = await queue.sendOne(one(), 'web-1', postThat(() => Promise.reject(new api.Refused(problem))))
    expect(told).toEqual({ outcome: 'refused', problem })
  })
  it('waits without network, with an ended session, and while the platform is busy', async () => {
    const answers = [new api.Offline(), ...[401, 429, 503].map((status) => new api.Refused({ status, code: '', title: '', detail: '' }))]
    for (const answer of answers) {
      expect((await queue.sendOne(one(), 'web-1', postThat(() => Promise.reject(answer)))).outcome).toBe('later')
    }
  })
  it('sends a report under a key of its own, unstamped, and again when its photo arrived as something else', async () => {
    let sent: unknown[] = []
    const post: Post = { send: (_, body, key) => { sent = [body, key]; return Promise.resolve({ report_id: 'r1' }) }, upload: () => Promise.resolve('ab'.repeat(32)) }
    const report = one({ key: 'k-12345678', body: { service_code: 's' }, files: [{ blob: new Blob(), into: 'media[]', sha256: 'ab'.repeat(32) }] })
    expect((await queue.sendOne(report, 'web-1', post)).done).toEqual({ report_id: 'r1' })
    expect(sent).toEqual([{ service_code: 's', media: ['ab'.repeat(32)] }, 'k-12345678'])
    const spoiled = one({ key: 'k-12345678', files: [{ blob: new Blob(), into: 'media[]', sha256: 'cd'.repeat(32) }] })
    expect((await queue.sendOne(spoiled, 'web-1', post)).outcome).toBe('later')
  })
  it('shows what came too late and lies with the duty officer', async () => {
    const told = await queue.sendOne(one(), 'web-1', postThat(() => Promise.resolve({ version: 9, facts: [{ id: 'f', kind: 'FieldConflictReported' }] })))
    expect(told.outcome).toBe('conflict')
  })
})
