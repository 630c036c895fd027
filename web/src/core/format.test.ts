import { describe, expect, it } from 'vitest'

import { amount, distance, minutesUntil, span, yuan } from './format'
import { WORDS } from './words'

describe('what people read', () => {
  it('writes fen as yuan, to the fen', () => {
    expect(yuan(480005)).toBe('4,800.05')
    expect(yuan(-5)).toBe('-0.05')
  })
  it('writes grams as kilograms and pieces as pieces', () => {
    expect(amount({ amount: 177_000, unit: 'g' }, 'zh')).toBe('177 千克')
    expect(amount({ amount: 3, unit: 'piece' }, 'en')).toBe('3 pcs')
  })
  it('says minutes and hours in words', () => {
    expect(span(5400, 'en')).toBe('1 h 30 min')
    expect(span(-600, 'zh')).toBe('10 分钟')
  })
  it('counts minutes until an instant', () => {
    expect(minutesUntil('2026-06-01T00:20:00Z', Date.parse('2026-06-01T00:00:00Z'))).toBe(20)
    expect(minutesUntil(null)).toBeNull()
  })
  it('shows short ways in metres', () => {
    expect(distance(640)).toBe('640 m')
    expect(distance(2345)).toBe('2.3 km')
  })
  it('has every word in both languages, none empty', () => {
    for (const words of Object.values(WORDS)) for (const word of Object.values(words)) expect(word.trim()).not.toBe('')
  })
  it('keeps no word that no page says', () => {
    const pages = Object.values(import.meta.glob(['../**/*.{ts,tsx}', '!../**/words*.ts', '!../**/*.test.ts'], { query: '?raw', import: 'default', eager: true })).join('\n')
    const composed = /^(verb|reason|refuse|party|step|label|filter|unit|fresh|offer|doc)_/
    expect(Object.keys(WORDS.zh).filter((word) => !composed.test(word) && !pages.includes(`'${word}'`))).toEqual([])
  })
})
