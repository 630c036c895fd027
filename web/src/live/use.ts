// Live pages: the screen with the facts laid over it, and positions as they come.
import { useCallback, useEffect, useRef, useState } from 'react'

import { get } from '../core/api'
import { follow, type Line } from '../core/stream'
import type { Shape } from '../core/shapes'
import { after as moved, type Fleet, type Frame } from './positions'
import { after, begin, type LiveFact, type Screen } from './screen'

export type { LiveFact } from './screen'

const TOGETHER_MS = 250
const RETRY_MS = 5_000

export interface LiveScreen { screen: Screen | undefined; cut: boolean; error: Error | undefined; line: Line; again: () => void }

/** The screen now; `onFacts` hears what came, after it has been laid over the screen. */
export function useScreen(onFacts: (facts: LiveFact[]) => void): LiveScreen {
  const [held, setHeld] = useState<{ screen: Screen; cut: boolean }>()
  const [error, setError] = useState<Error>()
  const [line, setLine] = useState<Line>('waiting')
  const [turn, setTurn] = useState(0)
  const latest = useRef(onFacts)
  useEffect(() => {
    latest.current = onFacts
  })
  const again = useCallback(() => setTurn((value) => value + 1), [])
  useEffect(() => {
    let live = true
    let gathered: LiveFact[] = []
    let timer: number | undefined
    let retry: number | undefined
    let stop = () => undefined as void
    const tell = () => {
      timer = undefined
      const facts = gathered
      gathered = []
      setHeld((was) => was && { ...was, screen: after(was.screen, facts) })
      latest.current(facts)
    }
    get<Shape<'Screen'>>('/api/v1/hall').then(
      (given) => {
        if (!live) return
        setHeld({ screen: begin(given), cut: given.cut })
        setError(undefined)
        stop = follow(`/api/v1/stream?after=${given.seq}`, (told) => {
          gathered.push(JSON.parse(told.data) as LiveFact)
          timer ??= window.setTimeout(tell, TOGETHER_MS)
        }, setLine)
      },
      (problem: Error) => {
        if (!live) return
        setError(problem)
        retry = window.setTimeout(again, RETRY_MS)
      },
    )
    return () => {
      live = false
      stop()
      window.clearTimeout(timer)
      window.clearTimeout(retry)
    }
  }, [turn, again])
  return { screen: held?.screen, cut: held?.cut ?? false, error, line, again }
}

/** Craft as they move: frames that come while the page is busy are laid over one another before it draws. */
export function useFleet(): Fleet {
  const [fleet, setFleet] = useState<Fleet>(() => new Map())
  useEffect(() => {
    let waiting: Frame[] = []
    let drawing = 0
    const draw = () => {
      drawing = 0
      const frames = waiting
      waiting = []
      setFleet((was) => frames.reduce(moved, was))
    }
    const stop = follow('/api/v1/positions/stream', (told) => {
      const frame = JSON.parse(told.data) as Frame
      if (frame.whole) waiting = []
      waiting.push(frame)
      drawing ||= window.setTimeout(draw, TOGETHER_MS / 4)
    })
    return () => {
      stop()
      window.clearTimeout(drawing)
    }
  }, [])
  return fleet
}
