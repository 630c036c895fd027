// Live pages: facts and positions as they come.
import { useEffect, useRef, useState } from 'react'

import { follow, type Line } from '../core/stream'
import { after, type Fleet, type Frame } from './positions'

export interface LiveFact { seq: number; kind: string; stream: string; at: string; body: Record<string, unknown> }

const TOGETHER_MS = 250

/** Call back with the facts that came together; answers how the line is. */
export function useFacts(onFacts: (facts: LiveFact[]) => void): Line {
  const [line, setLine] = useState<Line>('waiting')
  const latest = useRef(onFacts)
  useEffect(() => {
    latest.current = onFacts
  })
  useEffect(() => {
    let gathered: LiveFact[] = []
    let timer: number | undefined
    const tell = () => {
      timer = undefined
      const facts = gathered
      gathered = []
      latest.current(facts)
    }
    const stop = follow('/api/v1/stream', (told) => {
      gathered.push(JSON.parse(told.data) as LiveFact)
      timer ??= window.setTimeout(tell, TOGETHER_MS)
    }, setLine)
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [])
  return line
}

export function useFleet(): Fleet {
  const [fleet, setFleet] = useState<Fleet>(() => new Map())
  useEffect(() => follow('/api/v1/positions/stream', (told) => setFleet((was) => after(was, JSON.parse(told.data) as Frame))), [])
  return fleet
}
