// One figure in full: its trend beside the span before, its other measures, and what it falls into.
import { Button, Segmented, Skeleton, Tooltip } from 'antd'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'

import { Trouble } from '../../components/Trouble'
import { filled, useWords } from '../../core/dictionary'
import { useSettings } from '../../core/settings'
import { useRead } from '../../core/use'
import { Moved, Target } from './Card'
import { daysOf, digitsBelow, earlier, parts, series, text, unitOf, type Figure, type Reading, type Span } from './model'
import type { BoardNames } from './useNames'
import { BOARD_WORDS, type BoardWord } from './words'

const Chart = lazy(() => import('./Chart'))
const GROUPS = ['region', 'unit', 'category', 'kind'] as const
type Group = (typeof GROUPS)[number]

export interface Narrow { title: string; query: Record<string, string> }
interface Props { figure: Figure; span: Span; base: Record<string, string>; names: BoardNames; turn: number; onCases: (narrow: Narrow) => void }

export const queryOf = (span: Span, base: Record<string, string>, more: Record<string, string> = {}) => new URLSearchParams({ since: span.since, until: span.until, ...base, ...more }).toString()

export function Detail({ figure, span, base, names, turn, onCases }: Props) {
  const { language } = useSettings()
  const words = useWords(BOARD_WORDS)
  const [group, setGroup] = useState<Group>('region')
  const unit = unitOf(figure.unit, figure.aggregate)
  const title = language === 'zh' ? figure.title_zh : figure.title_en
  const at = `/api/v1/indicators/${figure.id}`
  const digits = digitsBelow(base['region'] ?? '')
  const column = { region: 'region_code', unit: 'unit_id', category: 'category', kind: 'kind' }[group]
  const before = useRead<Reading>(`${at}?${queryOf(earlier(span), base, { group_by: 'day' })}`, 0, turn)
  const groups = useRead<Reading>(`${at}?${queryOf(span, base, { group_by: column, ...(group === 'region' ? { region_digits: String(digits) } : {}) })}`, 0, turn)
  const days = useMemo(() => daysOf(span), [span])
  const show = useCallback((value: number) => text(value, unit, language), [unit, language])
  const lines = useMemo(() => {
    const then = (before.data?.values ?? []).map((one) => ({ day: one.group, value: one.figures[figure.aggregate] ?? null }))
    const now = { name: title, values: series(days, figure.days, figure.aggregate) }
    return then.length ? [{ name: words.before, values: series(daysOf(earlier(span)), then, figure.aggregate), before: true }, now] : [now]
  }, [before.data, figure, days, span, title, words.before])
  const target = useMemo(() => (figure.target === null || figure.target === undefined ? null : { name: `${words.target} ${show(figure.target)}`, value: figure.target }), [figure.target, show, words.target])
  const rows = useMemo(() => {
    const called = { region: names.region, unit: names.unit, category: names.category, kind: names.kind }[group]
    return (groups.data?.values ?? [])
      .map((one) => ({ code: one.group, name: one.group === '' ? words.unnamed : group === 'region' && one.group === base['region'] ? filled(words.direct, called(one.group)) : called(one.group), value: one.figures[figure.aggregate] ?? null, count: one.count }))
      .sort((a, b) => (b.value ?? -1) - (a.value ?? -1))
  }, [groups.data, group, names, figure.aggregate, words, base])
  const labels = useMemo(() => days.map((day) => day.slice(5)), [days])
  const narrow = (row: { code: string; name: string }): Narrow => {
    const query: Record<string, string> = { ...base }
    if (group === 'region') Object.assign(query, { region: row.code }, row.code === '' || row.code === base['region'] || row.code.length < digits ? { region_exact: 'true' } : {})
    else query[group] = row.code
    return { title: `${title} · ${row.name}`, query }
  }
  const others = Object.entries(figure.figures).filter(([name]) => name !== figure.aggregate)
  return (
    <section className="detail" aria-label={title}>
      <header>
        <div><h2>{title}</h2><span className="row"><Target figure={figure} /><Moved figure={figure} /></span></div>
        <Button type="primary" onClick={() => onCases({ title, query: base })} disabled={figure.count === 0}>{words.show_cases}</Button>
      </header>
      {figure.count === 0 && <div className="calm"><strong>{words.nothing}</strong><span>{words.nothing_help}</span></div>}
      {figure.count > 0 && (
        <Suspense fallback={<Skeleton active paragraph={{ rows: 6 }} title={false} />}>
          <Chart labels={labels} lines={lines} target={target} bars={figure.aggregate === 'count' || figure.aggregate === 'sum'} label={`${title} ${words.trend}`} height="17em" show={show} />
        </Suspense>
      )}
      {others.length > 0 && figure.count > 0 && (
        <dl className="others">
          {others.map(([name, value]) => {
            const [number, of] = parts(value, unitOf(figure.unit, name), language)
            return <div key={name}><dt>{name === 'count' ? words.count : words[name as BoardWord]}</dt><dd><b>{number}</b> <small>{name === 'count' ? '' : of}</small></dd></div>
          })}
        </dl>
      )}
      <div className="groups">
        <Segmented value={group} onChange={(value) => setGroup(value as Group)} options={GROUPS.map((one) => ({ value: one, label: words[`by_${one}`] }))} aria-label={words.by} />
        {groups.error && <Trouble error={groups.error} again={groups.again} />}
        {!groups.data && !groups.error && <Skeleton active paragraph={{ rows: 3 }} title={false} />}
        {groups.data && <Groups rows={rows} figure={figure} show={show} onPick={(row) => onCases(narrow(row))} />}
      </div>
      {(figure.target_source || figure.source) && <p className="soft source">{words.source}：{figure.target_source || figure.source}{figure.target_from ? `（${filled(words.target_from, figure.target_from)}）` : ''}</p>}
    </section>
  )
}

interface Row { code: string; name: string; value: number | null; count: number }

function Groups({ rows, figure, show, onPick }: { rows: Row[]; figure: Figure; show: (value: number) => string; onPick: (row: Row) => void }) {
  const words = useWords(BOARD_WORDS)
  if (rows.length === 0) return <p className="soft">{words.nothing}</p>
  const most = Math.max(1, ...rows.map((row) => Math.abs(row.value ?? 0)))
  const adding = figure.aggregate === 'sum' || figure.aggregate === 'count'
  const total = rows.reduce((sum, row) => sum + (adding ? (row.value ?? 0) : row.count), 0)
  const equal = total === (adding ? figure.value : figure.count)
  return (
    <>
      <ul className="groups-list">
        {rows.map((row) => (
          <li key={row.code}>
            <Tooltip title={words.show_cases} mouseEnterDelay={0.6}>
              <button onClick={() => onPick(row)} data-group={row.code} data-value={row.value ?? ''} data-count={row.count}>
                <span className="group-name">{row.name}</span>
                <span className="group-bar"><i style={{ width: `${(100 * Math.abs(row.value ?? 0)) / most}%` }} /></span>
                <b>{row.value === null ? '—' : show(row.value)}</b>
                {!adding && <span className="soft">{filled(words.samples, row.count)}</span>}
              </button>
            </Tooltip>
          </li>
        ))}
      </ul>
      {figure.kind !== 'ratio' && <p className={`sum ${equal ? 'good' : 'bad'}`} data-equal={equal}>{equal ? '✓' : '!'} {filled(adding ? words.groups_add_up : words.groups_samples, adding ? show(total) : total)}</p>}
    </>
  )
}
