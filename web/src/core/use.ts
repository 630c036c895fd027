// Reading from the platform in a component: data, error, loading, and again.
import { useCallback, useEffect, useState } from 'react'

import { get, Offline, Refused } from './api'
import { put, read } from './store'

export interface Read<T> {
  data: T | undefined
  error: Error | undefined
  again: () => void
}

interface Paged<T> { items: T[]; next: string | null }

/** Read a list to its end, page by page: what a desk counts must not stop at the first page. */
export async function getAll<T>(path: string): Promise<{ items: T[] }> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: Paged<T> = await get<Paged<T>>(cursor ? `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}` : path)
    items.push(...page.items)
    cursor = page.next
  } while (cursor)
  return { items }
}

/** Like `useRead`, for a list that is wanted whole. */
export function useReadAll<T>(path: string | null, everyMs = 0): Read<{ items: T[] }> {
  return useReading(path, everyMs, 0, getAll<T>)
}

/** Read a path now, every so often if wished, and again whenever `moved` has another value. */
export function useRead<T>(path: string | null, everyMs = 0, moved = 0): Read<T> {
  return useReading(path, everyMs, moved, get<T>)
}

function useReading<T>(path: string | null, everyMs: number, moved: number, reader: (path: string) => Promise<T>): Read<T> {
  const [held, setHeld] = useState<{ path: string; data?: T; error?: Error }>()
  const [turn, setTurn] = useState(0)
  const again = useCallback(() => setTurn((value) => value + 1), [])
  useEffect(() => {
    if (path === null) return
    let live = true
    const read = () =>
      reader(path).then(
        (value) => live && setHeld({ path, data: value }),
        (problem: Error) => live && setHeld((was) => ({ path, data: was?.path === path ? was.data : undefined, error: problem })),
      )
    void read()
    const timer = everyMs > 0 ? window.setInterval(read, everyMs) : undefined
    return () => {
      live = false
      if (timer) window.clearInterval(timer)
    }
  }, [path, everyMs, turn, moved, reader])
  const own = held?.path === path ? held : undefined
  return { data: own?.data, error: own?.error, again }
}

export interface Kept<T> extends Read<T> {
  /** What is shown was read before: there is no network now. */
  old: boolean
}

/** Like `useRead`, but what was read last is kept on the device and shown while there is no network. */
export function useKept<T>(path: string | null, everyMs = 0): Kept<T> {
  const fresh = useRead<T>(path, everyMs)
  const [kept, setKept] = useState<{ path: string; value: T }>()
  useEffect(() => {
    if (path === null) return
    let live = true
    void read<T>('kept', path).then((value) => live && value !== undefined && setKept({ path, value }))
    return () => {
      live = false
    }
  }, [path])
  useEffect(() => {
    if (path !== null && fresh.data !== undefined) void put('kept', fresh.data, path)
  }, [path, fresh.data])
  const before = kept?.path === path ? kept?.value : undefined
  const offline = fresh.error instanceof Offline
  return {
    data: fresh.data ?? (fresh.error && !offline ? undefined : before),
    error: offline && (fresh.data ?? before) !== undefined ? undefined : fresh.error,
    again: fresh.again,
    old: offline,
  }
}

/** The present, once every so many milliseconds, for clocks that live on screen. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs])
  return now
}

export function problemText(error: Error, language: 'zh' | 'en'): { title: string; detail: string; field?: string } {
  if (error instanceof Offline) {
    return language === 'zh' ? { title: '没有网络', detail: '请检查网络后重试。' } : { title: 'No network', detail: 'Check the connection and try again.' }
  }
  if (error instanceof Refused) {
    const { problem } = error
    return {
      title: (language === 'zh' ? problem.title_zh : problem.title_en) ?? problem.title,
      detail: (language === 'zh' ? problem.detail_zh : problem.detail_en) ?? problem.detail,
      field: problem.field,
    }
  }
  return { title: error.message, detail: '' }
}
