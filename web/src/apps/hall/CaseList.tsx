import { useEffect, useRef, type ReactNode, type RefObject } from 'react'

import { clockTime } from '../../core/format'
import { useSettings } from '../../core/settings'
import type { Names } from '../../live/told'
import type { CaseRow } from './model'
import { clockText, FILTERS, urgencyOf, type Filter } from './order'

interface Props {
  rows: CaseRow[]
  cut: boolean
  loading: boolean
  chosen: string | null
  filter: Filter
  words: string
  now: number
  names: Names
  search: RefObject<HTMLInputElement | null>
  trouble: ReactNode
  onChoose: (id: string) => void
  onFilter: (filter: Filter) => void
  onWords: (words: string) => void
}

const SHOWN_MAX = 200

export function CaseList({ rows, cut, loading, chosen, filter, words, now, names, search, trouble, onChoose, onFilter, onWords }: Props) {
  const { t, language } = useSettings()
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <nav className="cases" aria-label={t('hall_list')}>
      <input ref={search} type="search" aria-label={t('hall_search')} placeholder={t('hall_search')} value={words} onChange={(event) => onWords(event.target.value)} />
      <div className="filters" role="group" aria-label={t('filter')}>
        {FILTERS.map((one) => <button key={one} aria-pressed={one === filter} onClick={() => onFilter(one)}>{t(`filter_${one}`)}</button>)}
      </div>
      {trouble}
      {loading && <p className="soft" role="status">{t('loading')}</p>}
      {!loading && !trouble && rows.length === 0 && <div className="calm"><strong>{t('hall_none')}</strong><span>{t('hall_none_help')}</span></div>}
      <ul ref={list}>
        {rows.slice(0, SHOWN_MAX).map((row) => {
          const tone = urgencyOf(row, now)
          return (
            <li key={row.case_id}>
              <button className={`case ${tone}`} aria-current={row.case_id === chosen} onClick={() => onChoose(row.case_id)}>
                <span className="case-top">
                  <strong>{row.title}</strong>
                  {row.is_open && row.due_at ? <time className={`clock ${tone}`} dateTime={row.due_at}>{clockText(row.due_at, now, language)}</time> : <time dateTime={row.closed_at ?? row.opened_at}>{clockTime(row.closed_at ?? row.opened_at, language)}</time>}
                </span>
                <span className="case-low">
                  <span className="state">{names.state(row.state)}</span>
                  {row.priority > 0 && <span className="chip bad">{t('hall_priority')}</span>}
                  <span className="soft">{row.assignee ? names.unit(row.assignee) : ''}</span>
                  <span className="soft right">{clockTime(row.opened_at, language)}</span>
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      {(cut || rows.length > SHOWN_MAX) && <p className="soft">{t('hall_list_cut')}</p>}
      <p className="keys">{t('hall_keys')}</p>
    </nav>
  )
}
