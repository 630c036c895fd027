// The list by urgency: a window over rows of one height, so that twenty thousand cases scroll like twenty.
import { Checkbox } from 'antd'
import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'

import { filled, useWords } from '../../core/dictionary'
import { clockTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import type { Names } from '../../live/told'
import type { CaseRow } from './model'
import { clockText, FILTERS, urgencyOf, type Filter } from './order'
import { HALL } from './words'

interface Props {
  rows: CaseRow[]
  counts: Record<Filter, number | undefined>
  cut: boolean
  loading: boolean
  chosen: string | null
  selected: ReadonlySet<string>
  filter: Filter
  words: string
  now: number
  size: number
  names: Names
  search: RefObject<HTMLInputElement | null>
  trouble: ReactNode
  onChoose: (id: string) => void
  onSelect: (id: string) => void
  onFilter: (filter: Filter) => void
  onWords: (words: string) => void
}

const SPARE = 6

export function CaseList({ rows, counts, cut, loading, chosen, selected, filter, words: asked, now, size, names, search, trouble, onChoose, onSelect, onFilter, onWords }: Props) {
  const { t, language } = useSettings()
  const words = useWords(HALL)
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 800 })
  const height = Math.round(size * 4.5)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight })
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      watch.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])
  const place = chosen === null ? -1 : rows.findIndex((row) => row.case_id === chosen)
  useEffect(() => {
    const element = box.current
    if (!element || place < 0) return
    const top = place * height
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight
  }, [place, height])
  const first = Math.max(0, Math.floor(view.top / height) - SPARE)
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / height) + SPARE)
  return (
    <nav className="cases" aria-label={t('hall_list')}>
      <input ref={search} type="search" aria-label={t('hall_search')} placeholder={t('hall_search')} value={asked} onChange={(event) => onWords(event.target.value)} />
      <div className="filters" role="group" aria-label={t('filter')}>
        {FILTERS.map((one) => <button key={one} aria-pressed={one === filter} onClick={() => onFilter(one)}>{t(`filter_${one}`)}{counts[one] !== undefined && <span className="count">{counts[one]}</span>}</button>)}
      </div>
      {trouble}
      {loading && <div className="calm" role="status"><span className="skeleton" /><span className="skeleton" /><span className="skeleton" /><span className="soft">{t('loading')}</span></div>}
      {!loading && !trouble && rows.length === 0 && <div className="calm"><Calm /><strong>{t('hall_none')}</strong><span>{t('hall_none_help')}</span></div>}
      <div className="window" ref={box} tabIndex={-1}>
        <ul style={{ height: rows.length * height }} aria-label={words.case_list_help}>
          {rows.slice(first, last).map((row, at) => {
            const tone = urgencyOf(row, now)
            return (
              <li key={row.case_id} style={{ top: (first + at) * height, height }} aria-setsize={rows.length} aria-posinset={first + at + 1} className={`case-row ${tone} ${selected.has(row.case_id) ? 'selected' : ''}`}>
                <Checkbox checked={selected.has(row.case_id)} onChange={() => onSelect(row.case_id)} aria-label={`${words.select} ${row.title}`} tabIndex={-1} />
                <button className="case" aria-current={row.case_id === chosen} onClick={() => onChoose(row.case_id)}>
                  <span className="case-top">
                    <strong><Title of={row.title} /></strong>
                    {row.is_open && row.due_at ? <time className={`clock ${tone}`} dateTime={row.due_at}>{clockText(row.due_at, now, language)}</time> : <time dateTime={row.closed_at ?? row.opened_at}>{clockTime(row.closed_at ?? row.opened_at, language)}</time>}
                  </span>
                  <span className="case-low">
                    <span className="state">{names.state(row.state)}</span>
                    {row.priority > 0 && <span className="chip bad">{t('hall_priority')}</span>}
                    <span className="soft who">{row.assignee ? names.unit(row.assignee) : row.responsible_unit ? names.unit(row.responsible_unit) : ''}</span>
                    <span className="soft right">{clockTime(row.opened_at, language)}</span>
                  </span>
                </button>
              </li>
            )
          })}
        </ul>
      </div>
      {cut && <p className="soft cut">{filled(words.shown_of, rows.length, '20,000+')} · {words.cut_help}</p>}
    </nav>
  )
}

/** What tells cases apart stands at the end of the title: the beginning gives way. */
function Title({ of }: { of: string }) {
  const at = of.lastIndexOf(' ')
  return at > 0 ? <><span className="cut-off">{of.slice(0, at)}</span><span> {of.slice(at + 1)}</span></> : <span className="cut-off">{of}</span>
}

function Calm() {
  return <svg viewBox="0 0 120 40" width="120" aria-hidden="true"><path d="M4 16c14-12 28-12 42 0s28 12 42 0 20-12 28-4M4 30c14-12 28-12 42 0s28 12 42 0 20-12 28-4" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" opacity=".35" /></svg>
}
