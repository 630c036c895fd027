import { describe, expect, it } from 'vitest'

import { cleaned, freshLine, missing, remaining, type Field } from './model'

const unit: Field = { name: 'unit', kind: 'choice', label: { zh: '单位', en: 'Unit' }, required: true, choices: [{ code: 'kg', label: { zh: '千克', en: 'kg' } }, { code: 'l', label: { zh: '升', en: 'l' } }] }
const kind: Field = { name: 'kind', kind: 'choice', label: { zh: '种类', en: 'Kind' }, required: true, choices: [{ code: 'oily_water', label: { zh: '含油污水', en: 'Oily water' }, narrows: { unit: { only: ['l'], minimum: null, maximum: null } } }, { code: 'bottles', label: { zh: '瓶', en: 'Bottles' } }] }
const amount: Field = { name: 'amount', kind: 'decimal', label: { zh: '数量', en: 'Amount' }, required: true }
const lines: Field = { name: 'lines', kind: 'lines', label: { zh: '废弃物', en: 'Waste' }, required: true, lines_min: 1, fields: [kind, amount, unit] }

describe('a form of a pack', () => {
  it('narrows the unit to what the kind allows', () => {
    expect(remaining(unit, [kind, amount, unit], { kind: 'oily_water' }).map((choice) => choice.code)).toEqual(['l'])
    expect(remaining(unit, [kind, amount, unit], { kind: 'bottles' })).toHaveLength(2)
  })
  it('begins a line with choices that fit each other', () => {
    expect(freshLine([kind, amount, unit])).toEqual({ kind: 'oily_water', unit: 'l' })
  })
  it('names what is missing by its path', () => {
    expect(missing([lines], {})).toEqual(['lines'])
    expect(missing([lines], { lines: [{ kind: 'bottles', unit: 'kg' }] })).toEqual(['lines[0].amount'])
    expect(missing([lines], { lines: [{ kind: 'bottles', unit: 'kg', amount: '12' }] })).toEqual([])
  })
  it('sends numbers as numbers and leaves empty answers out', () => {
    expect(cleaned([lines], { lines: [{ kind: 'bottles', unit: 'kg', amount: '12.5', note: '' }], other: '' })).toEqual({ lines: [{ kind: 'bottles', unit: 'kg', amount: 12.5 }] })
  })
})
