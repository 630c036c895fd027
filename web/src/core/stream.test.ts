import { describe, expect, it } from 'vitest'

import { Cutter } from './stream'

describe('a stream of events', () => {
  it('is cut where the pieces are not', () => {
    const cutter = new Cutter()
    expect(cutter.push('retry: 2000\n\nid: 7\nevent: CaseOp')).toEqual([])
    expect(cutter.push('ened\ndata: {"a":1}\n\n: still here\n\n')).toEqual([{ id: '7', event: 'CaseOpened', data: '{"a":1}' }])
  })
  it('remembers a cursor that came without an event', () => {
    const cutter = new Cutter()
    expect(cutter.push('id: 12\n: \n\n')).toEqual([])
    expect(cutter.lastId).toBe('12')
  })
  it('joins data of several lines, and takes every kind of line end', () => {
    expect(new Cutter().push('data: a\r\ndata: b\r\n\r\n')).toEqual([{ id: '', event: 'message', data: 'a\nb' }])
  })
})
