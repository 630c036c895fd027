// What was done here and must reach the platform. Every command is on disk before the screen goes on, carries the
// device's name, count and clock, and is sent in order. One that is refused stays to be seen until somebody has.
import { Offline, post, Refused, upload, type Problem } from './api'
import { add, deviceId, drop, put, readAll } from './store'

export interface Attached {
  blob: Blob
  /** The field of the body that takes its hash; one that ends with `[]` takes it into a list. */
  into: string
  /** What it was when it was taken: an upload that arrives as anything else is made again. */
  sha256?: string
}

export interface Order {
  /** Which work it belongs to, so that a screen finds its own. */
  about: string
  verb: string
  path: string
  body: Record<string, unknown>
  files?: Attached[]
  /** A key of its own: the body then goes as it is, without the device's stamp (a report, not a crew's command). */
  key?: string
}

export interface Waiting extends Order {
  seq: number
  by: string
  device_at: string
  /** `conflict`: taken, but it no longer fitted, and the duty officer has it word for word. */
  state: 'waiting' | 'refused' | 'conflict'
  problem?: Problem
}

export interface Done {
  version?: number
  facts?: { id: string; kind: string }[]
  /** Of a report that was taken in. */
  report_id?: string
}

/** What sending looks like from here; the tests give one of their own. */
export interface Post {
  send: (path: string, body: unknown, key: string) => Promise<Done>
  upload: (blob: Blob) => Promise<string>
}

const WEB: Post = { send: (path, body, key) => post<Done>(path, body, key), upload }

/** The body as it is sent: stamped by the device, with the hashes of its files. */
export async function bodyOf(one: Waiting, device: string, post: Post): Promise<Record<string, unknown>> {
  const stamp = one.key ? {} : { device_id: device, device_seq: one.seq, device_at: one.device_at }
  const body: Record<string, unknown> = { ...one.body, ...stamp }
  for (const file of one.files ?? []) {
    const hash = await post.upload(file.blob)
    if (file.sha256 && hash !== file.sha256) throw new Offline()
    if (file.into.endsWith('[]')) {
      const name = file.into.slice(0, -2)
      body[name] = [...((body[name] as string[] | undefined) ?? []), hash]
    } else body[file.into] = hash
  }
  return body
}

/** Whether the platform said no to this very command; everything else is tried again. */
export function isFinal(problem: Problem): boolean {
  return problem.status >= 400 && problem.status < 500 && ![401, 408, 425, 429].includes(problem.status)
}

export type Outcome = 'sent' | 'refused' | 'conflict' | 'later'

export async function sendOne(one: Waiting, device: string, post: Post): Promise<{ outcome: Outcome; problem?: Problem; done?: Done }> {
  try {
    const body = await bodyOf(one, device, post)
    const done = await post.send(one.path, body, one.key ?? `${device}-${one.seq}`)
    return { outcome: done.facts?.some((fact) => fact.kind === 'FieldConflictReported') ? 'conflict' : 'sent', done }
  } catch (problem) {
    if (problem instanceof Refused) return { outcome: isFinal(problem.problem) ? 'refused' : 'later', problem: problem.problem }
    if (problem instanceof Offline) return { outcome: 'later' }
    throw problem
  }
}

type Listener = () => void

class Queue {
  items: Waiting[] = []
  sending = false
  by = ''
  private listeners = new Set<Listener>()
  private timer: number | undefined
  private pause_ms = 1000
  private snapshot: { items: Waiting[]; sending: boolean } = { items: [], sending: false }

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  current = () => this.snapshot

  private tell(): void {
    this.snapshot = { items: this.items, sending: this.sending }
    for (const listener of this.listeners) listener()
  }

  /** Take up what is waiting on this device for this person. */
  async start(by: string): Promise<void> {
    this.by = by
    this.items = (await readAll<Waiting>('outbox')).filter((one) => one.by === by)
    this.tell()
    void this.flush()
  }

  async put(order: Order): Promise<number> {
    const kept = { ...order, by: this.by, device_at: new Date().toISOString(), state: 'waiting' as const }
    const seq = await add('outbox', kept)
    this.items = [...this.items, { ...kept, seq }]
    this.pause_ms = 1000
    this.tell()
    void this.flush()
    return seq
  }

  /** Wait until one is no longer waiting to be sent, or for so long. */
  settled(seq: number, withinMs: number): Promise<Waiting | 'sent' | 'waiting'> {
    return new Promise((done) => {
      const end = (found: Waiting | 'sent' | 'waiting') => {
        stop()
        window.clearTimeout(timer)
        done(found)
      }
      const look = () => {
        const one = this.items.find((item) => item.seq === seq)
        if (!one) end('sent')
        else if (one.state !== 'waiting') end(one)
      }
      const stop = this.subscribe(look)
      const timer = window.setTimeout(() => end('waiting'), withinMs)
      look()
    })
  }

  /** Try a refused one again, unchanged: the same count, so that it can have no second effect. */
  async again(seq: number): Promise<void> {
    await this.change(seq, { state: 'waiting', problem: undefined })
    void this.flush()
  }

  /** Somebody has read why it was refused and lets it go. */
  async letGo(seq: number): Promise<void> {
    await drop('outbox', seq)
    this.items = this.items.filter((one) => one.seq !== seq)
    this.tell()
  }

  private async change(seq: number, changed: Partial<Waiting>): Promise<void> {
    const one = this.items.find((item) => item.seq === seq)
    if (!one) return
    const after = { ...one, ...changed }
    await put('outbox', after)
    this.items = this.items.map((item) => (item.seq === seq ? after : item))
    this.tell()
  }

  /** Send what waits, in order, one at a time; the first that cannot be sent now stops the rest. */
  flush = async (): Promise<void> => {
    window.clearTimeout(this.timer)
    if (this.sending || !this.by) return
    this.sending = true
    this.tell()
    try {
      const device = await deviceId()
      for (let next = this.next(); next; next = this.next()) {
        const { outcome, problem, done } = await sendOne(next, device, WEB)
        // What became of it is on disk before it leaves the queue: a closed page finds it again.
        if (outcome === 'sent' && next.key && done) await put('kept', done, `sent:${next.key}`)
        if (outcome === 'later') {
          this.timer = window.setTimeout(() => void this.flush(), this.pause_ms)
          this.pause_ms = Math.min(this.pause_ms * 2, 30_000)
          break
        }
        this.pause_ms = 1000
        if (outcome === 'sent') await this.letGo(next.seq)
        else await this.change(next.seq, { state: outcome, problem })
      }
    } finally {
      this.sending = false
      this.tell()
    }
  }

  private next(): Waiting | undefined {
    return this.items.find((one) => one.state === 'waiting')
  }
}

export const queue = new Queue()
window.addEventListener('online', () => void queue.flush())
