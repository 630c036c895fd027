// Reading from the platform in a component: data, error, loading, and again.
import { useCallback, useEffect, useState } from 'react'

import { get, Offline, Refused } from './api'

export interface Read<T> {
  data: T | undefined
  error: Error | undefined
  again: () => void
}

export function useRead<T>(path: string | null, everyMs = 0): Read<T> {
  const [data, setData] = useState<T>()
  const [error, setError] = useState<Error>()
  const [turn, setTurn] = useState(0)
  const again = useCallback(() => setTurn((value) => value + 1), [])
  useEffect(() => {
    if (path === null) return
    let live = true
    const read = () =>
      get<T>(path).then(
        (value) => live && (setData(value), setError(undefined)),
        (problem: Error) => live && setError(problem),
      )
    void read()
    const timer = everyMs > 0 ? window.setInterval(read, everyMs) : undefined
    return () => {
      live = false
      if (timer) window.clearInterval(timer)
    }
  }, [path, everyMs, turn])
  return { data, error, again }
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
