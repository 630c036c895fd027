import { afterEach, describe, expect, it, vi } from 'vitest'

import { getAll } from './use'

afterEach(() => vi.unstubAllGlobals())

describe('a list that is wanted whole', () => {
  it('is read to its end, page by page, with what was asked for on every page', async () => {
    const asked: string[] = []
    const pages: Record<string, unknown> = { '/list?limit=2': { items: [1, 2], next: 'a&b' }, '/list?limit=2&cursor=a%26b': { items: [3], next: null } }
    vi.stubGlobal('document', { documentElement: { lang: 'zh' } })
    vi.stubGlobal('fetch', (path: string) => {
      asked.push(path)
      return Promise.resolve(new Response(JSON.stringify(pages[path]), { headers: { 'content-type': 'application/json' } }))
    })
    expect(await getAll<number>('/list?limit=2')).toEqual({ items: [1, 2, 3] })
    expect(asked).toEqual(Object.keys(pages))
  })
})
