// Server-sent events over fetch: unlike EventSource it hears events of every name, and takes the stream up again
// where it stopped (Last-Event-ID) whatever ended it.
export interface Told {
  id: string
  event: string
  data: string
}

/** Cuts a text stream into events; what is not complete yet waits for the next piece. */
export class Cutter {
  private rest = ''
  lastId = ''

  push(piece: string): Told[] {
    const text = (this.rest + piece).replace(/\r\n?/g, '\n')
    const blocks = text.split('\n\n')
    this.rest = blocks.pop() ?? ''
    return blocks.flatMap((block) => this.cut(block))
  }

  private cut(block: string): Told[] {
    let event = 'message'
    const data: string[] = []
    for (const line of block.split('\n')) {
      const at = line.indexOf(':')
      const field = at < 0 ? line : line.slice(0, at)
      const value = at < 0 ? '' : line.slice(at + 1).replace(/^ /, '')
      if (field === 'data') data.push(value)
      else if (field === 'event') event = value
      else if (field === 'id') this.lastId = value
    }
    return data.length ? [{ id: this.lastId, event, data: data.join('\n') }] : []
  }
}

export type Line = 'open' | 'waiting'

/** Follow a stream until the returned function is called. */
export function follow(path: string, onTold: (told: Told) => void, onLine: (line: Line) => void = () => undefined): () => void {
  const stop = new AbortController()
  const cutter = new Cutter()
  let pause_ms = 1000
  const listen = async () => {
    while (!stop.signal.aborted) {
      try {
        const headers: Record<string, string> = { accept: 'text/event-stream' }
        if (cutter.lastId) headers['last-event-id'] = cutter.lastId
        const response = await fetch(path, { headers, credentials: 'same-origin', signal: stop.signal, cache: 'no-store' })
        if (!response.ok || !response.body) throw new Error(String(response.status))
        onLine('open')
        pause_ms = 1000
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
        for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
          for (const told of cutter.push(piece.value)) onTold(told)
        }
      } catch {
        if (stop.signal.aborted) return
      }
      onLine('waiting')
      await new Promise((done) => setTimeout(done, pause_ms))
      pause_ms = Math.min(pause_ms * 2, 15_000)
    }
  }
  void listen()
  return () => stop.abort()
}
