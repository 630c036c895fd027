// Spans, values and changes of figures, as the board shows them. Inside there are integers only.
import type { Shape } from '../../core/shapes'
import type { Language } from '../../core/words'

export type Board = Shape<'Board'>
export type Figure = Shape<'Figure'>
export type Reading = Shape<'Reading'>
export type CountedList = Shape<'CountedList'>
export type Proof = Shape<'Proof'>

export type Period = 'today' | 'week' | 'month' | 'quarter' | 'other'
export interface Span { since: string; until: string }

const DAY_MS = 86_400_000
const TOWN_MS = 8 * 3_600_000

/** Midnight in the town (UTC+8) of the day an instant lies in, as UTC milliseconds. */
export const midnight = (now: number): number => Math.floor((now + TOWN_MS) / DAY_MS) * DAY_MS - TOWN_MS

const DAYS: Record<Exclude<Period, 'other'>, number> = { today: 1, week: 7, month: 30, quarter: 90 }

/** Whole days that end with today: the span does not move while one reads it. */
export function spanOf(period: Exclude<Period, 'other'>, now: number): Span {
  const end = midnight(now) + DAY_MS
  return { since: new Date(end - DAYS[period] * DAY_MS).toISOString(), until: new Date(end).toISOString() }
}

/** From the first to the last day, both included, as the picker gives them (`2026-06-01`). */
export const spanOfDays = (first: string, last: string): Span => ({
  since: new Date(Date.parse(`${first}T00:00:00+08:00`)).toISOString(),
  until: new Date(Date.parse(`${last}T00:00:00+08:00`) + DAY_MS).toISOString(),
})

export const earlier = (span: Span): Span => ({ since: new Date(2 * Date.parse(span.since) - Date.parse(span.until)).toISOString(), until: span.since })

/** Every day of the town that a span touches, oldest first. */
export function daysOf(span: Span): string[] {
  const days: string[] = []
  for (let at = midnight(Date.parse(span.since)); at < Date.parse(span.until); at += DAY_MS) days.push(new Date(at + TOWN_MS).toISOString().slice(0, 10))
  return days
}

/** A day's value: one without an observation counts nothing, and has no mean. */
export function series(days: string[], known: { day: string; value?: number | null }[], aggregate: string): (number | null)[] {
  const values = new Map(known.map((one) => [one.day, one.value ?? null]))
  const empty = aggregate === 'count' || aggregate === 'sum' ? 0 : null
  return days.map((day) => (values.has(day) ? values.get(day)! : empty))
}

const UNITS: Record<Language, Record<string, string>> = {
  zh: { case: '件', clock: '次', offer: '次', g: '千克', ml: '升', fen: '元', permille: '%' },
  en: { case: 'cases', clock: 'clocks', offer: 'offers', g: 'kg', ml: 'L', fen: 'yuan', permille: '%' },
}

const plain = (value: number, digits = 0) => value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: 0 })

/** The value and its unit apart, so that the number can stand large. */
export function parts(value: number | null | undefined, unit: string, language: Language): [string, string] {
  if (value === null || value === undefined) return ['—', '']
  if (unit === 's') {
    if (Math.abs(value) < 5400) return [plain(value / 60, Math.abs(value) < 600 ? 1 : 0), language === 'zh' ? '分钟' : 'min']
    return [plain(value / 3600, 1), language === 'zh' ? '小时' : 'h']
  }
  if (unit === 'g' || unit === 'ml') return Math.abs(value) >= 10_000_000 ? [plain(value / 1_000_000, 1), language === 'zh' ? (unit === 'g' ? '吨' : '立方米') : unit === 'g' ? 't' : 'm³'] : [plain(value / 1000, 1), UNITS[language][unit]!]
  if (unit === 'fen') return [(value / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }), UNITS[language]['fen']!]
  if (unit === 'permille') return [plain(value / 10, 1), '%']
  return [plain(value), UNITS[language][unit] ?? unit]
}

export function text(value: number | null | undefined, unit: string, language: Language): string {
  const [number, name] = parts(value, unit, language)
  return name === '%' ? `${number}%` : name ? `${number} ${name}` : number
}

/** The unit of one of an indicator's aggregates: a share is a ratio, a count counts. */
export const unitOf = (unit: string, aggregate: string): string => (aggregate === 'share' ? 'permille' : aggregate === 'count' && !['case', 'clock', 'offer'].includes(unit) ? 'times' : unit)

export type Tone = 'good' | 'bad' | 'flat'
export interface Change { permille: number; tone: Tone }

/** How a figure moved against the span before; `undefined` where that says nothing. */
export function change(figure: Pick<Figure, 'value' | 'before' | 'direction'>): Change | undefined {
  const { value, before } = figure
  if (value === null || value === undefined || before === null || before === undefined || before === 0) return undefined
  const permille = Math.round(((value - before) * 1000) / Math.abs(before))
  const better = figure.direction === 'none' || permille === 0 ? 'flat' : (permille > 0) === (figure.direction === 'up') ? 'good' : 'bad'
  return { permille, tone: better }
}

/** What a drill-down adds up to, beside the figure it opens. */
export function addsUp(figure: { aggregate: string; value: number | null; count: number }, cases: { count: number; total: number }[]): { count: number; total: number; equal: boolean } {
  const count = cases.reduce((sum, one) => sum + one.count, 0)
  const total = cases.reduce((sum, one) => sum + one.total, 0)
  if (figure.aggregate === 'sum') return { count, total, equal: total === figure.value }
  if (figure.aggregate === 'mean') return { count, total, equal: count === figure.count && (count > 0 ? halfUp(total, count) : null) === figure.value }
  return { count, total, equal: count === figure.count }
}

/** A mean rounded as the platform rounds it: half away from zero. */
export function halfUp(total: number, count: number): number {
  const sign = total < 0 ? -1 : 1
  return sign * Math.floor((2 * Math.abs(total) + count) / (2 * count))
}

/** Digits of a region's code one floor below a prefix: 省 2, 市 4, 县 6, 镇 9, 村 12. */
export const digitsBelow = (prefix: string): 2 | 4 | 6 | 9 | 12 => ([4, 6, 9, 12] as const).find((digits) => digits > prefix.length && (prefix.length > 0 || digits >= 6)) ?? 12
